"""Pictures of environments, from what Understudy's own screen draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from understudy_gym.painting import Picture, paint

Colour = tuple[int, int, int]

_PAPER: Final = (245, 245, 247)
_INK: Final = (60, 60, 67)
_RED: Final = (230, 73, 62)
_GREEN: Final = (55, 168, 90)
_BLUE: Final = (58, 122, 235)
_YELLOW: Final = (244, 180, 40)

_BUBBLES: Final = {1: _RED, 2: _BLUE, 3: _GREEN, 4: _YELLOW, 5: _INK}
"""By what a cell holds; 5 is a captive."""

_DIAMETER: Final = 24
_ROW_PITCH: Final = 0.866


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


DRAWINGS: Final[Mapping[str, Callable[[Mapping[str, Any]], Picture]]] = {
    "bubble": _bubble,
    "drawing": paint,
}
"""By the kind of the scene."""


def _paper(height: int, width: int) -> Picture:
    return np.full((height, width, 3), _PAPER, np.uint8)


def _disc(picture: Picture, x: float, y: float, radius: float, colour: Colour) -> None:
    top, left = max(0, int(y - radius)), max(0, int(x - radius))
    part = picture[top : int(y + radius) + 2, left : int(x + radius) + 2]
    rows, columns = np.ogrid[: part.shape[0], : part.shape[1]]
    part[(columns + left + 0.5 - x) ** 2 + (rows + top + 0.5 - y) ** 2 <= radius**2] = colour
