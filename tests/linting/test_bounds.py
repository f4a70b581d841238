"""What a stranger can put into a file: odd shapes, settings for cfn-lint, paths, and work without an end."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from checker.cohort import submission
from checker.cohort.submission import Request, check_path, check_submission
from checker.cohort.time_limit import _TimeIsUp, time_limit
from checker.errors import CheckError
from checker.linting import notes as linting_notes
from checker.linting import running
from checker.linting.running import matches
from checker.linting.template import MOST_VALUES
from checker.linting.words import lint_words
from checker.report import MORE, NOT_LINTED, LintNote
from checker.rulepack import RulePack
from tests.conftest import FIXTURES
from tests.linting.conftest import HEAD, Linted, resources

pytestmark = pytest.mark.slow  # cfn-lint takes a moment


ODD: list[Any] = [None, True, 7, 1.5, float("nan"), "text", "", [], ["a"], [[]], {}, {"a": {"b": []}}]
QUEUE = {"Q": {"Type": "AWS::SQS::Queue"}}


@pytest.mark.slow
@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize(
    "section", ["Resources", "Conditions", "Outputs", "Mappings", "Parameters", "extensions", "Rules"]
)
def test_odd_types_of_a_section_end_in_notes(section: str, odd: Any, linted: Linted) -> None:
    assert NOT_LINTED not in [note.code for note in linted(resources(QUEUE, **{section: odd}))]


@pytest.mark.slow
@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_odd_types_in_a_resource_end_in_notes(odd: Any, linted: Linted) -> None:
    bodies: dict[str, Any] = {
        key: {"Type": "AWS::SQS::Queue", key: odd}
        for key in ("Type", "Properties", "DependsOn", "Condition", "Metadata")
    }
    bodies["PutRideRecordSnsLambdaFunction"] = odd
    assert NOT_LINTED not in [note.code for note in linted(resources({**bodies, "Whole": odd}))]


FUNCTIONS = ["Ref", "Condition", "Fn::ForEach::X"]
FUNCTIONS += ["Fn::GetAtt", "Fn::Sub", "Fn::Join", "Fn::If", "Fn::Select", "Fn::Split", "Fn::FindInMap", "Fn::Base64"]
FUNCTIONS += ["Fn::Cidr", "Fn::GetAZs", "Fn::ImportValue", "Fn::Transform", "Fn::ToJsonString", "Fn::Length"]


@pytest.mark.slow
@pytest.mark.parametrize("odd", [None, 7, "", "a.b.c", [], [[]], ["a"], ["a", "b", "c", "d"], [{}, 7], {}], ids=repr)
def test_functions_with_odd_arguments_end_in_notes(odd: Any, linted: Linted) -> None:
    bodies = {
        f"Q{n}": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {name: odd}}}
        for n, name in enumerate(FUNCTIONS)
    }
    conditions = {
        f"C{n}": {name: odd} for n, name in enumerate(("Fn::Not", "Fn::And", "Fn::Or", "Fn::Equals", "Condition"))
    }
    notes = linted(resources(bodies, Conditions=conditions))
    assert notes
    assert NOT_LINTED not in [note.code for note in notes]


def test_a_macro_makes_another_template_of_it(linted: Linted) -> None:
    wrong = {"Q": {"Type": "AWS::SQS::Que"}}
    assert [note.code for note in linted(resources(wrong))] == ["E3006"]
    assert linted(resources(wrong, Transform="AWS::Serverless-2016-10-31")) == ()


RULE = """\
import os
from cfnlint.rules import CloudFormationLintRule
os.environ["RYDECHECK_RAN"] = "yes"
class Evil(CloudFormationLintRule):
    id = "E9999"
"""
SETTINGS = "append_rules: [rules]\ninclude_checks: [W, I]\n"


def test_no_settings_of_a_submission_are_followed(
    linted: Linted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """cfn-lint reads `.cfnlintrc` of the current folder and the template's Metadata: both may name Python to run."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "Evil.py").write_text(RULE)
    for name in (".cfnlintrc", ".cfnlintrc.yaml", ".cfnlintrc.yml"):
        (tmp_path / name).write_text(SETTINGS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RYDECHECK_RAN", raising=False)
    config = {"cfn-lint": {"config": {"append_rules": ["rules"], "ignore_checks": ["E3006"]}}}
    body = {"Type": "AWS::SQS::Que", "Metadata": config}
    notes = linted(resources({"Q": body}, Metadata=config))
    assert [note.code for note in notes] == ["E3006"]
    assert "RYDECHECK_RAN" not in os.environ


_opened: list[str] = []


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """The paths that are opened meanwhile; an audit hook cannot be taken away, so one stays for all tests."""
    if not hasattr(sys, "_rydecheck_hook"):
        sys.addaudithook(lambda event, given: _opened.append(str(given[0])) if event == "open" else None)
        sys._rydecheck_hook = True  # type: ignore[attr-defined]
    _opened.clear()
    yield _opened
    _opened.clear()


@pytest.mark.parametrize("url", ["nested.yml", "./nested.yml", "../nested.yml"])
def test_templates_of_nested_stacks_are_not_read(
    url: str, linted: Linted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: list[str]
) -> None:
    """cfn-lint opens what `TemplateURL` names to learn its outputs and parameters."""
    (tmp_path / "nested.yml").write_text("Outputs: {}\n")
    opened.clear()
    monkeypatch.chdir(tmp_path)
    stack = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url, "Parameters": {"a": "b"}}}
    late = {"Later": {"Type": "AWS::CloudFormation::Stack", "Properties": {}}}
    value = {"Type": "String", "Value": {"Fn::GetAtt": ["Nested", "Outputs.A"]}}
    bodies = {"Nested": stack, "Name": {"Type": "AWS::SSM::Parameter", "Properties": value}, **late}
    extended = {"Later": {"Properties": {"TemplateURL": url}}}
    assert linted(resources(bodies, extensions=extended)) == ()
    assert any(path.endswith("serverless.yml") for path in opened)
    assert not [path for path in opened if path.endswith("nested.yml")]


@pytest.mark.slow
def test_too_many_values_are_not_linted(linted: Linted) -> None:
    tags = [{"Key": f"k{n}", "Value": "v"} for n in range(MOST_VALUES // 3 + 1)]
    notes = linted(resources({"Q": {"Type": "AWS::SQS::Que", "Properties": {"Tags": tags}}}))
    assert [(note.code, note.evidence) for note in notes] == [(NOT_LINTED, ())]
    assert notes[0].message.startswith("The service is too large")


def test_aliases_that_multiply_are_not_linted(linted: Linted) -> None:
    levels = "".join(f"  l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 8)}]\n" for n in range(1, 5))
    text = f"custom:\n  l0: &l0 [a, a, a, a, a, a, a, a]\n{levels}resources: {{Resources: {{Q: {{Type: *l4}}}}}}\n"
    assert [note.code for note in linted(text)] == [NOT_LINTED]


def test_deep_values_end_in_notes(linted: Linted) -> None:
    deep = "[" * 80 + "]" * 80
    notes = linted(f"resources: {{Resources: {{Q: {{Type: 'AWS::SQS::Queue', Properties: {{Tags: {deep}}}}}}}}}\n")
    assert NOT_LINTED not in [note.code for note in notes]


def test_a_long_list_of_notes_is_cut(linted: Linted) -> None:
    bodies = {f"Queue{n}": {"Type": "AWS::SQS::Queue", "Properties": {"QueueNam": "x"}} for n in range(23)}
    notes = linted(resources(bodies))
    lines = [note.evidence[0].line for note in notes[:-1]]
    assert len(lines) == linting_notes.MOST_NOTES
    assert lines == sorted(lines)
    assert (notes[-1].code, notes[-1].message) == (MORE, "And 3 more; they show as soon as these are mended.")


def test_names_of_a_submission_cannot_move_the_cursor(linted: Linted) -> None:
    text = 'resources: {Resources: {Q: {Type: "AWS::SQS::Queue\\e[2J", "\\e]0;x\\a`": 1}}}\n'
    for note in linted(text):
        assert note.message.isprintable()
    notes = linted("resources: {Resources: {Q: {Type: '" + "A" * 5000 + "'}}}\n")
    assert len(notes[0].message) < 300


SLOW = {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueNam": "x"}}}


def _swallowing(text: str, region: str) -> None:  # noqa: ARG001
    """A library that takes whatever is raised for its own mistake, and goes on."""
    while True:
        with suppress(Exception):
            time.sleep(0.01)


@pytest.mark.slow
@pytest.mark.parametrize("in_thread", [False, True])
def test_a_lint_without_an_end_does_not_cost_the_verdict(
    in_thread: bool, pack: RulePack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linting_notes, "matches", _swallowing)
    found = []

    def check() -> None:
        found.append(check_path(FIXTURES / "class" / "farah", pack, Request(lint=True)))

    running.rules()  # before time counts
    real = check_path(FIXTURES / "class" / "farah", pack, Request())
    monkeypatch.setattr(submission, "time_limit", partial(time_limit, 0.5))
    if in_thread:
        thread = threading.Thread(target=check)
        thread.start()
        thread.join(20)
    else:
        check()
    (report,) = found
    assert report.error is None
    assert report.checks == real.checks
    assert [note.code for note in report.lint or ()] == [NOT_LINTED]
    assert not running.one_at_a_time.locked()


@pytest.mark.parametrize("error", [RecursionError, MemoryError, ImportError, CheckError("invalid-yaml", "odd")])
def test_whatever_cfn_lint_raises_is_a_quiet_note(error: Any, pack: RulePack, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(text: str, region: str) -> None:  # noqa: ARG001
        raise error

    monkeypatch.setattr(linting_notes, "matches", stumble)
    report = check_path(FIXTURES / "class" / "farah", pack, Request(lint=True))
    assert (report.error, report.status) == (None, "incomplete")
    assert [note.message for note in report.lint or ()] == [lint_words().say["not_linted"]]


def test_equal_services_cost_one_pass(pack: RulePack, tmp_path: Path) -> None:
    matches.cache_clear()
    text = HEAD + resources(SLOW)
    found: list[tuple[LintNote, ...]] = []
    for name in ("ada", "ben"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "serverless.yml").write_text("\n" * len(found) + text)
        found.append(check_path(tmp_path / name, pack, Request(lint=True)).lint or ())
    assert (matches.cache_info().misses, matches.cache_info().hits) == (1, 1)
    assert [notes[0].evidence[0].line for notes in found] == [13, 14]
    (tmp_path / "ada" / "serverless.yml").write_text(text.replace("us-east-2", "us-west-1"))
    check_path(tmp_path / "ada", pack, Request(lint=True))
    assert matches.cache_info().misses == 2


def test_a_template_is_not_linted(pack: RulePack) -> None:
    """Nothing in it is the attendee's own text."""
    template = FIXTURES.parent / "benchmarks" / "answer" / "cloudformation-template-update-stack.json"
    report = check_path(template, pack, Request(lint=True))
    assert (report.error, report.lint) == (None, None)


def test_what_cannot_be_read_is_not_linted(pack: RulePack) -> None:
    report = check_path(FIXTURES / "class" / "luis", pack, Request(lint=True))
    assert report.error is not None
    assert report.lint is None


def test_nobody_asks_for_a_lint_by_itself(pack: RulePack) -> None:
    given = submission.Submission(id="ada", path="", folder=None, problem=CheckError("not-found", "gone"))
    assert check_submission(given, pack, Request()).lint is None
    assert check_path(FIXTURES / "class" / "farah", pack, Request()).lint is None


def test_services_are_linted_one_at_a_time(pack: RulePack, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule of cfn-lint remembers the template that it looks at, and threads share the rules."""
    inside: list[int] = []
    most: list[int] = []

    def slowly(text: str, region: str) -> tuple[()]:  # noqa: ARG001
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.1)
        inside.pop()
        return ()

    running.rules()
    monkeypatch.setattr(linting_notes, "matches", slowly)
    check = partial(check_path, FIXTURES / "class" / "farah", pack, Request(lint=True))
    threads = [threading.Thread(target=check) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert most == [1, 1, 1]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (
            {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "${AWS::StackName}-x"}},
            "E1029: a plain text",
        ),
        (
            {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Runtime": "python3.6",
                    "Handler": "a.b",
                    "Role": "arn:aws:iam::123456789012:role/r",
                    "Code": {"ZipFile": "pass"},
                },
            },
            "E2531, E2533: tell the date",
        ),
        ({"Type": "Datadog::Monitors::Monitor", "Properties": {}}, "may be registered in the account"),
        ({"Type": "MongoDB::Atlas::Cluster", "Properties": {}}, "may be registered in the account"),
        (
            {"Type": "AWS::EC2::Instance", "Properties": {"InstanceType": "t9.micro", "ImageId": "ami-12345678"}},
            "E3628: instance types come",
        ),
        (
            {
                "Type": "AWS::ElastiCache::CacheCluster",
                "Properties": {"CacheNodeType": "cache.t9.micro", "Engine": "redis", "NumCacheNodes": 1},
            },
            "E3647: instance types come",
        ),
        (
            {"Type": "AWS::OpenSearchService::Domain", "Properties": {"ClusterConfig": {"InstanceType": "t9.search"}}},
            "E3653: instance types come",
        ),
        (
            {
                "Type": "AWS::Lambda::LayerVersion",
                "Properties": {"CompatibleRuntimes": ["python3.19"], "Content": {"S3Bucket": "rides", "S3Key": "k"}},
            },
            "E3030: runtimes come",
        ),
    ],
)
def test_what_says_nothing_of_the_deployment_is_left_out(body: Any, why: str, linted: Linted) -> None:
    assert linted(resources({"One": body})) == (), why


@pytest.mark.parametrize("runtime", ["python3.19", {"Fn::Sub": "python3.19"}])
def test_a_runtime_that_is_not_known_yet_breaks_nothing(runtime: Any, linted: Linted) -> None:
    properties = {"Handler": "a.b", "Role": "arn:aws:iam::123456789012:role/r", "Code": {"ZipFile": "pass"}}
    body = {"Type": "AWS::Lambda::Function", "Properties": {**properties, "Runtime": runtime}}
    assert linted(resources({"One": body})) == ()


def test_a_type_that_other_regions_have_may_come(linted: Linted) -> None:
    body = {"Type": "AWS::AppRunner::ObservabilityConfiguration"}
    head = HEAD.replace("us-east-2", "us-west-1")
    assert linted(resources({"One": body}), head=head) == ()
    wrong = {"Type": "AWS::AppRunner::ObservabilityConfig"}
    assert [note.code for note in linted(resources({"One": wrong}), head=head)] == ["E3006"]


def test_a_branch_that_is_never_taken_breaks_nothing(linted: Linted) -> None:
    conditions = {"InClass": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-2"]}}
    name = {"Fn::If": ["InClass", {"Fn::If": ["InClass", "a", "b"]}, "c"]}
    bodies = {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}}}
    outputs = {"O": {"Condition": "InClass", "Value": {"Fn::If": ["InClass", "a", "b"]}}}
    assert linted(resources(bodies, Conditions=conditions, Outputs=outputs)) == ()


@pytest.mark.parametrize(("raised", "passes"), [(_TimeIsUp, 1), (ValueError, 2)])
def test_a_pass_without_an_end_is_not_tried_again(
    raised: type[BaseException], passes: int, linted: Linted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is watched is linted at each save, and in a class many hand in the same."""
    tried: list[str] = []

    def run(*_: object) -> None:
        tried.append("")
        raise raised

    running.rules()
    matches.cache_clear()
    monkeypatch.setattr(running, "_without_end", OrderedDict())
    with monkeypatch.context() as patched:
        patched.setattr("cfnlint.rules.Rules.run", run)
        for lines in ("", "\n"):
            assert [note.code for note in linted(lines + resources(SLOW))] == [NOT_LINTED]
    assert len(tried) == passes
    other = {"R": SLOW["Q"]}
    assert [note.code for note in linted(resources(other))] == ["E3002"]


def test_few_passes_without_an_end_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: object) -> None:
        raise _TimeIsUp

    running.rules()
    kept: OrderedDict[bytes, None] = OrderedDict()
    monkeypatch.setattr(running, "_without_end", kept)
    monkeypatch.setattr("cfnlint.rules.Rules.run", run)
    for number in range(100):
        with pytest.raises(_TimeIsUp):
            matches(f'{{"Resources": {{}}, "Description": "{number}"}}', "us-east-1")
    assert len(kept) == 64
