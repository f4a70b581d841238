"""Writing what was rendered to a stream."""

from __future__ import annotations

from typing import TextIO


def write_stream(stream: TextIO, text: str) -> None:
    """Write the text in the stream's encoding; what it cannot express becomes a question mark."""
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding))
    stream.flush()
