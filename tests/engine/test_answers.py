"""Answers in ANSWERS.md: under which heading, and up to where."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.answers import parse_answers

IDS = ["qa.how", "qa.burst"]


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("", {}),
        ("qa.how\nno heading", {}),
        ("## qa.how\nmine", {"qa.how": "mine"}),
        ("###### qa.how ######\nmine", {"qa.how": "mine"}),
        ("####### qa.how\nno heading", {}),
        ("#qa.how\nno heading", {}),
        ("    # qa.how\ncode", {}),
        ("## 1. How does it work? (qa.how)\r\nmine\r\n", {"qa.how": "mine"}),
        ("## `qa.how`: How?\nmine", {"qa.how": "mine"}),
        ("## qa.how\n\n\n", {}),
        ("## qa.how", {}),
        ("## qa.how\none\n## qa.burst\ntwo", {"qa.how": "one", "qa.burst": "two"}),
        ("## qa.how\none\n## Other\ntwo", {"qa.how": "one"}),
        ("## qa.how\none\n# Other\ntwo", {"qa.how": "one"}),
        ("## qa.how\none\n### Detail\ntwo", {"qa.how": "one\n### Detail\ntwo"}),
        ("# qa.how\none\n### qa.burst\ntwo\n## Rest\nthree", {"qa.how": "one", "qa.burst": "two"}),
        ("## qa.how\none\n## qa.burst\ntwo\n## qa.how\nthree", {"qa.how": "one\nthree", "qa.burst": "two"}),
        ("## qa.however\nno", {}),
        ("## xqa.how\nno", {}),
        ("## my.qa.how\nno", {}),
        ("## qa.how.much\nno", {}),
        ("## qaxhow\nno", {}),
        ("```\n## qa.how\n```\nno", {}),
        ("~~~~\n## qa.how\n~~~\n## qa.burst\n~~~~\nno", {}),
        ("## qa.how\n```yaml\n# comment\n```\nend", {"qa.how": "```yaml\n# comment\n```\nend"}),
        ("## qa.how\n<!-- write here -->\n", {}),
        ("## qa.how\n<!-- write\nhere -->mine<!-- end -->", {"qa.how": "mine"}),
    ],
)
def test_an_answer_is_the_text_below_its_heading(text: str, answers: dict[str, str]) -> None:
    assert parse_answers(text, IDS) == answers


def test_a_heading_inside_a_comment_is_none() -> None:
    assert parse_answers("<!--\n## qa.how\nWrite here.\n-->\n", IDS) == {}


def test_a_full_stop_may_follow_the_id() -> None:
    assert parse_answers("## qa.how. How does it work?\nmine", IDS) == {"qa.how": "mine"}


def test_inline_code_opens_no_block() -> None:
    assert parse_answers("```sls deploy```\n\n## qa.how\nmine", IDS) == {"qa.how": "mine"}


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(["## ", "# ", "qa.how", "qa.burst", "\n", "```", "<!--", "-->", "text", " "]), max_size=20)
)
def test_any_text_has_answers_that_are_not_empty(pieces: list[str]) -> None:
    answers = parse_answers("".join(pieces), IDS)
    assert set(answers) <= set(IDS)
    assert all(answer and answer == answer.strip() for answer in answers.values())
