"""A bound on the time that one submission may take."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from checker.errors import CheckError

SECONDS = 10.0


@contextmanager
def time_limit(seconds: float = SECONDS) -> Iterator[None]:
    """Raise CheckError `timeout` in the block when it runs longer than `seconds`.

    A timer signal interrupts it wherever it is, so no loop can escape. Only a process's main thread on a system with
    such timers is bounded this way; elsewhere the bounds on size and on resolving variables stand alone.
    """

    def stop(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise CheckError(
            "timeout",
            f"judging this takes longer than {seconds:g} seconds.",
            advice="No service of the workshop does; look for parts that repeat themselves without end.",
        )

    try:
        before = signal.signal(signal.SIGALRM, stop)
    except (AttributeError, ValueError):  # no such timer here, or not the main thread
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
