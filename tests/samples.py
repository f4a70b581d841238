"""The sample pages of the repository; `python -m tests.samples` writes them again."""

from __future__ import annotations

from checker.cli.demo import sample_pages, sample_reports
from checker.writing import write_file
from tests.conftest import REPOSITORY

FOLDER = REPOSITORY / "reports" / "sample"
SHOWN = ("ada", "ben", "chidi", "dora", "keiko", "luis", "maya", "omar")


def rendered() -> dict[str, str]:
    """The pages that the repository shows, by file name."""
    return sample_pages([report for report in sample_reports() if report.submission.id in SHOWN])


def write() -> None:
    """Write the sample pages, and remove those of attendees no longer shown."""
    FOLDER.mkdir(exist_ok=True)
    pages = rendered()
    for path in FOLDER.glob("*.html"):
        if path.name not in pages:
            path.unlink()
    for name, page in pages.items():
        write_file(FOLDER / name, page)


if __name__ == "__main__":
    write()
