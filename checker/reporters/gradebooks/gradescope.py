"""Gradescope: an autograder, for it imports no grades; its documentation offers `results.json` for each submission.

The archive holds `setup.sh`, `run_autograder` and the results of the class by e-mail address
(gradescope-autograders.readthedocs.io, Autograder Specifications and Submission Metadata).
"""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from checker.reporters.gradebooks.book import Book, Entry

_PROGRAM = Path(__file__).with_name("run_autograder.py")
_SETUP = """\
#!/usr/bin/env bash
command -v python3 > /dev/null || { apt-get update && apt-get install -y python3; }
"""
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_EXECUTABLE = 0o755 << 16
_UNIX = 3


class Gradescope(Book):
    def render(self) -> bytes:
        results = {address: self._result(entry) for address, entry in self._by_address().items()}
        files = {
            "setup.sh": _SETUP,
            "run_autograder": _PROGRAM.read_text(encoding="utf-8"),
            "class.json": json.dumps(results, indent=1) + "\n",
        }
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for name, content in files.items():
                info = zipfile.ZipInfo(name, _NO_TIME)
                info.create_system, info.external_attr = _UNIX, _EXECUTABLE
                archive.writestr(info, content, zipfile.ZIP_DEFLATED)
        return stream.getvalue()

    def _by_address(self) -> dict[str, Entry]:
        """The attendees by e-mail address; an address that two of them have is left out, for it tells neither."""
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            address = entry.email or (entry.id if "@" in entry.id else "")
            if address:
                found.setdefault(address.casefold(), []).append(entry)
        return {address: entries[0] for address, entries in found.items() if len(entries) == 1}

    def _result(self, entry: Entry) -> dict[str, Any]:
        """What Gradescope reads; with `error`, for the program alone, when there is no grade to give."""
        grade = self.grade(entry)
        if grade is None:
            return {"error": self.feedback(entry)}
        return {
            "score": grade,
            "output": self.feedback(entry),
            "output_format": "text",
            "tests": [
                {
                    "name": part.name,
                    "name_format": "text",
                    "score": part.points,
                    "max_score": part.possible,
                    "status": "passed" if part.passed else "failed",
                    "output": part.message,
                    "output_format": "text",
                }
                for part in entry.parts
            ],
        }
