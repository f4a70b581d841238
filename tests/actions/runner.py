"""A stand-in for the runner of GitHub Actions: carries out the steps of our action as GitHub documents it.

https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax, and workflow-commands beside it.
Expressions are replaced, steps run in the shell that the runner would start, and what a step writes to its files of
outputs and summary is read back.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.actions.commands import Command, commands
from tests.conftest import REPOSITORY

ACTION = REPOSITORY / "action.yml"
_EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)(?:\s*\|\|\s*'([^']*)')?\s*\}\}")


class Job(NamedTuple):
    """How a run of the action ended."""

    code: int
    outputs: dict[str, str]
    summary: str
    log: str

    @property
    def annotations(self) -> list[Command]:
        """The commands that the runner finds in the log."""
        return commands(self.log)


def run(
    workspace: Path,
    temporary: Path,
    given: Mapping[str, str],
    environment: Mapping[str, str],
    checkout: Path = REPOSITORY,
) -> Job:
    """Run all steps in a workspace, with the action's inputs given; a step that fails ends the job.

    `checkout` is where the runner has put the action itself.
    """
    action = yaml.safe_load(ACTION.read_text(encoding="utf-8"))
    unknown = set(given) - set(action["inputs"])
    assert not unknown, unknown
    known = {f"inputs.{name}": given.get(name, one["default"]) for name, one in action["inputs"].items()}
    known |= {"runner.temp": str(temporary), "github.action_path": str(checkout)}
    log, summary, code = "", "", 0
    for number, step in enumerate(action["runs"]["steps"]):
        assert step["shell"] == "bash"
        files = {name: temporary / f"{name}-{number}" for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("", encoding="utf-8")
        script = temporary / f"step-{number}.sh"
        script.write_text(filled(step["run"], known), encoding="utf-8")
        ran = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=filled(step.get("working-directory", str(workspace)), known),
            env={
                **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
                "GITHUB_WORKSPACE": str(workspace),
                "GITHUB_ACTIONS": "true",
                "RUNNER_TEMP": str(temporary),
                **environment,
                **{name: filled(str(value), known) for name, value in step.get("env", {}).items()},
                **{name: str(file) for name, file in files.items()},
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,  # the runner reads commands out of both
            encoding="utf-8",  # as the runner reads it
            check=False,
        )
        log += ran.stdout
        summary += files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        for name, value in outputs(files["GITHUB_OUTPUT"]).items():
            known[f"steps.{step['id']}.outputs.{name}"] = value
        code = ran.returncode
        if code:
            break
    told = {name: filled(one["value"], known) for name, one in action["outputs"].items()}
    return Job(code, told, summary, log)


def filled(text: str, known: Mapping[str, str]) -> str:
    """The text with its expressions; an output that no step has set is empty."""

    def value(found: re.Match[str]) -> str:
        name = found.group(1)
        assert name in known or name.startswith("steps."), f"the runner knows no {name}"
        return known.get(name, "") or found.group(2) or ""

    return _EXPRESSION.sub(value, text)


def outputs(file: Path) -> dict[str, str]:
    """The outputs in a step's file, one `name=value` a line."""
    lines = file.read_text(encoding="utf-8").splitlines()
    assert all("=" in line for line in lines), lines
    return dict(line.split("=", 1) for line in lines)


def scripts() -> list[dict[str, Any]]:
    """The steps of the action."""
    steps: list[dict[str, Any]] = yaml.safe_load(ACTION.read_text(encoding="utf-8"))["runs"]["steps"]
    return steps
