"""Hosts Gymnasium environments of one kind for Understudy, over standard input and output.

Messages are a little-endian u32 length and as many bytes. The first request is JSON: {"id", "kwargs"}; its answer describes
the spaces, and environment 0 is there. Every other request begins with one byte that says what is asked:

    A  another environment: the numbers count up    -> nothing
    R  reset: u32 number, f64 seed                  -> observation f32[O]
    S  step, one or several: u32 number, action     -> for each: f64 reward, u8 terminated, u8 truncated, u8 success,
                                                       observation f32[O]
    P  replay: u32 number, f64 seed, actions one by one
                                                    -> f64 return, u8 terminated, u8 truncated, u8 success of the last step
    V  view: u32 number                             -> u32 width, u32 height, PNG; nothing where there are no pictures

An action is f32[C] followed by i32[D]. `success` is 2 where the environment does not say. Every answer begins with one byte:
0, or 1 before a sentence that says what is wrong.
"""

from __future__ import annotations

import json
import os
import struct
import sys
import zlib

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

UNSAID = 2


class Refused(Exception):
    """Something that the person who named the environment can mend."""


def flatten(space, value, out, at):
    """Writes `value` of `space` into `out` from `at` on. Returns where the next value begins."""
    from gymnasium import spaces

    if isinstance(space, spaces.Dict):
        for name, part in space.spaces.items():
            at = flatten(part, value[name], out, at)
    elif isinstance(space, spaces.Tuple):
        for part, item in zip(space.spaces, value):
            at = flatten(part, item, out, at)
    elif isinstance(space, spaces.Box):
        array = np.asarray(value)
        if array.ndim == 3:
            # Pictures lie plane by plane, their bytes as shares of full brightness.
            array = array.transpose(2, 0, 1)
            if array.dtype == np.uint8:
                array = array / np.float32(255)
        out[at : at + array.size] = array.reshape(-1)
        at += array.size
    elif isinstance(space, spaces.Discrete):
        out[at : at + space.n] = 0
        out[at + int(value) - int(space.start)] = 1
        at += int(space.n)
    elif isinstance(space, spaces.MultiDiscrete):
        for size, start, item in zip(space.nvec.ravel(), space.start.ravel(), np.asarray(value).ravel()):
            out[at : at + size] = 0
            out[at + int(item) - int(start)] = 1
            at += int(size)
    else:
        items = np.asarray(value)
        out[at : at + items.size] = items.reshape(-1)
        at += items.size
    return at


def describe_observation(space, name):
    """The named observations that `flatten` writes, in its order."""
    from gymnasium import spaces

    if isinstance(space, (spaces.Dict, spaces.Tuple)):
        parts = space.spaces.items() if isinstance(space, spaces.Dict) else enumerate(space.spaces)
        prefix = "" if name == "observation" else f"{name}/"
        return [leaf for key, part in parts for leaf in describe_observation(part, f"{prefix}{key}")]
    if isinstance(space, spaces.Box):
        shape = list(space.shape)
        if len(shape) > 3:
            raise Refused(f"its observation {name!r} has {len(shape)} dimensions; up to three can be taken in")
        if len(shape) == 3:
            shape = [shape[2], shape[0], shape[1]]
        elif len(shape) != 1:
            shape = [int(np.prod(shape))]
        return [{"name": name, "shape": shape, "description": f"{space}"}]
    if isinstance(space, spaces.Discrete):
        return [{"name": name, "shape": [int(space.n)], "description": f"{space}, a 1 where the value is"}]
    if isinstance(space, spaces.MultiDiscrete):
        return [{"name": name, "shape": [int(space.nvec.sum())], "description": f"{space}, a 1 where each value is"}]
    if isinstance(space, spaces.MultiBinary):
        return [{"name": name, "shape": [int(np.prod(space.shape))], "description": f"{space}"}]
    raise Refused(f"its observation {name!r} is a {type(space).__name__} space, which cannot be taken in")


def action_reader(space):
    """Of an action of `space`: what -1 and 1 of each continuous value stand for, the size of each branch and what its
    choice 0 is called, and what makes the action from both."""
    from gymnasium import spaces

    if isinstance(space, spaces.Box) and np.issubdtype(space.dtype, np.floating):
        low, high = space.low.reshape(-1).astype(np.float64), space.high.reshape(-1).astype(np.float64)
        bounded = np.isfinite(low) & np.isfinite(high)
        low, high = np.where(bounded, low, -1.0), np.where(bounded, high, 1.0)

        def box(continuous, discrete):
            action = low + (continuous.astype(np.float64) + 1.0) * 0.5 * (high - low)
            return np.clip(action, low, high).astype(space.dtype).reshape(space.shape)

        return list(zip(low.tolist(), high.tolist())), [], [], box
    if isinstance(space, spaces.Discrete):
        return [], [int(space.n)], [int(space.start)], lambda continuous, discrete: space.dtype.type(discrete[0] + space.start)
    if isinstance(space, spaces.MultiDiscrete):

        def several(continuous, discrete):
            return (discrete.reshape(space.nvec.shape) + space.start).astype(space.dtype)

        sizes, starts = space.nvec.ravel().tolist(), np.asarray(space.start).ravel().tolist()
        return [], sizes, starts, several
    if isinstance(space, spaces.MultiBinary):
        size = int(np.prod(space.shape))
        return [], [2] * size, [0] * size, lambda continuous, discrete: discrete.reshape(space.shape).astype(space.dtype)
    raise Refused(f"its actions are a {type(space).__name__} space of {space.dtype}, which cannot be offered")


class Host:
    """The environments and how their values are read and written."""

    def __init__(self, request):
        self.make = lambda: make(request)
        self.envs = [self.make()]
        (env,) = self.envs
        self.space = env.observation_space
        self.observations = describe_observation(self.space, "observation")
        self.size = sum(int(np.prod(leaf["shape"])) for leaf in self.observations)
        self.ranges, self.discrete, self.starts, self.read = action_reader(env.action_space)
        self.continuous = len(self.ranges)
        self.action_bytes = 4 * (self.continuous + len(self.discrete))

    def description(self):
        (env,) = self.envs
        return {
            "observations": self.observations,
            "continuous": self.continuous,
            "discrete": self.discrete,
            "units": {"ranges": self.ranges, "starts": self.starts},
            "maxEpisodeSteps": None if env.spec is None else env.spec.max_episode_steps,
            "rewardThreshold": None if env.spec is None else env.spec.reward_threshold,
            "framesPerSecond": env.metadata.get("render_fps"),
            "gymnasium": gymnasium.__version__,
        }

    def observed(self, observation):
        out = np.empty(self.size, dtype="<f4")
        flatten(self.space, observation, out, 0)
        return out.tobytes()

    def another(self, body):
        self.envs.append(self.make())
        return b""

    def reset(self, body):
        number, seed = struct.unpack_from("<Id", body)
        observation, _ = self.envs[number].reset(seed=int(seed))
        return self.observed(observation)

    def take(self, env, body, at):
        continuous = np.frombuffer(body, "<f4", self.continuous, at)
        discrete = np.frombuffer(body, "<i4", len(self.discrete), at + 4 * self.continuous)
        return env.step(self.read(continuous, discrete))

    def step(self, body):
        out = []
        for at in range(0, len(body), 4 + self.action_bytes):
            (number,) = struct.unpack_from("<I", body, at)
            observation, reward, terminated, truncated, info = self.take(self.envs[number], body, at + 4)
            out.append(struct.pack("<dBBB", reward, terminated, truncated and not terminated, success(info)))
            out.append(self.observed(observation))
        return b"".join(out)

    def replay(self, body):
        number, seed = struct.unpack_from("<Id", body)
        env = self.envs[number]
        env.reset(seed=int(seed))
        total, terminated, truncated, info = 0.0, False, False, {}
        for at in range(12, len(body), self.action_bytes):
            _, reward, terminated, truncated, info = self.take(env, body, at)
            total += float(reward)
        return struct.pack("<dBBB", total, terminated, truncated and not terminated, success(info))

    def view(self, body):
        (number,) = struct.unpack_from("<I", body)
        env = self.envs[number]
        frame = env.render() if env.render_mode == "rgb_array" else None
        if frame is None:
            return b""
        frame = np.ascontiguousarray(frame, dtype=np.uint8)
        height, width = frame.shape[:2]
        return struct.pack("<II", width, height) + png(frame)

    def close(self):
        for env in self.envs:
            env.close()


def success(info):
    said = info.get("is_success", info.get("success"))
    return UNSAID if said is None else int(bool(said))


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
    kwargs = request["kwargs"]
    try:
        try:
            return gymnasium.make(request["id"], **{"render_mode": "rgb_array", **kwargs})
        except (TypeError, AssertionError, ImportError):
            # Some environments have no pictures, or their pictures need packages that are not there.
            return gymnasium.make(request["id"], **kwargs)
    except gymnasium.error.Error as error:
        raise Refused(str(error)) from error
    except Exception as error:
        raise Refused(f"{type(error).__name__}: {error}") from error


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
    except Refused as error:
        write(False, str(error).encode())
        return
    write(True, json.dumps(host.description()).encode())
    asked = {b"A": host.another, b"R": host.reset, b"S": host.step, b"P": host.replay, b"V": host.view}
    while (request := read()) is not None:
        write(True, asked[request[:1]](request[1:]))
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
    serve(sys.stdin.buffer, private)
