"""The files that a configuration pulls in with `${file(…)}`, read within the submission's folder."""

import os
from typing import NamedTuple

from checker.errors import CheckError
from checker.model import Origin, Scalar, Value
from checker.serverless.files import SubmissionFiles
from checker.serverless.framework import DEFAULT_FRAMEWORK, Framework
from checker.serverless.parsing import decode, parse_json, parse_yaml, text_lines

_PROGRAMS = (".js", ".cjs", ".mjs", ".ts")


class UnreadableFile(NamedTuple):
    """A file that is there and gives no value: `why` is a slot of the common words."""

    why: str
    name: str
    problem: str = ""


class IncludedFiles:
    """Reads each file once; `lines` are the text lines of all that were read, by name.

    They are read as the framework reads them: from version 2 on it stops at an empty file.
    """

    def __init__(self, folder: SubmissionFiles, framework: Framework = DEFAULT_FRAMEWORK) -> None:
        self.folder = folder
        self.framework = framework
        self.lines: dict[str, list[str]] = {}
        self._contents: dict[str, Value | UnreadableFile | None] = {}

    def read(self, name: str) -> Value | UnreadableFile | None:
        """The content of a file, named relative to the folder, as values; None when there is no such file.

        Raises CheckError `too-large` past the bounds on a submission.
        """
        normal = os.path.normpath(name)
        if normal not in self._contents:
            self._contents[normal] = self._read(normal)
        return self._contents[normal]

    def _read(self, name: str) -> Value | UnreadableFile | None:
        if name.endswith(_PROGRAMS):
            return UnreadableFile("file_program", name)
        try:
            content = self.folder.read(name)
            if content is None:
                return None
            text = decode(content, name)
            self.lines[name] = text_lines(text)
            value = self._parse(text, name)
            return (
                UnreadableFile("file_broken", name, "it is empty")
                if value is None and not self.framework.is_version_1
                else value
            )
        except CheckError as error:
            if error.code == "too-large":
                raise
            why = "file_broken" if error.code == "invalid-yaml" else "file_outside"
            place = f"line {error.line}: " if error.line is not None else ""
            return UnreadableFile(why, name, f"{place}{error.message.rstrip('.')}")

    def _parse(self, text: str, name: str) -> Value | None:
        """YAML and JSON by their ending; everything else is text, which version 1 strips of the blanks around it."""
        if name.endswith((".yml", ".yaml")):
            return parse_yaml(text, name, self.framework.scalars)
        if name.endswith((".json", ".tfstate")):
            return parse_json(text, name)
        return Scalar(text.strip() if self.framework.is_version_1 else text, Origin(name, 1, 1))
