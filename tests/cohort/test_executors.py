"""Wherever submissions are judged: each task once, and no task stops the others."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from checker.cohort.executors import Executor, executor, here, processes, threads
from checker.cohort.time_limit import _Watch, time_limit
from checker.errors import CheckError, UsageError


class Task(NamedTuple):
    number: int
    what: str = "double"

    @property
    def seconds(self) -> float:
        return 1.0 if self.what == "hang" else 60.0


def work(task: Task) -> int:
    if task.what == "raise":
        raise ValueError(task.number)
    if task.what == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if task.what in ("hang", "sleep"):
        time.sleep(60)
    if task.what == "loop":
        with time_limit(0.2):
            while True:
                pass
    return 2 * task.number


EXECUTORS: dict[str, Executor] = {"here": here, "processes": processes(2), "threads": threads(2)}


def outcomes(execute: Callable[..., Iterator[Any]], tasks: list[Task]) -> dict[int, Any]:
    found = {}
    for task, outcome in execute(work, iter(tasks)):
        assert task.number not in found
        found[task.number] = outcome.code if isinstance(outcome, CheckError) else outcome
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", EXECUTORS)
def test_every_task_is_done_once(name: str) -> None:
    assert outcomes(EXECUTORS[name], [Task(number) for number in range(50)]) == {n: 2 * n for n in range(50)}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "what", "code"),
    [
        ("here", "raise", "internal"),
        ("processes", "raise", "internal"),
        ("threads", "raise", "internal"),
        ("here", "loop", "timeout"),
        ("processes", "loop", "timeout"),
        ("threads", "loop", "timeout"),
        ("processes", "die", "internal"),
        ("processes", "hang", "timeout"),
        ("threads", "hang", "timeout"),
    ],
)
def test_a_bad_task_stops_no_other(name: str, what: str, code: str) -> None:
    tasks = [Task(number, what if number == 3 else "double") for number in range(8)]
    assert outcomes(EXECUTORS[name], tasks) == {n: code if n == 3 else 2 * n for n in range(8)}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "most"), [("here", 1), ("processes", 8), ("threads", 2)])
def test_tasks_are_asked_for_as_room_gets_free(name: str, most: int) -> None:
    given: list[int] = []

    def tasks() -> Iterator[Task]:
        for number in range(100):
            given.append(number)
            yield Task(number)

    for done, _ in enumerate(EXECUTORS[name](work, tasks()), 1):
        assert len(given) - done <= most


def test_leaving_early_ends_the_processes() -> None:
    run = processes(2)(work, (Task(number, "sleep") if number else Task(0) for number in range(100)))
    started = time.monotonic()
    next(run)
    run.close()  # type: ignore[attr-defined]
    assert time.monotonic() - started < 30


def test_processes_that_cannot_start_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("Unexpected error within the Pool")

    monkeypatch.setattr("pebble.ProcessPool.schedule", broken)
    with pytest.raises(UsageError, match="2 processes cannot be started here; pass a smaller --jobs"):
        list(processes(2)(work, [Task(1)]))


def _is_deaf(_: Task) -> bool:
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_ctrl_c_reaches_no_process_that_others_are_forked_from() -> None:
    # It blocks the signal before its first import, and what is forked from it inherits that.
    assert [deaf for _, deaf in processes(1)(_is_deaf, [Task(1)])] == [True]
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


@pytest.mark.slow
def test_threads_are_interrupted_in_a_loop_and_nowhere_else() -> None:
    told: list[str] = []

    def judge(seconds: float) -> None:
        for _ in range(20):
            try:
                with time_limit(seconds):
                    until = time.monotonic() + 0.02
                    while time.monotonic() < until:
                        pass
                told.append("done")
            except CheckError as error:
                told.append(error.code)
            sum(range(1000))  # an interrupt that came too late would come up here

    running = [threading.Thread(target=judge, args=(seconds,)) for seconds in (0.01, 0.02, 10)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert len(told) == 60
    assert set(told) <= {"done", "timeout"}
    assert told.count("done") >= 20


def test_an_interrupt_that_comes_after_the_end_does_nothing() -> None:
    watch = _Watch(60)
    watch.start()
    watch.end()
    watch._interrupt()
    sum(range(1000))


@pytest.mark.parametrize("name", ["fibre", "dask", "dask://", "dask://here", "dask://:8786", "process://x", ""])
def test_an_executor_that_does_not_exist_is_told(name: str) -> None:
    with pytest.raises(UsageError, match="there is no executor"):
        executor(name, 2)
