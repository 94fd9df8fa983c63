"""TD3: Fujimoto et al. 2018 (arXiv:1802.09477), Algorithm 1; every gradient of an update is that of the networks before it."""

import torch
from nets import Adam, Draws, Weights, body, dense, numbers, plays, t, write

UNITS, LAYERS, GAMMA, TAU, RATE = 5, 2, 0.9, 0.1, 0.0125
SIGMA, CLIP, DELAY = 0.4, 0.5, 2


def delayed():
    """Eqs. 10 and 14 and the deterministic policy gradient; the policy moves with every second update."""
    draws = Draws(3)
    E, width, C, B, length, updates = 2, 3, 2, 4, 6, 4
    steps = plays(draws, length, E, width, continuous=C, ends={(2, 0)}, cuts={(3, 1)})
    rows = [(step, e) for step in steps for e in range(E)]
    weights = Weights(draws)
    drawn = draws.below(len(rows), B * updates)
    noise = draws.normal(updates, B, C)
    # some of it is beyond the clip, and some is not
    assert (abs(noise * SIGMA) > CLIP).any() and (abs(noise * SIGMA) < CLIP).any()

    def mu(prefix, x):
        h = body(weights, prefix, "policy/continuous", x, UNITS, LAYERS)
        return torch.tanh(dense(weights, prefix, "policy/mean", h, C))

    def q(prefix, which, x, action):
        h = body(weights, prefix, f"q{which}", torch.cat([x, action], 1), UNITS, LAYERS, norm=True)
        return dense(weights, prefix, f"q{which}/out-0", h, 1)[:, 0]

    def update(k):
        chosen = [rows[i] for i in drawn[k * B : (k + 1) * B]]
        column = lambda key: t([step[key][e] for step, e in chosen])
        s, a, r, s_next, d = map(column, ("observations", "continuous", "rewards", "nextObservations", "terminated"))
        with torch.no_grad():
            smoothing = torch.clamp(t(noise[k]) * SIGMA, -CLIP, CLIP)
            a_next = torch.clamp(mu("policy-target", s_next) + smoothing, -1, 1)
            q_next = torch.minimum(q("target", 1, s_next, a_next), q("target", 2, s_next, a_next))
            y = r + GAMMA * (1 - d) * q_next
        q1, q2 = q("critic", 1, s, a), q("critic", 2, s, a)
        critic_loss = ((q1 - y) ** 2).mean() + ((q2 - y) ** 2).mean()
        policy_loss = -q("critic", 1, s, mu("policy", s)).mean()
        metrics = {
            "loss/critic": critic_loss.item(),
            "loss/policy": policy_loss.item(),
            "critic/q": q1.mean().item(),
            "critic/reward": r.mean().item(),
        }
        return weights.gradients({"critic": critic_loss, "policy": policy_loss}), metrics

    probe, action = t(draws.normal(1, width)), t(draws.normal(1, C))
    for prefix in ("policy", "policy-target"):
        mu(prefix, probe)
    for prefix in ("critic", "target"):
        for which in (1, 2):
            q(prefix, which, probe, action)
    before = weights.written()

    adams = {prefix: Adam(weights.of(prefix), RATE) for prefix in ("policy", "critic")}
    first = None
    for k in range(updates):
        gradients, metrics = update(k)
        if first is None:
            first = (weights.name_gradients(gradients), metrics)
        adams["critic"].step(gradients["critic"])
        if (k + 1) % DELAY != 0:
            continue
        adams["policy"].step(gradients["policy"])
        with torch.no_grad():
            for follower, followed in (("target", "critic"), ("policy-target", "policy")):
                for mine, theirs in zip(weights.of(follower), weights.of(followed), strict=True):
                    mine.mul_(1 - TAU).add_(TAU * theirs)

    write(
        "td3",
        {
            "about": "TD3: 1802.09477, Algorithm 1, Eqs. 10 and 14.",
            "observations": [{"name": "state", "shape": [width]}],
            "action": {"continuous": C, "discrete": []},
            "numEnvs": E,
            "settings": {
                "trainer_type": "td3",
                "hyperparameters": {
                    "batch_size": B,
                    "buffer_size": 100,
                    "buffer_init_steps": length * E - updates,
                    "learning_rate": RATE,
                    "tau": TAU,
                    "policy_delay": DELAY,
                    "target_noise": SIGMA,
                    "target_noise_clip": CLIP,
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


CASES = [delayed]
