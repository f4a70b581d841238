"""Answers in ANSWERS.md: under which heading, and up to where."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.answers import MOST_LINES, asked_in, decode_answers, is_text, parse_answers, with_headings

IDS = {
    "qa.how": "How does DynamoDB auto-scaling work?",
    "qa.burst": "How does this fail when traffic bursts too quickly?",
}


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


@settings(max_examples=100)
@given(
    st.lists(st.sampled_from(["## ", "# ", "qa.how", "qa.burst", "\n", "```", "<!--", "-->", "text", " "]), max_size=20)
)
def test_any_text_has_answers_that_are_not_empty(pieces: list[str]) -> None:
    answers = parse_answers("".join(pieces), IDS)
    assert set(answers) <= set(IDS)
    assert all(answer and answer == answer.strip() for answer in answers.values())


HOW, BURST = IDS["qa.how"], IDS["qa.burst"]


@pytest.mark.parametrize(
    "heading",
    [
        "## QA.How",
        "qa.how\n======",
        "Question QA.HOW\n---",
        f"## {HOW}",
        f"### 1. {HOW}",
        f"# Q1: {HOW.upper()} #",
        f"## [{HOW}](https://example.com/a_(b))",
        f"## [qa.how: {HOW}](#a)",
        f"## 1. [{HOW}][how]",
        f"## qa.how: {HOW} ##",
        f"## **qa.how: {HOW}**",
        "## qa.how: How does DynamoDB auto scalling works?",
        "## QA-How",
        "## qa_how",
        "## 1-qa.how",
        f"- qa.how: {HOW}",
        f"**qa.how: {HOW}**",
        "- qa.how:",
        f"## *{HOW}*",
        "## How does dynamo DB autoscaling work",
        "## How does DynamoDB auto scalling works?",
        f"{HOW}\n=====",
        f"{HOW}\n---",
        f"**{HOW}**",
        f"__Q. {HOW}__",
        "**qa.how**",
        f"**1) {HOW}**",
        f"- {HOW}",
        f"* **{HOW}**",
        f"1. {HOW}",
        f"2) _{HOW}_",
        f"Q. {HOW}",
        f"Q: {HOW}",
        f"Q1. {HOW}",
        f"Question 1: {HOW}",
        "1. How does DynamoDB autoscaling works?",
        "**How dose DynamoDB auto-scaling work?**",
        HOW,
        f"> {HOW}",
        f"> ## {HOW}",
        f"> > **{HOW}**",
        f"\ufeff## {HOW}",
    ],
)
def test_a_question_is_known_by_its_id_or_its_words(heading: str) -> None:
    assert parse_answers(f"{heading}\n\nmine\n", IDS) == {"qa.how": "mine"}
    assert parse_answers(f"# Answers\r\n\r\n{heading}\r\n\r\nmine\r\n".replace("\ufeff", ""), IDS) == {"qa.how": "mine"}
    both = f"{heading}\nmine\n\n## qa.burst\nother\n"
    assert parse_answers(both, IDS) == {"qa.how": "mine", "qa.burst": "other"}


@pytest.mark.parametrize(
    ("written", "answer"),
    [
        ("A. mine", "mine"),
        ("A: mine", "mine"),
        ("a: mine", "mine"),
        ("A1: mine", "mine"),
        ("Answer: mine", "mine"),
        ("ANSWER 1. mine", "mine"),
        ("**A:** mine", "mine"),
        ("**Answer**: mine", "mine"),
        ("**A: mine**", "**mine**"),
        ("- A: mine\n- more", "mine\n- more"),
        ("Answer:\n\nmine", "mine"),
        ("### Answer\n\nmine", "mine"),
        ("**Answer**\nmine", "mine"),
        ("> mine\n> more", "mine\nmore"),
        ("> A: mine\n>\n> more", "mine\n\nmore"),
        ("> quoted\n\nmine", "> quoted\n\nmine"),
        ("```\nmine\n```", "```\nmine\n```"),
        ("```yaml\n# qa.burst\n## " + BURST + "\n```", "```yaml\n# qa.burst\n## " + BURST + "\n```"),
        ("~~~\n1. " + BURST + "\n~~~", "~~~\n1. " + BURST + "\n~~~"),
        ("mine\n\n---\n", "mine"),
        ("mine\n---\n", "mine"),
        ("mine\n---\nmore", "mine\n---\nmore"),
        (f"{HOW}\nmine", "mine"),
        (f"> {HOW}\n\nmine", "mine"),
        (f"mine\n{HOW}\nmore", "mine\nmore"),
        ("A table that scales", "A table that scales"),
        ("Answers differ", "Answers differ"),
        ("See qa.burst: later", "See qa.burst: later"),
        ("How it fails when traffic bursts quickly is another thing.",) * 2,
        ("- How does it fail when the bursts are small?",) * 2,
        ("### Detail\nmine", "### Detail\nmine"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_belongs_to_an_answer(written: str, answer: str, end: str) -> None:
    text = f"## qa.how\n\n{written}\n\n## qa.burst\nother\n".replace("\n", end)
    assert parse_answers(text, IDS) == {"qa.how": answer, "qa.burst": "other"}


@pytest.mark.parametrize(
    "written",
    [
        "",
        HOW,
        f"> {HOW}",
        f"**{HOW}**",
        "A:",
        "Answer:\n",
        "### Answer\n",
        ">\n>\n",
        "---",
        "* * *",
        "-\n-\n",
        "```\n```",
        "```yaml\n\n```",
        "<!-- mine -->",
        "<!--\nmine\n-->\nA: <!-- here -->",
    ],
)
@pytest.mark.parametrize("heading", ["## qa.how", f"## qa.how: {HOW}", f"1. {HOW}"])
def test_what_says_nothing_is_no_answer(heading: str, written: str) -> None:
    assert parse_answers(f"{heading}\n\n{written}\n\n## qa.burst\nother\n", IDS) == {"qa.burst": "other"}


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (f"1. {HOW} By magic.", "By magic."),
        (f"**{HOW}** By magic.", "By magic."),
        (f"**Q: {HOW}** *By* magic.", "*By* magic."),
        (f"Q: {HOW} A: By magic.", "By magic."),
        (f"- {HOW} - yes?", "- yes?"),
    ],
)
def test_an_answer_may_begin_in_the_line_of_its_question(line: str, answer: str) -> None:
    assert parse_answers(f"{line}\nmore\n## Other\nno", IDS) == {"qa.how": f"{answer}\nmore"}


def test_a_near_match_takes_no_other_questions_answer() -> None:
    near = "## How does DynamoDB auto-scaling works?"
    assert parse_answers(f"## qa.how\none\n## qa.burst\ntwo\n#{near}\nthree", IDS) == {
        "qa.how": "one",
        "qa.burst": f"two\n#{near}\nthree",
    }
    assert parse_answers(f"{near}\none\n{near}\ntwo", IDS) == {"qa.how": "one"}
    alike = {"q.a": "How does a queue help with short bursts?", "q.b": "How does a queue help with short burst?"}
    assert parse_answers("## How does a queue help with short bursts?\none", alike) == {"q.a": "one"}
    assert parse_answers("## How does a queue help with short burst?\none", alike) == {"q.b": "one"}
    assert parse_answers("## How does a queue help with shorts burst?\none", alike) == {}
    assert parse_answers("## How does a queue help with shrt bursts now?\none", alike) == {}


def test_a_sentence_that_is_near_a_question_is_no_heading() -> None:
    assert parse_answers("## qa.burst\nHow does DynamoDB autoscaling works?\n", IDS) == {
        "qa.burst": "How does DynamoDB autoscaling works?"
    }


@pytest.mark.parametrize(
    ("encoding", "named"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16-le"), ("cp1252", "cp1252")],
)
def test_encodings(encoding: str, named: str) -> None:
    text, found = decode_answers("## qa.how\r\nZu spät, “naïve”\r\n".encode(encoding))
    assert found == named
    assert parse_answers(text, IDS) == {"qa.how": "Zu spät, “naïve”"}


def test_one_slip_in_a_file_of_utf_8_changes_no_other_letter() -> None:
    text, encoding = decode_answers("## qa.how\nspät später Straße ".encode() + b"\xff")
    assert (encoding, parse_answers(text, IDS)) == ("utf-8", {"qa.how": "spät später Straße \ufffd"})


def test_a_new_file_has_every_heading_and_no_answer() -> None:
    made = with_headings(None, "A module", IDS)
    assert made is not None
    assert made[1] == ["qa.how", "qa.burst"]
    text = made[0].decode()
    assert text.startswith("# A module: my answers\n")
    assert parse_answers(text, IDS) == {}
    assert asked_in(text, IDS) == set(IDS)
    assert with_headings(made[0], "A module", IDS) == (made[0], [])
    again = parse_answers(text.replace("<!-- Write your answer below this line. -->", "mine"), IDS)
    assert again == {"qa.how": "mine", "qa.burst": "mine"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"## qa.how\nmine",
        b"## qa.how\r\nmine\r\n",
        b"## qa.how\rmine",
        b"\xef\xbb\xbf## qa.how\nmine\n",
        "## qa.how\r\nspät\r\n".encode("utf-16"),
        b"## qa.how\nsp\xe4t",
        b"# qa.how\nmine\n```\ncode\n```",
        b"<!-- a --> 1. How does DynamoDB auto-scaling work?\nmine",
        b"qa.how\n===\nmine\n---",
    ],
)
def test_headings_are_added_behind_what_stands_there(content: bytes) -> None:
    before, encoding = decode_answers(content)
    made = with_headings(content, "A module", IDS)
    assert made is not None
    whole, added = made
    assert whole.startswith(content)
    assert added == [name for name in IDS if name not in asked_in(before, IDS)]
    after, found = decode_answers(whole)
    assert found == encoding
    assert parse_answers(after, IDS) == parse_answers(before, IDS)
    assert asked_in(after, IDS) == set(IDS)
    if b"\r" in content:
        assert after.count("\n") == (after.count("\r\n") if "\r\n" in after else 0)
    assert with_headings(whole, "A module", IDS) == (whole, [])


@pytest.mark.parametrize("content", [b"```\n", b"## qa.how\n```\ncode", b"## qa.how\nmine <!-- not closed"])
def test_a_file_that_ends_inside_something_is_not_written(content: bytes) -> None:
    assert with_headings(content, "A module", IDS) is None


def test_an_underlined_heading_ends_an_answer_and_a_rule_does_not() -> None:
    assert parse_answers("## qa.how\nmine\n\nOther\n=====\nno", IDS) == {"qa.how": "mine"}
    assert parse_answers("## qa.how\nmine\n\nOther\n-----\nmore", IDS) == {"qa.how": "mine\n\nOther\n-----\nmore"}


def test_questions_are_looked_for_in_a_bounded_number_of_lines() -> None:
    below = "\n" * MOST_LINES + "## qa.burst\nother"
    assert set(parse_answers(f"## qa.how\nmine{below}", IDS)) == {"qa.how"}
    assert with_headings(f"## qa.how\nmine{below}".encode(), "A module", IDS) is None


def test_letters_are_compared_for_a_bounded_number_of_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []

    class Counting(difflib.SequenceMatcher[str]):
        def ratio(self) -> float:
            compared.append(1)
            return 0.0

    monkeypatch.setattr(difflib, "SequenceMatcher", Counting)
    assert parse_answers("".join(f"1. {HOW[:-1]}{number}?\n" for number in range(1000)), IDS) == {}
    assert 50 < len(compared) < 500


@pytest.mark.parametrize(
    "line",
    [
        f"- [{HOW}](#how-does-dynamodb-auto-scaling-work)",
        f"- [{HOW}](#a)",
        f"1. [{HOW}][how]",
        f"  * **[{HOW}](#a)**",
        f"[{HOW[:-1]}](#)",
        "- [qa.how](#qahow)",
        f"- [qa.how: {HOW}](#qahow)",
        f"[{HOW}](#a) | [{BURST}](#b)",
        "- [How dose DynamoDB auto-scaling work?](#a)",
        f"[{HOW}](#{'a' * 500})",
    ],
)
def test_a_link_around_a_question_is_neither_it_nor_an_answer(line: str) -> None:
    assert asked_in(line, IDS) == set()
    headings = f"\n\n## {HOW}\n\n## {BURST}\n"
    assert parse_answers(line + headings, IDS) == {}
    assert parse_answers(f"{line}\n\n## {HOW}\nmine\n", IDS) == {"qa.how": "mine"}


def test_links_that_are_part_of_an_answer_stay() -> None:
    assert parse_answers(f"## {HOW}\n- [{HOW}](#a)\n- [{BURST}](#b)\nmine", IDS) == {"qa.how": "mine"}
    assert parse_answers(f"## {HOW}\n[a guide](url)\n[1](url)", IDS) == {"qa.how": "[a guide](url)\n[1](url)"}
    assert parse_answers(f"{HOW} See [1](url), [2](url)", IDS) == {"qa.how": "See [1](url), [2](url)"}


@pytest.mark.parametrize(
    "written",
    [
        "```html\n<!-- a\n```\nmine",
        "> ```html\n> <!-- a\n> ```\n\nmine",
        "~~~\n<!--\n~~~\nmine",
        "`<!--` begins a comment",
        "``a ` <!--`` begins a comment, and ```<!--``` too",
    ],
)
def test_what_begins_a_comment_in_code_is_text(written: str) -> None:
    text = f"## qa.how\n{written}\n\n## qa.burst\n<!-- Write here. -->\nother\n"
    assert parse_answers(text, IDS) == {"qa.how": written, "qa.burst": "other"}
    assert with_headings(text.encode(), "A module", IDS) == (text.encode(), [])


@pytest.mark.parametrize(
    ("written", "answer"),
    [
        ("` <!-- a\n` -->mine", "` \nmine"),
        ("one <!-- a `-->` mine", "one ` mine"),
        ("<!-- a\n-->\nmine <!-- b --><!-- c\n--> more", "mine \n more"),
        ("<!--\n```\n-->\nmine\n<!-- ``` -->", "mine"),
        ("mine <!-->", "mine"),
        ("mine ` <!-- not closed `", "mine ` <!-- not closed `"),
    ],
)
def test_comments_are_left_out(written: str, answer: str) -> None:
    assert parse_answers(f"## qa.how\n{written}", IDS) == {"qa.how": answer}


@pytest.mark.parametrize(
    "line",
    [
        "- qa.how: my answer",
        "qa.how: my answer",
        "qa-how: my answer",
        "1. **qa.how**: my answer",
        "**qa.how** my answer",
        "**qa.how:** my answer",
        "**qa.how: my answer**",
        "`qa.how`: my answer",
        "> QA.How - my answer",
        "qa.how \u2014 my answer",
        "## qa.how: my answer",
        "## qa-how: my answer ##",
        "## 1. `qa.how` - my answer",
        "## **qa.how: my answer**",
        "## [qa.how](#a): my answer",
        f"## qa.how: {HOW} my answer",
        f"qa.how: {HOW} my answer",
        "qa.how: my answer\n---",
    ],
)
def test_an_answer_may_begin_behind_the_id(line: str) -> None:
    assert parse_answers(f"{line}\nmore\n\n## qa.burst\nother", IDS) == {
        "qa.how": "my answer\nmore",
        "qa.burst": "other",
    }


@pytest.mark.parametrize(
    "line",
    ["qa.how", "- qa.how", "See qa.how: mine", "qa.how. mine", "qa.how-to: mine", "qa.how is mine", "my-qa.how: mine"],
)
def test_an_id_in_a_sentence_begins_no_answer(line: str) -> None:
    assert parse_answers(f"{line}\nmore", IDS) == {}


def test_a_heading_that_asks_in_other_words_is_no_answer() -> None:
    for heading in ("## qa.how: How?", "## qa.how and qa.burst", "## Answer to qa.how as I see it"):
        assert parse_answers(f"{heading}\n", IDS) == {}


@pytest.mark.parametrize(
    ("content", "is_one"),
    [
        (b"", True),
        (b"## qa.how\nmine \xff\x81", True),
        ("## qa.how\nsp\u00e4t".encode("cp1252"), True),
        ("## qa.how\n\u043d\u0435\u0442".encode("cp1251"), True),
        ("## qa.how\nmine".encode("utf-16"), True),
        ("## qa.how\nmine".encode("utf-16-le"), False),
        ("## qa.how\nmine".encode("utf-16-be"), False),
        ("## qa.how\nmine".encode("utf-32"), False),
        (b"PK\x03\x04word", False),
        (b"%PDF-1.7\n", False),
        (b"{\\rtf1 mine}", False),
        (bytes(range(1, 256)) * 4, False),
    ],
)
def test_what_is_a_text(content: bytes, is_one: bool) -> None:
    assert is_text(content, decode_answers(content)[0]) is is_one
