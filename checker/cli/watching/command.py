"""`rydecheck watch`, from what was asked for to an exit status."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from typing import TextIO

from checker.cli.output import write_stream
from checker.cli.watching.coach import Coach, ServiceCoach
from checker.cli.watching.events import Inbox
from checker.cli.watching.keys import KeyReader
from checker.cli.watching.loop import Watching
from checker.cli.watching.service import WatchedService
from checker.cli.watching.session import HAS_TERMIOS, Screen, signals
from checker.cohort.submission import OnDisk, Request
from checker.reporters.terminal import Terminal
from checker.reporters.text import render
from checker.reporters.watching import Frame, Look, Size, change_lines, parting, screen
from checker.rulepack import RulePack

_COMPLETE, _INCOMPLETE, _FAILED = 0, 1, 2
_ENDED_BY_SIGNAL = 128


def watch(path: str, found: OnDisk, pack: RulePack, request: Request) -> int:
    """Watch the service found at a path until somebody ends it; the exit status is that of its last check."""
    service = WatchedService(found, pack, request)
    coach = ServiceCoach(os.path.abspath(path), request)
    return _on_screen(service, coach) if _can_draw(sys.stdout) else _line_by_line(service, coach)


def _can_draw(out: TextIO) -> bool:
    return HAS_TERMIOS and out.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def _on_screen(service: WatchedService, coach: Coach) -> int:
    inbox = Inbox()
    keys = sys.stdin if sys.stdin is not None and sys.stdin.isatty() else None
    with signals(inbox):
        with Screen(sys.stdout, keys) as drawn:
            watching = Watching(service, _OnScreen(drawn), coach, inbox, keys=keys is not None)
            reader = KeyReader(keys.fileno(), inbox) if keys is not None else None
            try:
                ended_by = watching.run()
            finally:
                if reader is not None:
                    reader.end()
        if ended_by is not None:
            return _ENDED_BY_SIGNAL + ended_by
        write_stream(sys.stdout, parting(watching.look, Terminal.of(sys.stdout)) + "\n")
    return _status(watching.look)


class _OnScreen:
    """Looks drawn in place."""

    def __init__(self, drawn: Screen) -> None:
        self._drawn = drawn
        self.size = drawn.size
        self.stop = drawn.stop
        self.take_again = drawn.take_again

    def redraw(self, look: Look) -> Frame:
        frame = screen(look, self._drawn.size(), Terminal.of(sys.stdout))
        self._drawn.draw(frame.lines)
        return frame

    changed = redraw


def _line_by_line(service: WatchedService, coach: Coach) -> int:
    watching = Watching(service, _LineByLine(sys.stdout), coach, Inbox(), keys=False)
    try:
        watching.run()
    except KeyboardInterrupt:
        write_stream(sys.stdout, "\n" + parting(watching.look, Terminal.of(sys.stdout)) + "\n")
    return _status(watching.look)


class _LineByLine:
    """Looks as lines below each other, for pipes, files and terminals that cannot draw: no escape codes at all."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._begun = False

    def changed(self, look: Look) -> Frame:
        draw = Terminal.of(self._out)._replace(colour=False)
        text = "" if self._begun else render(look.report, draw)
        if not text:
            at = f"{datetime.now():%H:%M:%S}"
            blank = "\n" if self._begun else ""
            text = f"{blank}{at}\n" + "".join(f"{line}\n" for line in change_lines(look, draw))
        self._begun = True
        write_stream(self._out, text)
        return Frame(())

    def redraw(self, look: Look) -> Frame:  # noqa: ARG002 - nothing to draw again
        return Frame(())

    def size(self) -> Size:
        return Size(80, 24)

    def stop(self) -> None:
        """Nothing of the terminal is held that could be given back."""

    def take_again(self) -> None:
        """As `stop`."""


def _status(look: Look) -> int:
    return (
        _FAILED
        if look.gone
        else {"complete": _COMPLETE, "incomplete": _INCOMPLETE, "error": _FAILED}[look.report.status]
    )
