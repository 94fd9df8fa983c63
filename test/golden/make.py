"""Makes the golden values again: ``python test/golden/make.py [MODULE ...]``, with PyTorch and NumPy.

Nothing here is taken from the TypeScript: each module computes losses, gradients and updates from the equations of the paper that
it names. What is drawn at random is written into the fixture, and the learner is made to draw the same.
"""

import importlib
import sys

MODULES = ["sac", "sac_discrete", "sac_windows", "sac_memory", "sac_cloning", "sac_schedules", "sac_rows"]

for module in sys.argv[1:] or MODULES:
    for case in importlib.import_module(module).CASES:
        case()
