"""Writes the recordings again: `python -m tests.conformance.record [NAME…]`, after `npm ci` in this folder."""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

from tests.conformance.cases import RECORDED, Case, Json, all_cases
from tests.conformance.frameworks import Stopped, package
from tests.conformance.normal import of_framework


def resolved(case: Case) -> Json:
    """What the real framework makes of a case, in the shape of a recording."""
    made = package(case)
    return {"stops": made.message} if isinstance(made, Stopped) else of_framework(made)


def main(names: list[str]) -> None:
    cases = [case for case in all_cases() if not names or case.name in names]
    RECORDED.mkdir(exist_ok=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for case, result in zip(cases, pool.map(resolved, cases), strict=True):
            text = json.dumps(result, indent=1, ensure_ascii=False, sort_keys=True)
            case.recording.write_text(text + "\n", encoding="utf-8")
            print(case.id, result.get("stops", ""))
    if not names:
        for left in {*RECORDED.iterdir()} - {case.recording for case in cases}:
            left.unlink()


if __name__ == "__main__":
    main(sys.argv[1:])
