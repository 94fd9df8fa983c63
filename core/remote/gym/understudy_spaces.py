"""How the values of Gymnasium's spaces lie in messages. What an environment gives is looked at before it is packed.

An observation that does not fit its space is refused. One outside the bounds of its Box is taken: Gymnasium itself only warns,
and nothing here goes by those bounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from gymnasium import spaces

# Bounds beyond this, such as the greatest float, mean that there is none.
FAR = 1e30


class Refused(Exception):
    """Something that the person who named the environment can mend."""


def write_observation(space, value, out, at, name):
    """Writes `value` of `space`, which messages call `name`, into `out` from `at` on. Returns where the next value begins."""
    if isinstance(space, spaces.Dict):
        for key, part in space.spaces.items():
            if not isinstance(value, Mapping) or key not in value:
                raise Refused(f"{name} is {shown(value)}, without the {key!r} of its space")
            at = write_observation(part, value[key], out, at, named(name, key))
        return at
    if isinstance(space, spaces.Tuple):
        if not isinstance(value, Sequence) or len(value) != len(space.spaces):
            raise Refused(f"{name} is {shown(value)}, its space has {len(space.spaces)} parts")
        for key, (part, item) in enumerate(zip(space.spaces, value)):
            at = write_observation(part, item, out, at, named(name, key))
        return at
    if isinstance(space, spaces.Box):
        array = shaped(value, space.shape, name)
        if space.dtype.kind in "iu" and array.dtype.kind == "f" and (array != np.floor(array)).any():
            raise Refused(f"{name} has fractions, its space whole numbers ({space.dtype})")
        if array.ndim == 3:
            # Pictures lie plane by plane, their bytes as shares of full brightness.
            is_bytes = np.uint8 in (array.dtype, space.dtype)
            array = array.transpose(2, 0, 1)
            if is_bytes:
                array = array / np.float32(255)
        # A number that is too great for 32 bits becomes infinite, which is refused as such.
        with np.errstate(over="ignore"):
            out[at : at + array.size] = array.reshape(-1)
        return at + array.size
    if isinstance(space, spaces.Discrete):
        return write_choices([space.n], [space.start], shaped(value, (), name), out, at, space, name)
    if isinstance(space, spaces.MultiDiscrete):
        array = shaped(value, space.nvec.shape, name)
        return write_choices(space.nvec.ravel(), space.start.ravel(), array.ravel(), out, at, space, name)
    array = shaped(value, space.shape, name)
    if not np.isin(array, (0, 1)).all():
        raise Refused(f"{name} is {shown(value)}, its space {space}")
    out[at : at + array.size] = array.reshape(-1)
    return at + array.size


def write_choices(sizes, starts, values, out, at, space, name):
    """Writes a 1 where each of `values` is, which counts from its start, and 0 elsewhere."""
    for size, start, value in zip(sizes, starts, np.atleast_1d(values)):
        place = value - int(start)
        if not (0 <= place < size and place == int(place)):
            raise Refused(f"{name} is {shown(values)}, its space {space}")
        out[at : at + int(size)] = 0
        out[at + int(place)] = 1
        at += int(size)
    return at


def shaped(value, shape, name):
    """`value` as numbers of `shape`. Sides of length 1 may be missing or too many, as they change nothing."""
    array = numbers(value)
    if array is None:
        raise Refused(f"{name} is {shown(value)}, which is no array of numbers")
    if array.shape == shape:
        return array
    if [side for side in array.shape if side != 1] == [side for side in shape if side != 1]:
        return array.reshape(shape)
    if array.ndim == len(shape) == 1:
        raise Refused(f"{name} has {array.size} numbers, its space {shape[0]}")
    raise Refused(f"{name} has the shape {array.shape}, its space {tuple(shape)}")


def numbers(value):
    """An array of numbers or truth values; None where that is not what `value` is."""
    try:
        array = np.asarray(value)
    except Exception:  # A ragged list, or whatever a tensor of somebody's library has against it.
        return None
    return array if array.dtype.kind in "biuf" else None


def single(value, what):
    """The one number that `value` is, whatever holds it."""
    array = numbers(value)
    if array is None or array.size != 1:
        raise Refused(f"{what} is {shown(value)}, which is no single number")
    return float(array.reshape(-1)[0])


def flag(value, what):
    """True or false, whatever holds it."""
    array = numbers(value)
    if array is None or array.size != 1 or array.reshape(-1)[0] not in (0, 1):
        raise Refused(f"{what} is {shown(value)}, which is neither true nor false")
    return bool(array.reshape(-1)[0])


def shown(value):
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def named(name, key):
    return f"{key}" if name == "observation" else f"{name}/{key}"


def describe_observation(space, name):
    """The named observations that `write_observation` writes, in its order."""
    if isinstance(space, (spaces.Dict, spaces.Tuple)):
        parts = space.spaces.items() if isinstance(space, spaces.Dict) else enumerate(space.spaces)
        return [leaf for key, part in parts for leaf in describe_observation(part, named(name, key))]
    if isinstance(space, spaces.Box):
        shape = list(space.shape)
        if len(shape) > 3:
            raise Refused(f"its observation {name!r} has {len(shape)} dimensions; up to three can be taken in")
        if len(shape) == 3:
            shape = [shape[2], shape[0], shape[1]]
        return [{"name": name, "shape": shape or [1], "description": f"{space}"}]
    if isinstance(space, spaces.Discrete):
        return [{"name": name, "shape": [int(space.n)], "description": f"{space}, a 1 where the value is"}]
    if isinstance(space, spaces.MultiDiscrete):
        return [{"name": name, "shape": [int(space.nvec.sum())], "description": f"{space}, a 1 where each value is"}]
    if isinstance(space, spaces.MultiBinary):
        return [{"name": name, "shape": [int(np.prod(space.shape))], "description": f"{space}"}]
    raise Refused(f"its observation {name!r} is a {type(space).__name__} space, which cannot be taken in")


def action_bounds(space):
    """What -1 and 1 stand for in each value of a Box, and a sentence where the space itself left that open.

    A bound that is there is kept. Without one the values go to -1 or 1, or to 1 beyond the other bound.
    """
    low, high = (side.reshape(-1).astype(np.float64) for side in (space.low, space.high))
    has_low, has_high = np.abs(low) < FAR, np.abs(high) < FAR
    least = np.where(has_low, low, np.where(has_high, np.minimum(-1.0, high - 1.0), -1.0))
    most = np.where(has_high, high, np.where(has_low, np.maximum(1.0, low + 1.0), 1.0))
    ranges = list(zip(least.tolist(), most.tolist()))
    open_ones = [i for i in range(len(ranges)) if not (has_low[i] and has_high[i])]
    if not open_ones:
        return ranges, None
    different = sorted({ranges[i] for i in open_ones})
    told = " or ".join(f"{least:g} to {most:g}" for least, most in different)
    which = "Its actions have" if len(open_ones) == len(ranges) else f"{len(open_ones)} of its {len(ranges)} actions have"
    return ranges, f"{which} no bounds on one side or both; here they go from {told}."


def action_reader(space):
    """Of an action of `space`: what -1 and 1 of each continuous value stand for, the size of each branch and what its
    choice 0 is called, what makes the action from both, and a sentence where something was supposed."""
    if isinstance(space, spaces.Box) and np.issubdtype(space.dtype, np.floating):
        ranges, note = action_bounds(space)
        low, high = np.array(ranges).reshape(-1, 2).T

        def box(continuous, discrete):
            action = low + (continuous.astype(np.float64) + 1.0) * 0.5 * (high - low)
            return np.clip(action, low, high).astype(space.dtype).reshape(space.shape)

        return ranges, [], [], box, note
    if isinstance(space, spaces.Discrete):

        def one(continuous, discrete):
            return space.dtype.type(discrete[0] + space.start)

        return [], [int(space.n)], [int(space.start)], one, None
    if isinstance(space, spaces.MultiDiscrete):

        def several(continuous, discrete):
            return (discrete.reshape(space.nvec.shape) + space.start).astype(space.dtype)

        return [], space.nvec.ravel().tolist(), space.start.ravel().tolist(), several, None
    if isinstance(space, spaces.MultiBinary):

        def flags(continuous, discrete):
            return discrete.reshape(space.shape).astype(space.dtype)

        size = int(np.prod(space.shape))
        return [], [2] * size, [0] * size, flags, None
    of = getattr(space, "dtype", None)
    raise Refused(f"its actions are a {type(space).__name__} space{'' if of is None else f' of {of}'}, which cannot be offered")
