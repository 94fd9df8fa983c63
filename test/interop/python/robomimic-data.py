"""robomimic-data.py NAME...: SequenceDataset loads NAME.robomimic.hdf5, compared with NAME.jsonl; BC takes steps from the last."""

import json
import sys

import numpy as np
import robomimic.utils.env_utils as EnvUtils
import robomimic.utils.file_utils as FileUtils
import robomimic.utils.obs_utils as ObsUtils
import torch
from robomimic.algo import algo_factory
from robomimic.config import config_factory
from robomimic.utils.dataset import SequenceDataset
from torch.utils.data import DataLoader

STEPS = 200
values = sequences = episodes = 0


def same(what, found, expected):
    global values
    found, expected = np.asarray(found), np.asarray(expected, np.float32)
    assert found.shape == expected.shape, (what, found.shape, expected.shape)
    assert found.astype(np.float32).tobytes() == expected.tobytes(), what
    values += found.size


def vectors(line):
    """Continuous values, then each branch as one-hot columns."""
    sizes = line["environment"]["action"]["discrete"]
    return [
        np.concatenate([floats, *(np.eye(size)[i] for i, size in zip(branches, sizes, strict=True))])
        for floats, branches in zip(line["continuous"], line["discrete"], strict=True)
    ]


def named(line):
    """The observations by name, [N + 1, ...] each."""
    flat, offset, found = np.asarray(line["observations"], np.float32), 0, {}
    for part in line["environment"]["observations"]:
        size = int(np.prod(part["shape"]))
        found[part["name"]] = flat[:, offset : offset + size].reshape(-1, *part["shape"])
        offset += size
    return found


def compare(name):
    global sequences, episodes
    file = f"{name}.robomimic.hdf5"
    lines = [json.loads(line) for line in open(f"{name}.jsonl", encoding="utf-8")]
    stamp = lines[0]["environment"]
    shapes = {part["name"]: part["shape"] for part in stamp["observations"]}
    ObsUtils.initialize_obs_utils_with_obs_specs({"obs": {"low_dim": list(shapes), "rgb": []}})

    meta = FileUtils.get_env_metadata_from_dataset(file)
    assert EnvUtils.get_env_type(env_meta=meta) == 2 and EnvUtils.is_robosuite_env(meta) is False
    found = FileUtils.get_shape_metadata_from_dataset(file)
    assert found["ac_dim"] == stamp["action"]["continuous"] + sum(stamp["action"]["discrete"])
    assert dict(found["all_shapes"]) == shapes and set(found["all_obs_keys"]) == set(shapes)
    demos = [f"demo_{i}" for i in range(len(lines))]
    assert FileUtils.get_demos_for_filter_key(file, "train") == demos

    dataset = SequenceDataset(
        file,
        obs_keys=list(shapes),
        dataset_keys=["actions", "rewards", "dones"],
        hdf5_cache_mode=None,
        filter_by_attribute="train",
    )
    assert dataset.demos == demos and len(dataset) == sum(len(line["rewards"]) for line in lines)
    at = 0
    for i, line in enumerate(lines):
        steps, expected, actions = len(line["rewards"]), named(line), vectors(line)
        dones = [0] * (steps - 1) + [int(line["terminated"])]
        whole = dataset.get_trajectory_at_index(i)
        same("actions", whole["actions"], actions)
        same("rewards", whole["rewards"], line["rewards"])
        same("dones", whole["dones"], dones)
        for key, rows in expected.items():
            same(key, whole["obs"][key], rows[:-1])
            same(key, whole["next_obs"][key], rows[1:])
        for t in range(steps):
            one = dataset[at]
            at += 1
            same("action", one["actions"], [actions[t]])
            same("reward and done", [one["rewards"][0], one["dones"][0]], [line["rewards"][t], dones[t]])
            for key, rows in expected.items():
                same(key, [one["obs"][key][0], one["next_obs"][key][0]], rows[t : t + 2])
    sequences += at
    episodes += len(lines)
    return dataset, found


for name in sys.argv[1:]:
    dataset, shapes = compare(name)

# Cloning by hand, as the program does it, from the last file: losses before and after.
torch.manual_seed(1)
config = config_factory("bc")
with config.values_unlocked():
    config.observation.modalities.obs.low_dim = list(shapes["all_obs_keys"])
    config.algo.actor_layer_dims = (64, 64)
    config.algo.optim_params.policy.learning_rate.initial = 1e-3
config.lock()
ObsUtils.initialize_obs_utils_with_config(config)
model = algo_factory("bc", config, shapes["all_shapes"], shapes["ac_dim"], torch.device("cpu"))
loader = DataLoader(dataset, batch_size=100, shuffle=True)
losses = []
model.set_train()
while len(losses) < STEPS:
    for batch in loader:
        info = model.train_on_batch(model.process_batch_for_training(batch), epoch=1)
        losses.append(float(info["losses"]["l2_loss"]))
assert np.isfinite(losses).all()
print(
    json.dumps(
        {
            "episodes": episodes,
            "sequences": sequences,
            "values": values,
            "before": float(np.mean(losses[:10])),
            "after": float(np.mean(losses[-10:])),
        }
    )
)
