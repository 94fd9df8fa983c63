"""Makes the golden values again: ``python test/golden/make.py [MODULE ...]``, with PyTorch and NumPy.

Nothing here is taken from the TypeScript: each module computes losses, gradients and updates from the equations of the paper that
it names. What is drawn at random is written into the fixture, and the learner is made to draw the same.
"""

import importlib
import sys

MODULES = [
    "advantages",
    "bc",
    "dqn",
    "es",
    "gail",
    "intrinsic",
    "ppo",
    "ppo_cloning",
    "recurrent_ppo",
    "sac",
    "sac_cloning",
    "sac_discrete",
    "sac_memory",
    "sac_rows",
    "sac_schedules",
    "sac_windows",
    "td3",
]

for module in sys.argv[1:] or MODULES:
    for case in importlib.import_module(module).CASES:
        case()
