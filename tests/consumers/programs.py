"""Runs the programs of node_modules."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
NODE_MODULES = HERE / "node_modules"
_SECONDS = 120


class Finding(NamedTuple):
    """What sarif-multitool says of a log: its name, the rule, its level, and the place in the log."""

    log: str
    rule: str
    level: str
    place: str


def node(script: str, text: str) -> Any:
    """What a script of this folder prints, as JSON; `text` is its standard input."""
    command = ["node", str(HERE / script)]
    done = subprocess.run(command, input=text, capture_output=True, encoding="utf-8", timeout=_SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def multitool(folder: Path) -> list[Finding]:
    """What `sarif-multitool validate` says of the logs of a folder, its notes too."""
    found = folder / "found.json"
    # The program itself, for its script hands the arguments to a shell, which takes `;` for the end of a command.
    program = NODE_MODULES / "@microsoft" / f"sarif-multitool-{sys.platform}" / "Sarif.Multitool"
    # .NET stops where no ICU library is installed, unless it is told to do without.
    environment = {**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
    logs = sorted(map(str, folder.glob("*.sarif")))
    options = ["--level", "Error;Warning;Note", "--rule-kind", "Sarif;Ghas", "--output", str(found)]
    done = subprocess.run(
        [str(program), "validate", *logs, *options],
        capture_output=True,
        encoding="utf-8",
        timeout=_SECONDS,
        check=False,
        env=environment,
    )
    assert f"{len(logs)} files scanned" in done.stdout, done.stdout + done.stderr
    assert "Analysis completed successfully" in done.stdout, done.stdout + done.stderr
    (run,) = json.loads(found.read_text(encoding="utf-8-sig"))["runs"]
    return [_finding(result) for result in run.get("results", ())]


def _finding(result: dict[str, Any]) -> Finding:
    (location,) = result["locations"]
    log = Path(location["physicalLocation"]["artifactLocation"]["uri"]).stem
    place = result["message"].get("arguments", [""])[0]
    return Finding(log, result["ruleId"].partition("/")[0], result.get("level", "warning"), place)
