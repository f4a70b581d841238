"""The one error that people see: what happened, where, and what to do."""

from __future__ import annotations

from typing import Literal

ErrorCode = Literal[
    "not-found",
    "invalid-yaml",
    "invalid-config",
    "too-large",
    "unsupported-config",
    "credentials",
    "no-region",
    "unreachable",
    "timeout",
    "internal",
]


class CheckError(Exception):
    """A submission (or a rule pack) could not be judged.

    `line` and `column` are 1-based; both are None when the error has no place in a file.
    `advice` is one sentence that says what to do.
    """

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        *,
        advice: str = "",
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code: ErrorCode = code
        self.message = message
        self.advice = advice
        self.file = file
        self.line = line
        self.column = column

    def __reduce__(self) -> tuple[object, ...]:
        # A grading worker hands its errors to the parent by pickle, and Exception forgets keyword arguments.
        return (_rebuild, (self.code, self.message, self.advice, self.file, self.line, self.column))

    @property
    def place(self) -> str:
        """`serverless.yml:31:7`, or what of it is known, or an empty string."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)

    def __str__(self) -> str:
        said = f"{self.place}: {self.message}" if self.place else self.message
        return f"{said} {self.advice}" if self.advice else said


def too_large(
    message: str, *, file: str | None = None, line: int | None = None, column: int | None = None
) -> CheckError:
    """The error past a bound on what a submission may hold."""
    advice = "A service's configuration never needs that much."
    return CheckError("too-large", message, advice=advice, file=file, line=line, column=column)


def _rebuild(
    code: ErrorCode, message: str, advice: str, file: str | None, line: int | None, column: int | None
) -> CheckError:
    return CheckError(code, message, advice=advice, file=file, line=line, column=column)


class UsageError(Exception):
    """The command line asks for something that does not exist; exit status 2."""
