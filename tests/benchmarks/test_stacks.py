"""The benchmark of stacks measures what it says."""

from __future__ import annotations

import time
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from benchmarks.stacks import ByHeart, table


def test_each_question_is_asked_once_and_waited_for_each_time() -> None:
    asked: list[bytes] = []

    def behind(environ: Any, start_response: Any) -> Iterable[bytes]:
        asked.append(environ["wsgi.input"].read())
        start_response("200 OK", [("Content-Length", "1")])
        return [b"%d" % len(asked)]

    front = ByHeart()
    front.wrap(behind)
    front.learns, front.latency = True, 0.02
    told: list[str] = []

    def ask(body: bytes, service: str = "lambda") -> bytes:
        environ = {
            "wsgi.input": BytesIO(body),
            "CONTENT_LENGTH": str(len(body)),
            "PATH_INFO": "/",
            "HTTP_AUTHORIZATION": f"Credential=x/20261124/us-east-2/{service}/aws4_request, …",
        }
        return b"".join(front(environ, lambda status, _: told.append(status)))  # type: ignore[arg-type]

    started = time.perf_counter()
    assert [ask(b"a"), ask(b"b"), ask(b"a"), ask(b"a", "iam")] == [b"1", b"2", b"1", b"3"]
    assert time.perf_counter() - started >= 4 * 0.02
    assert asked == [b"a", b"b", b"a"]
    assert told == ["200 OK"] * 4
    assert front.calls == 4


def test_the_table_compares_with_one_job_round_by_round() -> None:
    assert table([{1: 8.0, 4: 2.0}, {1: 9.0, 4: 3.0}, {1: 30.0, 4: 4.0}]).splitlines() == [
        "  jobs   seconds   faster than with one",
        "     1       9.0              1.0 times",
        "     4       3.0              4.0 times",
    ]
