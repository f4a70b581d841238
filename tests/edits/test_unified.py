# ruff: noqa: E501 - a case stands on one line, as it is read
"""Diffs that git applies, with their changes where a reader expects them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.edits.unified import unified_diff

LINES = st.lists(st.sampled_from(["a\n", "b\n", "  c\n", "  d\r\n", "\n"]), max_size=14).map("".join)
ENDS = st.sampled_from(["", "end", "é\u2028x"])


def applied(folder: Path, before: str, diff: list[str]) -> str:
    """What git makes of a file and a diff."""
    file = folder / "serverless.yml"
    file.write_bytes(before.encode())
    command = ["git", "apply", "--unsafe-paths", "--whitespace=nowarn", "-"]
    subprocess.run(command, input="".join(diff).encode(), cwd=folder, check=True, capture_output=True)
    return file.read_bytes().decode()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES, ENDS, LINES, ENDS)
def test_git_applies_it(tmp_path: Path, old: str, old_end: str, new: str, new_end: str) -> None:
    before, after = f"x\n{old}{old_end}", f"x\n{new}{new_end}"
    diff = unified_diff(before, after, "serverless.yml")
    assert (diff == []) is (before == after)
    if diff:
        assert applied(tmp_path, before, diff) == after


def test_only_line_feeds_end_a_line() -> None:
    assert len(unified_diff("a\x0bb\u2028c\n", "a\x0bb\u2028d\n", "f")) == 5


@pytest.mark.parametrize(
    ("before", "after", "first"),
    [
        pytest.param("s:\n  - a: 1\n    r:\n      - t\n", "s:\n  - a: 1\n    r:\n      - t\n  - b: 2\n    r:\n      - t\n", "+  - b: 2\n", id="an item that ends as the one above"),
        pytest.param("k:\n  a: 1\n\nm: 1\n", "k:\n  a: 1\n\n  b: 1\n\nm: 1\n", "+  b: 1\n", id="a key with a blank line below"),
        pytest.param("s:\n  - a\n  - b\n  - b\n", "s:\n  - a\n  - b\n", "-  - b\n", id="one of two that are the same"),
    ],
)  # fmt: skip
def test_a_block_begins_where_a_reader_sees_it_begin(before: str, after: str, first: str) -> None:
    signed = [line for line in unified_diff(before, after, "f")[2:] if line[0] in "+-"]
    assert signed[0] == first


def test_far_changes_have_hunks_of_their_own() -> None:
    lines = [f"{number}\n" for number in range(20)]
    changed = ["x\n", *lines[1:10], "y\n", *lines[11:19]]
    diff = unified_diff("".join(lines), "".join(changed), "a b.yml")
    assert [line for line in diff if line.startswith(("---", "+++", "@@"))] == [
        "--- a/a b.yml\t\n",
        "+++ b/a b.yml\t\n",
        "@@ -1,4 +1,4 @@\n",
        "@@ -8,7 +8,7 @@\n",
        "@@ -17,4 +17,3 @@\n",
    ]


def test_a_long_text_of_equal_lines_is_compared_at_once() -> None:
    """A bound on the work, told by what comes out: the change alone, though the lines are all the same."""
    before = "x\n" + "abc\n" * 150_000 + "y\n"
    diff = unified_diff(before, before.replace("y\n", "z\n").replace("x\n", "w\n"), "f")
    assert [line for line in diff[2:] if line[0] in "+-"] == ["-x\n", "+w\n", "-y\n", "+z\n"]
