"""GitHub Classroom: the table of its "Download grades" and of `gh classroom assignment-grades`.

Classroom itself imports no grades; what reads its table reads this one.
"""

from checker.reporters.gradebooks.book import Book, points
from checker.reporters.spreadsheet import table

_HEAD = (
    "assignment_name",
    "assignment_url",
    "starter_code_url",
    "github_username",
    "roster_identifier",
    "student_repository_name",
    "student_repository_url",
    "submission_timestamp",
    "points_awarded",
    "points_available",
)


class GitHubClassroom(Book):
    def render(self) -> bytes:
        rows: list[tuple[str, ...]] = [_HEAD]
        for entry in self.entries:
            derived = {
                "assignment_name": self.assignment,
                "roster_identifier": entry.column("identifier") or entry.email or entry.name or entry.id,
                "student_repository_name": entry.id,
            }
            told = {name: entry.column(name) or derived.get(name, "") for name in _HEAD}
            told["assignment_name"] = self.assignment
            told["points_awarded"], told["points_available"] = self.cell(entry), points(self.maximum)
            rows.append(tuple(told.values()))
        return table(rows).encode()
