"""The gradebook file of other systems, a module a system. `docs/gradebooks.md` tells where each is uploaded."""

from checker.errors import UsageError
from checker.reporters.gradebooks.book import Book
from checker.reporters.gradebooks.canvas import Canvas
from checker.reporters.gradebooks.github_classroom import GitHubClassroom
from checker.reporters.gradebooks.gradescope import Gradescope
from checker.reporters.gradebooks.moodle import Moodle

_BOOKS: dict[str, type[Book]] = {
    "canvas": Canvas,
    "moodle": Moodle,
    "gradescope": Gradescope,
    "github-classroom": GitHubClassroom,
}
SYSTEMS = tuple(_BOOKS)
FILE_NAMES = {
    "canvas": "canvas.csv",
    "moodle": "moodle.csv",
    "gradescope": "gradescope.zip",
    "github-classroom": "github-classroom.csv",
}


def gradebook(system: str, assignment: str) -> Book:
    """An empty gradebook file of a system, for the assignment that is called so there. Raises UsageError."""
    if system not in _BOOKS:
        raise UsageError(f"there is no gradebook `{system}`; the gradebooks are: {', '.join(SYSTEMS)}.")
    return _BOOKS[system](assignment)
