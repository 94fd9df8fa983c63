"""Discrete SAC whose first choice is one of the rows of an observation: all rows share one small network, as the candidates of a
pointer network do (Vinyals et al. 2015, arXiv:1506.03134), in the light of everything that is seen (docs/environments.md).
"""

import torch
from nets import dense, layer_norm
from sac_discrete import masked
from soft import UNITS, Categorical

BEFORE, COUNT, FEATURES, AFTER, HEAD_UNITS, BRANCHES = 1, 3, 2, 2, 4, [2, 3]


class Pointing(Categorical):
    """Branch 1 chooses the row and is the highest digit of a combination."""

    def __init__(self, weights, branches, **options):
        super().__init__(weights, branches, groups=[[1, 0]], **options)

    def out(self, prefix, name, x, norm, heads):
        layer = lambda part, h, units=HEAD_UNITS, bias=True: dense(self.weights, prefix, f"{name}/{part}", h, units, bias)
        normed = layer_norm if norm else lambda h: h
        end = BEFORE + COUNT * FEATURES
        rows, rest = x[:, BEFORE:end].reshape(-1, FEATURES), torch.cat([x[:, :BEFORE], x[:, end:]], 1)
        everything = layer("context-out", torch.relu(layer("context", x, UNITS)))
        light = everything + layer("rest", rest, bias=False)
        h = torch.relu(normed(layer("row", rows, bias=False) + light.repeat_interleave(COUNT, 0)))
        h = torch.relu(normed(layer("row2", h)))
        names = ["out0" + (f"-{k}" if heads > 1 else "") for k in range(heads)]
        return [[layer(out, h, BRANCHES[0]).reshape(-1, COUNT * BRANCHES[0]) for out in names]]


def rows():
    masked(
        "sac-rows",
        "SAC with a shared head over the rows that a branch chooses from.",
        262,
        BRANCHES,
        make=Pointing,
        observations=[
            {"name": "before", "shape": [BEFORE]},
            {"name": "rows", "shape": [COUNT, FEATURES]},
            {"name": "after", "shape": [AFTER]},
        ],
        aligned={"branch": 1, "observation": "rows"},
        network={"head_units": HEAD_UNITS},
    )


CASES = [rows]
