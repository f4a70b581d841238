"""Watching: what happens → checks → what is shown."""

from __future__ import annotations

import os
import queue
import signal
import time
from typing import Protocol

from checker.cli.watching.coach import Coach
from checker.cli.watching.events import Blind, Changed, Event, Inbox, Key, Signal
from checker.cli.watching.page import Page, has_desktop, short_path
from checker.cli.watching.saves import Saves
from checker.cli.watching.service import Reading, WatchedService
from checker.errors import UsageError
from checker.report import CheckResult, Report
from checker.reporters.watching import Frame, Look, Panel, Size, turned_since

# Seconds. What the system does not tell, as on most network file systems, is found by looking; it tells of no folder
# that was renamed above the one that is watched either.
_LOOK_AGAIN = 0.3
_LOOK_AGAIN_BLIND = 0.15
_BELIEVED_AFTER = 0.06


class Face(Protocol):
    """Where a Look is shown. `changed` shows one with a new report, `redraw` one with something else that is new."""

    def changed(self, look: Look) -> Frame: ...

    def redraw(self, look: Look) -> Frame: ...

    def size(self) -> Size: ...

    def stop(self) -> None: ...

    def take_again(self) -> None: ...


class Watching:
    """A service under watch; `look` is what is shown of it."""

    def __init__(self, service: WatchedService, face: Face, coach: Coach, inbox: Inbox, *, keys: bool) -> None:
        self._service = service
        self._face = face
        self._coach = coach
        self._inbox = inbox
        self._saves = Saves(inbox)
        self._page = Page(service.path)
        self._folders: frozenset[object] = frozenset()
        self._blind = False
        self._reading = service.check()
        self._doubted: float | None = None
        self._frame = Frame(())
        self._size = face.size()
        report = self._reading.report
        known = None if report is None or report.error else report
        gone = report is None  # between two looks
        self.look = Look(report or service.nothing, known, gone=gone, waiting_for=service.path, keys=keys)

    def run(self) -> int | None:
        """Watch until somebody ends it; the number of the signal that did, None for a key or Ctrl-C."""
        self._frame = self._face.changed(self.look)
        self._follow()
        try:
            while True:
                event = self._next_event()
                if isinstance(event, Signal) and event.number in _ENDING:
                    return None if event.number == signal.SIGINT else event.number
                if event == Key("q"):
                    return None
                self._handle(event)
        finally:
            self._saves.end()

    def _next_event(self) -> Event | None:
        """What happened next; None when it is time to look without having been told."""
        patience = _LOOK_AGAIN_BLIND if self._blind else _LOOK_AGAIN
        if self._doubted is not None:
            patience = max(0.0, min(patience, self._doubted - time.monotonic()))
        try:
            return self._inbox.get(timeout=patience)
        except queue.Empty:
            return None

    def _handle(self, event: Event | None) -> None:
        if isinstance(event, Key):
            self._press(event.name)
        elif isinstance(event, Signal):
            self._obey(event.number)
        elif isinstance(event, Blind):
            self._blind = True
        elif self._service.may_have_changed(event.paths if event is not None else frozenset()) or self._is_due():
            self._check()
        else:
            if isinstance(event, Changed):
                self._follow()  # a folder on the way to a missing file may have appeared
            if self._face.size() != self._size:  # on systems without a signal for it
                self._redraw()

    def _is_due(self) -> bool:
        return self._doubted is not None and time.monotonic() >= self._doubted

    def _check(self) -> None:
        """Look at the files again, and show what became of them.

        Bad news waits a moment before it is believed: a file that is being saved can be empty, missing or half there.
        """
        reading = self._service.check()
        self._follow()
        if reading.says_the_same_as(self._reading):
            self._doubted = None
            return
        if _is_bad_news(self._reading, reading) and not self._is_due():
            if self._doubted is None:
                self._doubted = time.monotonic() + _BELIEVED_AFTER
            return
        self._doubted = None
        self._reading = reading
        self._show(reading.report)

    def _show(self, report: Report | None) -> None:
        before = self.look
        if report is None:
            self.look = before._replace(gone=True, panel=None, notice=())
        else:
            turned = turned_since(before.known, report)
            known = before.known if report.error else report
            self.look = before._replace(report=report, known=known, turned=turned, panel=None, notice=(), gone=False)
        self._frame = self._face.changed(self.look)
        if self._page.path is not None and report is not None:
            try:
                self._page.write(report)
            except UsageError as error:
                self._say(str(error))

    def _follow(self) -> None:
        """Watch the folders that the last check needs, where these are not the ones watched already."""
        folders = self._service.folders()
        if folders == self._folders:
            return
        self._folders = folders
        self._blind = False
        self._saves.follow(folder for folder, _ in folders)

    def _redraw(self) -> None:
        self._size = self._face.size()
        self._frame = self._face.redraw(self.look)

    def _say(self, *lines: str) -> None:
        self.look = self.look._replace(notice=lines)
        self._redraw()

    def _obey(self, number: int) -> None:
        if number == _STOP:
            self._face.stop()
        elif number == _CONTINUE:
            self._face.take_again()
        self._redraw()

    def _press(self, key: str) -> None:
        panel = self.look.panel
        self.look = self.look._replace(notice=())
        if key == "o" and not self.look.gone:
            self._open_page()
        elif key == "h" and (check := self._next()) is not None and check.has_hints:
            self._open(self._hint())
        elif key == "d" and self._next() is not None:
            self._open(self._edit())
        elif key == "escape":
            self._open(None)
        elif panel is not None and key in _SCROLLS:
            by, pages, to = _SCROLLS[key]
            offset = panel.offset + by + pages * self._frame.page if to is None else to * self._frame.most
            self._open(panel._replace(offset=max(0, min(offset, self._frame.most))))
        else:
            self._redraw()

    def _next(self) -> CheckResult | None:
        return None if self.look.gone else self.look.report.next_check

    def _open(self, panel: Panel | None) -> None:
        self.look = self.look._replace(panel=panel)
        self._redraw()

    def _hint(self) -> Panel:
        given = self._coach.hint(self.look.report)
        stronger = () if given.is_last else ("", "h gives a stronger one.")
        return Panel(f"Hint {given.number} of {given.of}: {given.title}", (*given.text.split("\n"), *stronger))

    def _edit(self) -> Panel:
        check = self._next()
        assert check is not None
        return Panel(f"The edit: {check.rule.title}", tuple(self._coach.edit(self.look.report)), is_diff=True)

    def _open_page(self) -> None:
        self._say("Writing the page …")
        try:
            path = self._page.write(self.look.report)
            if has_desktop(os.environ):
                self._page.open(path)
                self._say("The page opens in your browser; reload it there after a save.")
            else:
                self._say("The page is this file; reload it after a save:", short_path(path))
        except UsageError as error:
            self._say(str(error))


_STOP = getattr(signal, "SIGTSTP", None)
_CONTINUE = getattr(signal, "SIGCONT", None)
_ENDING = frozenset(getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGHUP"))

# Lines, pages, or where to: 0 is the beginning, 1 the end.
_SCROLLS: dict[str, tuple[int, int, int | None]] = {
    "j": (1, 0, None),
    "down": (1, 0, None),
    "k": (-1, 0, None),
    "up": (-1, 0, None),
    " ": (0, 1, None),
    "page down": (0, 1, None),
    "page up": (0, -1, None),
    "home": (0, 0, 0),
    "end": (0, 0, 1),
}


def _is_bad_news(before: Reading, now: Reading) -> bool:
    """Whether something that could be judged no longer can be, or something that passed no longer does."""
    if before.report is None or before.report.error is not None:
        return False
    if now.report is None or now.report.error is not None:
        return True
    return not before.report.passing <= now.report.passing
