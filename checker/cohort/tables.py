"""Reading the tables that an instructor writes in a spreadsheet: CSV as any of them saves it."""

import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from checker.errors import UsageError
from checker.wording import near_name, shown

MOST_BYTES = 5 * 1024 * 1024
_MOST_ROWS = 100_000
_SEPARATORS = ",;\t"
_NAMED_SEPARATOR = re.compile(r"sep=(.)", re.IGNORECASE)  # Excel's own first line
_ZIP, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_AS_CSV = "Save it as CSV (in Excel: CSV UTF-8) and pass that file."


class Row(NamedTuple):
    """One row: the cells of the columns asked for by name, and the others in their order, all without outer blanks.

    `line` is where it starts. `more` tells that it has filled cells past the last column.
    """

    line: int
    cells: dict[str, str]
    others: tuple[tuple[str, str], ...]
    more: bool = False


class Problem(NamedTuple):
    line: int
    message: str


class Table(NamedTuple):
    """The rows that hold anything, the columns asked for that there are, and rows that could not be read.

    `at` is the place of the header, such as `roster.csv:1`.
    """

    at: str
    columns: frozenset[str]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


def decode_table(content: bytes, file: str) -> str:
    """The text of a table: UTF-8, or UTF-16 with its mark, as Excel's "Unicode text" is. Raises UsageError."""
    if content.startswith((_ZIP, _OLD_OFFICE)):
        raise UsageError(f"{file}: this is a spreadsheet or an archive and not a CSV file. {_AS_CSV}")
    if len(content) > MOST_BYTES:
        raise _too_large(file)
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{file}:{line}: this is no text in UTF-8. {_AS_CSV}") from None


def read_table(text: str, file: str, known: Sequence[str]) -> Table:
    """The table of a CSV text, separated by commas, semicolons or tabs; the first row that holds anything names them.

    A name of `known` is found in any letter case; where two columns differ in case only, the one spelled as in `known`
    is meant. Raises UsageError for what is no table, or has none of the columns.
    """
    text = text.removeprefix("\ufeff")
    if len(text) > MOST_BYTES:
        raise _too_large(file)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UsageError(f"{file}:{line}: a NUL byte stands here, so this is no text. {_AS_CSV}")
    problems: list[Problem] = []
    records = _records(text, file, problems)
    line, header = next(records, (0, []))
    if not line:
        raise UsageError(f"{file}:1: this file is empty. Its first line names the columns: {', '.join(known)}.")
    at = f"{file}:{line}"
    names = [name.strip() for name in header]
    places = _places(names, known, at)
    if not places:
        raise UsageError(f"{at}: the first line names the columns, and none of them is {_list(known)}.")
    others = [place for place, name in enumerate(names) if place not in places.values() and name]
    rows = []
    for line, record in records:
        cells = [cell.strip() for cell in record] + [""] * (len(names) - len(record))
        found = {name: cells[place] for name, place in places.items()}
        kept = tuple((names[place], cells[place]) for place in others)
        rows.append(Row(line, found, kept, any(cells[len(names) :])))
    return Table(at, frozenset(places), tuple(rows), tuple(problems))


def _records(text: str, file: str, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """The records that hold anything, each with the line it starts on; `problems` takes what is no CSV."""
    separator, skipped = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    for _ in range(skipped):
        next(reader)
    for read in itertools.count():
        line = reader.line_num + 1
        if read > _MOST_ROWS:
            raise UsageError(f"{file}:{line}: these are more than {_MOST_ROWS} rows. Split the file.")
        try:
            record = next(reader, None)
        except csv.Error as error:
            if "unexpected end" in str(error):
                message = "a quotation mark opens here or below, and none closes it."
                raise UsageError(f'{file}:{line}: {message} Close it, or write "" for one that is meant.') from None
            long = "larger than" in str(error)
            why = "a cell is far too long" if long else "a quotation mark inside of a cell is written twice"
            problems.append(Problem(line, f"this row is no CSV ({why})."))
            continue
        if record is None:
            return
        if any(cell.strip() for cell in record):
            yield line, record


def _separator(text: str) -> tuple[str, int]:
    """What separates the cells: the most frequent separator of the first line; and how many lines only tell that."""
    lines = io.StringIO(text, newline="")
    first = next(lines, "").strip("\r\n")
    named = _NAMED_SEPARATOR.fullmatch(first.strip(" "))
    if named and named.group(1) in _SEPARATORS:
        return named.group(1), 1
    while not first.strip():
        line = next(lines, None)
        if line is None:
            break
        first = line
    bare = re.sub(r'"[^"]*"', "", first)
    return max(_SEPARATORS, key=bare.count), 0


def _places(names: Sequence[str], known: Sequence[str], at: str) -> dict[str, int]:
    """Where each known column stands."""
    plain = [re.sub(r"[\s-]", "_", name.casefold()) for name in names]
    places = {}
    for name in known:
        if names.count(name) > 1:
            raise UsageError(f"{at}: the column `{name}` stands here twice. Take one of them away.")
        if name in names:
            places[name] = names.index(name)
        elif name in plain:
            places[name] = plain.index(name)
    return places


def _list(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _too_large(file: str) -> UsageError:
    return UsageError(f"{file}: this is larger than {MOST_BYTES // 1024 // 1024} MiB. Is it the right file?")


def quoted(text: str) -> str:
    """A cell as a message quotes it."""
    return f"`{shown(text)}`"


def meant(text: str, names: Iterable[str]) -> str:
    """` Did you mean this?` for the name that comes near, with the blank before it, or nothing."""
    near = near_name(text, names, 0.6)
    return f" Did you mean {quoted(near)}?" if near else ""
