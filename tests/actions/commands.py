"""What the runner of GitHub Actions takes for commands, after its `ActionCommand.cs` and `ActionCommandManager.cs`.

The runner compares strings as .NET does by default: characters without a weight count for nothing there. So each line
is also read without them.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

REGISTERED = frozenset(
    [
        *("add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "notice"),
        *("remove-matcher", "save-state", "set-env", "set-output", "stop-commands", "warning"),
    ]
)
_WEIGHTLESS = ("Cc", "Cf", "Mn", "Me", "Cs", "Co", "Cn")
_LINE_END = re.compile(r"\r\n|\r|\n")
_IN_PROPERTY = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))
_IN_DATA = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))


class Command(NamedTuple):
    name: str
    properties: dict[str, str]
    data: str


def commands(output: str) -> list[Command]:
    """The commands in what a step printed, in order."""
    found = (command_in(line) for line in _LINE_END.split(output))
    return [one for one in found if one is not None]


def command_in(line: str) -> Command | None:
    """The command that a line is or holds, if any."""
    light = "".join(each for each in line if unicodedata.category(each) not in _WEIGHTLESS)
    return _at_start(line) or _anywhere(line) or _at_start(light) or _anywhere(light)


def _at_start(line: str) -> Command | None:
    line = line.lstrip()
    end = line.find("::", 2)
    if not line.startswith("::") or end < 0:
        return None
    name, _, told = line[2:end].partition(" ")
    if name.lower() not in REGISTERED:
        return None
    properties = {}
    for pair in told.strip().split(","):
        key, _, value = pair.partition("=")
        if key and value:
            properties[key] = _unescaped(value, _IN_PROPERTY)
    return Command(name, properties, _unescaped(line[end + 2 :], _IN_DATA))


def _anywhere(line: str) -> Command | None:
    start = line.find("##[")
    end = line.find("]", start)
    if start < 0 or end < 0:
        return None
    name = line[start + 3 : end].partition(" ")[0]
    return Command(name, {}, line[end + 1 :]) if name.lower() in REGISTERED else None


def _unescaped(text: str, mapping: tuple[tuple[str, str], ...]) -> str:
    for escape, sign in mapping:
        text = text.replace(escape, sign)
    return text
