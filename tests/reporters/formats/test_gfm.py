"""Pieces of Markdown, read by GitHub's own parser."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.reporters.formats import gfm
from checker.wording import name_line
from tests.reporters.formats.github_html import GitHub

SIGNS = st.sampled_from([*"\\`*_{}[]()<>#+-.!|~&:@$^=\"'/%", "``", "\\|", "\\`", " ", "  ", "\n", "\t", "a", "1", "//"])
TEXTS = st.lists(SIGNS | st.text(max_size=2), min_size=1, max_size=15).map("".join)


def shown(text: str) -> str:
    """The text as a reader sees it: blanks in a row are one."""
    return " ".join(name_line(text.expandtabs(4)).split())


@given(TEXTS)
def test_any_text_is_shown_as_it_stands(text: str) -> None:
    page = GitHub(gfm.plain(text))
    assert page.shape in (["p"], [])
    assert page.text == shown(text)
    assert page.worked_on == []


@given(TEXTS)
def test_any_message_is_text_and_code(text: str) -> None:
    page = GitHub(gfm.said(text))
    assert set(page.shape) <= {"p", "code"}
    assert page.shape.count("p") <= 1
    assert page.worked_on == []


@given(TEXTS)
def test_any_code_is_code(text: str) -> None:
    page = GitHub(f"a {gfm.code(text)} z")
    assert page.shape == ["p", "code"]
    assert page.text == shown(f"a {text} z") or page.text.split() == shown(f"a {text} z").split()


@given(TEXTS, TEXTS)
def test_any_cells_are_cells(text: str, other: str) -> None:
    page = GitHub(gfm.table(("One", "Two", "Three"), [(gfm.plain(text), gfm.said(other), gfm.code(text))] * 2))
    assert [one for one in page.shape if one not in ("code", "p")] == [
        *("table", "thead", "tr", "th", "th", "th", "tbody", "tr", "td", "td", "td", "tr", "td", "td", "td")
    ]
    assert page.worked_on == []


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_any_lines_stay_in_their_block(texts: list[str]) -> None:
    page = GitHub(f"{gfm.block(texts)}\n\nafter")
    assert page.shape == ["pre", "code", "p"]
    assert page.blocks == ["".join(f"{name_line(text.expandtabs(4))}\n" for text in texts)]


@pytest.mark.parametrize("text", ["```", "````yaml", "``````", "~~~", "    ```", "</code></pre>"])
def test_no_line_ends_its_block(text: str) -> None:
    page = GitHub(f"{gfm.block(['a', text, '# b'])}\n\nafter")
    assert page.shape == ["pre", "code", "p"]
    assert page.blocks == [f"a\n{text}\n# b\n"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("It is on demand.", "It is on demand."),
        ("Give it `BillingMode`.", "Give it `BillingMode`."),
        ("`${self:custom.stage}` cannot be told", "`${self:custom.stage}` cannot be told"),
        ("`a|b` is no name", "<code>a&#124;b</code> is no name"),
        ("snake_case", "snake\\_case"),
        ("@octocat", "<span>&#64;</span>octocat"),
        ("see #12", "see <span>&#35;</span>12"),
        (":tada: 12:30", "<span>&#58;</span>tada: 12:30"),
        ("https://example.org", "https<span>&#58;</span>//example.org"),
        ("0123abcdef", "<span>0123ab</span><span>cdef</span>"),
        ("- 1", "&#45; 1"),
        ("12. x", "12&#46; x"),
        ("/close", "&#47;close"),
        ("Too slow!", "Too slow!"),
        ("!123", "<span>&#33;</span>123"),
    ],
)
def test_only_what_has_a_meaning_is_written_otherwise(text: str, written: str) -> None:
    assert gfm.said(text) == written


def test_what_both_sites_work_on_later_is_kept_apart() -> None:
    """Each of these would be more than text, if it stood there as it is."""
    for text in (
        "@octocat",
        "#12",
        "a/b#12",
        ":tada:",
        "$x$",
        "https://a.b",
        "www.a.b",
        "a@b.de",
        "GH-12",
        "deadbeef1",
    ):
        assert GitHub(text).worked_on, text
        assert GitHub(gfm.plain(text)).worked_on == []


def test_a_long_text_is_cut() -> None:
    assert GitHub(gfm.plain("x" * 5000)).text == "x" * 1000 + "…"
