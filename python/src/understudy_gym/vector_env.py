"""Many environments of Understudy in one process as a ``gymnasium.vector.VectorEnv``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium.utils import seeding
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from understudy_gym import frames
from understudy_gym.drawing import draw
from understudy_gym.env import (
    check_render_mode,
    check_seed,
    check_version,
    draw_seed,
    environment_id,
    metadata_of,
)
from understudy_gym.errors import UnderstudyError
from understudy_gym.frames import Result
from understudy_gym.process import Process
from understudy_gym.spaces import Observed, action_space, observation_space, split, write_action

Flags = npt.NDArray[np.bool_]


class UnderstudyVectorEnv(VectorEnv[Observed, Any, Any]):
    """``num_envs`` environments that one message steps.

    It gives what ``gymnasium.vector.SyncVectorEnv`` of as many ``UnderstudyEnv`` gives, to the last
    bit: environment ``i`` begins with ``seed + i`` and draws later seeds from a generator of its
    own. ``infos`` is laid out as there, ``final_obs`` and ``final_info`` included.

    Args:
        env_id: the id in Understudy's registry, or the part of it before the slash.
        num_envs: how many.
        level: the part behind the slash.
        version: the version of the rules that the id stands for; another one is refused.
        autoreset_mode: when an environment whose episode has ended begins the next one.
        render_mode: ``"rgb_array"`` or none.
        plugins: modules that register environments of your own.
        command: the program and its first arguments; by default it is looked for.
        parameters: of the environment.

    Raises:
        UnderstudyError: if there is no such environment, or the parameters do not fit.

    """

    def __init__(
        self,
        env_id: str,
        *,
        num_envs: int = 1,
        level: str | int | None = None,
        version: int | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        render_mode: str | None = None,
        plugins: Sequence[str] = (),
        command: Sequence[str] | None = None,
        **parameters: float | str | bool,
    ) -> None:
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        environment = environment_id(env_id, level)
        self._process = Process(environment, num_envs, parameters, plugins, command)
        try:
            check_version(self._process, version)
            self.render_mode = check_render_mode(self._process, render_mode)
        except UnderstudyError:
            self._process.close()
            raise
        self.metadata = {**metadata_of(self._process), "autoreset_mode": self.autoreset_mode}
        self.understudy_spec = self._process.spec
        self.num_envs = num_envs
        self.single_observation_space = observation_space(self.understudy_spec)
        self.single_action_space = action_space(self.understudy_spec)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._generators = [seeding.np_random() for _ in range(num_envs)]
        self._upcoming = [draw_seed(generator) for generator, _ in self._generators]
        self._ended = np.zeros(num_envs, np.bool_)
        self._mask = np.ones((num_envs, sum(self.understudy_spec.discrete)), np.bool_)

    @property  # type: ignore[misc]
    def np_random(self) -> tuple[np.random.Generator, ...]:  # type: ignore[override]
        """The generators that the seeds of later episodes are drawn from."""
        return tuple(generator for generator, _ in self._generators)

    @property
    def np_random_seed(self) -> tuple[int, ...]:  # type: ignore[override]
        """What they were seeded with."""
        return tuple(seed for _, seed in self._generators)

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Observed, dict[str, Any]]:
        """Begin an episode in every environment, or in those of ``options["reset_mask"]``.

        Args:
            seed: that of the first environment, the others count on from it; or one for each.
            options: ``reset_mask``, bool [N], leaves the others as they are.

        """
        given = self._seeds(seed)
        begun = self._chosen(options)
        request = self._process.request
        request.commands[:] = np.where(begun, frames.RESET, frames.NOTHING)
        for i in np.flatnonzero(begun).tolist():
            one = given[i]
            request.seeds[i] = self._next_seed(i) if one is None else self._seed(i, one)
        result = self._advance()
        self._ended = self._ended & ~begun
        infos: dict[str, Any] = {}
        self._tell_masks(infos, result.masks, begun)
        self._tell_seeds(infos, begun)
        return split(self.understudy_spec, result.observations), infos

    def step(
        self, actions: Any
    ) -> tuple[Observed, npt.NDArray[np.float64], Flags, Flags, dict[str, Any]]:
        """Step every environment; those whose episode has ended do as the autoreset mode says."""
        request = self._process.request
        write_action(self.understudy_spec, actions, request.continuous, request.discrete)
        if self.autoreset_mode == AutoresetMode.SAME_STEP:
            return self._step_then_reset()
        begun = self._ended
        if self.autoreset_mode == AutoresetMode.DISABLED:
            begun = np.zeros_like(begun)
        request.commands[:] = np.where(begun, frames.RESET, frames.STEP)
        for i in np.flatnonzero(begun).tolist():
            request.seeds[i] = self._next_seed(i)
        result = self._advance()
        ended = self._ended = result.terminated | result.truncated
        infos: dict[str, Any] = {}
        self._tell_masks(infos, result.masks, np.ones_like(ended))
        self._tell_seeds(infos, begun)
        _tell_success(infos, result, ended)
        return self._outcome(result, infos)

    def _step_then_reset(
        self,
    ) -> tuple[Observed, npt.NDArray[np.float64], Flags, Flags, dict[str, Any]]:
        request = self._process.request
        request.commands[:] = frames.STEP_THEN_RESET
        request.seeds[:] = self._upcoming
        result = self._advance()
        ended = result.terminated | result.truncated
        infos: dict[str, Any] = {}
        if ended.any():
            self._tell_finals(infos, result, ended)
            for i in np.flatnonzero(ended).tolist():
                self._next_seed(i)
        self._tell_masks(infos, result.masks, np.ones_like(ended))
        self._tell_seeds(infos, ended)
        return self._outcome(result, infos)

    def render(self) -> tuple[npt.NDArray[np.uint8], ...] | None:
        """Return a picture of each environment, [height, width, 3], in the mode ``rgb_array``."""
        if self.render_mode is None:
            return None
        return tuple(draw(self._process.scene(i)) for i in range(self.num_envs))

    def close_extras(self, **_: Any) -> None:
        """End the process."""
        self._process.close()

    def action_masks(self) -> npt.NDArray[np.bool_]:
        """Return which actions are allowed now, [N, choices of all branches]."""
        return self._mask.copy()

    def _advance(self) -> Result:
        result = self._process.advance()
        if self.understudy_spec.masked:
            self._mask = result.masks.astype(np.bool_)
        return result

    def _outcome(
        self, result: Result, infos: dict[str, Any]
    ) -> tuple[Observed, npt.NDArray[np.float64], Flags, Flags, dict[str, Any]]:
        observations = split(self.understudy_spec, result.observations)
        return observations, result.rewards, result.terminated, result.truncated, infos

    def _seeds(self, seed: int | Sequence[int | None] | None) -> Sequence[int | None]:
        if seed is None:
            return [None] * self.num_envs
        if isinstance(seed, (int, np.integer)):
            return [int(seed) + i for i in range(self.num_envs)]
        if len(seed) != self.num_envs:
            raise ValueError(f"{len(seed)} seeds were given for {self.num_envs} environments")
        return seed

    def _chosen(self, options: dict[str, Any] | None) -> Flags:
        mask = (options or {}).get("reset_mask")
        if mask is None:
            return np.ones(self.num_envs, np.bool_)
        chosen = np.asarray(mask)
        if chosen.shape != (self.num_envs,) or chosen.dtype != np.bool_ or not chosen.any():
            raise ValueError(f"reset_mask must be {self.num_envs} booleans, one of them true")
        return chosen

    def _seed(self, i: int, seed: int) -> int:
        """Give environment ``i`` its generator anew."""
        check_seed(seed)
        self._generators[i] = seeding.np_random(seed)
        self._upcoming[i] = draw_seed(self._generators[i][0])
        return seed

    def _next_seed(self, i: int) -> int:
        seed = self._upcoming[i]
        self._upcoming[i] = draw_seed(self._generators[i][0])
        return seed

    def _tell_masks(self, infos: dict[str, Any], masks: npt.NDArray[np.int8], of: Flags) -> None:
        if self.understudy_spec.masked:
            infos["action_mask"] = np.where(of[:, None], masks, np.int8(0))
            infos["_action_mask"] = of.copy()

    def _tell_seeds(self, infos: dict[str, Any], begun: Flags) -> None:
        if begun.any():
            seeds = self._process.request.seeds.astype(np.int64)
            infos["seed"] = np.where(begun, seeds, 0)
            infos["_seed"] = begun.copy()

    def _tell_finals(self, infos: dict[str, Any], result: Result, ended: Flags) -> None:
        indices = np.flatnonzero(ended)
        finals = self._process.finals(len(indices))
        observations = np.full(self.num_envs, None, np.object_)
        masks = np.zeros_like(result.masks)
        for row, i in enumerate(indices):
            observations[i] = split(self.understudy_spec, finals.observations[row])
            masks[i] = finals.masks[row]
        final_info: dict[str, Any] = {}
        self._tell_masks(final_info, masks, ended)
        _tell_success(final_info, result, ended)
        infos["final_obs"] = observations
        infos["_final_obs"] = ended.copy()
        infos["final_info"] = final_info
        infos["_final_info"] = ended.copy()


def _tell_success(infos: dict[str, Any], result: Result, ended: Flags) -> None:
    said = ended & (result.success != frames.UNSAID)
    if said.any():
        infos["is_success"] = result.success == 1
        infos["_is_success"] = said
