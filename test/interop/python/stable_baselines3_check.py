"""PPO learns Basic and runs on Bubble, and MaskablePPO keeps to what Grid allows."""

import json

import numpy as np
import torch
from sb3_contrib import MaskablePPO
from sb3_contrib.common.maskable.utils import get_action_masks
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.vec_env import VecEnvWrapper
from understudy_gym.sb3 import make_sb3_env

torch.set_num_threads(1)


def learn_basic():
    env = make_sb3_env("understudy/Basic-v0", 16, seed=1, max_steps=100)
    model = PPO("MlpPolicy", env, n_steps=64, batch_size=256, learning_rate=3e-3, gamma=0.9, seed=1)
    model.learn(8192)
    mean, _ = evaluate_policy(model, env, 20)
    env.close()
    return {"mean": round(float(mean), 4), "steps": model.num_timesteps}


class Returns(BaseCallback):
    """Notes what each episode paid."""

    def __init__(self):
        super().__init__()
        self.episodes = []

    def _on_step(self):
        for info in self.locals["infos"]:
            if "episode" in info:
                self.episodes.append(float(info["episode"]["r"]))
        return True

    def mean(self):
        return round(float(np.mean(self.episodes)), 3)


def learn_bubble():
    env = make_sb3_env("understudy/Bubble-v0", 16, seed=1, level=25)
    model = PPO("MultiInputPolicy", env, n_steps=128, batch_size=256, gamma=0.95, seed=1)
    returns = Returns()
    model.learn(8192, returns)
    env.close()
    steps = model.num_timesteps
    return {"mean": returns.mean(), "episodes": len(returns.episodes), "steps": steps}


class Watch(VecEnvWrapper):
    """Counts actions that the masks forbid."""

    forbidden = 0

    def reset(self):
        return self.venv.reset()

    def step_async(self, actions):
        masks = get_action_masks(self.venv)
        self.forbidden += int((~masks[np.arange(self.num_envs), actions]).sum())
        self.venv.step_async(actions)

    def step_wait(self):
        return self.venv.step_wait()


def learn_grid():
    env = Watch(make_sb3_env("understudy/Grid-v0", 8, seed=1))
    model = MaskablePPO("MlpPolicy", env, n_steps=64, batch_size=128, seed=1)
    model.learn(2048)
    env.close()
    return {"steps": model.num_timesteps, "forbidden": env.forbidden}


print(json.dumps({"basic": learn_basic(), "bubble": learn_bubble(), "grid": learn_grid()}))
