"""The update of sac-update.ts in JAX: gradients, Adam and Polyak in one jit-compiled function, buffers donated.

Usage: sac-update-jax.py INPUTS HIDDEN ACTIONS BATCH THREADS, driven by peer.ts
"""

import os
import sys

inputs, hidden, actions, batch, threads = map(int, sys.argv[1:6])
# XLA takes one thread per core that it may use.
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
os.environ["JAX_PLATFORMS"] = "cpu"

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402
from peer import serve  # noqa: E402

REPLAY_ROWS = 10_000
GAMMA = 0.99
TAU = 0.005
LEARNING_RATE = 3e-4
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
SIZES = [inputs, hidden, hidden, actions]

random = np.random.default_rng(1)


def network():
    return [
        (
            jnp.asarray(random.normal(0, np.sqrt(2 / i), (i, o)), jnp.float32),
            jnp.zeros(o, jnp.float32),
        )
        for i, o in zip(SIZES, SIZES[1:])
    ]


def apply(layers, x):
    for i, (w, b) in enumerate(layers):
        x = x @ w + b
        if i < len(layers) - 1:
            x = jax.nn.relu(x)
    return x


learned = {"critic1": network(), "critic2": network(), "policy": network(), "log_alpha": jnp.float32(-1)}
targets = jax.tree.map(jnp.copy, {"critic1": learned["critic1"], "critic2": learned["critic2"]})
moments = [jax.tree.map(jnp.zeros_like, learned) for _ in range(2)]


def loss(learned, targets, x, following, action, reward, going):
    alpha = jax.lax.stop_gradient(jnp.exp(learned["log_alpha"]))
    next_log_p = jax.nn.log_softmax(apply(learned["policy"], following))
    next_q = jnp.minimum(apply(targets["critic1"], following), apply(targets["critic2"], following))
    next_value = (jnp.exp(next_log_p) * (next_q - alpha * next_log_p)).sum(-1)
    goal = jax.lax.stop_gradient(reward + GAMMA * going * next_value)

    q1, q2 = apply(learned["critic1"], x), apply(learned["critic2"], x)
    taken = action[:, None]
    critic_loss = ((jnp.take_along_axis(q1, taken, 1)[:, 0] - goal) ** 2).mean()
    critic_loss += ((jnp.take_along_axis(q2, taken, 1)[:, 0] - goal) ** 2).mean()

    log_p = jax.nn.log_softmax(apply(learned["policy"], x))
    p = jnp.exp(log_p)
    policy_loss = (p * (alpha * log_p - jax.lax.stop_gradient(jnp.minimum(q1, q2)))).sum(-1).mean()
    entropy = jax.lax.stop_gradient(-(p * log_p).sum(-1).mean())
    return critic_loss + policy_loss + learned["log_alpha"] * (entropy - 0.5 * np.log(actions))


@jax.jit(donate_argnums=(0, 1, 2, 3))
def step(learned, targets, m, v, t, *data):
    gradient = jax.grad(loss)(learned, targets, *data)
    m = jax.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, m, gradient)
    v = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, v, gradient)
    rate = LEARNING_RATE / (1 - BETA1**t)
    root = 1 / jnp.sqrt(1 - BETA2**t)
    learned = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) * root + EPSILON), learned, m, v)
    followed = {name: learned[name] for name in targets}
    targets = jax.tree.map(lambda old, new: old + TAU * (new - old), targets, followed)
    return learned, targets, m, v


observations = random.random((REPLAY_ROWS, inputs), dtype=np.float32)
taken = random.integers(actions, size=REPLAY_ROWS, dtype=np.int32)
rewards = random.normal(size=REPLAY_ROWS).astype(np.float32)
going = (random.random(REPLAY_ROWS) > 0.05).astype(np.float32)
state = (learned, targets, *moments)
t = 0


def update():
    global state, t
    t += 1
    rows = random.integers(REPLAY_ROWS - 1, size=batch)
    data = observations[rows], observations[rows + 1], taken[rows], rewards[rows], going[rows]
    state = step(*state, np.float32(t), *data)
    jax.block_until_ready(state)


serve(jax.__version__, update)
