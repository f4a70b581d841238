"""Runs a real framework's `package` on one case, offline, and returns what it made."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

from tests.conformance.cases import HERE, Case, Json

NODE_MODULES = HERE / "node_modules"
_HOME = NODE_MODULES / ".cache" / "home"  # the frameworks keep their compiled schema there: 8 seconds
_SECONDS = 120
_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "CI": "1",
    "HTTPS_PROXY": "http://127.0.0.1:9",  # nobody listens there: no request leaves the machine
    "SLS_AWS_REQUEST_MAX_RETRIES": "0",
    "SLS_NOTIFICATIONS_MODE": "off",
    "SLS_TELEMETRY_DISABLED": "1",
    "SLS_TRACKING_DISABLED": "1",
}
_HEADING = re.compile(r"(?:\w+ )*(?:Error|Exception)(?::$| -+$)")
_PATH = re.compile(r"(?<![\w.:/-])/(?:[\w.@-]+/)+")


class Packaged(NamedTuple):
    """What a framework wrote: its resolved configuration and the template it would deploy."""

    service: dict[str, Json]
    template: dict[str, Json]


class Stopped(NamedTuple):
    """The first line of the error that a framework stopped with, without paths."""

    message: str


def package(case: Case) -> Packaged | Stopped:
    """Run `package` in a copy of the case's folder."""
    with tempfile.TemporaryDirectory(prefix="conformance-") as temporary:
        folder = Path(temporary) / "service"
        shutil.copytree(case.folder, folder)
        (folder / "case.json").unlink(missing_ok=True)
        (folder / "node_modules").symlink_to(NODE_MODULES)
        with zipfile.ZipFile(folder / "code.zip", "w") as archive:
            archive.writestr("handler.py", "")
        _HOME.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["node", *_arguments(case)],
            cwd=folder,
            env={"HOME": str(_HOME), "PATH": os.environ["PATH"], **_ENVIRONMENT, **case.environment},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        if done.returncode:
            return Stopped(_first_line(done.stdout + "\n" + done.stderr, str(folder)))
        written = folder / ".serverless"
        state = json.loads((written / "serverless-state.json").read_text(encoding="utf-8"))
        template = json.loads((written / "cloudformation-template-update-stack.json").read_text(encoding="utf-8"))
        return Packaged(_joined(state["service"], state), template)


def _arguments(case: Case) -> list[str]:
    arguments = [str(NODE_MODULES / case.framework / "bin" / "serverless.js"), "package"]
    for name, value in case.options.items():
        arguments += [f"--{name}", value]
    for name, value in case.parameters.items():
        arguments.append(f"--param={name}={value}")
    return arguments


def _first_line(output: str, folder: str) -> str:
    """What is wrong; a heading that ends in a colon goes on with the line below it."""
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).strip() for line in output.splitlines()]
    start = next((number for number, line in enumerate(lines) if _HEADING.match(line)), -1)
    said = [line for line in lines[start + 1 :] if line][:2]
    message = " ".join(said if said and said[0].endswith(":") else said[:1])
    return _PATH.sub("", message.replace(os.path.realpath(folder), ".").replace(folder, "."))[:200]


def _joined(value: Json, root: Json) -> Json:
    """The value with each `$ref` replaced by what it names: the framework writes a shared value only once."""
    if isinstance(value, list):
        return [_joined(item, root) for item in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("$ref")
    if isinstance(reference, str) and reference.startswith("$["):
        target = root
        for step in re.findall(r'\[("(?:[^"\\]|\\.)*"|\d+)\]', reference):
            target = target[json.loads(step)]
        return _joined(target, root)
    # The frameworks keep the service itself and their own working copies in these.
    left_out = ("serverless", "serviceObject", "initialServerlessConfig", "compiledCloudFormationTemplate")
    return {key: _joined(item, root) for key, item in value.items() if key not in left_out}
