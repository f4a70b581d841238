"""The edits that answer a check, as lines of a diff in which a reader recognises serverless.yml."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from checker.rule_help import Edit

Sign = Literal[" ", "+", "-"]

_INDENT = "  "


def edit_lines(edits: Iterable[Edit]) -> list[tuple[Sign, str]]:
    """The lines of the edits with their signs: the keys above each edit as context, then what comes and what goes.

    Edits that follow each other below the same keys share them. What is removed is shown as `Key: …`, for its value is
    the attendee's own.
    """
    lines: list[tuple[Sign, str]] = []
    standing: Sequence[str] = ()
    for edit in edits:
        path = edit.path.split(".")
        above = path if edit.action == "append" else path[:-1]
        shared = _shared(standing, above)
        lines += [(" ", f"{_INDENT * depth}{key}:") for depth, key in enumerate(above) if depth >= shared]
        lines += [(sign, _INDENT * len(above) + text) for sign, text in _change(edit, path[-1])]
        standing = above
    return lines


def _shared(standing: Sequence[str], above: Sequence[str]) -> int:
    """How many of the keys above an edit stand there already, from the edit before it."""
    same = 0
    while same < min(len(standing), len(above)) and standing[same] == above[same]:
        same += 1
    # Back at a key higher up, its list would go on below another key: it has to be named again.
    return same if same < len(above) or same == len(standing) else 0


def _change(edit: Edit, key: str) -> list[tuple[Sign, str]]:
    if edit.action == "remove":
        return [("-", f"{key}: …")]
    if edit.action == "rename":
        return [("-", f"{key}: …"), ("+", f"{edit.to}: …")]
    value = [edit.value] if edit.action == "append" else {key: edit.value}
    return [("+", line) for line in _yaml(value)]


def _yaml(value: Any) -> list[str]:
    from yaml import SafeDumper, dump

    class Dumper(SafeDumper):
        """Lists are indented below their key, and nothing becomes an anchor."""

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
            super().increase_indent(flow, False)

        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
            return True

    text: str = dump(value, Dumper=Dumper, sort_keys=False, default_flow_style=False, allow_unicode=True, width=1000)
    return text.splitlines()
