"""mlagents-demo.py TRUTH.jsonl same|previous OURS.demo THEIRS.demo

Reads our file with ML-Agents' own loader, compares every value, and writes the same episodes anew with ML-Agents' writer.
"""

import io
import json
import sys
import types

import numpy as np

# The loader takes one type for an annotation from a module that needs torch, which neither reads nor writes.
annotation = types.ModuleType("mlagents.trainers.torch_entities.action_log_probs")
annotation.LogProbsTuple = object
sys.modules["mlagents.trainers.torch_entities"] = types.ModuleType("mlagents.trainers.torch_entities")
sys.modules[annotation.__name__] = annotation

from mlagents.trainers.buffer import BufferKey  # noqa: E402
from mlagents.trainers.demo_loader import demo_to_buffer, load_demonstration, write_demo  # noqa: E402
from mlagents.trainers.trajectory import ObsUtil  # noqa: E402
from mlagents_envs.communicator_objects.agent_info_action_pair_pb2 import AgentInfoActionPairProto  # noqa: E402
from mlagents_envs.communicator_objects.brain_parameters_pb2 import BrainParametersProto  # noqa: E402
from mlagents_envs.communicator_objects.demonstration_meta_pb2 import DemonstrationMetaProto  # noqa: E402
from mlagents_envs.rpc_utils import steps_from_proto  # noqa: E402
from PIL import Image  # noqa: E402

truth, actions, ours, theirs = sys.argv[1:]
episodes = [json.loads(line) for line in open(truth, encoding="utf-8")]
environment = episodes[0]["environment"]
# entities are one long vector to trainers
shapes = [tuple(observation["shape"]) for observation in environment["observations"]]
shapes = [(shape[0] * shape[1],) if len(shape) == 2 else shape for shape in shapes]
names = [observation["name"] for observation in environment["observations"]]
continuous, branches = environment["action"]["continuous"], environment["action"]["discrete"]
values = 0


def same(what, found, expected, dtype=np.float32):
    global values
    found, expected = np.asarray(found, dtype=dtype), np.asarray(expected, dtype=dtype)
    assert found.shape == expected.shape, (what, found.shape, expected.shape)
    assert found.tobytes() == expected.tobytes(), (what, found, expected)
    values += found.size


def split(row):
    """One row of numbers as one array per observation."""
    parts = np.split(np.asarray(row, dtype=np.float32), np.cumsum([np.prod(shape) for shape in shapes])[:-1])
    return [part.reshape(shape) for part, shape in zip(parts, shapes)]


def stored_action(episode, step):
    """The continuous and discrete action that the record before this step holds; steps run to the terminal record."""
    steps = len(episode["rewards"])
    index = step if actions == "same" and step < steps else step - 1
    if index < 0:
        return [0.0] * continuous, [0] * len(branches)
    return episode["continuous"][index], episode["discrete"][index]


spec, pairs, total = load_demonstration(ours)
assert total == len(pairs) == sum(len(episode["observations"]) for episode in episodes)
assert [observation.shape for observation in spec.observation_specs] == shapes
assert [observation.name for observation in spec.observation_specs] == names
assert spec.action_spec.continuous_size == continuous
assert list(spec.action_spec.discrete_branches) == branches

at = 0
for number, episode in enumerate(episodes):
    steps = len(episode["rewards"])
    for step in range(steps + 1):
        pair = pairs[at]
        info = pair.agent_info
        decision, terminal = steps_from_proto([info], spec)
        done = step == steps
        assert (len(decision), len(terminal)) == ((0, 1) if done else (1, 0))
        reported = terminal if done else decision
        for name, found, expected in zip(names, reported.obs, split(episode["observations"][step])):
            same(name, found[0], expected)
        same("reward", reported.reward[0], 0.0 if step == 0 else episode["rewards"][step - 1])
        if done:
            assert bool(terminal.interrupted[0]) is not episode["terminated"]
        elif "masks" in episode:
            # theirs is true where an action is forbidden
            same("mask", np.concatenate(decision.action_mask, axis=1)[0], np.logical_not(episode["masks"][step]), bool)
        expected = stored_action(episode, step)
        same("continuous", pair.action_info.continuous_actions, expected[0])
        same("discrete", pair.action_info.discrete_actions, expected[1], np.int32)
        at += 1

# What the trainer makes of it: a transition from every record but the last.
_, buffer = demo_to_buffer(ours, 1)
assert len(buffer[BufferKey.DONE]) == total - 1
at = 0
for episode in episodes:
    steps = len(episode["rewards"])
    for step in range(steps):
        for i, expected in enumerate(split(episode["observations"][step])):
            same("buffer", buffer[ObsUtil.get_name_at(i)][at], expected)
        same("buffer reward", buffer[BufferKey.ENVIRONMENT_REWARDS][at], episode["rewards"][step])
        assert bool(buffer[BufferKey.DONE][at]) is (step == steps - 1)
        expected = stored_action(episode, step)
        if continuous:
            same("buffer action", buffer[BufferKey.CONTINUOUS_ACTION][at], expected[0])
        if branches:
            same("buffer action", buffer[BufferKey.DISCRETE_ACTION][at], expected[1], np.int32)
        at += 1
    at += 1


def png(image):
    """As Unity compresses an image of three channels."""
    data = io.BytesIO()
    pixels = np.rint(np.moveaxis(image, 0, -1) * 255).astype(np.uint8)
    Image.fromarray(pixels, "RGB").save(data, "PNG")
    return data.getvalue()


def records():
    for number, episode in enumerate(episodes):
        steps = len(episode["rewards"])
        for step in range(steps + 1):
            pair = AgentInfoActionPairProto()
            info = pair.agent_info
            info.id = 100 + number
            info.reward = 0.0 if step == 0 else episode["rewards"][step - 1]
            info.done = step == steps
            info.max_step_reached = info.done and not episode["terminated"]
            if "masks" in episode and not info.done:
                info.action_mask.extend(not allowed for allowed in episode["masks"][step])
            for name, part in zip(names, split(episode["observations"][step])):
                observation = info.observations.add()
                observation.name = name
                observation.shape.extend(part.shape)
                if len(part.shape) == 3 and part.shape[0] == 3:
                    observation.compression_type = 1
                    observation.compressed_data = png(part)
                else:
                    observation.float_data.data.extend(part.reshape(-1).tolist())
            chosen = stored_action(episode, step)
            pair.action_info.continuous_actions.extend(chosen[0])
            pair.action_info.discrete_actions.extend(chosen[1])
            yield pair


meta = DemonstrationMetaProto(api_version=1, demonstration_name="theirs", number_steps=total)
brain = BrainParametersProto(brain_name=environment["id"].removeprefix("unity:").replace("/", "") + "?team=0")
brain.action_spec.num_continuous_actions = continuous
brain.action_spec.num_discrete_actions = len(branches)
brain.action_spec.discrete_branch_sizes.extend(branches)
write_demo(theirs, meta, brain, records())
print(json.dumps({"records": total, "values": values}))
