"""`rydecheck watch` as an attendee has it: in a real pseudo-terminal, and the screen that it shows there."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyte

from tests.conftest import REPOSITORY

PATIENCE = 60.0
"""Seconds. Nothing here says how fast something has to be: this is for a machine that does much else."""

# Makes the terminal the controlling one, as a login does; without it no key would send a signal.
_LOGIN = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"


class Attended:
    """A process in a terminal of `columns` × `rows`; `written` is all that it wrote."""

    def __init__(
        self,
        command: list[str],
        *,
        columns: int = 80,
        rows: int = 24,
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        home: Path,
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._here, self.terminal = pty.openpty()
        self._lock = threading.Lock()
        self.written = b""
        _set_size(self.terminal, columns, rows)
        self.before = termios.tcgetattr(self.terminal)
        self.process = subprocess.Popen(
            [sys.executable, "-c", _LOGIN, *command],
            stdin=self.terminal,
            stdout=self.terminal,
            stderr=self.terminal,
            start_new_session=True,
            env=environment_of(home, environment or {}),
            cwd=cwd,
        )
        self._ended = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while not self._ended.is_set():
            ready, _, _ = select.select([self._here], [], [], 0.05)
            if not ready:
                continue
            try:
                data = os.read(self._here, 65536)
            except OSError:
                return
            with self._lock:
                self.written += data
                self._stream.feed(data)

    def press(self, keys: str) -> None:
        os.write(self._here, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        """As the terminal's window does it, which sends SIGWINCH."""
        with self._lock:
            self._screen.resize(rows, columns)
        _set_size(self.terminal, columns, rows)

    @property
    def lines(self) -> list[str]:
        with self._lock:
            return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def wait_for(self, *wanted: str, without: str | None = None) -> str:
        """The screen as soon as it shows all that is wanted, and nothing of what is not."""
        self.until(lambda: all(one in self.text for one in wanted) and (without is None or without not in self.text))
        return self.text

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"still not so:\n{self.text}\n{self.written[-2000:]!r}"
            time.sleep(0.02)

    def end(self) -> int:
        """Wait for the process to end; its exit status."""
        status = self.process.wait(PATIENCE)
        self.until(lambda: not select.select([self._here], [], [], 0)[0])
        return status

    @property
    def settings(self) -> list[Any]:
        """Of the terminal, as `stty -a` shows them."""
        return termios.tcgetattr(self.terminal)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)
        self._ended.set()
        self._reader.join(PATIENCE)
        os.close(self._here)
        os.close(self.terminal)


def environment_of(home: Path, more: Mapping[str, str]) -> dict[str, str]:
    """The environment of a login of somebody with this home, who has a terminal of today and no desktop."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "LANG": "C.UTF-8",
        "PYTHONUTF8": "1",
        "PYTHONPATH": str(REPOSITORY),
        "TERM": "xterm-256color",
        **more,
    }


def _set_size(terminal: int, columns: int, rows: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
