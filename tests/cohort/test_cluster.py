"""A real Dask cluster, whose workers share nothing with this process, judges as this machine does."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from checker.authoring.starter import write_starter
from checker.cli.report import HOME
from checker.cohort.collecting import collect
from checker.cohort.executors import cluster
from checker.cohort.grading import Run, Task, Views, carried, grade_cohort
from checker.cohort.marks import read_marks
from checker.cohort.results import Results
from checker.cohort.submission import Request
from checker.modules import ModuleFiles
from checker.reporters.html import render
from checker.reporters.json import record
from checker.version import __version__
from tests.cli.test_grade import many, wait_for_lines
from tests.cohort.test_executors import Task as Numbered
from tests.cohort.test_executors import outcomes
from tests.conftest import FIXTURES, REPOSITORY

CLASS = FIXTURES / "class"
COMMAND = [sys.executable, "-m", "checker", "grade"]

Start = Callable[..., subprocess.Popen[bytes]]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


@pytest.fixture
def parts() -> Iterator[list[subprocess.Popen[bytes]]]:
    """The parts of Dask that a test has started; all are ended after it."""
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        process.kill()
    for process in started:
        process.wait()


@pytest.fixture
def start(tmp_path: Path, parts: list[subprocess.Popen[bytes]]) -> Start:
    """Starts a part of Dask in a folder of its own, with the modules of `path`."""

    def begin(part: str, *arguments: object, path: Path = REPOSITORY) -> subprocess.Popen[bytes]:
        folder = tmp_path / f"machine{len(parts)}"
        folder.mkdir()
        process = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{part}", *map(str, arguments), "--no-dashboard"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(path)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        parts.append(process)
        return process

    return begin


def scheduler(start: Start) -> str:
    """The address of a new scheduler, that listens."""
    port = free_port()
    start("dask_scheduler", "--host", "127.0.0.1", "--port", port)
    until = time.monotonic() + 30
    with socket.socket() as probe:
        while probe.connect_ex(("127.0.0.1", port)):
            assert time.monotonic() < until, "no scheduler came"
            time.sleep(0.05)
    return f"127.0.0.1:{port}"


def worker(start: Start, address: str, path: Path = REPOSITORY) -> subprocess.Popen[bytes]:
    return start("dask_worker", f"tcp://{address}", "--no-nanny", "--nthreads", 2, "--local-directory", ".", path=path)


def wait_for_workers(address: str, count: int) -> None:
    from distributed import Client

    with Client(f"tcp://{address}", set_as_default=False, timeout=10) as client:
        client.wait_for_workers(count, timeout=30)


@pytest.fixture
def workers(start: Start) -> tuple[str, list[subprocess.Popen[bytes]]]:
    """The address of a cluster, and its two workers."""
    address = scheduler(start)
    started = [worker(start, address) for _ in range(2)]
    wait_for_workers(address, 2)
    return address, started


def grade(*arguments: object, cwd: Path = FIXTURES, seconds: float = 60) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=seconds
    )


@pytest.mark.slow
def test_a_cluster_gives_the_grades_of_this_machine(
    workers: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path
) -> None:
    shutil.copytree(CLASS, tmp_path / "class")
    # The workers stand in other folders, where this path leads nowhere.
    done = grade("class", "--executor", f"dask://{workers[0]}", "--out", tmp_path / "far", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert grade("class", "--out", tmp_path / "near", cwd=tmp_path).returncode == 0
    assert (tmp_path / "far" / "grades.csv").read_bytes() == (tmp_path / "near" / "grades.csv").read_bytes()
    assert len(list((tmp_path / "far" / "attendees").iterdir())) == 16


@pytest.mark.slow
def test_a_module_of_one_s_own_travels_to_a_cluster(
    workers: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path
) -> None:
    write_starter(str(tmp_path / "mine"))
    shutil.copytree(CLASS / "ada", tmp_path / "class" / "ada")
    command = ["class", "--module", "./mine", "--executor", f"dask://{workers[0]}", "--out", tmp_path / "far"]
    done = grade(*command, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    (line,) = (tmp_path / "far" / "results.jsonl").read_text(encoding="utf-8").splitlines()
    told = json.loads(line)
    assert (told["module"]["id"], told["checks"][0]["reason"]) == ("mine", "plugin-missing")


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_no_result(
    workers: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path
) -> None:
    top, out = many(tmp_path / "class", 400), tmp_path / "far"
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [*COMMAND, str(top), "--executor", f"dask://{workers[0]}", "--out", str(out)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        wait_for_lines(out, 20)
        workers[1][0].send_signal(signal.SIGKILL)
        done = (out / "results.jsonl").read_bytes().count(b"\n")
        assert running.wait(timeout=60) == 0
    assert done < 400
    assert grade(top, "--out", tmp_path / "near").returncode == 0
    assert (out / "grades.csv").read_bytes() == (tmp_path / "near" / "grades.csv").read_bytes()


@pytest.mark.slow
def test_a_scheduler_that_is_killed_ends_the_run_and_costs_no_result(
    start: Start, parts: list[subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    top, out = many(tmp_path / "class", 400), tmp_path / "far"
    address = scheduler(start)
    worker(start, address)
    wait_for_workers(address, 1)
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [*COMMAND, str(top), "--executor", f"dask://{address}", "--out", str(out)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        wait_for_lines(out, 20)
        parts[0].send_signal(signal.SIGKILL)
        _, complaint = run.communicate(timeout=60)
    assert run.returncode == 2
    assert (
        complaint == f"rydecheck: the cluster at {address} is gone; the results so far stay, and --resume continues.\n"
    )
    assert 20 <= (out / "results.jsonl").read_bytes().count(b"\n") < 400
    assert grade(top, "--out", out, "--resume").returncode == 0
    assert '"internal"' not in (out / "results.jsonl").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_task_that_loops_or_raises_stops_no_other(workers: tuple[str, list[subprocess.Popen[bytes]]]) -> None:
    bad = {3: "loop", 5: "raise"}
    tasks = [Numbered(number, bad.get(number, "double")) for number in range(12)]
    expected: dict[int, Any] = {number: 2 * number for number in range(12)}
    assert outcomes(cluster(workers[0]), tasks) == {**expected, 3: "timeout", 5: "internal"}


@pytest.mark.slow
def test_workers_of_another_version_are_told(start: Start, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(REPOSITORY / "checker", other / "checker")
    text = (other / "checker" / "version.py").read_text(encoding="utf-8")
    assert __version__ in text
    (other / "checker" / "version.py").write_text(text.replace(__version__, "0.0.1"), encoding="utf-8")
    address = scheduler(start)
    worker(start, address, path=other)
    wait_for_workers(address, 1)
    done = grade(CLASS, "--executor", f"dask://{address}", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert done.stderr == f"rydecheck: the workers at {address} have rydecheck 0.0.1, and this is {__version__}.\n"


@pytest.mark.slow
def test_a_scheduler_without_workers_is_told(start: Start, tmp_path: Path) -> None:
    address = scheduler(start)
    done = grade(CLASS, "--executor", f"dask://{address}", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert done.stderr.startswith(f"rydecheck: the cluster at {address} has no workers;")
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
def test_nobody_listens(tmp_path: Path) -> None:
    address = f"127.0.0.1:{free_port()}"
    done = grade(CLASS, "--executor", f"dask://{address}", "--out", tmp_path / "out", seconds=15)
    assert done.returncode == 2
    assert done.stderr.startswith(f"rydecheck: no Dask scheduler answers at {address}")
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
def test_somebody_listens_and_says_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        done = grade(CLASS, "--executor", f"dask://{address}", "--out", tmp_path / "out", seconds=20)
    assert done.returncode == 2
    assert done.stderr.startswith("rydecheck: no Dask scheduler")
    assert done.stderr.count("\n") == 1


def test_what_is_sent_is_small_and_leads_to_no_file_of_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(CLASS, tmp_path / "class")
    monkeypatch.chdir(tmp_path)
    names = [f"user{number}" for number in range(1000)]
    marks = "id,question,points,comment\n" + "".join(f"{name},qa.how,1/2,Well said.\n" for name in ("ada", *names))
    run = Run(
        ModuleFiles("reliability"),
        Request(),
        datetime.now(timezone.utc),
        Views(record, partial(render, home=HOME)),
        read_marks(marks, str(tmp_path / "marks.csv"), ["qa.how"]),
    )
    sent: dict[str, bytes] = {}

    def note(_work: object, tasks: Iterator[Task]) -> Iterator[tuple[Task, Any]]:
        for task in tasks:
            sent[task.submission.id] = pickle.dumps(task)
            if task.submission.id == "ada":
                assert set(task.run.marks.given) == {"ada"}
        return iter(())

    results = Results(str(tmp_path / "results.jsonl"))
    submissions = list(carried(collect(["class"]).submissions))
    grade_cohort(submissions, run, results, None, note, known={})  # type: ignore[arg-type]
    results.close()
    assert len(sent) == 16
    for one in submissions:
        assert one.folder is None
        assert one.top is None
        files = 0 if one.files is None else sum(map(len, one.files.files.values()))
        assert len(sent[one.id]) < files + 3_000
        assert str(tmp_path).encode() not in sent[one.id]
