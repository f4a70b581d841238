"""The page of a service that is being watched: a file in the user's cache folder, and a browser that shows it."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from checker.errors import UsageError
from checker.report import Report
from checker.writing import write_file

# -I: or the current folder, which is the submission, would be searched for modules; nothing of it may run.
_OPEN = (sys.executable, "-I", "-c", "import sys, webbrowser; webbrowser.open(sys.argv[1])")


class Page:
    """The page of the service at a path; once written it can be kept current."""

    def __init__(self, service_path: str) -> None:
        self._service = os.path.realpath(service_path)
        self._opening: subprocess.Popen[bytes] | None = None
        self.path: Path | None = None

    def write(self, report: Report) -> Path:
        """Write the page, readable by the user alone. Raises UsageError when that cannot be done."""
        from checker.reporters.html import render

        path = self._place()
        write_file(path, render(report._replace(checked_at=datetime.now().astimezone())), mode=0o600)
        self.path = path
        return path

    def _place(self) -> Path:
        from platformdirs import user_cache_path

        folder = user_cache_path("rydecheck") / "pages"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{folder} cannot be made: {error.strerror}.") from None
        digest = hashlib.sha256(os.fsencode(self._service)).hexdigest()[:12]
        name = re.sub(r"[^A-Za-z0-9_-]+", "-", os.path.basename(self._service))[:40].strip("-")
        return folder / f"{name or 'service'}-{digest}.html"

    def open(self, path: Path) -> None:
        """Ask the desktop to show the page, from a process that has no terminal to write to. Raises UsageError."""
        environment = {name: value for name, value in os.environ.items() if name != "TERM"}  # no browser of text
        nothing = subprocess.DEVNULL
        try:
            self._opening = subprocess.Popen(  # noqa: S603 - the command is ours
                (*_OPEN, path.as_uri()),
                stdin=nothing,
                stdout=nothing,
                stderr=nothing,
                cwd=path.parent,
                env=environment,
                start_new_session=True,
            )
        except OSError as error:
            raise UsageError(f"no browser can be started: {error.strerror}.") from None


def has_desktop(environment: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Whether a browser would open in front of whoever presses the key: not over ssh, not without a display."""
    if any(environment.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT")):
        return False
    if platform in ("darwin", "win32"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def short_path(path: Path) -> str:
    """The path as one would type it."""
    home = os.path.join(os.path.expanduser("~"), "")
    text = str(path)
    return f"~/{text[len(home) :]}" if home != "~/" and text.startswith(home) else text
