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
from tests.conftest import sampled

CASES = all_cases()
LIVE = 18


def _dependency(framework: str) -> dict[str, str]:
    """The entry of a package.json that installs the framework: `"serverless": "3.40.0"`."""
    installed = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"][framework]
    name, version = installed.removeprefix("npm:").split("@")
    return {name: version}


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


@pytest.mark.parametrize("case", sampled(CASES, 5), ids=lambda case: case.id)
def test_reads_as_the_framework(case: Case, tmp_path: Path) -> None:
    recorded = json.loads(case.recording.read_text(encoding="utf-8"))
    if "stops" not in recorded:
        read = _as_far_as_recorded(of_rydecheck(_read(case, tmp_path)), recorded)
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


def _as_far_as_recorded(made: Json, recorded: Json) -> Json:
    """What was made of a case, without what recordings of the first months do not hold of a function."""
    functions: Json = made.get("functions", {})
    for name, function in functions.items():
        if "handler" not in recorded["functions"].get(name, {}):
            for key in ("environment", "handler", "http"):
                function.pop(key, None)
    return made


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


@pytest.mark.slow
def test_expects_a_stop_only_where_the_framework_stops() -> None:
    stops = {case.id for case in CASES if "stops" in json.loads(case.recording.read_text(encoding="utf-8"))}
    assert {case.id for case in CASES if case.stops is not None} == stops


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
    recorded = json.loads(case.recording.read_text(encoding="utf-8"))
    assert _canonical(_as_far_as_recorded(resolved(case), recorded)) == _canonical(recorded)
