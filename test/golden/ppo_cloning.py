"""PPO that is pretrained by cloning and goes on cloning beside its own loss (Jena et al. 2020, arXiv:2001.07798), whose policy is held
until the critic knows something; docs/algorithms/bc.md lists what is ours.
"""

import math

import numpy as np
import torch
from bc import log_share_below
from nets import Adam, t
from ppo import case, network
from ppo_learner import Learner

LENGTH, ROWS, SPREAD_RATE, LEAST_SPREAD, ENOUGH = 7, 4, 0.1, 3 * 0.05, 0.8


class CloningLearner(Learner):
    """Continuous actions, clip(u, -3, 3) / 3, the first of a spread below its floor, beside one branch."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.shown = {
            "observations": self.draws.normal(LENGTH, self.width).tolist(),
            "nextObservations": self.draws.normal(LENGTH, self.width).tolist(),
            "continuous": np.clip(self.draws.normal(LENGTH, self.C), -1, 1).tolist(),
            "discrete": [self.draws.below(self.sizes[0], 1) for _ in range(LENGTH)],
            "rewards": self.draws.normal(LENGTH).tolist(),
            "terminated": [0] * LENGTH,
            "truncated": [0] * LENGTH,
        }
        assert 1 in np.abs(self.shown["continuous"])
        self.cloning = self.settings["behavioral_cloning"]
        self.left = self.hyper["policy_init_buffers"]

    def declare(self):
        super().declare()
        with torch.no_grad():
            self.weights.sets["policy"]["policy/log-std"][0] = -2.25

    def given(self):
        return {"demonstrations": self.shown}

    def cloning_loss(self):
        """-E log pi(a|s); beyond a bound lies all that the Gaussian has there (Tobin 1958)."""
        chosen = self.draws.below(LENGTH, ROWS)
        self.below.extend(chosen)
        x, action, discrete = (
            t([self.shown[key][row] for row in chosen]) for key in ("observations", "continuous", "discrete")
        )
        (logits,), mean, log_std = self.policy(x)
        least = torch.maximum(log_std, t(math.log(LEAST_SPREAD)))
        std = torch.exp(least)
        density = -0.5 * ((3 * action - mean) / std) ** 2 - least - 0.5 * math.log(2 * math.pi) + math.log(3)
        above, below = log_share_below((mean - 3) / std), log_share_below((-3 - mean) / std)
        log_pi = torch.where(action == 1, above, torch.where(action == -1, below, density)).sum(1)
        log_p = torch.log_softmax(logits, 1)[torch.arange(ROWS), discrete[:, 0].long()]
        return -log_pi.mean() - log_p.mean() + ((least - log_std) ** 2).mean()

    def prepare(self):
        self.seen, self.settled = self.shown["observations"], True
        adam = Adam(
            self.weights.of("policy"), self.cloning["pretrain_learning_rate"], decay=self.cloning["weight_decay"]
        )
        losses = []
        for _ in range(self.cloning["pretrain_updates"]):
            losses.append(self.cloning_loss())
            gradients = self.weights.gradients({"policy": losses[-1]})["policy"]
            adam.step(gradients)
            # the natural gradient of log sigma, whose Fisher information is 2
            at = list(self.weights.sets["policy"]).index("policy/log-std")
            with torch.no_grad():
                self.weights.of("policy")[at].sub_(SPREAD_RATE * torch.clamp(gradients[at] / 2, -1, 1))
        return {"cloning/pretraining_loss": torch.stack(losses).mean().item()}

    def holds(self, rows):
        goal, value = (torch.stack([row[key] for row in rows])[:, 0] for key in ("return", "old value"))
        explained = 1 - ((goal - value) ** 2).mean() / goal.var(correction=0)
        held = self.left > 0 and bool(explained < ENOUGH)
        self.left = self.left - 1 if held else 0
        return held

    def loss(self, batch, bounds):
        loss, metrics = super().loss(batch, bounds)
        share = max(0, 1 - self.steps / self.cloning["steps"])
        return loss + self.cloning["strength"] * share * self.cloning_loss(), metrics


CASES = [
    case(
        "ppo-cloning",
        "PPO after cloning and beside it: the first buffer teaches the critic alone; 2001.07798.",
        CloningLearner,
        seed=15,
        length=4,
        buffers=2,
        E=2,
        width=3,
        continuous=2,
        discrete=(3,),
        spread=1.5,
        ends={(2, 0)},
        cuts={(5, 1)},
        hyper={
            "batch_size": 3,
            "num_epoch": 4,
            "learning_rate": 0.15,
            "beta": 0.02,
            "epsilon": 0.15,
            "lambd": 0.8,
            "adam_epsilon": 1e-5,
            "policy_init_buffers": 1,
        },
        once={"num_epoch": 1},
        settings={
            "network_settings": network(normalize=True),
            "reward_signals": {"extrinsic": {"gamma": 0.9}},
            "behavioral_cloning": {
                "strength": 0.7,
                "steps": 40,
                "batch_size": ROWS,
                "pretrain_updates": 2,
                "pretrain_learning_rate": 0.03,
                "weight_decay": 0.2,
            },
            "max_steps": 100,
        },
    )
]
