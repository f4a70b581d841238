"""Canvas: the CSV of "Import grades" in its gradebook.

Canvas finds a student by `ID`, then by `SIS User ID`, by `SIS Login ID`, and last by the name (its open source:
lib/gradebook_importer.rb). It takes the leading digits of any text for an ID, so only a whole number stands there.
"""

import re

from checker.reporters.gradebooks.book import Book, Entry, points
from checker.reporters.spreadsheet import table

_OPTIONAL = ("Integration ID", "Root Account")
_OF_CANVAS = ("Student", "SIS User ID", "SIS Login ID")
_NUMBER = re.compile(r"\d{1,30}", re.ASCII)
# Canvas takes a row whose name holds these words for the one with the points.
_POINTS_POSSIBLE = "Points Possible"


class Canvas(Book):
    def render(self) -> bytes:
        optional = [name for name in _OPTIONAL if any(entry.column(name) for entry in self.entries)]
        head = ["Student", "ID", "SIS User ID", "SIS Login ID", *optional, "Section"]
        rows = [
            [*head, self.assignment],
            [f"    {_POINTS_POSSIBLE}", *[""] * (len(head) - 1), points(self.maximum)],
        ]
        rows += [
            [
                _student(entry),
                _user(entry),
                entry.column("SIS User ID"),
                entry.column("SIS Login ID") or entry.email,
                *(entry.column(name) for name in optional),
                entry.column("Section"),
                self.cell(entry),
            ]
            for entry in self.entries
        ]
        return table(rows).encode()


def _student(entry: Entry) -> str:
    name = entry.column("Student") or entry.name or entry.id
    return name.replace(_POINTS_POSSIBLE, _POINTS_POSSIBLE.replace(" ", "-"))


def _user(entry: Entry) -> str:
    """Canvas's number of the user; a roster that Canvas exported has it as `ID`, which is then the submission's id."""
    number = entry.column("ID")
    if not number and any(entry.column(name) for name in _OF_CANVAS):
        number = entry.id
    return number if _NUMBER.fullmatch(number) else ""
