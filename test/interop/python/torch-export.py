"""torch-export.py ROWS: exports policies by both of torch's exporters, with what they do on observations.f32 [ROWS, 20].

Writes NAME.onnx and NAME.actions.f32 for each and prints their names.
"""

import json
import sys
import warnings

import numpy as np
import torch
from torch import nn

warnings.filterwarnings("ignore")
rows = int(sys.argv[1])
torch.manual_seed(5)
observations = torch.from_numpy(np.fromfile("observations.f32", np.float32).reshape(rows, 20))


def body(outputs):
    return nn.Sequential(nn.Linear(20, 64), nn.Tanh(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, outputs))


class ActorCritic(nn.Module):
    """Answers as an export of Stable-Baselines3 does: actions, values, log-probabilities."""

    def __init__(self):
        super().__init__()
        self.policy, self.value = body(3), body(1)

    def forward(self, observation):
        logits = self.policy(observation)
        actions = logits.argmax(1)
        return actions, self.value(observation), logits.log_softmax(1).gather(1, actions[:, None])


class Mover(nn.Module):
    def __init__(self):
        super().__init__()
        self.mean = body(2)

    def forward(self, observation):
        return torch.tanh(self.mean(observation))


def legacy(model, name, rows=1, **options):
    torch.onnx.export(model, (torch.zeros(rows, 20),), f"{name}.onnx", dynamo=False, **options)


def dynamo(model, name):
    batch = torch.export.Dim("batch")
    torch.onnx.export(
        model,
        (torch.zeros(2, 20),),
        f"{name}.onnx",
        dynamo=True,
        dynamic_shapes=({0: batch},),
        external_data=False,
        verbose=False,
    )


names = []


def keep(name, actions):
    actions.numpy().astype(np.float32).tofile(f"{name}.actions.f32")
    names.append(name)


with torch.no_grad():
    policy, critic, mover = body(3).eval(), ActorCritic().eval(), Mover().eval()
    open_batch = {"input_names": ["observation"], "dynamic_axes": {"observation": {0: "batch"}}}
    legacy(policy, "logits-legacy", **open_batch)
    keep("logits-legacy", policy(observations).argmax(1))
    dynamo(policy, "logits-dynamo")
    keep("logits-dynamo", policy(observations).argmax(1))
    legacy(critic, "actor-critic-fixed", opset_version=17)
    keep("actor-critic-fixed", critic(observations)[0])
    dynamo(critic, "actor-critic-dynamo")
    keep("actor-critic-dynamo", critic(observations)[0])
    legacy(mover, "moving-legacy", **open_batch)
    keep("moving-legacy", mover(observations))
print(json.dumps(names))
