"""Pictures of the environments in the box, drawn from what Understudy's own screen draws."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]

_PAPER: Final = (245, 245, 247)
_LINE: Final = (205, 205, 212)
_INK: Final = (60, 60, 67)
_RED: Final = (230, 73, 62)
_GREEN: Final = (55, 168, 90)
_BLUE: Final = (58, 122, 235)
_YELLOW: Final = (244, 180, 40)
_VIOLET: Final = (140, 90, 205)

_BUBBLES: Final = {1: _RED, 2: _BLUE, 3: _GREEN, 4: _YELLOW, 5: _INK}
"""By what a cell holds; 5 is a captive."""

_DIAMETER: Final = 24
_ROW_PITCH: Final = 0.866
_CELL: Final = 32


def draw(scene: Mapping[str, Any]) -> Picture:
    """Draw a scene whose kind is in ``DRAWINGS``: [height, width, 3]."""
    return DRAWINGS[scene["kind"]](scene)


def _bubble(scene: Mapping[str, Any]) -> Picture:
    columns = scene["columns"]
    launcher = scene["launcher"]
    picture = _paper(int((launcher["y"] + 1) * _DIAMETER), columns * _DIAMETER)
    for index, held in enumerate(scene["cells"]):
        if held:
            row, column = divmod(index, columns)
            x, y = 0.5 + column + 0.5 * (row % 2), 0.5 + _ROW_PITCH * row
            _disc(picture, x * _DIAMETER, y * _DIAMETER, _DIAMETER / 2 - 1, _BUBBLES[held])
            if held == 5:
                _disc(picture, x * _DIAMETER, y * _DIAMETER, _DIAMETER / 5, _PAPER)
    x, y = launcher["x"] * _DIAMETER, launcher["y"] * _DIAMETER
    _disc(picture, x, y, _DIAMETER / 2 - 1, _BUBBLES[scene["current"]])
    _disc(picture, x + 1.2 * _DIAMETER, y, _DIAMETER / 4, _BUBBLES[scene["next"]])
    return picture


def _basic(scene: Mapping[str, Any]) -> Picture:
    picture = _paper(_CELL, (scene["length"] + 1) * _CELL)
    goals = {scene["small"]: _YELLOW, scene["large"]: _GREEN}
    for place in range(scene["length"] + 1):
        _square(picture, 0, place, goals.get(place, _LINE))
    _disc(picture, (scene["position"] + 0.5) * _CELL, 0.5 * _CELL, _CELL / 3, _BLUE)
    return picture


def _grid(scene: Mapping[str, Any]) -> Picture:
    size = scene["size"]
    picture = _paper(size * _CELL, size * _CELL)
    for row in range(size):
        for column in range(size):
            _square(picture, row, column, _LINE)
    for thing in scene["objects"]:
        _square(picture, thing["row"], thing["column"], _GREEN if thing["goal"] == "plus" else _RED)
    x, y = (scene["agent"]["column"] + 0.5) * _CELL, (scene["agent"]["row"] + 0.5) * _CELL
    _disc(picture, x, y, _CELL / 3, _BLUE)
    return picture


def _recall(scene: Mapping[str, Any]) -> Picture:
    length = scene["length"]
    picture = _paper(3 * _CELL, (length + 2) * _CELL)
    for place in range(length + 2):
        _square(picture, 1, place, _LINE)
    doors = {"upper": 0, "lower": 2}
    for row in doors.values():
        _square(picture, row, length + 1, _YELLOW)
    if scene["sign"] is not None:
        _square(picture, doors[scene["sign"]], 0, _VIOLET)
    row, column = 1, min(scene["position"], length + 1)
    if scene["taken"] is not None:
        row = doors[scene["taken"]]
    _disc(picture, (column + 0.5) * _CELL, (row + 0.5) * _CELL, _CELL / 3, _BLUE)
    return picture


def _cart_pole(scene: Mapping[str, Any]) -> Picture:
    metre = 3 * _CELL
    limit = scene["limits"]["position"]
    picture = _paper(int(1.8 * metre), int((2 * limit + 0.4) * metre))
    rail, x = int(1.5 * metre), (limit + 0.2 + scene["position"]) * metre
    picture[rail : rail + 2] = _LINE
    left, right = max(0, int(x - metre / 4)), max(0, int(x + metre / 4))
    picture[rail - _CELL // 2 : rail, left:right] = _BLUE
    _rod(picture, x, rail - _CELL / 2, scene["angle"], scene["length"] * metre)
    return picture


def _pendulum(scene: Mapping[str, Any]) -> Picture:
    rod = 3 * _CELL
    picture = _paper(3 * rod, 3 * rod)
    _rod(picture, 1.5 * rod, 1.5 * rod, -scene["angle"], rod)
    _disc(picture, 1.5 * rod, 1.5 * rod, _CELL / 6, _INK)
    return picture


DRAWINGS: Final[Mapping[str, Callable[[Mapping[str, Any]], Picture]]] = {
    "bubble": _bubble,
    "basic": _basic,
    "grid": _grid,
    "recall": _recall,
    "cart-pole": _cart_pole,
    "pendulum": _pendulum,
}
"""By the kind of the scene."""


def _paper(height: int, width: int) -> Picture:
    return np.full((height, width, 3), _PAPER, np.uint8)


def _square(picture: Picture, row: int, column: int, colour: Colour) -> None:
    top, left = row * _CELL, column * _CELL
    picture[top + 1 : top + _CELL - 1, left + 1 : left + _CELL - 1] = colour


def _disc(picture: Picture, x: float, y: float, radius: float, colour: Colour) -> None:
    top, left = max(0, int(y - radius)), max(0, int(x - radius))
    part = picture[top : int(y + radius) + 2, left : int(x + radius) + 2]
    rows, columns = np.ogrid[: part.shape[0], : part.shape[1]]
    part[(columns + left + 0.5 - x) ** 2 + (rows + top + 0.5 - y) ** 2 <= radius**2] = colour


def _rod(picture: Picture, x: float, y: float, angle: float, length: float) -> None:
    """From its hinge at (x, y), ``angle`` clockwise from upright."""
    for share in np.linspace(0, 1, int(length)):
        across, up = share * length * math.sin(angle), share * length * math.cos(angle)
        _disc(picture, x + across, y - up, _CELL / 10, _YELLOW)
