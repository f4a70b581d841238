"""How the time to grade 200 deployed stacks falls with --jobs, as ratios to one job.

A stand-in for AWS in a process of its own holds the stacks, with 50 ms of latency in front of each call. It answers the
first run itself and the later ones by heart: making an answer takes longer than AWS's own machines would let one wait,
and would be all that is measured. The runs with 1, 2, 4 and 8 jobs are each a fresh `rydecheck grade`, in turn.
Nothing is asserted of speed; a run in which a stack is not complete stops the benchmark.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent.parent))

import boto3

from benchmarks.grading import measure
from checker.shipped import sample_class_folder
from checker.standin import StandIn
from checker.standin.sample_class import FILE, deploy_recorded, stack_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LATENCY = 0.05
STACKS = 200
JOBS = (1, 2, 4, 8)
SAMPLE = "ada"


class ByHeart:
    """A WSGI application that asks the one behind it each question once, and waits before each answer."""

    def __init__(self) -> None:
        self.inner: WSGIApplication | None = None
        self.latency = 0.0
        self.learns = False
        self.calls = 0
        self._known: dict[tuple[object, ...], tuple[str, list[tuple[str, str]], bytes]] = {}
        self._lock = threading.Lock()

    def wrap(self, app: WSGIApplication) -> WSGIApplication:
        self.inner = app
        return self

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        assert self.inner is not None
        if not self.learns:
            return self.inner(environ, start_response)
        from io import BytesIO

        time.sleep(self.latency)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        service = environ.get("HTTP_AUTHORIZATION", "").partition("/aws4_request")[0].rpartition("/")[2]
        asked = ("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "HTTP_X_AMZ_TARGET")
        question = (service, body, *(environ.get(name) for name in asked))
        with self._lock:
            self.calls += 1
        if question not in self._known:
            told: list[tuple[str, list[tuple[str, str]]]] = []

            def note(status: str, headers: list[tuple[str, str]], *_: object) -> None:
                told.append((status, headers))

            answer = b"".join(self.inner(environ, note))  # type: ignore[arg-type]
            self._known[question] = (*told[0], answer)
        status, headers, answer = self._known[question]
        start_response(status, headers)
        return [answer]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stacks", type=int, default=STACKS, help="how many (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=1, help="of all four (default: %(default)s)")
    asked = parser.parse_args()
    near, far = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(far, asked.stacks), daemon=True)
    process.start()
    os.environ.update(near.recv())
    grade(max(JOBS), asked.stacks)  # once before it counts: the answers are learned
    near.send(LATENCY)
    near.recv()
    rounds = [{jobs: grade(jobs, asked.stacks) for jobs in JOBS} for _ in range(asked.rounds)]
    near.send(None)
    calls = near.recv()
    process.join()
    each = calls / (len(JOBS) * asked.rounds * asked.stacks)
    print(f"rydecheck grade over {asked.stacks} stacks, {each:.0f} calls each with {LATENCY * 1000:.0f} ms")
    print(table(rounds))


def serve(pipe: Connection, count: int) -> None:
    """Hold that many stacks until told to end: first without latency, then with as much as is sent."""
    front = ByHeart()
    with StandIn(wrap=front.wrap) as standin:
        deploy(standin, count)
        front.learns = True
        pipe.send(standin.environment)
        front.latency = pipe.recv()
        front.calls = 0
        pipe.send(None)
        pipe.recv()
        pipe.send(front.calls)


def deploy(standin: StandIn, count: int) -> None:
    """The sample's stack under as many names."""
    given = standin.environment
    session = boto3.Session(
        region_name=standin.region,
        aws_access_key_id=given["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
    )
    services = ("cloudformation", "lambda", "dynamodb")
    clients = {service: session.client(service, endpoint_url=standin.url) for service in services}
    recorded = (sample_class_folder() / SAMPLE / FILE).read_text(encoding="utf-8")
    for number in range(count):
        name = f"user{number}"
        deploy_recorded(clients, name, json.loads(recorded.replace(SAMPLE, name)))


def grade(jobs: int, count: int) -> float:
    """The seconds that one run takes. Stops the program when a stack is not complete."""
    command = [sys.executable, "-m", "checker", "grade", "--stacks", stack_of("*"), "--executor", "thread"]
    with tempfile.TemporaryDirectory() as out:
        seconds = measure([*command, "--jobs", str(jobs), "--out", out], statuses=(0,)).seconds
        lines = Path(out, "results.jsonl").read_text(encoding="utf-8").splitlines()
    complete = sum(json.loads(line)["status"] == "complete" for line in lines)
    if complete != count:
        sys.exit(f"{complete} of {count} stacks are complete.")
    return seconds


def table(rounds: list[dict[int, float]]) -> str:
    lines = ["  jobs   seconds   faster than with one"]
    for jobs in rounds[0]:
        seconds = statistics.median(one[jobs] for one in rounds)
        ratio = statistics.median(one[min(one)] / one[jobs] for one in rounds)
        lines.append(f"  {jobs:>4}{seconds:>10.1f}{ratio:>17.1f} times")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
