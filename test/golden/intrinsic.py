"""Rewards from within: the intrinsic curiosity module, ICM (Pathak et al. 2017, 1705.05363), and random network distillation, RND
(Burda et al. 2018, 1810.12894), with the differences that docs/algorithms lists.
"""

import torch
from dqn import Dqn
from nets import Adam, body
from replay import RATE, Extrinsic
from through_sac import ThroughSac

MODEL_UNITS = 256


def linear(weights, prefix, name, x, units):
    """As nets.dense, with weights that keep the size of what passes."""
    product = x @ weights.use(prefix, f"{name}/weight", (x.shape[1], units), x.shape[1] ** -0.5)
    return product + weights.use(prefix, f"{name}/bias", (1, units), 0.1)


class Icm:
    name = weight_set = "curiosity"

    def __init__(self, learner, *, gamma, strength, units=2, share=0.2):
        self.weights, self.gamma, self.strength, self.units, self.share = learner.weights, gamma, strength, units, share
        self.begun, self.bounded = False, []
        self.settings = {
            "gamma": gamma,
            "strength": strength,
            "learning_rate": RATE,
            "forward_weight": share,
            "network_settings": {"hidden_units": units, "num_layers": 1},
        }

    def strength_at(self, steps):
        return self.strength

    def absorbing(self):
        return None

    def declare(self, batch):
        self.errors(batch)
        self.adam = Adam(self.weights.of("curiosity"), RATE)

    def errors(self, batch):
        """Of the forward model, Eq. 5, and of the inverse model: cross-entropy of choices, squared error of numbers, [B] each."""
        layer = lambda name, x, units: linear(self.weights, "curiosity", name, x, units)
        phi = lambda x: body(self.weights, "curiosity", "encoder", x, self.units, 1)
        now, after = phi(batch["x"]), phi(batch["x_next"])
        actions = [*batch["choices"], *([] if batch["continuous"] is None else [batch["continuous"]])]
        guessed = layer("forward/out", torch.relu(layer("forward/hidden", torch.cat([now, *actions], 1), MODEL_UNITS)), self.units)
        forward = ((guessed - after) ** 2).sum(1) / 2
        h = torch.relu(layer("inverse/hidden", torch.cat([now, after], 1), MODEL_UNITS))
        inverse = torch.zeros(len(forward))
        for g, choice in enumerate(batch["choices"]):
            logits = layer(f"inverse/out{g}", h, choice.shape[1])
            inverse = inverse + torch.nn.functional.cross_entropy(logits, choice.argmax(1), reduction="none")
        if batch["continuous"] is not None:
            guess = layer("inverse/continuous", h, batch["continuous"].shape[1])
            inverse = inverse + ((guess - batch["continuous"]) ** 2).sum(1)
        return forward, inverse

    def reward(self, batch):
        """Eq. 6 with eta = 1, at most 1 / strength."""
        forward, _ = self.errors(batch)
        if self.begun:
            self.bounded += (forward > 1 / self.strength).tolist()
        return forward.clamp(max=1 / self.strength) if self.begun else torch.zeros_like(forward)

    def update(self, sample):
        forward, inverse = (errors.mean() for errors in self.errors(sample()))
        # Eq. 7 without the policy: (1 - beta) L_I + beta L_F
        loss = (1 - self.share) * inverse + self.share * forward
        self.gradients = self.weights.gradients({"curiosity": loss})["curiosity"]
        self.adam.step(self.gradients)
        self.begun = True
        return {"curiosity/forward_loss": forward.item(), "curiosity/inverse_loss": inverse.item()}


class Rnd:
    name = weight_set = "rnd"

    def __init__(self, learner, *, gamma, strength, units=4, normalize=False, normalize_reward=False):
        self.weights, self.gamma, self.strength, self.units = learner.weights, gamma, strength, units
        self.normalize, self.normalize_reward = normalize, normalize_reward
        self.seen, self.errors_seen = torch.zeros(1, learner.width), torch.zeros(0)
        self.settings = {
            "gamma": gamma,
            "strength": strength,
            "learning_rate": RATE,
            "normalize_reward": normalize_reward,
            "network_settings": {"hidden_units": units, "num_layers": 2, "normalize": normalize},
        }

    def strength_at(self, steps):
        return self.strength

    def absorbing(self):
        return None

    def declare(self, batch):
        self.error(batch)
        self.adam = Adam(self.weights.of("rnd"), RATE)

    def error(self, batch):
        """|f^(x) - f(x)|^2 of what is seen after the action, [B] (section 2.2); f is fixed."""
        x = batch["x_next"]
        if self.normalize:
            # a variance of 1 around one observation of 0 comes before all others, as in ML-Agents
            mean = self.seen.mean(0)
            variance = ((self.seen - mean) ** 2).mean(0) + 1 / len(self.seen)
            x = ((x - mean) / torch.sqrt(variance + 1e-8)).clamp(-5, 5)
        net = lambda name: linear(
            self.weights, "rnd", f"{name}/out", body(self.weights, "rnd", name, x, self.units, 2), self.units
        )
        return ((net("predictor") - net("target").detach()) ** 2).sum(1)

    def reward(self, batch):
        error = self.error(batch)
        if not (self.normalize or self.normalize_reward):
            return error
        if len(self.errors_seen) == 0:
            return torch.zeros_like(error)
        return error / self.errors_seen.std(correction=0) if self.normalize_reward else error

    def update(self, sample):
        batch = sample()
        self.seen = torch.cat([self.seen, batch["x_next"]])
        errors = self.error(batch)
        self.gradients = self.weights.gradients({"rnd": errors.mean()})["rnd"]
        self.adam.step(self.gradients)
        self.errors_seen = torch.cat([self.errors_seen, errors.detach()])
        return {"rnd/loss": errors.mean().item(), "rnd/deviation": self.errors_seen.std(correction=0).item()}


def curiosity_discrete():
    learner = Dqn(45, discrete=(2, 2), width=2, once=2)
    icm = Icm(learner, gamma=0.8, strength=4)
    learner.signals = [Extrinsic(0.9), icm]
    learner.learn("curiosity-discrete", "ICM: Eqs. 3 to 7, two branches as one choice, its reward by a second Q head.")
    assert len(set(icm.bounded)) == 2, icm.bounded


def curiosity_continuous():
    learner = ThroughSac(47, width=2, C=1, once=2)
    learner.signals = [Icm(learner, gamma=0.9, strength=0.1, share=0.4)]
    learner.learn("curiosity-continuous", "ICM: Eqs. 3 to 7 of a continuous action.")


def rnd_normalized():
    learner = Dqn(43, once=2)
    learner.signals = [Extrinsic(0.9), Rnd(learner, gamma=0.8, strength=0.5, normalize=True, normalize_reward=True)]
    learner.learn("rnd-normalized", "RND, observations normalised, its reward divided by the deviation of all errors so far.")


def rnd_plain():
    learner = ThroughSac(44)
    learner.signals = [Rnd(learner, gamma=0.9, strength=0.5)]
    learner.learn("rnd", "RND: section 2.2, nothing normalised, paid from the first update on.")


CASES = [curiosity_discrete, curiosity_continuous, rnd_normalized, rnd_plain]
