"""Deploys a service with a real framework, to whatever answers at an endpoint as AWS does."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple

HERE = Path(__file__).parent
NODE_MODULES = HERE / "node_modules"
SERVICE = HERE / "service"
ACCOUNT = "123456789012"
REGION = "us-east-2"

_HOME = NODE_MODULES / ".cache" / "home"  # the frameworks keep their compiled schema there: 2 seconds
_SECONDS = 120
_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_ACCOUNT": ACCOUNT,
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
    "CI": "1",
    "SLS_AWS_MONITORING_FREQUENCY": "20",  # milliseconds between two looks at the stack; else 5 seconds, twice
    "SLS_AWS_REQUEST_MAX_RETRIES": "0",  # an answer that is refused stays refused, and each retry waits 5 seconds
    "SLS_NOTIFICATIONS_MODE": "off",
    "SLS_TELEMETRY_DISABLED": "1",
    "SLS_TRACKING_DISABLED": "1",
}
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")

Framework = Literal["osls3", "osls4"]


class Deployment(NamedTuple):
    """How the framework ended: its exit status, and all it printed, without colours."""

    returncode: int
    output: str


def deploy(
    endpoint_url: str, folder: Path, framework: Framework, stage: str, *, environment: Mapping[str, str] | None = None
) -> Deployment:
    """Run `deploy` in a copy of the folder.

    The endpoint names its host by numbers (`http://127.0.0.1:…`): SDK version 3 puts a bucket's name before any other.
    Raises subprocess.TimeoutExpired after two minutes.
    """
    with tempfile.TemporaryDirectory(prefix="deployment-") as temporary:
        service = Path(temporary) / "service"
        shutil.copytree(folder, service)
        # Above the service: Node looks there for plugins too, but the framework does not pack it.
        (Path(temporary) / "node_modules").symlink_to(NODE_MODULES)
        _HOME.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["node", *_arguments(framework), "--stage", stage],
            cwd=service,
            env={
                "HOME": str(_HOME),
                "PATH": os.environ["PATH"],
                "AWS_ENDPOINT_URL": endpoint_url,
                **_ENVIRONMENT,
                **(environment or {}),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        return Deployment(done.returncode, _COLOUR.sub("", done.stdout))


def _arguments(framework: Framework) -> list[str]:
    preload = ["--require", str(HERE / "sdk-v2-endpoint.js")] if framework == "osls3" else []
    return [*preload, str(NODE_MODULES / framework / "bin" / "serverless.js"), "deploy"]
