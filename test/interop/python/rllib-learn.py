"""rllib-learn.py NAME SIZE BRANCH: RLlib's BC learns from NAME.parquet, then from NAME.rllib.json; its losses of both."""

import json
import sys
import tempfile

import gymnasium
import numpy as np
import ray
from ray.rllib.algorithms.bc import BCConfig

ITERATIONS = 6
name, size, branch = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
SOURCES = {
    "parquet": {"input_": [f"{name}.parquet"]},
    "json": {
        "input_": [f"{name}.rllib.json"],
        "input_read_method": "read_json",
        "input_read_sample_batches": True,
    },
}


def learn(source):
    config = (
        BCConfig()
        .environment(
            observation_space=gymnasium.spaces.Box(-np.inf, np.inf, (size,), np.float32),
            action_space=gymnasium.spaces.Discrete(branch),
        )
        .env_runners(num_env_runners=0)
        .learners(num_learners=0)
        .training(lr=0.0003, train_batch_size_per_learner=64)
        .offline_data(**source, dataset_num_iters_per_learner=10)
        .debugging(seed=1)
    )
    algorithm = config.build_algo()
    losses = [
        float(algorithm.train()["learners"]["default_policy"]["policy_loss"]) for _ in range(ITERATIONS)
    ]
    algorithm.stop()
    return losses


# Ray keeps its files for later, and its sockets need a short path.
with tempfile.TemporaryDirectory(prefix="ray", dir="/tmp") as folder:
    # The readers and the two workers behind them wait for a processor each; these are counted, not there.
    ray.init(num_cpus=6, include_dashboard=False, logging_level="error", log_to_driver=False, _temp_dir=folder)
    losses = {kind: learn(source) for kind, source in SOURCES.items()}
    ray.shutdown()
print(json.dumps(losses))
