"""What the items say: the service judged, and each check in the words of the report for the terminal."""

import os
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from checker.cli.companion import command
from checker.cohort.forms import refuse_malformed
from checker.cohort.submission import Deployed, Request, check_path
from checker.errors import CheckError
from checker.report import CheckResult, Report
from checker.reporters.formats.concerns import CANNOT_BE_CHECKED
from checker.reporters.lines import identity, points
from checker.reporters.terminal import Terminal
from checker.reporters.text import open_check
from checker.rulepack import RulePack, load_pack
from checker.serverless.configuration import PROGRAMS, READABLE
from checker.serverless.resolving import Settings
from checker.shipped import DEFAULT_MODULE
from checker.wording import visible

_ADVICE = "Run pytest in the service's folder, or name it: --rydecheck-path=PATH."
_UNTOUCHED = {"fail": "extra credit, open: ", "unknown": "extra credit, unknown: "}


class Options(NamedTuple):
    """What the command line asks for; `only` are names of checks and steps."""

    path: str
    module: str | None
    only: tuple[str, ...]
    strict: bool
    stage: str | None
    region: str | None
    deployed: bool
    stack: str | None


class Words(NamedTuple):
    """What one item says. Only plain values: with pytest-xdist they travel from the process that judged.

    `outcome` is `passed`, `failed` or `skipped`; `message` is one line, and `text` what a failure shows. `file` and
    `line` (from 1) are the place; `own_line` is the line in the configuration itself, 1 where the place is elsewhere.
    """

    name: str
    title: str
    step: str
    outcome: str
    message: str
    text: str
    file: str
    line: int
    own_line: int
    notes: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        return f"{self.name}: {self.title}"

    def changed_by(self, change: Callable[[str], str]) -> "Words":
        """The same with each text that is printed changed."""
        return self._replace(
            title=change(self.title),
            message=change(self.message),
            text=change(self.text),
            file=change(self.file),
            notes=tuple(map(change, self.notes)),
        )


def configuration(path: str) -> Path:
    """The configuration that a path stands for, whether it is there or not."""
    if os.path.splitext(path)[1] and not os.path.isdir(path):
        return Path(path)
    names = (*READABLE, *PROGRAMS)
    return next((Path(path, name) for name in names if os.path.lexists(os.path.join(path, name))), Path(path, names[0]))


class Asked(NamedTuple):
    """What is asked for, found to exist."""

    options: Options
    pack: RulePack
    only: frozenset[str]

    @classmethod
    def of(cls, options: Options) -> "Asked":
        """Raises UsageError for a module or check that does not exist, and for what cannot be a stage or a region."""
        for name, value in (("stage", options.stage), ("region", options.region)):
            refuse_malformed(f"--rydecheck-{name}", value, name)
        pack = load_pack(options.module or DEFAULT_MODULE)
        return cls(options, pack, pack.checks_of(options.only))

    def judged(self, draw: Terminal) -> tuple[str, list[Words]]:
        """One line on the service, and what the items say: one for each check, or for the error that prevents them."""
        report = check_path(self.options.path, self.pack, self._request)
        facts = [draw.foreign(report.module.title), points(report.score), identity(report, draw)]
        if report.error is not None:
            return facts[0], [self._error(report.error)]
        return draw.drawable(" · ").join(facts), [self._words(report, check, draw) for check in report.checks]

    @property
    def _request(self) -> Request:
        asked = self.options
        named = {"stage": asked.stage, "region": asked.region}
        settings = Settings({name: value for name, value in named.items() if value is not None}, dict(os.environ))
        deployed = Deployed(asked.stack) if asked.deployed or asked.stack is not None else None
        return Request(settings, self.only, asked.strict, deployed=deployed)

    def _error(self, error: CheckError) -> Words:
        """The item is named by the error's code."""
        said = " ".join(visible(str(self._advised(error))).split())
        file, line, own_line = self._place(error.file if error.line is not None else None, error.line or 1)
        return Words(error.code, CANNOT_BE_CHECKED, "", "failed", said, said, file, line, own_line)

    def _advised(self, error: CheckError) -> CheckError:
        """The error, with advice for who runs pytest: a folder without a service is named by another option here."""
        if error.code != "not-found" or error.file is not None or not os.path.isdir(self.options.path):
            return error
        return CheckError(error.code, error.message, advice=_ADVICE)

    def _place(self, file: str | None, line: int) -> tuple[str, int, int]:
        own = configuration(self.options.path)
        if file is None or file == own.name:
            return os.fspath(own), line, line
        return os.fspath(own.parent / file), line, 1

    def _words(self, report: Report, check: CheckResult, draw: Terminal) -> Words:
        rule = check.rule
        evidence = next((one for one in check.deciding.evidence if not one.is_live), None)
        place = self._place(None, 1) if evidence is None else self._place(evidence.file, evidence.line)
        notes = tuple(draw.foreign(note.message) for note in check.notes)
        message = draw.foreign(check.message)
        if not check.open:
            outcome = "passed" if check.outcome == "pass" else "skipped"
            message = _UNTOUCHED.get(check.outcome, "") + message
            return Words(rule.id, rule.title, rule.step, outcome, message, "", *place, notes)
        lines = list(open_check(report, check, self._hint(rule.id), draw))
        if notes:
            lines += ["", *(line for note in notes for line in draw.wrapped(f"note: {note}", "  "))]
        return Words(rule.id, rule.title, rule.step, "failed", message, "\n".join(lines), *place, notes)

    def _hint(self, check: str) -> str:
        """How to ask for a hint, as typed in a shell."""
        asked = self.options
        said = Namespace(strict=asked.strict, module=self.pack.files.named, stage=asked.stage, region=asked.region)
        said.var = said.param = said.env = []
        return command("hint", asked.path, [check], said)
