"""Puts something in the place of a part of moto, for a while."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from types import ModuleType
from typing import Any

_ABSENT = object()


def replace(undo: ExitStack, owner: type | ModuleType, name: str, new: object) -> None:
    """Let `owner.name` be `new` until `undo` is closed."""
    old = vars(owner).get(name, _ABSENT)
    setattr(owner, name, new)
    if old is _ABSENT:
        undo.callback(delattr, owner, name)
    else:
        undo.callback(setattr, owner, name, old)


def around(undo: ExitStack, owner: type | ModuleType, name: str, new: Callable[..., Any]) -> None:
    """Let calls of `owner.name` go to `new`, which gets the old function as its first argument."""
    old = getattr(owner, name)

    def call(*arguments: Any, **named: Any) -> Any:
        return new(old, *arguments, **named)

    # A class method is bound already, so what replaces it must not be bound again.
    bound = isinstance(vars(owner).get(name), classmethod) or getattr(old, "__self__", None) is not None
    replace(undo, owner, name, staticmethod(call) if bound else call)
