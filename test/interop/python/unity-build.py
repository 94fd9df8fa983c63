"""A build made of ML-Agents' own messages and gRPC stub: what Unity's C# side sends, without Unity.

Two behaviours; an agent of `Ball` sees a vector and a picture, has continuous and discrete actions with masks, and ends its
episodes after five decisions, every second one by a time limit. There are $BALLS of them; number i is silent for i + 1
messages after each action. Writes what it was told to the file in $TOLD as JSON lines.
"""

import io
import json
import os
import sys

import grpc
import numpy as np
from PIL import Image

from mlagents_envs.communicator_objects.agent_info_pb2 import AgentInfoProto
from mlagents_envs.communicator_objects.brain_parameters_pb2 import BrainParametersProto
from mlagents_envs.communicator_objects.observation_pb2 import ObservationProto
from mlagents_envs.communicator_objects.unity_message_pb2 import UnityMessageProto
from mlagents_envs.communicator_objects.unity_to_external_pb2_grpc import UnityToExternalProtoStub

EPISODE = 5
told = open(os.environ["TOLD"], "w")


def tell(**what) -> None:
    print(json.dumps(what), file=told, flush=True)


def vector(*values: float) -> ObservationProto:
    observation = ObservationProto(shape=[len(values)], name="state", dimension_properties=[1])
    observation.float_data.data.extend(values)
    return observation


def picture(level: int) -> ObservationProto:
    pixels = np.full((4, 6, 3), (level, 2 * level, 3 * level), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return ObservationProto(
        shape=[3, 4, 6], name="camera", compression_type=1, compressed_data=out.getvalue(), dimension_properties=[1, 2, 2]
    )


class Ball:
    """One agent of `Ball`."""

    def __init__(self, number: int) -> None:
        self.number, self.episode, self.decision, self.reward, self.silent = number, 0, 0, 0.0, 0

    @property
    def waits(self) -> bool:
        return self.silent == 0

    def restart(self) -> AgentInfoProto:
        if self.decision > 0:
            self.episode += 1
        self.decision, self.silent = 0, 0
        return self.info(False)

    def act(self, continuous: list, discrete: list) -> None:
        tell(number=self.number, continuous=continuous, discrete=discrete)
        self.reward = 0.5 * continuous[0] + discrete[0] + 10 * discrete[1]
        self.decision += 1
        self.silent = self.number + 2

    def go_on(self) -> list:
        """What is to be reported after this message."""
        self.silent -= 1
        if self.silent > 0:
            return []
        if self.decision < EPISODE:
            return [self.info(False)]
        last = self.info(True)
        return [last, self.restart()]

    def info(self, done: bool) -> AgentInfoProto:
        decision, episode = self.decision, self.episode
        reward = self.reward if decision > 0 else 0.0
        limit = done and episode % 2 == 1
        info = AgentInfoProto(reward=reward, done=done, max_step_reached=limit, id=10_000 * self.number + episode)
        info.observations.extend([vector(episode, decision, 0.1), picture(10 * episode + decision)])
        if not done:
            info.action_mask.extend([branch == decision % 3 for branch in range(3)] + [False, False])
        return info


def other(message: int) -> AgentInfoProto:
    info = AgentInfoProto(id=7_000_000)
    info.observations.append(vector(message))
    return info


def main() -> None:
    port = sys.argv[sys.argv.index("--mlagents-port") + 1]
    stub = UnityToExternalProtoStub(grpc.insecure_channel(f"localhost:{port}"))
    hello = UnityMessageProto()
    hello.header.status = 200
    start = hello.unity_output.rl_initialization_output
    start.name, start.communication_version, start.package_version = "AcademySingleton", "1.5.0", "3.0.0"
    answer = stub.Exchange(hello, wait_for_ready=True, timeout=60).unity_input.rl_initialization_input
    tell(seed=answer.seed, version=answer.communication_version)
    message = UnityMessageProto()
    message.header.status = 200
    balls = [Ball(number) for number in range(int(os.environ["BALLS"]))]
    waiting: list = []
    sent = 0
    while True:
        answer = stub.Exchange(message, timeout=60)
        if answer.header.status != 200:
            tell(goodbye=answer.header.status)
            return
        given = answer.unity_input.rl_input
        message = UnityMessageProto()
        message.header.status = 200
        output = message.unity_output.rl_output
        infos = output.agentInfos["Ball?team=0"].value
        if given.command == 1:
            tell(reset=True, side_channel=len(given.side_channel))
            infos.extend(ball.restart() for ball in balls)
        else:
            others = given.agent_actions["Other?team=1"].value
            tell(others=[list(action.continuous_actions) for action in others])
            actions = given.agent_actions["Ball?team=0"].value
            assert len(actions) == len(waiting), (len(actions), len(waiting))
            for ball, action in zip(waiting, actions):
                ball.act(list(action.continuous_actions), list(action.discrete_actions))
            for ball in balls:
                infos.extend(ball.go_on())
        waiting = [ball for ball in balls if ball.waits]
        output.agentInfos["Other?team=1"].value.append(other(sent))
        if sent == 0:
            for name, continuous, branches in (("Ball?team=0", 2, [3, 2]), ("Other?team=1", 1, [])):
                brain = BrainParametersProto(brain_name=name, is_training=True)
                brain.action_spec.num_continuous_actions = continuous
                brain.action_spec.num_discrete_actions = len(branches)
                brain.action_spec.discrete_branch_sizes.extend(branches)
                message.unity_output.rl_initialization_output.brain_parameters.append(brain)
        sent += 1


main()
