"""What the terminal can show: colour, the characters of its encoding, and its width."""

import os
from typing import NamedTuple, TextIO

from checker.wording import columns, name_line, visible

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34"}
_ASCII = str.maketrans(
    {"✓": "+", "✦": "*", "✗": "x", "○": "o", "·": "|", "…": "...", "█": "#", "░": ".", "–": "-", "→": "->"}
    | {"●": "*", "│": "|", "┊": ":", "├": "+", "─": "-", "╮": "+"}
)
_NEEDED = "✓✦✗○·…█░–→’●│┊├─╮"
_WIDEST = 100
_BAR = 20
_NARROWEST = 40
# Stands behind each character of two columns while lines are broken by their length; private use, and never drawn.
_FILLER = "\uf8ff"


class Terminal(NamedTuple):
    """How text is drawn: with or without colour, in Unicode or ASCII, and in how many columns."""

    colour: bool = False
    unicode: bool = True
    width: int = 80

    @classmethod
    def of(cls, stream: TextIO) -> "Terminal":
        """What a stream can show. Colour needs a terminal, and is off with `NO_COLOR` (no-color.org) or `TERM=dumb`."""
        is_terminal = stream.isatty()
        colour = is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        try:
            _NEEDED.encode(stream.encoding or "ascii")
            unicode = True
        except (UnicodeEncodeError, LookupError):
            unicode = False
        return cls(colour, unicode, _columns(stream) if is_terminal else 80)

    def paint(self, text: str, *styles: str) -> str:
        """The text in the styles given, when there is colour."""
        if not self.colour or not styles or not text:
            return text
        return f"\x1b[{';'.join(_CODES[style] for style in styles)}m{text}\x1b[0m"

    def drawable(self, text: str) -> str:
        """The text in characters that the terminal has."""
        return text if self.unicode else text.translate(_ASCII).encode("ascii", "replace").decode("ascii")

    def bar(self, done: float, of: float) -> str:
        """How much of something is done, as a bar, with two blanks behind it."""
        filled = int(_BAR * done / of)
        return self.drawable(self.paint("█" * filled, "green") + self.paint("░" * (_BAR - filled), "dim") + "  ")

    def foreign(self, text: str) -> str:
        """A text of a submission, its control and direction characters spelled out; line ends stay."""
        return self.drawable(visible(text.expandtabs(4)))

    def foreign_line(self, text: str) -> str:
        """What of a submission is one line, such as a name, a path or a line of a file: its line ends spelled out too.

        A key may hold line ends, and would else write lines into the report that look like the report's own.
        """
        return self.drawable(name_line(text.expandtabs(4)))

    def cut(self, text: str, room: int) -> str:
        """The text, drawable already, in so many columns; what does not fit ends in an ellipsis."""
        text = text.rstrip()
        if columns(text) <= room:
            return text
        end = self.drawable("…")
        left = room - len(end)
        for place, character in enumerate(text):
            left -= columns(character)
            if left < 0:
                return text[:place] + end
        return text + end

    def wrapped(self, text: str, indent: str = "") -> list[str]:
        """The text in lines that fit, each behind the indent, also where its characters are twice as wide."""
        import textwrap

        text = self.drawable(text)
        if not text.isascii():
            text = "".join(each + _FILLER if columns(each) == 2 else each for each in text.replace(_FILLER, "?"))
        lines = textwrap.wrap(
            text,
            self.width - 1,
            initial_indent=indent,
            subsequent_indent=indent,
            break_on_hyphens=False,
        )
        return lines if text.isascii() else [line.replace(_FILLER, "") for line in lines]


def _columns(stream: TextIO) -> int:
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return 80
    return max(_NARROWEST, min(columns, _WIDEST)) if columns else 80
