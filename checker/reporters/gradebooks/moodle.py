"""Moodle: the grading worksheet of an assignment, which also imports as a CSV into the gradebook.

The worksheet needs `Identifier`, `Grade` and `Last modified (grade)`, called exactly so, skips an empty grade and one
above the maximum, and reads feedback as HTML (its open source: mod/assign/feedback/offline).
"""

from html import escape

from checker.reporters.gradebooks.book import Book, Entry, points
from checker.reporters.spreadsheet import table

_MODIFIED = "Last modified (grade)"


class Moodle(Book):
    def render(self) -> bytes:
        head = ["Identifier", "Full name", "Email address", "ID number", "Grade", "Maximum Grade", _MODIFIED]
        rows = [[*head, "Feedback comments"]]
        rows += [
            [
                entry.column("Identifier"),
                entry.column("Full name") or entry.name or entry.id,
                entry.column("Email address") or entry.email,
                entry.column("ID number"),
                self._capped(entry),
                points(self.maximum),
                entry.column(_MODIFIED).strip("-"),  # Moodle writes a dash where nothing was graded yet
                escape(self.feedback(entry), quote=False),
            ]
            for entry in self.entries
        ]
        return table(rows).encode()

    def _capped(self, entry: Entry) -> str:
        """The grade; extra credit lifts it to the maximum and not above, where Moodle would drop it."""
        grade = self.grade(entry)
        return "" if grade is None else points(min(grade, self.maximum))
