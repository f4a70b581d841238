"""The folder that a class's pages and files are written to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from checker.cohort.grading import PAGES
from checker.errors import UsageError
from checker.writing import write_file


class ClassFolder:
    """The files of one class by their path in its folder, which one run at a time writes."""

    def __init__(self, folder: str) -> None:
        """Make the folder. Raises UsageError when that cannot be."""
        if not folder:
            raise UsageError("the name of the folder to write is empty.")
        self.folder = folder
        self._make()

    def _make(self) -> None:
        try:
            os.makedirs(self.path(PAGES), exist_ok=True)
        except OSError as error:
            raise UsageError(f"{self.folder} cannot be made: {error.strerror}.") from None

    def path(self, name: str) -> str:
        return os.path.join(self.folder, *name.split("/"))

    def exists(self, name: str) -> bool:
        return os.path.exists(self.path(name))

    def write(self, name: str, content: str | bytes) -> None:
        """Write a file whole, or not at all. Raises UsageError."""
        try:
            if not os.path.isdir(os.path.join(self.folder, PAGES)):  # cleaned away while --watch looks on
                self._make()
            write_file(self.path(name), content)
        except UsageError as error:
            raise UsageError(f"{error} What was graded stays, and the same command goes on from there.") from None

    def remove_page(self, name: str) -> None:
        """Remove an attendee's page, to which nothing leads any more."""
        page = name.removeprefix(f"{PAGES}/")
        if page != name and page == os.path.basename(page) and page.endswith(".html") and self.exists(name):
            os.unlink(self.path(name))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other runs out meanwhile, where the system has locks. Raises UsageError when one is at work."""
        try:
            import fcntl
        except ImportError:
            yield
            return
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise UsageError(f"another rydecheck writes to {self.folder}; wait for it.") from None
        try:
            yield
        finally:
            os.close(descriptor)
