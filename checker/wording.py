"""Small helpers for sentences: near names, and texts from a submission made safe to show."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

_LONGEST_NAME = 128
_LONGEST_SHOWN = 120
_JOINERS = "\u200c\u200d"


def near_name(wanted: str, candidates: Iterable[str], cutoff: float = 0.75) -> str | None:
    """The candidate that is most likely `wanted` misspelled, or None. `wanted` itself is no candidate."""
    plain = _plain(wanted)
    close = [name for name in candidates if name != wanted and len(name) <= _LONGEST_NAME]
    for name in close:
        if _plain(name) == plain:
            return name
    by_plain = {_plain(name): name for name in reversed(close) if may_be_close(_plain(name), plain, cutoff)}
    if not by_plain:
        return None
    from difflib import get_close_matches

    found = get_close_matches(plain, by_plain, n=1, cutoff=cutoff)
    return by_plain[found[0]] if found else None


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


def may_be_close(name: str, wanted: str, cutoff: float) -> bool:
    """Whether the letters shared, in any order, could reach the cutoff; spares most names the import of difflib."""
    shared = sum(min(name.count(letter), wanted.count(letter)) for letter in set(wanted))
    return 2 * shared >= cutoff * (len(name) + len(wanted))


def sentence(text: str) -> str:
    """A message that otherwise stands behind its place, on its own: with a capital."""
    return text[:1].upper() + text[1:]


def shown(text: str) -> str:
    """A text of a submission as a sentence may quote it: one line, bounded, no invisible or control characters."""
    if len(text) > _LONGEST_SHOWN:
        text = f"{text[:_LONGEST_SHOWN]}…"
    return visible(text).replace("\n", " ").replace("`", "'")


def visible(text: str) -> str:
    """The text with control, formatting and direction characters spelled out; line ends stay.

    So do joiners between letters that are not ASCII: Persian names and emoji of several people are written with them.
    """
    if text.isprintable():
        return text
    return "".join(
        character
        if character == "\n" or character.isprintable() or (character in _JOINERS and _joins(text, place))
        else _escaped(character)
        for place, character in enumerate(text)
    )


def _joins(text: str, place: int) -> bool:
    around = text[max(place - 1, 0) : place + 2]
    return len(around) == 3 and not around[0].isascii() and not around[2].isascii() and around[::2].isprintable()


def columns(text: str) -> int:
    """How many columns a text takes: East Asian characters and pictures take two, marks above a letter none."""
    return len(text) if text.isascii() else sum(map(_columns_of, text))


@lru_cache(maxsize=1024)
def _columns_of(character: str) -> int:
    from unicodedata import combining, east_asian_width

    return 0 if combining(character) else 2 if east_asian_width(character) in "WF" else 1


def name_line(text: str) -> str:
    """A name as an id or a title: whole, on one line, with characters that cannot be seen spelled out."""
    return visible(text).replace("\n", "\\n")


def as_argument(path: str) -> str:
    """A path as a word of a command that is printed, not yet quoted: one that begins like an option is none there."""
    return f"./{path}" if path.startswith("-") else path


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
