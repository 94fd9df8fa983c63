"""Soft actor-critic: Haarnoja et al. 2018b (arXiv:1812.05905), Algorithm 1, with the differences that
docs/algorithms/sac.md lists: every gradient of an update is that of the networks before it.
"""

import math

import torch
from nets import (
    Adam,
    Draws,
    Weights,
    body,
    dense,
    gaussian_log_prob,
    numbers,
    plays,
    t,
    write,
)

UNITS, LAYERS, GAMMA, TAU, RATE, ALPHA_RATE = 5, 2, 0.9, 0.1, 0.01, 0.02


def continuous():
    """Eqs. 3, 5, 7 and 18 for a tanh-squashed Gaussian (1801.01290, appendix C)."""
    draws = Draws(1)
    E, width, C, B, length, updates = 2, 3, 2, 4, 6, 3
    steps = plays(draws, length, E, width, continuous=C, ends={(2, 0)}, cuts={(3, 1)})
    rows = [(step, e) for step in steps for e in range(E)]
    weights = Weights(draws)
    drawn = draws.below(len(rows), B * updates)
    noise = draws.normal(updates, 2, B, C)

    def policy(x):
        h = body(weights, "policy", "policy/continuous", x, UNITS, LAYERS)
        mean = dense(weights, "policy", "policy/mean", h, C)
        return mean, torch.clamp(dense(weights, "policy", "policy/log-std", h, C), -20, 2)

    def q(prefix, which, x, action):
        joined = torch.cat([x, action], 1)
        h = body(weights, prefix, f"q{which}", joined, UNITS, LAYERS, norm=True)
        return dense(weights, prefix, f"q{which}/out-0", h, 1)[:, 0]

    def sample(x, epsilon):
        mean, log_std = policy(x)
        u = mean + torch.exp(log_std) * epsilon
        a = torch.tanh(u)
        return a, gaussian_log_prob(u, mean, log_std) - torch.log(1 - a**2).sum(1)

    def update(k, alpha):
        chosen = [rows[i] for i in drawn[k * B : (k + 1) * B]]
        column = lambda key: t([step[key][e] for step, e in chosen])
        s, a, r, s_next, d = map(column, ("observations", "continuous", "rewards", "nextObservations", "terminated"))
        # the learner draws the noise of the policy's loss first
        now, later = t(noise[k, 0]), t(noise[k, 1])
        with torch.no_grad():
            a_next, log_pi_next = sample(s_next, later)
            q_next = torch.minimum(q("target", 1, s_next, a_next), q("target", 2, s_next, a_next))
            y = r + GAMMA * (1 - d) * (q_next - alpha * log_pi_next)
        q1, q2 = q("critic", 1, s, a), q("critic", 2, s, a)
        critic_loss = ((q1 - y) ** 2).mean() / 2 + ((q2 - y) ** 2).mean() / 2
        a_pi, log_pi = sample(s, now)
        value = torch.minimum(q("critic", 1, s, a_pi), q("critic", 2, s, a_pi))
        policy_loss = (alpha * log_pi - value).mean()
        metrics = {
            "loss/critic": critic_loss.item(),
            "loss/policy": policy_loss.item(),
            "policy/entropy": -log_pi.mean().item(),
            "critic/q": q1.mean().item(),
            "critic/reward": r.mean().item(),
            "extrinsic/reward": r.mean().item(),
        }
        return weights.gradients({"critic": critic_loss, "policy": policy_loss}), metrics

    # declares every weight, in the learner's order, before anything is written
    probe = t(draws.normal(1, width))
    sample(probe, t(draws.normal(1, C)))
    for prefix in ("critic", "target"):
        for which in (1, 2):
            q(prefix, which, probe, t(draws.normal(1, C)))
    before = weights.written()

    log_alpha, m, v = math.log(0.5), 0.0, 0.0
    adams = {prefix: Adam(weights.of(prefix), RATE) for prefix in ("policy", "critic")}
    first = None
    for k in range(updates):
        gradients, metrics = update(k, math.exp(log_alpha))
        if first is None:
            first = (weights.name_gradients(gradients), metrics)
        for prefix, adam in adams.items():
            adam.step(gradients[prefix])
        with torch.no_grad():
            for target, online in zip(weights.of("target"), weights.of("critic"), strict=True):
                target.mul_(1 - TAU).add_(TAU * online)
        # J(alpha) = E[alpha (H - H_target)], Eq. 18, as a gradient of log alpha; H_target = -|A|
        gradient = metrics["policy/entropy"] - (-C)
        m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
        log_alpha -= ALPHA_RATE * (m / (1 - 0.9 ** (k + 1))) / (math.sqrt(v / (1 - 0.999 ** (k + 1))) + 1e-8)
        if k == 0:
            first[1]["policy/temperature"] = math.exp(log_alpha)

    write(
        "sac-continuous",
        {
            "about": "SAC with continuous actions: 1812.05905, Eqs. 3, 5, 7, 18; 1801.01290, Eq. 21.",
            "observations": [{"name": "state", "shape": [width]}],
            "action": {"continuous": C, "discrete": []},
            "numEnvs": E,
            "settings": {
                "trainer_type": "sac",
                "hyperparameters": {
                    "batch_size": B,
                    "buffer_size": 100,
                    "buffer_init_steps": length * E - updates,
                    "learning_rate": RATE,
                    "entcoef_learning_rate": ALPHA_RATE,
                    "init_entcoef": 0.5,
                    "tau": TAU,
                },
                "network_settings": {"hidden_units": UNITS, "num_layers": LAYERS},
                "reward_signals": {"extrinsic": {"gamma": GAMMA}},
            },
            "once": {"buffer_init_steps": length * E - 1},
            "weights": before,
            "steps": steps,
            "draws": {"below": drawn, "normal": numbers(t(noise))},
            "expected": {"metrics": first[1], "gradients": first[0], "weights": weights.written()},
        },
    )


CASES = [continuous]
