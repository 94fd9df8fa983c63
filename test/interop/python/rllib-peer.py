"""RLlib's PPO learns Basic in processes of Understudy, and an env runner is killed on the way."""

import json
import os
import signal
import tempfile

import ray
from ray.rllib.algorithms.ppo import PPOConfig
from ray.tune.registry import register_env

STEPS = 10_000
KILLED_AT = 3_000
# One processor is the learner's; the rest gathers, and there is something to lose on a machine with two.
RUNNERS = max(1, (os.cpu_count() or 2) - 1)


def make(config):
    import gymnasium
    import understudy_gym  # noqa: F401  makes the ids known

    return gymnasium.make("understudy/Basic-v0", **config)


def kill_one(algorithm):
    """SIGKILL to the process of one runner, found by its id. Returns the id."""
    pid = next(iter(algorithm.env_runner_group.foreach_env_runner(lambda _: os.getpid(), local_env_runner=False)))
    assert pid != os.getpid()
    os.kill(pid, signal.SIGKILL)
    return pid


def learn():
    config = (
        PPOConfig()
        .environment("basic", env_config={"max_steps": 100})
        .env_runners(num_env_runners=RUNNERS)
        .learners(num_learners=0)
        .training(
            gamma=0.995, lr=0.0001, kl_coeff=1.0, num_epochs=20, minibatch_size=100, train_batch_size_per_learner=500
        )
        .fault_tolerance(restart_failed_env_runners=True, delay_between_env_runner_restarts_s=0)
        .debugging(seed=1)
    )
    algorithm = config.build_algo()
    killed, steps, means, idle = None, 0, [], 0
    while steps < STEPS:
        result = algorithm.train()
        before, steps = steps, int(result["num_env_steps_sampled_lifetime"])
        if steps == before:
            # With its only runner gone, RLlib goes on without a step until there is another.
            idle += 1
            continue
        means.append(round(float(result["env_runners"]["episode_return_mean"]), 3))
        print(steps, means[-1], flush=True)
        if killed is None and steps >= KILLED_AT:
            killed = kill_one(algorithm)
    pids = algorithm.env_runner_group.foreach_env_runner(lambda _: os.getpid(), local_env_runner=False)
    assert len(pids) == RUNNERS and killed not in pids, (killed, pids)
    algorithm.stop()
    return {
        "runners": RUNNERS,
        "steps": steps,
        "training": means,
        "idle": idle,
    }


register_env("basic", make)
# Ray keeps its files for later, and its sockets need a short path.
with tempfile.TemporaryDirectory(prefix="ray", dir="/tmp") as folder:
    ray.init(include_dashboard=False, logging_level="error", log_to_driver=False, _temp_dir=folder)
    report = learn()
    ray.shutdown()
print(json.dumps(report))
