"""own-units.py ID NAME: what NAME.* hold as actions, stepped in Gymnasium from the seeds, pays what was recorded.

Read as others read them: numpy, h5py, csv, Minari. The dataset of Minari lies in $MINARI_DATASETS_PATH/NAME-v0.
"""

import csv
import json
import sys

import gymnasium
import h5py
import minari
import numpy as np

identity, name = sys.argv[1:]
env = gymnasium.make(identity)
space = env.action_space
lines = [json.loads(line) for line in open(f"{name}.jsonl", encoding="utf-8")]
ends = np.cumsum([len(line["rewards"]) for line in lines])[:-1]


def action_of(row):
    action = np.asarray(row, space.dtype).reshape(space.shape)
    return space.dtype.type(action) if space.shape == () else action


def pays(what, environment, episodes):
    """Every reward, and so the return, to the last bit of single precision."""
    assert len(episodes) == len(lines), what
    for number, (actions, line) in enumerate(zip(episodes, lines)):
        assert len(actions) == len(line["rewards"]), (what, number)
        environment.reset(seed=line["seed"])
        for step, (row, reward) in enumerate(zip(actions, line["rewards"])):
            paid = environment.step(action_of(row))[1]
            assert np.float32(paid) == np.float32(reward), (what, number, step, paid, reward)


def table():
    rows = {}
    for row in csv.DictReader(open(f"{name}.csv", newline="", encoding="utf-8")):
        numbers = [value for key, value in row.items() if key.startswith(("action.continuous", "action.discrete"))]
        if row["reward"] != "":
            rows.setdefault(int(row["episode"]), []).append([float(number) for number in numbers])
    return list(rows.values())


read = {
    "jsonl": [[c + d for c, d in zip(line["continuous"], line["discrete"])] for line in lines],
    "csv": table(),
}
archive = np.load(f"{name}.npz")
read["npz"] = np.split(np.hstack([archive["acts_continuous"], archive["acts_discrete"]]), ends)
trajectories = np.load(f"{name}.imitation.npz")
assert (trajectories["indices"] == ends).all()
read["imitation-npz"] = np.split(trajectories["acts"], ends)
with h5py.File(f"{name}.d4rl.hdf5") as file:
    read["d4rl"] = np.split(file["actions"][:], ends)
for what, episodes in read.items():
    pays(what, env, episodes)

dataset = minari.load_dataset(f"{name}-v0")
assert type(dataset.action_space) is type(space) and dataset.action_space.shape == space.shape
assert all(dataset.action_space.contains(action) for episode in dataset for action in episode.actions)
for bound in {"low", "high", "n", "nvec", "start"} & set(vars(space)) - {"low_repr", "high_repr"}:
    assert np.array_equal(getattr(dataset.action_space, bound), getattr(space, bound)), bound
pays("minari", dataset.recover_environment(), [episode.actions for episode in dataset])
print(json.dumps({"episodes": len(lines), "rewards": int(sum(len(line["rewards"]) for line in lines)), "formats": len(read) + 1}))
