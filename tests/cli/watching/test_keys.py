"""Keys as terminals send them."""

from __future__ import annotations

import os
import pty
import tty

import pytest

from checker.cli.watching.events import Inbox, Key
from checker.cli.watching.keys import KeyReader, decode_keys


@pytest.mark.parametrize(
    ("data", "keys", "rest"),
    [
        (b"h", ["h"], b""),
        (b"HD", ["h", "d"], b""),
        (b"\x1b[A\x1bOB", ["up", "down"], b""),
        (b"\x1b[5~\x1b[6~ ", ["page up", "page down", " "], b""),
        (b"\x1b[H\x1b[4~", ["home", "end"], b""),
        (b"\x1b", [], b"\x1b"),
        (b"j\x1b[", ["j"], b"\x1b["),
        (b"\x1b\x1b", ["escape"], b"\x1b"),
        (b"\x1bq", ["escape", "q"], b""),
        (b"\x1b[1;5Cq", ["q"], b""),  # Ctrl-right means nothing here, and its letter even less
        (b"\x1b[200", [], b"\x1b[200"),
        (b"\xff", ["\xff"], b""),
        (b"", [], b""),
    ],
)
def test_decoding(data: bytes, keys: list[str], rest: bytes) -> None:
    assert decode_keys(data) == (keys, rest)


def test_a_sequence_may_come_in_pieces() -> None:
    _, rest = decode_keys(b"\x1b[")
    assert decode_keys(rest + b"B") == (["down"], b"")


def test_the_reader_tells_a_lone_escape_by_the_time_and_stops_when_told() -> None:
    here, terminal = pty.openpty()
    tty.setraw(terminal)
    inbox = Inbox()
    reader = KeyReader(terminal, inbox)
    os.write(here, b"\x1b")
    assert inbox.get(timeout=60) == Key("escape")
    os.write(here, b"\x1b[Bq")
    assert [inbox.get(timeout=60), inbox.get(timeout=60)] == [Key("down"), Key("q")]
    reader.end()
    os.write(here, b"x")
    assert os.read(terminal, 1) == b"x"  # left for whoever reads next
    os.close(here)
    os.close(terminal)
