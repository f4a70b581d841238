"""The changes that the system tells of some folders, put into the inbox."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Event, Thread

from checker.cli.watching.events import Blind, Changed, Inbox

_QUIET = 30  # milliseconds without a change that end a save: editors write in several steps
_LONGEST = 100  # milliseconds, for folders in which something is always written


class Saves:
    """Follows folders, each without what is below it, in a thread of its own."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._stop = Event()
        self._thread: Thread | None = None

    def follow(self, folders: Iterable[str]) -> None:
        """Follow these folders from now on, and no others. The new ones are there before the old ones are let go."""
        listed = sorted(folders)
        before, stop, thread = self._stop, Event(), None
        if listed:
            thread = Thread(target=_tell, args=(listed, stop, self._inbox), daemon=True)
            thread.start()
        self._stop, self._thread = stop, thread
        before.set()

    def end(self) -> None:
        """Stop, and wait for the thread, which would otherwise meet the end of the interpreter inside watchfiles."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(1)


def _tell(folders: list[str], stop: Event, inbox: Inbox) -> None:
    from watchfiles import watch

    try:
        changes = watch(
            *folders,
            watch_filter=None,
            debounce=_LONGEST,
            step=_QUIET,
            stop_event=stop,
            recursive=False,
            raise_interrupt=False,
            ignore_permission_denied=True,
        )
        for change in changes:
            inbox.put(Changed(frozenset(path for _, path in change)))
    except (OSError, RuntimeError):  # no watches left, a folder that has just gone, a file system that has none
        if not stop.is_set():
            inbox.put(Blind())
