"""A bound on the time that one submission may take."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from checker.errors import CheckError

SECONDS = 10.0
_AGAIN = 1.0  # what is raised may be lost in a destructor, or to a library's bare `except:`


@contextmanager
def time_limit(seconds: float = SECONDS) -> Iterator[None]:
    """Raise CheckError `timeout` in the block when it runs longer than `seconds`.

    In a process's main thread a timer signal interrupts it wherever it is, so no loop can escape; in other threads and
    on systems without such timers an exception is set from a second thread, which only waiting in C code delays.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        with _thread_limit(seconds):
            yield
        return

    def stop(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise _TimeIsUp

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        yield
    except _TimeIsUp:
        raise too_long(seconds) from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def too_long(seconds: float) -> CheckError:
    """The error of a submission that takes longer than it may."""
    return CheckError(
        "timeout",
        f"judging this takes longer than {seconds:g} seconds.",
        advice="No service of the workshop does; look for parts that repeat themselves without end.",
    )


class _TimeIsUp(BaseException):
    """Raised in the block from outside; no Exception, so that nothing in there takes it for its own."""


@contextmanager
def _thread_limit(seconds: float) -> Iterator[None]:
    watch = _Watch(seconds)
    try:
        try:
            watch.start()
            yield
        finally:
            watch.end()
    except _TimeIsUp:
        raise too_long(seconds) from None


class _Watch:
    """Interrupts the thread that made it after some seconds, unless it has ended by then."""

    def __init__(self, seconds: float) -> None:
        self._thread = threading.get_ident()
        self._timer = threading.Timer(seconds, self._interrupt)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._ended = self._interrupted = False

    def start(self) -> None:
        self._timer.start()

    def end(self) -> None:
        with self._lock:
            self._ended = True
        self._timer.cancel()
        if self._interrupted:
            time.sleep(0)  # one that was set at the very end comes up here, and nowhere later

    def _interrupt(self) -> None:
        import ctypes

        with self._lock:
            if not self._ended:
                self._interrupted = True
                thread = ctypes.c_ulong(self._thread)
                ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(_TimeIsUp))
