from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from conftest import Maker
from understudy_gym import UnderstudyEnv, UnderstudyError


@pytest.mark.parametrize("name", ["Bubble", "Basic", "Grid", "Recall", "CartPole"])
def test_gymnasium_finds_nothing_wrong(make: Maker, name: str) -> None:
    # Warnings are errors here.
    check_env(make.env(name).unwrapped)


def test_continuous_and_image_variants_are_right_too(make: Maker) -> None:
    check_env(make.env("Bubble", level=25, action="continuous", observation="grid").unwrapped)
    check_env(make.env("Grid", goal="either").unwrapped)


def test_spaces_follow_the_specification(make: Maker) -> None:
    bubble = make.env("Bubble", level=25)
    assert isinstance(bubble.observation_space, gymnasium.spaces.Dict)
    assert bubble.observation_space["rays"].shape == (41, 10)
    assert bubble.observation_space["board"].shape == (23,)
    assert bubble.action_space == gymnasium.spaces.MultiDiscrete([41, 2])
    continuous = make.env("Bubble", action="continuous")
    assert continuous.action_space == gymnasium.spaces.Box(-1, 1, (2,))
    basic = make.env("Basic")
    assert isinstance(basic.observation_space, gymnasium.spaces.Box)
    assert basic.observation_space.shape == (20,)
    assert basic.action_space == gymnasium.spaces.Discrete(3)
    grid = make.env("Grid")
    assert grid.observation_space == gymnasium.spaces.Box(0, 1, (3, 28, 28))


def test_actions_have_the_numbers_of_their_environment(make: Maker) -> None:
    pendulum = make.env("Pendulum")
    assert pendulum.action_space == gymnasium.spaces.Box(-2, 2, (1,))
    # A torque of u speeds the pendulum up by 3 u / 20 in a step.
    speeds = {}
    for torque in (-2.0, 0.0, 1.0, 2.0):
        pendulum.reset(seed=1)
        observation, *_ = pendulum.step(np.array([torque], np.float32))
        speeds[torque] = float(observation[2])
    assert speeds[1.0] - speeds[0.0] == pytest.approx(0.15, abs=1e-6)
    assert speeds[2.0] - speeds[-2.0] == pytest.approx(0.6, abs=1e-6)
    with pytest.raises(UnderstudyError, match="outside"):
        pendulum.step(np.array([2.1], np.float32))


def test_the_best_walk_of_basic_pays_what_it_should(make: Maker) -> None:
    env = make.env("Basic")
    observation, info = env.reset(seed=1)
    assert observation.argmax() == 10
    assert info == {"seed": 1}
    for place in range(11, 17):
        observation, reward, terminated, truncated, info = env.step(2)
        assert (observation.argmax(), reward, terminated, truncated) == (place, -0.01, False, False)
        assert info == {}
    observation, reward, terminated, truncated, info = env.step(2)
    assert (observation.argmax(), reward, terminated, truncated) == (17, 0.99, True, False)
    assert info == {"is_success": True}


def test_a_seed_is_an_episode_and_without_one_it_is_drawn(make: Maker) -> None:
    env, twin = make.env("Bubble"), make.env("Bubble")
    first, info = env.reset(seed=7)
    drawn, drawn_info = env.reset()
    assert info["seed"] == 7
    assert drawn_info["seed"] != 7
    again, _ = twin.reset(seed=drawn_info["seed"])
    assert all(np.array_equal(drawn[name], again[name]) for name in drawn)
    twin.reset(seed=7)
    same, same_info = twin.reset()
    assert same_info == drawn_info
    assert all(np.array_equal(drawn[name], same[name]) for name in drawn)
    assert not np.array_equal(first["board"], drawn["board"])


def test_a_seed_that_would_have_to_be_folded_is_refused(make: Maker) -> None:
    env = make.env("Basic").unwrapped
    with pytest.raises(ValueError, match="0 to 4294967295"):
        env.reset(seed=1 << 32)


def test_the_mask_says_where_the_walls_are(make: Maker) -> None:
    env = make.env("Grid", gridSize=3)
    _, info = env.reset(seed=3)
    assert info["action_mask"].dtype == np.int8
    for _ in range(20):
        # Towards a wall one stays, which is what the mask forbids.
        mask = info["action_mask"]
        assert np.array_equal(env.get_wrapper_attr("action_masks")(), mask.astype(bool))
        action = env.action_space.sample(mask)
        _, _, terminated, truncated, info = env.step(action)
        if terminated or truncated:
            _, info = env.reset()
    assert make.env("Bubble").get_wrapper_attr("action_masks")().all()


@pytest.mark.parametrize(
    ("action", "error", "words"),
    [
        (3, UnderstudyError, "action 3 of branch 0 is outside 0 to 2"),
        (1.5, TypeError, "cast"),
        (1 << 32, ValueError, "none of any space"),
        (np.zeros(2, int), ValueError, "reshape"),
    ],
)
def test_a_wrong_action_is_refused_and_nothing_happens(
    make: Maker, action: Any, error: type[Exception], words: str
) -> None:
    env = make.env("Basic", disable_env_checker=True)
    env.reset()
    with pytest.raises(error, match=words):
        env.step(action)
    observation, *_ = env.step(2)
    assert observation.argmax() == 11


def test_a_step_after_the_end_is_refused(make: Maker) -> None:
    env = make.env("Basic").unwrapped
    env.reset()
    for _ in range(7):
        env.step(2)
    with pytest.raises(UnderstudyError, match="no episode to step"):
        env.step(2)


@pytest.mark.parametrize("name", ["Bubble", "Basic", "Grid", "Recall"])
def test_pictures_show_what_changes(make: Maker, name: str) -> None:
    env = make.env(name, render_mode="rgb_array")
    env.reset(seed=2)
    before: Any = env.render()
    assert before.dtype == np.uint8
    assert before.shape[2] == 3
    assert len(np.unique(before.reshape(-1, 3), axis=0)) >= 3
    for action in [1, 2] if name == "Grid" else [1]:
        env.step(np.array([20, 0]) if name == "Bubble" else action)
        if not np.array_equal(before, env.render()):  # type: ignore[arg-type]
            return
    pytest.fail("no step shows in the picture")


def test_observations_are_the_callers_own(make: Maker) -> None:
    env = make.env("Basic")
    first, _ = env.reset()
    first[:] = 5
    second, *_ = env.step(2)
    assert second.sum() == 1
    assert first.sum() == 100


def test_what_cannot_be_made_is_said() -> None:
    with pytest.raises(UnderstudyError, match="did you mean"):
        UnderstudyEnv("bubbel/25")
    with pytest.raises(UnderstudyError, match="no parameter"):
        UnderstudyEnv("basic", colour=3)
    with pytest.raises(UnderstudyError, match="version 9 of basic"):
        UnderstudyEnv("basic", version=9)
    with pytest.raises(UnderstudyError, match="cannot be rendered as 'human'"):
        UnderstudyEnv("basic", render_mode="human")
