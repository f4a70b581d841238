"""Writing what was rendered to a stream."""

from __future__ import annotations

import os
from typing import TextIO


def write_stream(stream: TextIO, text: str, *, is_data: bool = False) -> None:
    """Write the text in the stream's encoding; what it cannot express becomes a question mark.

    In a step of GitHub Actions a text for people gives its runner no commands; data is written as it is.
    """
    if not is_data and os.environ.get("GITHUB_ACTIONS") == "true":
        from checker.reporters.formats.workflow_commands import without_commands

        text = without_commands(text)
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding))
    stream.flush()
