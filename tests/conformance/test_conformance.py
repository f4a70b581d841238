"""rydecheck reads each configuration as the real frameworks do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from checker.errors import CheckError
from checker.model import Mapping, Sequence, Service, Unknown, Value
from checker.serverless.configuration import read_document
from checker.serverless.files import SubmissionFolder
from checker.serverless.lowering import read_service
from checker.serverless.resolving import Settings
from tests.conformance.cases import FRAMEWORKS, HERE, Case, Json, all_cases
from tests.conformance.frameworks import NODE_MODULES
from tests.conformance.normal import of_rydecheck, plain
from tests.conformance.record import resolved

CASES = all_cases()
LIVE = 18
KNOWN_DIFFERENCES: dict[str, str] = {
    "dlq-destination-sns.serverless1": "framework 1 stops at a destination given as a mapping (TypeError)",
    "dlq-destination-sqs.serverless1": "framework 1 stops at a destination given as a mapping (TypeError)",
    "dlq-on-error-queue.serverless1": "framework 1 refuses onError as the ARN of a queue, and as Fn::Sub",
    "dlq-on-error-sub.serverless1": "framework 1 refuses onError as the ARN of a queue, and as Fn::Sub",
    "file-empty.osls3": "an empty included file stops versions 3, also with a default",
    "file-empty.serverless3": "an empty included file stops versions 3, also with a default",
    "file-yaml-typing.osls3": "osls reads plain dates as text",
    "file-yaml-typing.serverless1": "framework 1 types numbers by YAML 1.1",
    "perfunction-role-and-statements": "the plugin stops at a function with a role and statements",
    "role-function-empty.serverless1": "framework 1 writes an empty role of a function into the template",
    "section-framework-version-1.serverless1": "framework 1 types numbers by YAML 1.1",
    "var-default-quoted-mapping.serverless1": "framework 1 puts only text and numbers into text",
    "var-in-text-boolean.serverless1": "framework 1 puts only text and numbers into text",
    "var-service-name-option.osls3": "versions 3 stop at an option of the service's own in the service's name",
    "var-service-name-option.serverless3": "versions 3 stop at an option of the service's own in the service's name",
    "var-str-to-bool-capitals.serverless1": "framework 1 takes strToBool in small letters only",
    "var-str-to-bool-first-capital.serverless1": "framework 1 takes strToBool in small letters only",
    "var-str-to-bool-zero.osls3": "versions 3 miss the input of strToBool(0)",
    "var-str-to-bool-zero.serverless3": "versions 3 miss the input of strToBool(0)",
    "yaml-date-in-policy.osls3": "osls reads plain dates as text",
    "yaml-explicit-int": "an explicit tag must fit its text",
    "yaml-explicit-null": "an explicit tag must fit its text",
    "yaml-key-date.osls3": "osls reads plain dates as text",
    "yaml-key-date.serverless1": "a date as a key is written as JavaScript writes a date",
    "yaml-key-date.serverless3": "a date as a key is written as JavaScript writes a date",
    "yaml-typing-octal.serverless1": "framework 1 types numbers by YAML 1.1",
    "yaml-typing-special.osls3": "osls reads plain dates as text",
    "yaml-typing-special.serverless1": "js-yaml counts a thirteenth month on into the next year",
    "yaml-typing-special.serverless3": "js-yaml counts a thirteenth month on into the next year",
}
"""Cases (`name`, or `name.framework` for one framework) that rydecheck still reads otherwise, with the reason."""


def _dependency(framework: str) -> dict[str, str]:
    """The entry of a package.json that installs the framework: `"serverless": "3.40.0"`."""
    installed = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"][framework]
    name, version = installed.removeprefix("npm:").split("@")
    return {name: version}


def _marked(case: Case) -> object:
    reason = KNOWN_DIFFERENCES.get(case.id, KNOWN_DIFFERENCES.get(case.name))
    marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
    return pytest.param(case, id=case.id, marks=marks)


def _read(case: Case, folder: Path) -> Service:
    """Read a copy of the case, whose package.json says which framework it is for."""
    shutil.copytree(case.folder, folder, dirs_exist_ok=True)
    package = folder / "package.json"
    if not package.exists():
        package.write_text(json.dumps({"devDependencies": _dependency(case.framework)}), encoding="utf-8")
    submission = SubmissionFolder(str(folder))
    settings = Settings(options=case.options, environment=case.environment, parameters=case.parameters)
    return read_service(submission, settings, read_document(submission))


def _canonical(value: Json) -> str:
    """Text that tells true from 1, which Python takes for equal; numbers are what JavaScript has, doubles."""
    return json.dumps(_with_doubles(value), indent=1, ensure_ascii=False, sort_keys=True)


def _with_doubles(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _with_doubles(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_doubles(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@pytest.mark.parametrize("case", [_marked(case) for case in CASES])
def test_reads_as_the_framework(case: Case, tmp_path: Path) -> None:
    recorded = json.loads(case.recording.read_text(encoding="utf-8"))
    if "stops" not in recorded:
        read = of_rydecheck(_read(case, tmp_path))
        for path in case.cautious:
            _leave_out(recorded, path)
            assert "<unknown>" in _leave_out(read, path), path
        assert _canonical(read) == _canonical(recorded)
        return
    assert case.stops is not None, f"say in case.json what rydecheck answers to: {recorded['stops']}"
    if "error" in case.stops:
        with pytest.raises(CheckError) as raised:
            _read(case, tmp_path)
        assert raised.value.code == case.stops["error"]
        return
    service = _read(case, tmp_path)
    for path in case.stops.get("unknown", ()):
        found = _at(service.document, path)
        assert isinstance(found, Unknown), f"{path} is {plain(found)}"
    for name in case.stops.get("unknown_role", ()):
        assert service.functions.entries[name].role.unknown is not None
    for name in case.stops.get("no_target", ()):
        targets = service.functions.entries[name].targets
        assert all(target.problem or isinstance(target.arn, Unknown) for target in targets)
    for name, problem in case.stops.get("problem", {}).items():
        assert [target.problem for target in service.functions.entries[name].targets] == [problem]


def _leave_out(recording: Json, path: str) -> Json:
    """What stood at a path of a recording; None when nothing did."""
    *parents, last = path.split(".")
    for step in parents:
        recording = recording[step]
    return recording.pop(last, None)


def _at(value: Value | None, path: str) -> Value | None:
    """The value at a path, or the Unknown on the way to it."""
    for step in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, Sequence):
            value = value.items[int(step)]
    return value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_expects_a_stop_only_where_the_framework_stops(case: Case) -> None:
    recorded = json.loads(case.recording.read_text(encoding="utf-8"))
    assert ("stops" in recorded) == (case.stops is not None)


def _live() -> list[Case]:
    """A fixed choice, spread evenly over the names, with each framework in turn."""
    names = sorted({case.name for case in CASES})
    chosen = []
    for number, name in enumerate(names[:: max(1, len(names) // LIVE)]):
        cases = [case for case in CASES if case.name == name]
        framework = FRAMEWORKS[number % len(FRAMEWORKS)]
        chosen.append(next((case for case in cases if case.framework == framework), cases[0]))
    return chosen


@pytest.mark.slow
@pytest.mark.skipif(not NODE_MODULES.exists(), reason="say npm ci --prefix tests/conformance")
@pytest.mark.parametrize("case", _live(), ids=lambda case: case.id)
def test_recording_is_what_the_framework_makes_today(case: Case) -> None:
    assert _canonical(resolved(case)) == _canonical(json.loads(case.recording.read_text(encoding="utf-8")))
