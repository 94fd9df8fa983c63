"""One environment of Understudy as a ``gymnasium.Env``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
import numpy.typing as npt

from understudy_gym import frames
from understudy_gym.drawing import DRAWINGS, draw
from understudy_gym.errors import UnderstudyError
from understudy_gym.frames import Result
from understudy_gym.process import Process
from understudy_gym.spaces import Observed, action_space, observation_space, split, write_action

SEEDS = 1 << 32
"""Seeds are below this."""


class UnderstudyEnv(gymnasium.Env[Observed, Any]):
    """One environment in a process of its own.

    ``info`` has ``seed`` after a reset, ``is_success`` after the last step where the environment
    says it, and ``action_mask`` (int8, all branches one behind the other) where some actions are
    sometimes forbidden.

    Args:
        env_id: the id in Understudy's registry, or the part of it before the slash.
        level: the part behind the slash.
        version: the version of the rules that the id stands for; another one is refused.
        render_mode: ``"rgb_array"`` or none.
        plugins: modules that register environments of your own.
        command: the program and its first arguments; by default it is looked for.
        parameters: of the environment.

    Raises:
        UnderstudyError: if there is no such environment, or the parameters do not fit.

    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 5}  # noqa: RUF012

    def __init__(
        self,
        env_id: str,
        *,
        level: str | int | None = None,
        version: int | None = None,
        render_mode: str | None = None,
        plugins: Sequence[str] = (),
        command: Sequence[str] | None = None,
        **parameters: float | str | bool,
    ) -> None:
        self._process = Process(environment_id(env_id, level), 1, parameters, plugins, command)
        try:
            check_version(self._process, version)
            self.metadata = metadata_of(self._process)
            self.render_mode = check_render_mode(self._process, render_mode)
        except UnderstudyError:
            self._process.close()
            raise
        self.understudy_spec = self._process.spec
        self.observation_space = observation_space(self.understudy_spec)
        self.action_space = action_space(self.understudy_spec)
        self._mask = np.ones(sum(self.understudy_spec.discrete), np.bool_)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observed, dict[str, Any]]:
        """Begin the episode of ``seed``; without one, that of a seed drawn from ``np_random``."""
        super().reset(seed=seed)
        episode = draw_seed(self.np_random) if seed is None else check_seed(seed)
        result = self._advance(frames.RESET, episode)
        return self._observation(result), {"seed": episode, **self._masks(result)}

    def step(self, action: Any) -> tuple[Observed, float, bool, bool, dict[str, Any]]:
        """Take one step."""
        request = self._process.request
        write_action(self.understudy_spec, action, request.continuous[0], request.discrete[0])
        result = self._advance(frames.STEP)
        terminated, truncated = bool(result.terminated[0]), bool(result.truncated[0])
        info = self._masks(result)
        if (terminated or truncated) and result.success[0] != frames.UNSAID:
            info["is_success"] = bool(result.success[0])
        return self._observation(result), float(result.rewards[0]), terminated, truncated, info

    def render(self) -> npt.NDArray[np.uint8] | None:
        """Return the picture of what is now, [height, width, 3], in the mode ``rgb_array``."""
        if self.render_mode is None:
            return None
        return draw(self._process.scene(0))

    def close(self) -> None:
        """End the process."""
        self._process.close()

    def action_masks(self) -> npt.NDArray[np.bool_]:
        """Return which actions are allowed now, all branches one behind the other.

        sb3-contrib's ``MaskablePPO`` calls it.
        """
        return self._mask.copy()

    def _advance(self, command: int, seed: int = 0) -> Result:
        request = self._process.request
        request.commands[0] = command
        request.seeds[0] = seed
        result = self._process.advance()
        if self.understudy_spec.masked:
            self._mask = result.masks[0].astype(np.bool_)
        return result

    def _observation(self, result: Result) -> Observed:
        return split(self.understudy_spec, result.observations[0])

    def _masks(self, result: Result) -> dict[str, Any]:
        return {"action_mask": result.masks[0]} if self.understudy_spec.masked else {}


def environment_id(env_id: str, level: str | int | None) -> str:
    """Return the registry's id: ``bubble`` and 25 are ``bubble/25``."""
    return env_id if level is None else f"{env_id}/{level}"


def draw_seed(generator: np.random.Generator) -> int:
    """Draw the seed of an episode."""
    return int(generator.integers(SEEDS))


def check_seed(seed: int) -> int:
    """Return the seed.

    Raises:
        ValueError: if it is too large; folding it would give two seeds the same episode.

    """
    if 0 <= seed < SEEDS:
        return int(seed)
    raise ValueError(f"a seed of Understudy is 0 to {SEEDS - 1}, not {seed}")


def check_version(process: Process, version: int | None) -> None:
    """Refuse an environment whose rules are of another version than the id promises."""
    spec = process.spec
    if version is not None and spec.version != version:
        raise UnderstudyError(
            f"the id stands for version {version} of {spec.id}, and Understudy has version "
            f"{spec.version}: install the Python package that belongs to it"
        )


def check_render_mode(process: Process, render_mode: str | None) -> str | None:
    """Return the mode, if the environment can be drawn in it."""
    modes = metadata_of(process)["render_modes"]
    if render_mode is None or render_mode in modes:
        return render_mode
    raise UnderstudyError(f"{process.spec.id} cannot be rendered as {render_mode!r}, only {modes}")


def metadata_of(process: Process) -> dict[str, Any]:
    """Return Gymnasium's metadata of one environment."""
    drawn = process.scene_kind in DRAWINGS
    return {"render_modes": ["rgb_array"] if drawn else [], "render_fps": 5}
