"""The demo's class is deployed, and what is changed there by hand shows."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest

from checker.cli import main
from checker.report import Report
from checker.reporters.json import parse_record
from checker.rulepack import RulePack
from checker.shipped import sample_class_folder
from checker.standin import StandIn
from checker.standin.sample_class import FILE, SERVICE, TURNED_BACK, deploy_class, stack_of, turn_back

COMMAND = [sys.executable, "-m", "checker"]


@pytest.mark.slow
def test_the_class_is_judged_by_its_files_and_its_stacks(standin: StandIn, tmp_path: Path, pack: RulePack) -> None:
    sample = sample_class_folder()
    deployed = deploy_class(standin, sample)
    assert main(["grade", "--roster", str(sample / "roster.csv"), "--deployed", "--out", str(tmp_path)]) == 0
    records = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text(encoding="utf-8").splitlines()]
    reports = {record["submission"]["id"]: parse_record(record, pack) for record in records}
    assert len(reports) == 16
    for name, report in reports.items():
        if report.error is not None:
            continue
        assert report.submission.stack == stack_of(name)
        in_stack = [check.verdicts["stack"].reason for check in report.checks[1:]]
        assert ("not-deployed" in in_stack) == (name not in deployed), name
    assert reports["ada"].status == "complete"
    assert _drifting(reports[TURNED_BACK]) == ["table.on_demand", "table.no_provisioned"]


def _drifting(report: Report) -> list[str]:
    return [check.rule.id for check in report.checks if "live-drift" in [note.code for note in check.notes]]


def test_who_could_deploy_has_a_record() -> None:
    recorded = [path.parent.name for path in sorted(sample_class_folder().glob(f"*/{FILE}"))]
    everybody = [path.name for path in sorted(sample_class_folder().iterdir()) if path.is_dir()]
    assert sorted(set(everybody) - set(recorded)) == ["luis", "maya", "omar"]


@pytest.mark.slow
def test_the_served_class_can_be_changed_by_hand(tmp_path: Path) -> None:
    """As in the invitation that the demo prints: a table turned back by hand turns its check red."""
    with subprocess.Popen(
        [*COMMAND, "demo", "--serve", "--out", str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as serving:
        assert serving.stdout is not None
        line = next(line for line in serving.stdout if line.strip().startswith("export "))
        given = dict(re.findall(r"(\w+)=(\S+)", line))
        assert _status(given) == "complete"
        session = boto3.Session(
            region_name=given["AWS_DEFAULT_REGION"],
            aws_access_key_id=given["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
        )
        tables = session.client("dynamodb", endpoint_url=given["AWS_ENDPOINT_URL"])
        name = next(name for name in tables.list_tables()["TableNames"] if name.startswith(f"{SERVICE}-ada-"))
        turn_back(tables, name)
        assert _status(given) == "incomplete"
        serving.send_signal(signal.SIGINT)
        assert serving.wait(timeout=20) == 0
    assert (tmp_path / "index.html").exists()


def _status(given: dict[str, str]) -> str:
    done = subprocess.run(
        [*COMMAND, "check", "--stack", stack_of("ada"), "--format", "json"],
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        check=False,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return str(found["status"])
