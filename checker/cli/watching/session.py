"""The terminal while a service is watched: its alternate screen, raw keys and signals, and all of it given back."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, TextIO

from checker.cli.output import write_stream
from checker.cli.watching.events import Inbox, Signal
from checker.reporters.watching import Size

try:
    import termios
except ImportError:  # Windows
    HAS_TERMIOS = False
else:
    HAS_TERMIOS = True

# Of xterm, which all others follow: alternate screen, cursor, lines that do not wrap, and a frame shown as a whole. A
# terminal that does not know the last one ignores it.
_ENTER = "\x1b[?1049h"
_OURS = "\x1b[?25l\x1b[?7l\x1b[2J"
_LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l"
_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"

_DEFAULT = Size(80, 24)


class Screen:
    """The alternate screen of a terminal, for as long as the block lasts; `keys` is the terminal that they come from.

    Whatever ends the block, the terminal is as it was before.
    """

    def __init__(self, out: TextIO, keys: TextIO | None) -> None:
        self._out = out
        self._keys = keys
        self._before: list[Any] | None = None
        self._entered = False

    def __enter__(self) -> Screen:
        self._enter()
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()

    def _enter(self) -> None:
        if self._keys is not None:
            self._before = termios.tcgetattr(self._keys)
        self._entered = True  # from here on there may be something to give back
        write_stream(self._out, _ENTER)
        self.take_again()

    def take_again(self) -> None:
        """Set the terminal as we need it; also after a stop that nobody announced, when a shell set it as it likes."""
        if self._keys is not None and self._before is not None:
            ours = [*self._before[:6], list(self._before[6])]
            ours[3] &= ~(termios.ECHO | termios.ICANON)
            ours[6][termios.VMIN], ours[6][termios.VTIME] = 1, 0
            termios.tcsetattr(self._keys, termios.TCSANOW, ours)
        write_stream(self._out, _OURS)

    def _leave(self) -> None:
        if not self._entered:
            return
        self._entered = False
        with suppress(OSError):  # a terminal that was closed needs nothing back
            write_stream(self._out, _LEAVE)
        if self._keys is not None and self._before is not None:
            with suppress(OSError, termios.error):
                termios.tcsetattr(self._keys, termios.TCSANOW, self._before)

    def stop(self) -> None:
        """Stop as Ctrl-Z asks for, with the terminal given back meanwhile.

        The usual SIGTSTP does it, which the system ignores where no shell could continue us; SIGSTOP it would not.
        """
        self._leave()
        ours = {number: signal.signal(number, signal.SIG_DFL) for number in (signal.SIGTSTP, signal.SIGCONT)}
        os.kill(os.getpid(), signal.SIGTSTP)
        for number, handler in ours.items():
            signal.signal(number, handler)
        self._enter()

    def size(self) -> Size:
        """How large the terminal is now."""
        try:
            columns, rows = os.get_terminal_size(self._out.fileno())
        except (OSError, ValueError):
            return _DEFAULT
        return Size(columns or _DEFAULT.columns, rows or _DEFAULT.rows)

    def draw(self, lines: Sequence[str]) -> None:
        """Show these lines, from the first row on, in the place of what was there."""
        rows = (f"\x1b[{number};1H{line}\x1b[0m\x1b[K" for number, line in enumerate(lines, 1))
        write_stream(self._out, f"{_BEGIN}{''.join(rows)}\x1b[J{_END}")


_HANDLED = ("SIGINT", "SIGTERM", "SIGHUP", "SIGTSTP", "SIGCONT", "SIGWINCH")
_MAY_BE_IGNORED = ("SIGINT", "SIGHUP", "SIGTSTP")


@contextmanager
def signals(inbox: Inbox) -> Iterator[None]:
    """Put the signals that a terminal sends into the inbox; what was ignored before, as by nohup, stays ignored.

    One that should end the program, sent a second time before anybody took the first, ends it the hard way.
    """
    before = {}
    asked: set[int] = set()

    def put(number: int, _: FrameType | None) -> None:
        if number in asked and number in (signal.SIGINT, signal.SIGTERM):
            raise KeyboardInterrupt
        asked.add(number)
        inbox.put(Signal(number))

    for name in _HANDLED:
        number = getattr(signal, name, None)
        if number is None or (name in _MAY_BE_IGNORED and signal.getsignal(number) == signal.SIG_IGN):
            continue
        before[number] = signal.signal(number, put)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
