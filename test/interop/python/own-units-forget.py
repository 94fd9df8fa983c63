"""own-units-forget.py OURS.npz THEIRS.npz: the arrays of imitation alone, as imitation writes them."""

import json
import sys

import numpy as np

ours, theirs = sys.argv[1:]
arrays = np.load(ours)
kept = {name: arrays[name] for name in ("obs", "acts", "infos", "terminal", "rews", "indices")}
np.savez(theirs, **kept)
print(json.dumps(list(kept)))
