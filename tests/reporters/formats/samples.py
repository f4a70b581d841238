"""Reports for the tests of the formats: the sample class, an error, a lint, a stack alone, and hostile ones."""

from __future__ import annotations

from checker.cohort.submission import Request, check_path
from checker.errors import CheckError
from checker.report import CheckResult, Evidence, LintNote, Note, Report, SubmissionFacts, Verdict
from checker.reporters.formats.places import Places
from checker.rulepack import RulePack
from tests.conftest import FIXTURES, REPOSITORY

PLACES = Places(str(REPOSITORY), str(REPOSITORY))
CLASS = tuple(sorted(path.name for path in (FIXTURES / "class").iterdir() if path.is_dir()))

# Texts that a submission may bring into a report; names and messages are shown to people and read by programs.
HOSTILE = (
    "]]>",
    "<script>alert(1)</script>",
    "::error::x",
    " ::warning file=a::x",
    "##[error]x",
    "first\nsecond\r\n::error::third",
    "%0A%0D",
    "=1+1",
    "\x1b[31mred\x00\x08",
    "\ud800",
    "\ufffe\uffff",
    "\u202etxet",
    "x" * 300,
    "Zoë Müller ✓",
    "a b#c?d%20e:f",
    "\"quoted\" & 'so'",
    "[here](https://example.com) [1](1)",
    "`code` {0} ${self:x} | * _ #",
    "../../etc/passwd",
)


def of_class(name: str, pack: RulePack, *, lint: bool = False) -> Report:
    """A submission of the sample class, as a check from the top of the repository has it."""
    report = check_path(FIXTURES / "class" / name, pack, Request(lint=lint))
    facts = report.submission._replace(path=f"fixtures/class/{name}")
    return report._replace(submission=facts)


def whole_class(pack: RulePack) -> list[Report]:
    return [of_class(name, pack) for name in CLASS]


def broken(pack: RulePack, line: int | None = None) -> Report:
    """A service that cannot be checked; its error stands in a file where a line is given."""
    error = CheckError("not-found", "There is no serverless.yml.", advice="Go to the service's folder.")
    if line is not None:
        error = CheckError("invalid-yaml", "This line does not fit.", file="serverless.yml", line=line, column=1)
    return Report(pack, SubmissionFacts("luis", "fork/record"), error=error, error_excerpt=((3, "  - x"), (4, " y")))


def stack_alone(pack: RulePack) -> Report:
    """A deployed stack, looked at without a file."""
    place = Evidence("lambda:GetFunctionConfiguration", 0, 0, "DeadLetterConfig.TargetArn")
    verdict = Verdict("fail", "target-missing", False, "The function has no dead letter target.", (place,))
    facts = SubmissionFacts("rides-dev", "", stack="rides-dev")
    return Report(pack, facts, (CheckResult(pack.rule("dlq.target"), {"stack": verdict}),))


def not_deployed(pack: RulePack) -> Report:
    """A service whose file is right, and whose stack is not yet."""
    report, live = of_class("ada", pack), stack_alone(pack).checks[0].verdicts["stack"]
    checks = [
        check._replace(verdicts={**check.verdicts, "stack": live}) if check.rule.id == "dlq.target" else check
        for check in report.checks
    ]
    return report._replace(checks=tuple(checks))


def linted(report: Report, *messages: str) -> Report:
    """The report with a finding of cfn-lint for each message, all at one place."""
    place = Evidence("serverless.yml", 9, 3, "resources.Resources.Queue", ((9, "  Queue:"),))
    return report._replace(lint=tuple(LintNote("E3002", message, (place,)) for message in messages))


def hostile(report: Report, text: str) -> Report:
    """The report with a foreign text in the place of each name, message, path and line that it tells."""
    facts = SubmissionFacts(text, text, text, text, text, text)
    places = (Evidence(text, 46, 2, text, ((45, text), (46, f"x{text}"))), Evidence(text, 9, 1, text))

    def told(check: CheckResult) -> CheckResult:
        verdicts = {
            source: one._replace(message=text, evidence=places, notes=(Note("broad-resource", text),))
            for source, one in check.verdicts.items()
        }
        return CheckResult(check.rule._replace(title=text, why=text), verdicts)

    lint = (LintNote("E3002", text, places), LintNote("more", text))
    return report._replace(submission=facts, checks=tuple(map(told, report.checks)), lint=lint)


def hostile_error(pack: RulePack, text: str) -> Report:
    error = CheckError("invalid-yaml", text, advice=text, file=text, line=1, column=1)
    return Report(pack, SubmissionFacts(text, text), error=error, error_excerpt=((1, text),))
