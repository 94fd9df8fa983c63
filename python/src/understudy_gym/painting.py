"""Paints the drawing that an environment makes of itself: shapes in coordinates of its own."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
_Mask = npt.NDArray[np.bool_]
_Numbers = npt.NDArray[np.float64]

_LONGEST: Final = 400
"""Pixels of the longer side."""
_FINE: Final = 2
"""Painted so many times as large and then made smaller, which smooths edges."""
_THIN: Final = 0.006
"""Width of a line that has none, as a share of the height."""

_THEME: Final = {
    "ink": "#ffffffe0",
    "muted": "#ffffff8c",
    "faint": "#ffffff12",
    "player": "#4c6fe6ff",
    "accent": "#62d6c0ff",
    "highlight": "#f9bd35ff",
    "good": "#5fd08fff",
    "bad": "#ff7b82ff",
    "night": "#16213aff",
}
"""The colours that environments name, as on the studio's screen."""


def paint(drawing: Mapping[str, Any]) -> Picture:
    """Paint a drawing: [height, width, 3]. Words and PNG files are left out."""
    width, height = float(drawing["width"]), float(drawing["height"])
    scale = _FINE * _LONGEST / max(width, height)
    across = _FINE * max(1, round(width * scale / _FINE))
    down = _FINE * max(1, round(height * scale / _FINE))
    canvas = np.empty((down, across, 3))
    canvas[:] = _colour(drawing.get("background") or "night")[:3]
    y, x = np.mgrid[:down, :across]
    xs, ys = (x + 0.5) / scale, (y + 0.5) / scale
    for shape in drawing["shapes"]:
        if shape["shape"] == "text":
            continue
        part = _part(shape, scale, _THIN * height)
        _paint_shape(canvas[part], shape, xs[part], ys[part], _THIN * height)
    parts = canvas.reshape(down // _FINE, _FINE, across // _FINE, _FINE, 3)
    picture: Picture = np.round(parts.mean(axis=(1, 3))).astype(np.uint8)
    return picture


def _part(shape: Mapping[str, Any], scale: float, thin: float) -> tuple[slice, slice]:
    """Return the rows and columns of the canvas that a shape can reach."""
    if "points" in shape:
        xs, ys = zip(*shape["points"], strict=True) if shape["points"] else ((0,), (0,))
        left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    elif "radius" in shape and "width" not in shape:
        left, right = shape["x"] - shape["radius"], shape["x"] + shape["radius"]
        top, bottom = shape["y"] - shape["radius"], shape["y"] + shape["radius"]
    else:
        x, y = shape["x"] + shape["width"] / 2, shape["y"] + shape["height"] / 2
        half = float(np.hypot(shape["width"], shape["height"])) / 2
        left, right, top, bottom = x - half, x + half, y - half, y + half
    beyond = (shape.get("lineWidth") or thin) + 2 / scale

    def span(first: float, last: float) -> slice:
        return slice(
            max(0, int((first - beyond) * scale)), max(0, int((last + beyond) * scale) + 1)
        )

    return span(top, bottom), span(left, right)


def _paint_shape(
    canvas: _Numbers, shape: Mapping[str, Any], x: _Numbers, y: _Numbers, thin: float
) -> None:
    kind = shape["shape"]
    if kind == "picture":
        _paint_picture(canvas, shape, x, y)
        return
    half = (shape.get("lineWidth") or thin) / 2
    opacity = shape.get("opacity", 1)
    if shape.get("fill") is not None:
        _blend(canvas, _inside(shape, x, y), shape["fill"], opacity)
    if shape.get("stroke") is not None:
        _blend(canvas, _edge(shape, x, y) <= half, shape["stroke"], opacity)


def _inside(shape: Mapping[str, Any], x: _Numbers, y: _Numbers) -> _Mask:
    kind = shape["shape"]
    if kind == "rectangle":
        return _to_rectangle(shape, x, y) <= 0
    if kind == "circle":
        return _from_middle(shape, x, y) <= 0
    if kind == "arc":
        return (_from_middle(shape, x, y) <= 0) & _within(shape, x, y)
    return _even_odd(shape["points"], x, y)


def _edge(shape: Mapping[str, Any], x: _Numbers, y: _Numbers) -> _Numbers:
    """Return the distance to the outline."""
    kind = shape["shape"]
    if kind == "rectangle":
        return np.abs(_to_rectangle(shape, x, y))
    if kind in {"circle", "arc"}:
        away = np.abs(_from_middle(shape, x, y))
        return away if kind == "circle" else np.where(_within(shape, x, y), away, np.inf)
    points = [*shape["points"], *(shape["points"][:1] if kind == "polygon" else [])]
    nearest = np.full(x.shape, np.inf)
    for start, end in itertools.pairwise(points):
        nearest = np.minimum(nearest, _to_segment(start, end, x, y))
    return nearest


def _from_middle(shape: Mapping[str, Any], x: _Numbers, y: _Numbers) -> _Numbers:
    """Return the distance to a circle, negative inside it."""
    return np.hypot(x - float(shape["x"]), y - float(shape["y"])) - float(shape["radius"])


def _to_rectangle(shape: Mapping[str, Any], x: _Numbers, y: _Numbers) -> _Numbers:
    """Return the distance to the outline, negative inside it."""
    wide, high = float(shape["width"]) / 2, float(shape["height"]) / 2
    turn = float(shape.get("turn") or 0)
    dx, dy = x - float(shape["x"]) - wide, y - float(shape["y"]) - high
    across = np.abs(dx * np.cos(turn) + dy * np.sin(turn))
    along = np.abs(dy * np.cos(turn) - dx * np.sin(turn))
    radius = min(float(shape.get("radius") or 0), wide, high)
    beyond_x, beyond_y = across - (wide - radius), along - (high - radius)
    outside: _Numbers = np.hypot(np.maximum(beyond_x, 0), np.maximum(beyond_y, 0))
    inside: _Numbers = np.minimum(np.maximum(beyond_x, beyond_y), 0)
    return outside + inside - radius


def _within(shape: Mapping[str, Any], x: _Numbers, y: _Numbers) -> _Mask:
    """Tell what lies between the two ends of an arc."""
    first, last = sorted((float(shape["from"]), float(shape["to"])))
    turned = np.mod(np.arctan2(y - float(shape["y"]), x - float(shape["x"])) - first, 2 * np.pi)
    return turned <= last - first


def _even_odd(points: Sequence[Sequence[float]], x: _Numbers, y: _Numbers) -> _Mask:
    inside = np.zeros(x.shape, bool)
    for (ax, ay), (bx, by) in zip(points, [*points[1:], *points[:1]], strict=True):
        if ay == by:
            continue
        crosses = (ay > y) != (by > y)
        inside ^= crosses & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
    return inside


def _to_segment(start: Sequence[float], end: Sequence[float], x: _Numbers, y: _Numbers) -> _Numbers:
    dx, dy = end[0] - start[0], end[1] - start[1]
    squared = dx * dx + dy * dy
    if squared == 0:
        return np.hypot(x - start[0], y - start[1])
    share = np.clip(((x - start[0]) * dx + (y - start[1]) * dy) / squared, 0, 1)
    return np.hypot(x - start[0] - share * dx, y - start[1] - share * dy)


def _paint_picture(canvas: _Numbers, shape: Mapping[str, Any], x: _Numbers, y: _Numbers) -> None:
    if shape.get("rgba") is None:
        return
    rows, columns = shape["rows"], shape["columns"]
    pixels = np.frombuffer(base64.b64decode(shape["rgba"]), np.uint8).reshape(rows, columns, 4)
    row = np.floor((y - shape["y"]) / shape["height"] * rows).astype(int)
    column = np.floor((x - shape["x"]) / shape["width"] * columns).astype(int)
    there = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    shown = pixels[row[there], column[there]].astype(float)
    share = shown[:, 3:] / 255 * shape.get("opacity", 1)
    canvas[there] += share * (shown[:, :3] - canvas[there])


def _blend(canvas: _Numbers, mask: _Mask, colour: str, opacity: float) -> None:
    *rgb, alpha = _colour(colour)
    canvas[mask] += alpha / 255 * opacity * (np.array(rgb) - canvas[mask])


def _colour(name: str) -> tuple[int, int, int, int]:
    digits = _THEME.get(name, name).removeprefix("#")
    red, green, blue, alpha = bytes.fromhex(digits)
    return red, green, blue, alpha
