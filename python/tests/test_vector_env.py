from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import data_equivalence
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from conftest import Maker
from understudy_gym.frames import UNSAID
from understudy_gym.vector_env import _tell_success

Factory = Callable[[], gymnasium.Env[Any, Any]]


def singles(make: Maker, name: str, count: int, **kwargs: Any) -> list[Factory]:
    return [lambda: make.env(name, disable_env_checker=True, **kwargs)] * count


@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
@pytest.mark.parametrize(
    ("name", "kwargs"),
    [
        ("Bubble", {"captives": 1, "rows": 4}),
        ("Bubble", {"captives": 1, "rows": 4, "action": "continuous"}),
        ("Grid", {"max_steps": 6, "goal": "either"}),
        ("Recall", {"length": 2}),
    ],
)
def test_it_is_gymnasiums_own_vector_of_singles(
    make: Maker, name: str, kwargs: dict[str, Any], mode: AutoresetMode
) -> None:
    envs = make.vector(
        name, 3, vectorization_mode="vector_entry_point", autoreset_mode=mode, **kwargs
    )
    expected = SyncVectorEnv(singles(make, name, 3, **kwargs), autoreset_mode=mode)
    assert envs.metadata["autoreset_mode"] == mode
    assert envs.observation_space == expected.observation_space
    assert envs.action_space == expected.action_space
    envs.action_space.seed(4)
    ended = 0
    # A second reset without a seed goes on with the generators.
    for seed in (11, None):
        assert data_equivalence(envs.reset(seed=seed), expected.reset(seed=seed), exact=True)
        for _ in range(60):
            actions = envs.action_space.sample()
            ours, theirs = envs.step(actions), expected.step(actions)
            assert data_equivalence(ours, theirs, exact=True)
            assert envs.observation_space.contains(ours[0])
            ended += int((ours[2] | ours[3]).sum())
    assert ended >= 6


def test_without_autoreset_the_caller_says_who_begins_anew(make: Maker) -> None:
    envs = make.vector("Basic", 3, autoreset_mode="Disabled")
    envs.reset(seed=0)
    for _ in range(3):
        envs.step(np.array([1, 2, 0]))
    options = {"reset_mask": np.array([True, False, False])}
    observations, infos = envs.reset(seed=[5, None, None], options=options)
    assert observations.argmax(axis=1).tolist() == [10, 13, 10]
    assert infos["seed"].tolist() == [5, 0, 0]
    assert infos["_seed"].tolist() == [True, False, False]
    observations, *_ = envs.step(np.array([2, 2, 2]))
    assert observations.argmax(axis=1).tolist() == [11, 14, 11]
    with pytest.raises(ValueError, match="reset_mask"):
        envs.reset(options={"reset_mask": np.zeros(3, bool)})


def test_masks_have_a_row_for_each(make: Maker) -> None:
    envs = make.vector("Grid", 4)
    _, infos = envs.reset(seed=1)
    assert infos["action_mask"].shape == (4, 5)
    assert np.array_equal(envs.action_masks(), infos["action_mask"].astype(bool))


def test_a_wrong_number_of_seeds_or_actions_is_refused(make: Maker) -> None:
    envs = make.vector("Basic", 2)
    with pytest.raises(ValueError, match="3 seeds"):
        envs.reset(seed=[1, 2, 3])
    envs.reset(seed=1)
    with pytest.raises(ValueError, match="reshape"):
        envs.step(np.zeros(3, int))


def test_pictures_come_one_for_each(make: Maker) -> None:
    envs = make.vector("Basic", 2, render_mode="rgb_array")
    envs.reset()
    pictures = envs.render()
    assert pictures is not None
    assert len(pictures) == 2


def test_an_episode_of_which_nobody_says_how_it_ended_is_no_failure() -> None:
    result: Any = SimpleNamespace(success=np.array([1, UNSAID, 0, 0], np.uint8))
    infos: dict[str, Any] = {}
    _tell_success(infos, result, np.array([True, True, True, False]))
    assert infos["is_success"].tolist() == [True, False, False, False]
    assert infos["_is_success"].tolist() == [True, False, True, False]
    silent: dict[str, Any] = {}
    _tell_success(silent, result, np.array([False, True, False, False]))
    assert silent == {}
