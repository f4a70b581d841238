"""Markdown as GitHub makes HTML of it: its own parser, and what its pages do with text afterwards."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options

_VOID = ("br",)
# Mentions, references, emoji, formulas, addresses and commits: what becomes a link or a picture in what is text.
_WORKED_ON = re.compile(
    r"@\w|#\d|\bGH-\d|[!%^]\d|:[\w+-]+:|\$|://|\bwww\.|[\w.]@|\b[0-9a-f]{7,40}\b|\[\[|\{[+-]", re.IGNORECASE
)


class GitHub(HTMLParser):
    """The page: `shape` are its elements in order, `text` is what a reader sees, `worked_on` what would not stay text.

    A plain `span` is no part of the shape: it only keeps signs apart.
    """

    def __init__(self, markdown: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html = cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE)
        self.shape: list[str] = []
        self.open: list[str] = []
        self.worked_on: list[str] = []
        self.blocks: list[str] = []
        self._text: list[str] = []
        self.feed(self.html)
        self.close()
        assert self.open == []

    @property
    def text(self) -> str:
        return " ".join("".join(self._text).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self.open.append(tag)
        if tag == "pre":
            self.blocks.append("")
        if tag != "span" or attrs:
            self.shape.append(" ".join([tag, *(f"{name}={value}" for name, value in attrs)]))
        if tag in ("a", "img"):
            self.worked_on.append(self.shape[-1])

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self._text.append(data)
        if "pre" in self.open:
            self.blocks[-1] += data
        # A text ends where an element does, and so does what is looked for in it.
        elif "code" not in self.open:
            found = _WORKED_ON.search(data)
            if found and "span" not in self.open:
                self.worked_on.append(found[0])

    def handle_comment(self, data: str) -> None:
        self.shape.append(f"comment {data}")

    def handle_decl(self, decl: str) -> None:
        self.shape.append(f"declaration {decl}")

    def handle_pi(self, data: str) -> None:
        self.shape.append(f"instruction {data}")
