"""How fast a deployed stack is judged, as a ratio to the same calls made one after another.

Both run in this process against the stand-in for AWS, in turn, with 50 ms of latency in front of each call. Nothing is
asserted: a machine under load makes both slower.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import boto3

sys.path.insert(0, str(Path(__file__).parent.parent))

from checker.aws.account import Access, Account
from checker.aws.calls import Call
from checker.aws.live import Wanted
from checker.aws.reading import read_stack
from checker.rulepack import load_pack
from checker.standin import StandIn
from tests.aws.conftest import REGION, STACK, deploy
from tests.aws.faults import Faults

LATENCY = 0.05
ROUNDS = 9


class _Recorded(Account):
    """An account that keeps what it is asked."""

    def __init__(self, access: Access) -> None:
        super().__init__(access)
        self.asked: list[tuple[Call, dict[str, Any]]] = []

    def call(self, call: Call, **parameters: Any) -> Any:
        self.asked.append((call, parameters))
        return super().call(call, **parameters)


def main() -> None:
    faults = Faults()
    names = Wanted(load_pack("reliability").names)
    with StandIn(region=REGION, wrap=faults.wrap) as standin:
        os.environ.update(standin.environment)
        clients: dict[str, Any] = {}
        deploy(lambda service: clients.setdefault(service, boto3.client(service)))
        account = _Recorded(Access(REGION))
        read_stack(account, STACK, names)
        asked = list(account.asked)
        faults.latency = LATENCY
        ratios, times = [], []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            read_stack(account, STACK, names)
            ours = time.perf_counter() - started
            started = time.perf_counter()
            for call, parameters in asked:
                account.call(call, **parameters)
            ratios.append((time.perf_counter() - started) / ours)
            times.append(ours)
    print(f"{len(asked)} calls with {LATENCY * 1000:.0f} ms each: {statistics.median(times):.2f} s")
    print(f"faster than one after another: {statistics.median(ratios):.1f} times")


if __name__ == "__main__":
    main()
