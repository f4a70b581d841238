"""What names of a stage, a region and the like look like, in a roster and on the command line."""

import re
from typing import NamedTuple

from checker.errors import UsageError
from checker.wording import shown

_STACK = r"[A-Za-z][A-Za-z0-9-]{0,127}"


class Form(NamedTuple):
    """What a value looks like, and an example of one."""

    pattern: re.Pattern[str]
    kind: str
    example: str

    def problem(self, value: str) -> str | None:
        """What is wrong with a value, as a sentence, or None."""
        if self.pattern.fullmatch(value):
            return None
        return f"`{shown(value)}` is not {self.kind}, such as {self.example}."


FORMS = {
    "stage": Form(re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}"), "a stage", "user0"),
    "stack": Form(
        re.compile(
            rf"{_STACK}|arn:aws[a-z-]*:cloudformation:[a-z0-9-]+:\d{{12}}:stack/{_STACK}/[A-Za-z0-9-]+", re.ASCII
        ),
        "a stack's name",
        "wild-rydes-ride-record-user0",
    ),
    "region": Form(re.compile(r"[a-z]{2,5}(-[a-z]+){1,3}-\d{1,2}", re.ASCII), "a region", "us-east-2"),
    "profile": Form(re.compile(r"[^\[\]\x00-\x1f\x7f-\x9f-][^\[\]\x00-\x1f\x7f-\x9f]{0,127}"), "a profile", "class-a"),
    "role_arn": Form(
        re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]{1,512}", re.ASCII),
        "a role's ARN",
        "arn:aws:iam::123456789012:role/Grader",
    ),
}


def refuse_malformed(option: str, value: str | None, name: str) -> None:
    """Raises UsageError for a value of an option that is not of the form of that name; an empty one asks for none."""
    problem = FORMS[name].problem(value) if value else None
    if problem is not None:
        raise UsageError(f"{option}: {problem}")
