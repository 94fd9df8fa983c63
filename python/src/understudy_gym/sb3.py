"""Understudy's environments as the vector that Stable-Baselines3 trains on.

Stable-Baselines3 knows no ``gymnasium.vector``, so this hands it the one process with all the
environments; its own ``make_vec_env`` would start a process for each. Its learners take all but
``Dict`` actions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import gymnasium
import numpy as np
import numpy.typing as npt
from stable_baselines3.common.vec_env import VecEnv, VecMonitor

from understudy_gym.vector_env import UnderstudyVectorEnv


def make_sb3_env(env_id: str, n_envs: int = 1, seed: int | None = None, **kwargs: Any) -> VecEnv:
    """Make ``n_envs`` environments, monitored, for a learner of Stable-Baselines3.

    Args:
        env_id: Gymnasium's id, such as ``understudy/Bubble-v0``.
        n_envs: how many.
        seed: of the first episode of the first environment; the others count on from it.
        kwargs: as for ``gymnasium.make_vec``.

    """
    envs = gymnasium.make_vec(
        env_id, n_envs, vectorization_mode="vector_entry_point", autoreset_mode="SameStep", **kwargs
    )
    assert isinstance(envs, UnderstudyVectorEnv)
    vec_env = UnderstudyVecEnv(envs)
    vec_env.seed(seed)
    return VecMonitor(vec_env)


class UnderstudyVecEnv(VecEnv):
    """Adapts a vector whose autoreset mode is ``SAME_STEP``, as Stable-Baselines3's is."""

    def __init__(self, envs: UnderstudyVectorEnv) -> None:
        self.envs = envs
        self._actions: npt.NDArray[Any] | None = None
        super().__init__(envs.num_envs, envs.single_observation_space, envs.single_action_space)

    def reset(self) -> Any:
        """Begin an episode everywhere."""
        observations, infos = self.envs.reset(seed=self._seeds)
        self.reset_infos = self._rows(infos)
        self._reset_seeds()
        self._reset_options()
        return observations

    def step_async(self, actions: npt.NDArray[Any]) -> None:
        """Keep the actions for ``step_wait``."""
        self._actions = actions

    def step_wait(
        self,
    ) -> tuple[Any, npt.NDArray[np.float32], npt.NDArray[np.bool_], list[dict[str, Any]]]:
        """Take the step; an episode that ends begins anew, and ``infos`` has how it ended."""
        observations, rewards, terminated, truncated, infos = self.envs.step(self._actions)
        rows = self._rows(infos)
        for i in np.flatnonzero(terminated | truncated).tolist():
            rows[i]["terminal_observation"] = infos["final_obs"][i]
            rows[i]["TimeLimit.truncated"] = bool(truncated[i])
            final = infos["final_info"]
            if "is_success" in final and final["_is_success"][i]:
                rows[i]["is_success"] = bool(final["is_success"][i])
        return observations, rewards.astype(np.float32), terminated | truncated, rows

    def close(self) -> None:
        """End the process."""
        self.envs.close()

    def get_images(self) -> Sequence[npt.NDArray[np.uint8] | None]:
        """Return a picture of each environment."""
        return self.envs.render() or [None] * self.num_envs

    def get_attr(self, attr_name: str, indices: int | Iterable[int] | None = None) -> list[Any]:
        """Return an attribute of the vector once for each environment."""
        return [getattr(self.envs, attr_name) for _ in self._get_indices(indices)]

    def set_attr(
        self, attr_name: str, value: Any, indices: int | Iterable[int] | None = None
    ) -> None:
        """Refuse: the environments are elsewhere, and their parameters are given when made."""
        raise AttributeError(f"{attr_name} cannot be set on an environment of Understudy")

    def env_method(
        self,
        method_name: str,
        *method_args: Any,
        indices: int | Iterable[int] | None = None,
        **method_kwargs: Any,
    ) -> list[Any]:
        """Call a method that answers with a row for each environment, such as ``action_masks``."""
        rows = getattr(self.envs, method_name)(*method_args, **method_kwargs)
        return [rows[i] for i in self._get_indices(indices)]

    def env_is_wrapped(
        self, wrapper_class: type[Any], indices: int | Iterable[int] | None = None
    ) -> list[bool]:
        """Say no for each: nothing wraps them one by one."""
        return [False for _ in self._get_indices(indices)]

    def _rows(self, infos: dict[str, Any]) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        for name in ("action_mask", "seed"):
            for i in np.flatnonzero(infos.get(f"_{name}", False)).tolist():
                rows[i][name] = infos[name][i]
        return rows
