"""Where submissions are judged: here, in processes, in threads, or on a Dask cluster.

An executor takes a function and tasks, and gives each task with its result as they finish. A task that fails, takes
too long or takes its process with it gives a CheckError, and the others go on. Tasks are asked for as room gets free,
so that no more than a few are in memory at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from queue import Empty, SimpleQueue
from typing import Any, Protocol, TypeVar

from checker.cohort.time_limit import too_long
from checker.errors import CheckError, UsageError
from checker.version import __version__

Task = TypeVar("Task")
Result = TypeVar("Result")

_AHEAD = 4  # tasks a worker, so that none waits for its next one
_LOOK_EVERY = 0.5  # seconds
_OBJECTS_BEFORE_COLLECTION = 100_000
_LOST = ("CancelledError", "CommClosedError", "FutureCancelledError")  # of Dask, which is not imported for it
_CONNECT_SECONDS = 8
_CLUSTER_SECONDS = 12.0  # to connect, and for the workers to say which version they have
_PRELOADED = ["checker.cohort.grading", "checker.reporters.html", "checker.reporters.json", "jinja2"]


class Bounded(Protocol):
    """A task says how many seconds it may take in all, before whoever does it is given up."""

    @property
    def seconds(self) -> float: ...


BoundedTask = TypeVar("BoundedTask", bound=Bounded)
Executor = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[tuple[Any, Any]]]


def executor(name: str, jobs: int) -> Executor:
    """The executor that the command line calls so, with as many workers. Raises UsageError for a name that is none."""
    if name == "process":
        return processes(jobs)
    if name == "thread":
        return threads(jobs)
    scheme, _, address = name.partition("://")
    host, _, port = address.rpartition(":")
    if scheme != "dask" or not host or not port.isdecimal():
        raise UsageError(f"there is no executor `{name}`; say process, thread or dask://host:port.")
    return cluster(address)


def here(work: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[tuple[Task, Result | CheckError]]:
    """One after another, in this thread: for few submissions, nothing else is faster."""
    for task in tasks:
        try:
            result: Result | CheckError = work(task)
        except Exception as error:
            result = _failed(error, task)
        yield task, result


def processes(jobs: int) -> Executor:
    """In as many processes; one that hangs or dies is replaced, and its task is an error."""

    def run(
        work: Callable[[BoundedTask], Result], tasks: Iterable[BoundedTask]
    ) -> Iterator[tuple[BoundedTask, Result | CheckError]]:
        from pebble import ProcessPool

        def submit(task: BoundedTask) -> Any:
            try:
                return pool.schedule(work, args=(task,), timeout=task.seconds)
            except (RuntimeError, OSError):  # the system gives no more processes, memory or open files
                raise UsageError(f"{jobs} processes cannot be started here; pass a smaller --jobs.") from None

        context = _context()
        _start_server(context)
        pool = ProcessPool(max_workers=jobs, initializer=_begin, context=context)
        try:
            yield from _as_they_finish(submit, tasks, jobs * _AHEAD)
        finally:
            pool.stop()
            pool.join()

    return run


def threads(jobs: int) -> Executor:
    """In as many threads of this process: right for stacks, where judging is waiting for answers."""

    def run(
        work: Callable[[BoundedTask], Result], tasks: Iterable[BoundedTask]
    ) -> Iterator[tuple[BoundedTask, Result | CheckError]]:
        from pebble import ThreadPool

        pool = ThreadPool(max_workers=jobs)
        try:
            # No more at once than there are threads: each begins when it is handed over, and its time with it.
            yield from _as_they_finish(
                lambda task: pool.schedule(work, args=(task,)), tasks, jobs, lambda task: task.seconds
            )
        finally:
            pool.stop()  # its threads end with the process; one that hangs is not waited for

    return run


def cluster(address: str) -> Executor:
    """On a Dask cluster (`host:port` of its scheduler); its workers need the same version of rydecheck, no files."""

    def run(
        work: Callable[[BoundedTask], Result], tasks: Iterable[BoundedTask]
    ) -> Iterator[tuple[BoundedTask, Result | CheckError]]:
        client = _client(address)
        gone = UsageError(f"the cluster at {address} is gone; the results so far stay, and --resume continues.")

        def submit(task: BoundedTask) -> Any:
            try:
                return client.submit(work, task, pure=False, retries=1)
            except Exception:
                raise gone from None

        try:
            workers = sum(client.nthreads().values())
            yield from _as_they_finish(submit, tasks, workers * _AHEAD, lambda task: task.seconds * _AHEAD)
        except _LostError:
            raise gone from None
        finally:
            client.close(timeout=_LOOK_EVERY if client.status != "running" else _CONNECT_SECONDS)

    return run


def _client(address: str) -> Any:
    """Raises UsageError when nobody is there, or when the workers would judge otherwise."""
    try:
        import distributed  # noqa: F401
    except ImportError:
        raise UsageError("a Dask cluster needs the extra `cluster`: pip install 'rydecheck[cluster]'.") from None
    found: SimpleQueue[Any] = SimpleQueue()

    def find() -> None:
        try:
            found.put(_connected(address))
        except BaseException as error:
            found.put(error)

    # What takes the connection and says nothing, or a worker that is stopped, would be waited for without end.
    threading.Thread(target=find, daemon=True).start()
    try:
        client = found.get(timeout=_CLUSTER_SECONDS)
    except Empty:
        raise UsageError(f"no Dask scheduler and workers answer at {address}.") from None
    if isinstance(client, BaseException):
        raise client
    return client


def _connected(address: str) -> Any:
    """The client of a cluster whose workers have this version. Raises UsageError."""
    from distributed import Client

    _silence("distributed", "tornado", "asyncio")
    try:
        client = Client(f"tcp://{address}", timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"no Dask scheduler answers at {address} ({type(error).__name__}).") from None
    try:
        versions = client.run(version)
    except Exception as error:
        client.close()
        raise UsageError(f"the workers at {address} cannot run rydecheck {__version__} ({error}).") from None
    others = sorted(set(versions.values()) - {__version__})
    if not versions:
        client.close()
        raise UsageError(f"the cluster at {address} has no workers; start some with `dask worker {address}`.")
    if others:
        client.close()
        raise UsageError(f"the workers at {address} have rydecheck {', '.join(others)}, and this is {__version__}.")
    return client


def _silence(*names: str) -> None:
    """Keep libraries from writing tracebacks over the progress bar; what matters of them is told in a line."""
    import logging

    for name in (*names, *logging.root.manager.loggerDict):
        if name.partition(".")[0] in names:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def version() -> str:
    """The version of rydecheck where this is called."""
    return __version__


def _context() -> Any:
    """Processes that are forked from a clean one where that is possible: this one may have threads."""
    import multiprocessing

    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


def _start_server(context: Any) -> None:
    """Start the process that others are forked from deaf to Ctrl-C, which would end its imports in a traceback."""
    if context.get_start_method() != "forkserver":
        return
    import signal
    from multiprocessing import forkserver, resource_tracker

    resource_tracker.ensure_running()  # first, for it lets interrupts through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)  # one that came meanwhile comes now


def _begin() -> None:
    """What a process does before its first task."""
    import gc
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that hands out the work
    gc.freeze()  # rules and templates stay; judging makes hardly any garbage, and looking for it takes a tenth of it
    gc.set_threshold(_OBJECTS_BEFORE_COLLECTION)


def _as_they_finish(
    submit: Callable[[BoundedTask], Any],
    tasks: Iterable[BoundedTask],
    most: int,
    patience: Callable[[BoundedTask], float] | None = None,
) -> Iterator[tuple[BoundedTask, Any]]:
    """Each task with its result, at most `most` under way at once.

    A task that is under way longer than `patience` says, in seconds, is given up; None leaves that to whoever works.
    """
    finished: SimpleQueue[Any] = SimpleQueue()
    under_way: dict[Any, tuple[BoundedTask, float]] = {}

    def next_finished() -> Iterator[tuple[BoundedTask, Any]]:
        try:
            future = finished.get(timeout=_LOOK_EVERY)
        except Empty:
            now = time.monotonic()
            for future, (task, since) in list(under_way.items()):
                if patience is not None and now - since > patience(task):
                    del under_way[future]
                    yield task, too_long(task.seconds)
            return
        if future in under_way:  # or it was given up
            task, _ = under_way.pop(future)
            yield task, _result(future, task)

    for task in tasks:
        future = submit(task)
        under_way[future] = (task, time.monotonic())
        future.add_done_callback(finished.put)
        while len(under_way) >= most:
            yield from next_finished()
    while under_way:
        yield from next_finished()


def _result(future: Any, task: Bounded) -> Any:
    try:
        return future.result()
    except Exception as error:
        if type(error).__name__ in _LOST:
            raise _LostError from None
        return _failed(error, task)


class _LostError(Exception):
    """What is under way ended with whoever hands it out, through no fault of its own."""


def _failed(error: Exception, task: Any) -> CheckError:
    """What is recorded of a task whose work raised, hung, or died with its process."""
    if isinstance(error, CheckError):
        return error
    if isinstance(error, TimeoutError):
        return too_long(task.seconds)
    return CheckError(
        "internal",
        f"judging this ended without a verdict ({type(error).__name__}).",
        advice="Please report it with the submission that led to it.",
    )
