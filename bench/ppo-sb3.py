"""Stable-Baselines3's PPO on Gymnasium's tasks, measured as `understudy experiment` measures ours: the other side of
docs/results/cart-pole.md and pendulum.md.

Usage: ppo-sb3.py TASK SEED STEPS OUT.json    (needs: stable-baselines3 gymnasium[box2d,classic-control])

The settings are those that RL Baselines3 Zoo lists for each task (hyperparams/ppo.yml), except that the pendulum explores
with independent noise in place of gSDE. After training the most likely actions play 100 episodes from seeds 1000000 on.
"""

import json
import sys
import time

import gymnasium
import stable_baselines3
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env

FIRST_HELD_OUT_SEED = 1_000_000
HELD_OUT_EPISODES = 100


def falling(first):
    return lambda left: left * first


TASKS = {
    "CartPole-v1": (
        8,
        {
            "n_steps": 32,
            "batch_size": 256,
            "gae_lambda": 0.8,
            "gamma": 0.98,
            "n_epochs": 20,
            "learning_rate": falling(1e-3),
            "clip_range": falling(0.2),
        },
    ),
    "Pendulum-v1": (
        4,
        {"n_steps": 1024, "gae_lambda": 0.95, "gamma": 0.9, "n_epochs": 10, "learning_rate": 1e-3},
    ),
    "LunarLander-v3": (
        16,
        {
            "n_steps": 1024,
            "batch_size": 64,
            "gae_lambda": 0.98,
            "gamma": 0.999,
            "n_epochs": 4,
            "ent_coef": 0.01,
        },
    ),
}


class Episodes(BaseCallback):
    """Every finished episode: after which step of the run, and its return."""

    def __init__(self):
        super().__init__()
        self.rows = []

    def _on_step(self):
        for info in self.locals["infos"]:
            if "episode" in info:
                self.rows.append((self.num_timesteps, float(info["episode"]["r"])))
        return True


def curve(rows, steps):
    """Mean return of the episodes that ended in each tenth of the run; None where none did."""
    tenths = [[] for _ in range(10)]
    for step, total in rows:
        tenths[min(9, (step - 1) * 10 // steps)].append(total)
    return [round(sum(part) / len(part), 1) if part else None for part in tenths]


def held_out(model, task):
    env = gymnasium.make(task)
    scores = []
    for i in range(HELD_OUT_EPISODES):
        observation, _ = env.reset(seed=FIRST_HELD_OUT_SEED + i)
        total, over = 0.0, False
        while not over:
            action, _ = model.predict(observation, deterministic=True)
            observation, reward, terminated, truncated, _ = env.step(action)
            total += float(reward)
            over = terminated or truncated
        scores.append(total)
    env.close()
    return scores


def main():
    task, seed, steps, out = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    torch.set_num_threads(1)
    count, settings = TASKS[task]
    model = PPO("MlpPolicy", make_vec_env(task, count, seed=seed), seed=seed, device="cpu", **settings)
    episodes = Episodes()
    began = time.perf_counter()
    model.learn(steps, callback=episodes)
    seconds = time.perf_counter() - began
    scores = held_out(model, task)
    with open(out, "w", encoding="utf-8") as file:
        json.dump(
            {
                "task": task,
                "seed": seed,
                "steps": model.num_timesteps,
                "seconds": round(seconds, 1),
                "versions": {
                    "stable-baselines3": stable_baselines3.__version__,
                    "gymnasium": gymnasium.__version__,
                    "torch": torch.__version__,
                },
                "heldOut": [round(score, 2) for score in scores],
                "curve": curve(episodes.rows, model.num_timesteps),
            },
            file,
        )
    print(f"{task} seed {seed}: {sum(scores) / len(scores):.2f} held out, {seconds:.0f} s", flush=True)


main()
