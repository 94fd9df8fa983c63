"""mlagents-envs-lives.py NAME IMPATIENT: opens, closes, confuses and kills; nothing may be left running."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
from mlagents_client import BASE_PORT, only_behaviour, open_build
from mlagents_envs.base_env import ActionTuple
from mlagents_envs.exception import (
    UnityEnvironmentException,
    UnityTimeOutException,
    UnityWorkerInUseException,
)
from mlagents_envs.side_channel.engine_configuration_channel import EngineConfigurationChannel
from mlagents_envs.side_channel.environment_parameters_channel import EnvironmentParametersChannel
from mlagents_envs.side_channel.stats_side_channel import StatsSideChannel

name, impatient = sys.argv[1:3]
folder = os.getcwd()
STAY, LEFT = 0, 1


def is_running(pid):
    try:
        return open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def builds():
    """The processes that this folder's launchers have become."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            words = open(f"/proc/{pid}/cmdline", "rb").read().split(b"\0")
            if b"serve" in words and os.readlink(f"/proc/{pid}/cwd") == folder and is_running(pid):
                found.append(int(pid))
        except (FileNotFoundError, PermissionError, ProcessLookupError):
            pass
    return found


def expect_none_running(seconds=10):
    deadline = time.monotonic() + seconds
    while builds():
        assert time.monotonic() < deadline, builds()
        time.sleep(0.1)


def step(environment, index):
    behaviour, _ = only_behaviour(environment)
    decisions, _ = environment.get_steps(behaviour)
    environment.set_actions(behaviour, ActionTuple(discrete=np.full((len(decisions), 1), index, dtype=np.int32)))
    environment.step()
    return environment.get_steps(behaviour)


def expect(error, work):
    try:
        work()
    except error as caught:
        return str(caught)
    raise AssertionError(f"{error.__name__} was not raised")


if len(sys.argv) > 3:  # the trainer that will be killed
    environment = open_build(name, worker_id=3)
    environment.reset()
    print("ready", flush=True)
    time.sleep(600)

# Closed and opened again, on the same port.
opened = 3
for _ in range(opened):
    environment = open_build(name)
    environment.reset()
    decisions, _ = step(environment, LEFT)
    assert decisions.obs[0].argmax() == 9
    assert len(builds()) == 1
    environment.close()
    expect_none_running()

# A worker id that is in use: the newcomer is refused, the other plays on.
environment = open_build(name)
environment.reset()
expect(UnityWorkerInUseException, lambda: open_build(name))
assert len(builds()) == 1
decisions, _ = step(environment, LEFT)
assert decisions.obs[0].argmax() == 9

# Beside it one with a worker id of its own.
beside = open_build(name, worker_id=1)
beside.reset()
assert len(builds()) == 2
beside.close()
environment.close()
expect_none_running()

# Another port than the trainer's: whoever loses patience first says so, and both end.
# The client keeps the port of a build that has ended by itself, so the second worker is another.
wrong = {"additional_args": ["--mlagents-port", str(BASE_PORT + 40)]}
said = expect(
    UnityEnvironmentException,
    lambda: open_build(impatient, worker_id=2, log_folder=folder, **wrong),
)
assert "return code 1" in said, said
log = open("Player-2.log").read()
assert f"no trainer was listening on localhost:{BASE_PORT + 40} within 2 s" in log, log
expect_none_running()
expect(UnityTimeOutException, lambda: open_build(name, worker_id=4, timeout_wait=10, **wrong))
expect_none_running()

# An action that there is not: the build says goodbye and tells its log why.
environment = open_build(name, log_folder=folder)
environment.reset()
assert "exited" in expect(Exception, lambda: step(environment, 3))
environment.close()
assert "expected 0 to 2, found 3" in open("Player-0.log").read()
expect_none_running()

# A trainer that is killed.
victim = subprocess.Popen([sys.executable, __file__, name, impatient, "victim"], stdout=subprocess.PIPE)
assert victim.stdout.readline() == b"ready\n" and len(builds()) == 1
victim.send_signal(signal.SIGKILL)
victim.wait()
expect_none_running()

# Parameters, from the next episode on.
parameters, engine = EnvironmentParametersChannel(), EngineConfigurationChannel()
environment = open_build(name, seed=4, side_channels=[parameters, engine, StatsSideChannel()])
engine.set_configuration_parameters(width=84, height=84, quality_level=5, time_scale=20, target_frame_rate=-1)
parameters.set_float_parameter("max_steps", 5)
parameters.set_float_parameter("unheard_of", 1)
environment.reset()


def episode_length():
    for length in range(1, 100):
        _, terminals = step(environment, STAY)
        if len(terminals) > 0:
            assert terminals.interrupted.all()
            return length


assert [episode_length() for _ in range(3)] == [5, 5, 5]
parameters.set_uniform_sampler_parameters("max_steps", 2, 6, 21)
environment.reset()
assert {episode_length() for _ in range(40)} == {2, 3, 4, 5, 6}
environment.close()
expect_none_running()


def rate(build, steps):
    environment = open_build(build)
    environment.reset()
    began = time.perf_counter()
    for _ in range(steps):
        decisions, _ = step(environment, LEFT)
    seconds = time.perf_counter() - began
    environment.close()
    return round(steps * len(decisions) / seconds)


print(
    json.dumps(
        {
            "opened": opened,
            "stepsPerSecond": rate(name, 500),
            "agentStepsPerSecond": rate("scene1", 200),
        }
    )
)
