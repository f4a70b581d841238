"""Writing what was rendered to a stream."""

from __future__ import annotations

import os
from typing import TextIO


def write_stream(stream: TextIO, text: str, *, is_data: bool = False) -> None:
    """Write a text for people in the stream's encoding; what it cannot express becomes a question mark.

    In a step of GitHub Actions it gives the runner no commands. Data is written as it is, in UTF-8 whatever the stream
    expects: its readers go by what it says of itself.
    """
    if not is_data and os.environ.get("GITHUB_ACTIONS") == "true":
        from checker.reporters.formats.workflow_commands import without_commands

        text = without_commands(text)
    if is_data and hasattr(stream, "buffer"):
        stream.flush()
        stream.buffer.write(text.encode("utf-8", "replace"))
        stream.buffer.flush()
        return
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding))
    stream.flush()
