"""Generative adversarial imitation: Ho and Ermon 2016 (1606.03476) with the losses and rewards that each case names.

D = sigmoid(h) is the probability of a demonstration, 1 - D that of the paper's Eq. 17.
"""

import torch
from dqn import Dqn
from nets import Adam, body, dense, t
from replay import RATE, Extrinsic, choose, join, per_action
from through_sac import ThroughSac

BOTTLENECK, INFORMATION, BETA_STEP = 128, 0.5, 5e-4
PARTS = ("x", "choices", "continuous", "x_next")


class Gail:
    name = weight_set = "gail"

    gamma, strength, anneal, units, interval = 0.9, 0.5, 0, 4, 1
    form, clip, penalty, decay, entropy = "gail", 10.0, 0.5, 0.0, 0.0
    actions = next_state = vail = mixup = absorbing_states = normalize = False

    def __init__(self, learner, **options):
        choose(self, options)
        self.weights, self.script, self.groups = learner.weights, learner.script, learner.groups
        self.demonstrations, self.B = learner.demonstrations, learner.B
        rows = learner.net.get("rows") if isinstance(learner, Dqn) else None
        self.net = {"units": self.units, "layers": 2} | ({"rows": rows, "head_units": 3} if rows else {})
        self.beta, self.calls = 0.0, 0
        if self.normalize:
            # one observation of 0 and a variance of 1 come before all others, as in ML-Agents
            x = self.demonstrations.batch(range(len(self.demonstrations)))["x"]
            seen = torch.cat([torch.zeros(1, x.shape[1]), x])
            self.mean = seen.mean(0)
            self.deviation = torch.sqrt(((seen - self.mean) ** 2).mean(0) + 1 / len(seen) + 1e-8)

    @property
    def settings(self):
        return {
            "gamma": self.gamma,
            "strength": self.strength,
            "learning_rate": RATE,
            "use_actions": self.actions,
            "use_next_state": self.next_state,
            "use_vail": self.vail,
            "network_settings": {
                "hidden_units": self.units,
                "num_layers": 2,
                "normalize": self.normalize,
                "head_units": self.net.get("head_units", 64),
            },
            "reward_form": self.form,
            "reward_clip": self.clip,
            "gradient_penalty": self.penalty,
            "weight_decay": self.decay,
            "entropy_bonus": self.entropy,
            "mixup": self.mixup,
            "absorbing_states": self.absorbing_states,
            "updates_interval": self.interval,
            "anneal_steps": self.anneal,
        }

    def declare(self, batch):
        shown = self.shown(batch)
        if self.vail:
            self.through(shown, torch.zeros(1, BOTTLENECK))
        else:
            self.logit(shown)
        self.absorbing()
        self.adam = Adam(self.weights.of("gail"), RATE, decay=self.decay)
        self.gradients = None

    def shown(self, batch):
        """What the discriminator sees, as a list of parts [B, n]."""
        actions = [*batch["choices"], *([] if batch["continuous"] is None else [batch["continuous"]])]
        look = lambda x: ((x - self.mean) / self.deviation).clamp(-5, 5) if self.normalize else x
        return [
            look(batch["x"]),
            *(actions if self.actions else []),
            *([look(batch["x_next"])] if self.next_state else []),
        ]

    def features(self, shown):
        return body(self.weights, "gail", "discriminator", torch.cat(shown, 1), self.units, 2)

    def mu(self, shown):
        return dense(self.weights, "gail", "bottleneck/mean", self.features(shown), BOTTLENECK)

    def logit(self, shown):
        if self.vail:
            return dense(self.weights, "gail", "discriminator/out", self.mu(shown), 1)[:, 0]
        if "rows" in self.net and self.actions:
            every = per_action(self.weights, "gail", "discriminator", shown[0], self.groups, self.net)
            return sum((h * choice).sum(1) for (h,), choice in zip(every, shown[1:], strict=True))
        return dense(self.weights, "gail", "discriminator/out", self.features(shown), 1)[:, 0]

    def through(self, shown, noise):
        """h of a draw from the bottleneck, and KL[N(mu, sigma^2) | N(0, 1)] (VAIL, 1810.00821, section 4)."""
        mu, sigma = self.mu(shown), self.weights.use("gail", "bottleneck/sigma", (1, BOTTLENECK))
        drawn = torch.distributions.Normal(mu, sigma.abs())
        kl = torch.distributions.kl_divergence(drawn, torch.distributions.Normal(t(0), t(1))).sum(1)
        return dense(self.weights, "gail", "discriminator/out", mu + sigma * noise, 1)[:, 0], kl

    def pays(self, h):
        h = h.clamp(-self.clip, self.clip)
        d = torch.sigmoid(h)
        return {
            "gail": -torch.log(1 - d),  # 1606.03476, Eq. 18
            "airl": torch.log(d) - torch.log(1 - d),  # 1710.11248
            "logd": torch.log(d),
        }[self.form]

    def strength_at(self, steps):
        return self.strength * (max(0, 1 - steps / self.anneal) if self.anneal > 0 else 1)

    def reward(self, batch):
        return self.pays(self.logit(self.shown(batch)))

    def end(self):
        return self.weights.use("gail", "absorbing", (1,))

    def absorbing(self):
        return self.pays(self.end()) if self.absorbing_states else None

    def update(self, sample):
        self.calls += 1
        if self.calls % self.interval != 0:
            return {}
        B = self.B
        agent = sample()
        shown_by = self.demonstrations.batch(self.script.below(len(self.demonstrations), B))
        rows, ended = self.shown(join(agent, shown_by)), join(agent, shown_by)["ended"]
        share = t(self.script.uniform(B)) if self.penalty > 0 or self.mixup else None
        noise = self.script.normal(2 * B, BOTTLENECK) if self.vail else None
        bce = lambda h, label: -(label * torch.log(torch.sigmoid(h)) + (1 - label) * torch.log(1 - torch.sigmoid(h)))
        h, kl = self.through(rows, noise) if self.vail else (self.logit(rows), None)
        # Eq. 17: E_agent[log(1 - D)] + E_demonstrations[log D], to be ascended
        loss = bce(h[:B], 0).mean() + bce(h[B:], 1).mean()
        if share is not None:
            between = [(share[:, None] * part[:B] + (1 - share[:, None]) * part[B:]).detach() for part in rows]
        if self.mixup:
            # 1710.09412: mixtures of both, with labels as mixed
            mixed = self.through(between, noise[:B])[0] if self.vail else self.logit(between)
            loss = 2 * bce(mixed, 1 - share).mean()
        metrics = {
            "gail/loss": loss.item(),
            "gail/accuracy_agent": (h[:B] < 0).double().mean().item(),
            "gail/accuracy_demonstrations": (h[B:] > 0).double().mean().item(),
            "gail/logit_agent": h[:B].mean().item(),
            "gail/logit_demonstrations": h[B:].mean().item(),
        }
        if self.entropy > 0:
            entropy = torch.distributions.Bernoulli(logits=h).entropy().mean()
            metrics["gail/entropy"] = entropy.item()
            loss = loss - self.entropy * entropy
        if self.absorbing_states:
            # DAC, section 4.2: an absorbing state is a transition like any other
            loss = loss + (ended[:B] * bce(self.end(), 0)).mean() + (ended[B:] * bce(self.end(), 1)).mean()
        if self.penalty > 0:
            # |dh/dx|^2 at points between both (zero-centred as 1801.04406, where 1704.00028 takes its points)
            points = [part.requires_grad_() for part in between]
            slopes = torch.autograd.grad(self.logit(points).sum(), points, create_graph=True)
            penalty = (torch.cat(slopes, 1) ** 2).sum(1).mean()
            metrics["gail/gradient_penalty"] = penalty.item()
            loss = loss + self.penalty * penalty
        if self.vail:
            kl = kl[:B].mean() + kl[B:].mean()
            loss = loss + self.beta * (kl - INFORMATION)
        self.gradients = self.weights.gradients({"gail": loss})["gail"]
        if self.vail:
            self.beta = max(0.0, self.beta + BETA_STEP * (kl.item() - INFORMATION))
            metrics |= {"gail/kl": kl.item(), "gail/beta": self.beta}
        self.adam.step(self.gradients)
        return metrics


def states():
    """Two discounts, so two Q heads; rewards of the absorbing state are those of the second."""
    learner = Dqn(31, once=2, demo_rows=1, n=2)
    learner.show(7, ends=(3,))
    learner.signals = [
        Extrinsic(0.9),
        Gail(learner, absorbing_states=True, normalize=True, anneal=30, decay=0.1, entropy=0.2, gamma=0.8),
    ]
    about = "GAIL of states with absorbing states, normalised, beside an extrinsic reward of another discount."
    learner.learn("gail-states", about)


def next_states():
    learner = Dqn(32, discrete=(3, 2), once=2)
    learner.show(7, ends=(3,))
    learner.signals = [Gail(learner, form="airl", clip=0.5, actions=True, next_state=True, mixup=True, penalty=0.3)]
    learner.learn("gail-mixup", "GAIL of state, action and next state, paid h within bounds, trained on mixtures.")


def shared_head():
    learner = Dqn(33, discrete=(3, 2), width=8, rows=(2, 3, 2), once=2)
    learner.show(7, ends=(3,))
    learner.signals = [Gail(learner, form="logd", actions=True, interval=2)]
    learner.learn("gail-shared-head", "GAIL of state and action with a logit per action, paid log D.")


def continuous():
    learner = ThroughSac(34, demo_rows=1, once=2)
    learner.show(7, ends=(3,))
    learner.signals = [Gail(learner, form="logd", actions=True, absorbing_states=True)]
    learner.learn("gail-continuous", "GAIL of state and continuous action, paid log D.")


def bottleneck():
    learner = ThroughSac(35, once=2, B=3)
    learner.show(7, ends=(3,))
    learner.signals = [Gail(learner, vail=True, units=3)]
    learner.learn("gail-bottleneck", "VAIL (1810.00821): a variational bottleneck, its multiplier by dual ascent.")


def bottleneck_mixup():
    learner = ThroughSac(37, once=2, B=3)
    learner.show(7, ends=(3,))
    learner.signals = [Gail(learner, vail=True, mixup=True, actions=True, next_state=True, normalize=True, units=3, form="airl")]
    learner.learn("gail-bottleneck-mixup", "VAIL trained on mixtures, each through a draw of its own, normalised.")


CASES = [states, next_states, shared_head, continuous, bottleneck, bottleneck_mixup]
