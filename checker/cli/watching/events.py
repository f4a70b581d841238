"""What can happen while a service is watched, from whichever thread or signal it comes."""

from queue import SimpleQueue
from typing import NamedTuple


class Changed(NamedTuple):
    """Something happened to these paths."""

    paths: frozenset[str]


class Blind(NamedTuple):
    """The system tells no changes: it has no watches left, or what was watched went away."""


class Key(NamedTuple):
    """A key was pressed: its character, or `up`, `down`, `page up`, `page down`, `home`, `end`, `escape`."""

    name: str


class Signal(NamedTuple):
    number: int


Event = Changed | Blind | Key | Signal
Inbox = SimpleQueue[Event]
"""Filled by threads and signal handlers; SimpleQueue is the one queue that a signal handler may put into."""
