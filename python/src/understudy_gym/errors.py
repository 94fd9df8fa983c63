"""What can go wrong between Python and Understudy."""

from __future__ import annotations

from gymnasium.error import Error


class UnderstudyError(Error):
    """Understudy refused a request; the message says why and what to do about it.

    Attributes:
        kind: ``"UserError"`` (the request cannot be met), ``"DataError"`` (a bad file) or
            ``"Error"`` (a bug in Understudy or in an environment).

    """

    def __init__(self, message: str, kind: str = "UserError") -> None:
        super().__init__(message)
        self.kind = kind


class CommandNotFoundError(UnderstudyError):
    """The program ``understudy`` is nowhere to be found."""


class ProcessEndedError(UnderstudyError):
    """The program has ended or says what is no answer; the message has its last words."""
