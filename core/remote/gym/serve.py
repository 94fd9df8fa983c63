"""Hosts Gymnasium environments of one kind for Understudy, over standard input and output.

Messages are a little-endian u32 length and as many bytes. The first request is JSON: {"id", "kwargs", "draws"}; its answer
describes the spaces, and environment 0 is there. Every other request begins with one byte that says what is asked:

    A  another environment: the numbers count up    -> nothing
    R  reset: u32 number, f64 seed                  -> observation f32[O]
    S  step, one or several: u32 number, action     -> for each: u8 0, f64 reward, u8 terminated, u8 truncated, u8 success,
                                                       observation f32[O]; or u8 1, u32 length, a sentence
    P  replay: u32 number, f64 seed, actions one by one
                                                    -> f64 return, u8 terminated, u8 truncated, u8 success of the last step
    V  view: u32 number                             -> u32 width, u32 height, PNG; nothing where there are no pictures

An action is f32[C] followed by i32[D]. `success` is 2 where the environment does not say. Every answer begins with one byte:
0, or 1 before a sentence that says what is wrong.

Environments draw only where `draws` is true. A renderer that finds no display may end the whole process, so whoever learns
keeps to a process without one.
"""

from __future__ import annotations

import json
import math
import os
import struct
import sys
import traceback
import zlib

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

UNSAID = 2


class Host:
    """The environments and how their values are read and written."""

    def __init__(self, request):
        self.make = lambda: make(request)
        self.envs = [self.make()]
        (env,) = self.envs
        self.space = env.observation_space
        self.observations = spaces.describe_observation(self.space, "observation")
        self.size = sum(math.prod(leaf["shape"]) for leaf in self.observations)
        self.ranges, self.discrete, self.starts, self.read, self.note = spaces.action_reader(env.action_space)
        self.continuous = len(self.ranges)
        self.action_bytes = 4 * (self.continuous + len(self.discrete))

    def description(self):
        (env,) = self.envs
        metadata = env.metadata or {}
        # -1 says that an id's limit is taken away.
        limit = env.spec and env.spec.max_episode_steps
        modes = metadata.get("render_modes") or metadata.get("render.modes") or []
        return {
            "observations": self.observations,
            "continuous": self.continuous,
            "discrete": self.discrete,
            "units": {"ranges": self.ranges, "starts": self.starts},
            "notes": [] if self.note is None else [self.note],
            "maxEpisodeSteps": number(limit) if limit is not None and limit > 0 else None,
            "rewardThreshold": number(env.spec and env.spec.reward_threshold),
            "framesPerSecond": number(metadata.get("render_fps")),
            "draws": "rgb_array" in modes,
            "gymnasium": gymnasium.__version__,
        }

    def observed(self, observation):
        out = np.empty(self.size, dtype="<f4")
        spaces.write_observation(self.space, observation, out, 0, "observation")
        return out.tobytes()

    def another(self, body):
        self.envs.append(self.make())
        return b""

    def reset(self, body):
        number, seed = struct.unpack_from("<Id", body)
        return self.observed(first_of(theirs("reset", self.envs[number].reset, seed=int(seed))))

    def take(self, env, body, at):
        """One step. Returns the observation, and reward, terminated, truncated and success as they are packed."""
        continuous = np.frombuffer(body, "<f4", self.continuous, at)
        discrete = np.frombuffer(body, "<i4", len(self.discrete), at + 4 * self.continuous)
        observation, reward, terminated, truncated, info = five_of(
            theirs("step", env.step, self.read(continuous, discrete))
        )
        ended = spaces.flag(terminated, "terminated")
        cut = spaces.flag(truncated, "truncated") and not ended
        return observation, (spaces.single(reward, "reward"), ended, cut, success(info))

    def step(self, body):
        out = []
        for at in range(0, len(body), 4 + self.action_bytes):
            (number,) = struct.unpack_from("<I", body, at)
            try:
                observation, outcome = self.take(self.envs[number], body, at + 4)
                out.append(struct.pack("<BdBBB", 0, *outcome) + self.observed(observation))
            except spaces.Refused as error:
                sentence = str(error).encode()
                out.append(struct.pack("<BI", 1, len(sentence)) + sentence)
        return b"".join(out)

    def replay(self, body):
        number, seed = struct.unpack_from("<Id", body)
        env = self.envs[number]
        theirs("reset", env.reset, seed=int(seed))
        total, ended = 0.0, (False, False, UNSAID)
        for at in range(12, len(body), self.action_bytes):
            _, (reward, *ended) = self.take(env, body, at)
            total += reward
        return struct.pack("<dBBB", total, *ended)

    def view(self, body):
        (number,) = struct.unpack_from("<I", body)
        env = self.envs[number]
        frame = theirs("render", env.render) if env.render_mode == "rgb_array" else None
        frame = None if frame is None else spaces.numbers(frame)
        if frame is None or frame.ndim != 3 or frame.shape[2] not in (3, 4):
            return b""
        frame = np.ascontiguousarray(frame[:, :, :3], dtype=np.uint8)
        height, width = frame.shape[:2]
        return struct.pack("<II", width, height) + png(frame)

    def close(self):
        for env in self.envs:
            env.close()


def theirs(name, work, *args, **kwargs):
    """Calls the method `name` of an environment. What it raises is said as a sentence, with the place in its own code."""
    try:
        return work(*args, **kwargs)
    except Exception as error:
        raise spaces.Refused(f"{name}() raised {told(error)}") from error


def told(error):
    """'ZeroDivisionError: division by zero (games.py, line 12)': the innermost place that is neither ours nor Gymnasium's."""
    others = (__file__, spaces.__file__, os.path.dirname(gymnasium.__file__), "<")
    places = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(others)]
    where = f" ({os.path.basename(places[-1].filename)}, line {places[-1].lineno})" if places else ""
    message = " ".join(str(error).split())
    return f"{type(error).__name__}{': ' if message else ''}{message[:400]}{where}"


def first_of(result):
    """The observation of what `reset` returned: Gymnasium's observation and info, or the observation alone of before."""
    if isinstance(result, tuple) and len(result) == 2 and isinstance(result[1], dict):
        return result[0]
    return result


def five_of(result):
    """What `step` returned, as Gymnasium has it. Of before it there are four values, of which `done` can be a time limit."""
    if isinstance(result, tuple) and len(result) == 5:
        return result
    if not isinstance(result, tuple) or len(result) != 4:
        raise spaces.Refused(f"step() returned {spaces.shown(result)}, which are not the five values of Gymnasium")
    observation, reward, done, info = result
    ended = spaces.flag(done, "done")
    cut = isinstance(info, dict) and bool(info.get("TimeLimit.truncated", False))
    return observation, reward, ended and not cut, ended and cut, info


def success(info):
    said = info.get("is_success", info.get("success")) if isinstance(info, dict) else None
    said = None if said is None else spaces.numbers(said)
    return UNSAID if said is None or said.size != 1 else int(bool(said.reshape(-1)[0]))


def number(value):
    """As JSON can have it; None where there is none."""
    return float(value) if isinstance(value, (int, float, np.number)) and math.isfinite(value) else None


def png(frame):
    """frame uint8[H, W, 3]. Rows are stored as differences to the row above, which flat pictures make all zero."""
    height, width = frame.shape[:2]
    rows = np.empty((height, 1 + 3 * width), dtype=np.uint8)
    rows[:, 0] = 2
    flat = frame.reshape(height, 3 * width)
    rows[0, 1:] = flat[0]
    rows[1:, 1:] = flat[1:] - flat[:-1]

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(rows.tobytes(), 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def make(request):
    kwargs = {"disable_env_checker": True, **request["kwargs"]}
    try:
        if request["draws"]:
            return gymnasium.make(request["id"], **{"render_mode": "rgb_array", **kwargs})
        return gymnasium.make(request["id"], **kwargs)
    except gymnasium.error.Error as error:
        raise spaces.Refused(str(error)) from error
    except Exception as error:
        raise spaces.Refused(told(error)) from error


def serve(requests, answers):
    def read():
        head = requests.read(4)
        return requests.read(struct.unpack("<I", head)[0]) if len(head) == 4 else None

    def write(ok, body):
        answers.write(struct.pack("<IB", 1 + len(body), 0 if ok else 1) + body)
        answers.flush()

    request = read()
    if request is None:
        return
    try:
        host = Host(json.loads(request))
    except spaces.Refused as error:
        write(False, str(error).encode())
        return
    write(True, json.dumps(host.description()).encode())
    asked = {b"A": host.another, b"R": host.reset, b"S": host.step, b"P": host.replay, b"V": host.view}
    while (request := read()) is not None:
        try:
            write(True, asked[request[:1]](request[1:]))
        except spaces.Refused as error:
            write(False, str(error).encode())
    host.close()


if __name__ == "__main__":
    # What an environment prints must not come between the answers.
    private = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        import gymnasium
        import numpy as np
    except ImportError as missing:
        body = f"missing: {missing.name}".encode()
        private.write(struct.pack("<IB", 1 + len(body), 1) + body)
        private.flush()
        sys.exit(1)
    # Nothing is written where the program lies.
    writes_none, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    import understudy_spaces as spaces

    sys.dont_write_bytecode = writes_none
    serve(sys.stdin.buffer, private)
