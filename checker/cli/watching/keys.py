"""Keys as a terminal sends them → their names."""

from __future__ import annotations

import os
import select
import signal
from threading import Thread

from checker.cli.watching.events import Inbox, Key, Signal

_SEQUENCES = {
    b"\x1b[A": "up",
    b"\x1bOA": "up",
    b"\x1b[B": "down",
    b"\x1bOB": "down",
    b"\x1b[5~": "page up",
    b"\x1b[6~": "page down",
    b"\x1b[H": "home",
    b"\x1bOH": "home",
    b"\x1b[1~": "home",
    b"\x1b[F": "end",
    b"\x1bOF": "end",
    b"\x1b[4~": "end",
}
_REST_OF_A_SEQUENCE = 0.05  # seconds that the rest of an escape sequence may take, also over ssh


def decode_keys(data: bytes) -> tuple[list[str], bytes]:
    """The keys in what a terminal sent, and what may be the beginning of another one.

    A lone escape is kept back: only time tells whether it is the key or the beginning of a sequence.
    """
    keys: list[str] = []
    position = 0
    while position < len(data):
        if data[position] != 0x1B:
            keys.append(chr(data[position]).lower())
            position += 1
            continue
        end = _sequence_end(data, position)
        if end is None:
            return keys, data[position:]
        sequence = data[position:end]
        if sequence in _SEQUENCES:
            keys.append(_SEQUENCES[sequence])
        elif sequence == b"\x1b":
            keys.append("escape")
        position = end
    return keys, b""


def _sequence_end(data: bytes, start: int) -> int | None:
    """Behind the last byte of the escape sequence that begins here; None when it goes on beyond the data (ECMA-48)."""
    kind = data[start + 1 : start + 2]
    if not kind:
        return None
    if kind not in (b"[", b"O"):
        return start + 1
    position = start + 2
    while position < len(data) and 0x20 <= data[position] < 0x40:
        position += 1
    return position + 1 if position < len(data) else None


class KeyReader:
    """Puts each key that is pressed at a terminal into the inbox, from a thread of its own."""

    def __init__(self, terminal: int, inbox: Inbox) -> None:
        self._terminal = terminal
        self._inbox = inbox
        self._wake, self._woken_by = os.pipe()
        self._thread = Thread(target=self._read, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Stop reading: what is typed from now on is for somebody else."""
        os.close(self._woken_by)
        self._thread.join(1)
        os.close(self._wake)

    def _read(self) -> None:
        rest = b""
        while True:
            ready, _, _ = select.select([self._terminal, self._wake], [], [], _REST_OF_A_SEQUENCE if rest else None)
            if self._wake in ready:
                return
            if not ready:  # nothing came behind the escape: it was the key
                self._inbox.put(Key("escape"))
                rest = b""
                continue
            try:
                data = os.read(self._terminal, 1024)
            except OSError:
                data = b""
            if not data:  # the terminal is gone
                self._inbox.put(Signal(signal.SIGHUP))
                return
            keys, rest = decode_keys(rest + data)
            for key in keys:
                self._inbox.put(Key(key))
