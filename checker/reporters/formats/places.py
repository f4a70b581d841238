"""Where the files of submissions stand in a repository, as the tools name them that show a problem at its line."""

from __future__ import annotations

import posixpath
from typing import NamedTuple

from checker.report import Report

_PACKAGED = ".serverless"


class Places(NamedTuple):
    """The top of the repository and the current folder, which paths of submissions are relative to; both absolute."""

    top: str = "/"
    here: str = "/"

    def path(self, report: Report, file: str) -> str:
        """The path of a submission's file from the top of the repository, with slashes, and never out of it.

        A submission that lies elsewhere, or in an archive, has the path inside of its own folder, below its id.
        """
        inside = self._inside(report, file)
        if inside is None:
            own = report.submission.id.replace("/", "-").lstrip(".") or "submission"
            return posixpath.join(own, posixpath.normpath(f"/{file}").lstrip("/"))
        return inside

    def from_top(self, report: Report) -> Report:
        """The report for a reader at the top of the repository: the submission's path is told from there.

        The path of one that lies elsewhere stays as it is. So does that of a module which was named by a whole path.
        """
        one, files = report.submission, report.module.files
        inside = self._inside(report, "") if one.path else None
        if inside is not None:
            report = report._replace(submission=one.at_folder(inside))
        if not files.id and not posixpath.isabs(folder := files.folder.replace("\\", "/")):
            told = posixpath.relpath(self._whole(folder), self.top.replace("\\", "/"))
            report = report._replace(module=report.module._replace(files=files._replace(folder=told)))
        return report

    def _whole(self, *parts: str) -> str:
        """A path below the current folder as a whole one, with slashes."""
        return posixpath.normpath(posixpath.join(*(part.replace("\\", "/") for part in (self.here, *parts))))

    def _inside(self, report: Report, file: str) -> str | None:
        """The path from the top, of the submission's folder for no file; None for what lies elsewhere."""
        folder = report.submission.path.replace("\\", "/")
        if report.submission.file is not None:
            folder, name = posixpath.split(folder)
            if posixpath.basename(folder) == _PACKAGED and name == file:
                file = name
        inside = posixpath.relpath(self._whole(folder, file), self.top.replace("\\", "/"))
        return None if inside == ".." or inside.startswith("../") else inside
