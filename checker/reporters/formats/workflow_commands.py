"""Workflow commands of GitHub Actions: written so that its runner reads them, and kept out of all other lines.

The runner looks at each line that a step prints, on either stream (actions/runner, `ActionCommand.cs`): `::name …::`
at the start of a line is a command, blanks before it aside, and so is `##[name …]` anywhere in it. It compares as .NET
does by default, which passes over characters without a weight of their own, such as a variation selector.
"""

from __future__ import annotations

import re

_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_DATA = str.maketrans(_DATA)
_IN_PROPERTY = str.maketrans({**_DATA, ":": "%3A", ",": "%2C"})

# What may stand around the signs without a weight is taken for all that is no printable ASCII: rather too much.
_AT_START = re.compile(r"(?<![^\r\n])([^!-~\r\n]*:[^ -~\r\n]*)(?=:)")
_ANYWHERE = re.compile(r"(#[^ -~\r\n]*#[^ -~\r\n]*)(?=\[)")


def command(name: str, message: str, properties: dict[str, str]) -> str:
    """A command as GitHub's own `@actions/core` writes it, without a line end; empty properties are left out."""
    told = ",".join(f"{key}={value.translate(_IN_PROPERTY)}" for key, value in properties.items() if value)
    return f"::{name}{' ' if properties else ''}{told}::{message.translate(_IN_DATA)}"


def without_commands(text: str) -> str:
    """Lines that the runner prints and does not obey: a backslash stands in what would be a command."""
    return _ANYWHERE.sub(r"\1\\", _AT_START.sub(r"\1\\", text))
