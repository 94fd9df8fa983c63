"""mlagents-envs.py scene|gym NAME SEED: takes the steps of NAME.*.actions.json and compares what is shown with what is expected."""

import json
import sys

import numpy as np
from mlagents_client import only_behaviour, open_build
from mlagents_envs.base_env import ActionTuple
from mlagents_envs.envs.unity_gym_env import UnityToGymWrapper

through, name, seed = sys.argv[1:]
steps = json.load(open(f"{name}.{through}.actions.json"))
expected = np.fromfile(f"{name}.{through}.expected", dtype="<f4")
seen = []


def look(*parts):
    seen.extend(np.asarray(part, dtype=np.float32).ravel() for part in parts)


def play_scene(environment):
    environment.reset()
    behaviour, spec = only_behaviour(environment)
    known = set()
    waiting = []

    def look_at_all():
        nonlocal waiting
        decisions, terminals = environment.get_steps(behaviour)
        assert set(terminals.agent_id) <= set(waiting)
        fresh = [i for i in decisions.agent_id if i not in waiting]
        assert len(fresh) == len(terminals) or not known
        assert known.isdisjoint(fresh)
        known.update(fresh)
        waiting = list(decisions.agent_id)
        assert not any(decisions.group_id) and not any(decisions.group_reward)
        look(len(terminals))
        for i in range(len(terminals)):
            look(terminals.reward[i], terminals.interrupted[i], *(obs[i] for obs in terminals.obs))
        look(len(decisions))
        for i in range(len(decisions)):
            masks = [mask[i] for mask in decisions.action_mask or []]
            look(decisions.reward[i], *(obs[i] for obs in decisions.obs), *masks)

    look_at_all()
    for step in steps:
        action = ActionTuple()
        if spec.action_spec.continuous_size > 0:
            action.add_continuous(np.array([agent["continuous"] for agent in step], dtype=np.float32))
        if spec.action_spec.discrete_size > 0:
            action.add_discrete(np.array([agent["discrete"] for agent in step], dtype=np.int32))
        environment.set_actions(behaviour, action)
        environment.step()
        look_at_all()


def play_gym(environment):
    gym = UnityToGymWrapper(environment, allow_multiple_obs=False)
    assert gym.action_space.n == 3 and gym.observation_space.shape == (20,)
    look(gym.reset())
    for (agent,) in steps:
        observation, reward, done, _ = gym.step(agent["discrete"][0])
        look(reward, done, observation)
        if done:
            look(gym.reset())


environment = open_build(name, seed=int(seed), timeout_wait=60)
try:
    play_scene(environment) if through == "scene" else play_gym(environment)
finally:
    environment.close()
found = np.concatenate(seen)
assert found.shape == expected.shape, (found.shape, expected.shape)
different = np.flatnonzero(found.view(np.uint32) != expected.view(np.uint32))
assert different.size == 0, (different.size, different[:5], found[different[:5]], expected[different[:5]])
print(json.dumps({"values": int(found.size)}))
