"""For every fixture and every fail that its file can mend, the edit makes that check pass and breaks none."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from checker.cli import main
from checker.cohort.editable import Editable, open_editable
from checker.cohort.submission import Request, check_path
from checker.edits.mending import Mended
from checker.edits.unified import unified_diff
from checker.report import Report
from checker.rulepack import RulePack
from tests.conftest import FIXTURES, Checked, module_of, pack_of

GOLDEN = Path(__file__).parent / "edits.diff"
START = FIXTURES / "service" / "start"


class Fail(NamedTuple):
    """A check that a fixture's expectation says fails."""

    folder: Path
    check: str

    @property
    def id(self) -> str:
        return f"{self.folder.relative_to(FIXTURES).as_posix()} {self.check}"

    @property
    def pack(self) -> RulePack:
        return pack_of(module_of(self.folder))


def fails(*, bonus: bool) -> Iterator[Fail]:
    """The fails of all fixtures; extra credit that nobody tried stands in no expectation."""
    for expectation in sorted(FIXTURES.rglob("expect.json")):
        expected = json.loads(expectation.read_text(encoding="utf-8"))
        if expected["status"] == "error":
            continue
        checks = expected["checks"]
        named = [check for check, wanted in checks.items() if wanted.get("outcome") == "fail"]
        if bonus:
            of_module = [rule.id for rule in pack_of(module_of(expectation.parent)).rules if rule.bonus]
            extra = [check for check in of_module if check not in checks]
            named = [*(check for check in named if check.startswith("extra.")), *extra]
        else:
            named = [check for check in named if not check.startswith("extra.")]
        yield from (Fail(expectation.parent, check) for check in named)


def each(*, bonus: bool) -> list[Any]:
    """The fails as parameters; the daily tests take a third of them, without variants of a reason and extra credit."""
    return [
        pytest.param(fail, id=fail.id, marks=pytest.mark.slow if bonus or "--" in fail.folder.name or place % 3 else ())
        for place, fail in enumerate(fails(bonus=bonus))
    ]


# What no edit of the file can mend safely, and why; everything else has to be mended.
ELSEWHERE = {
    "dlq.target/function-missing--deleted dlq.target": "by_hand",
    "dlq.target/function-missing--no-near-name dlq.target": "by_hand",
    "dlq.permission/denied--not-action dlq.permission": "by_hand",  # it denies all else, too
    "table.on_demand/billing-wrong-value--env-fallback table.on_demand": "variable",
    "table.on_demand/billing-wrong-value--through-variable table.on_demand": "variable",
    # A function of another name may be anything.
    "event-driven/publish.no_url/function-missing publish.no_url": "by_hand",
    "event-driven/publish.no_url/function-missing publish.topic_arn": "by_hand",
    "event-driven/publish.topic_arn/function-missing publish.no_url": "by_hand",
    "event-driven/publish.topic_arn/function-missing publish.topic_arn": "by_hand",
    "event-driven/reading/recognised-by-a-resource publish.no_url": "by_hand",
    "event-driven/reading/recognised-by-a-resource publish.topic_arn": "by_hand",
    # The role that a new function would get is not known, nor what the table or the plugins are.
    "dlq.permission/unknown--address-in-a-missing-file extra.dlq_processor": "by_hand",
    "dlq.permission/unknown--iam-role-arn extra.dlq_processor": "by_hand",
    "dlq.permission/unknown--one-statement-in-a-missing-file extra.dlq_processor": "by_hand",
    "dlq.permission/unknown--provider-role-arn extra.dlq_processor": "by_hand",
    "dlq.permission/unknown--provider-role-import extra.dlq_processor": "by_hand",
    "dlq.permission/unknown--statements-in-a-missing-file extra.dlq_processor": "passes",
    "dlq.plugin/pass--list-through-variable extra.autoscaling": "variable",
    "dlq.plugin/unknown--env-list extra.autoscaling": "variable",
    "extra.autoscaling/autoscaling-plugin-missing--ssm-capacities extra.autoscaling": "by_hand",
    "reading/a-part-of-the-resources-in-a-missing-file extra.autoscaling": "by_hand",
    "reading/a-part-of-the-table-in-a-missing-file extra.autoscaling": "by_hand",
    "reading/custom-in-a-file-that-refers-to-custom extra.autoscaling": "in_file",
    "reading/resources-from-a-broken-file extra.autoscaling": "in_file",
    "reading/resources-from-a-file extra.autoscaling": "in_file",
    "reading/resources-from-a-missing-file extra.autoscaling": "in_file",
    "table.no_provisioned/unknown--ssm extra.autoscaling": "variable",
    "table.on_demand/unknown--properties-from-ssm extra.autoscaling": "variable",
}


def outcomes(report: Report) -> dict[str, str]:
    return {check.rule.id: check.outcome for check in report.checks}


def mended(fail: Fail) -> tuple[Editable, Mended]:
    edited = open_editable(fail.folder, fail.pack, Request())
    return edited, edited.mend([fail.check])[0]


def prove(fail: Fail, edited: Editable, one: Mended, folder: Path) -> None:
    """The edit, written as a file, makes the check pass and breaks none; its lines are all that differs."""
    if fail.id in ELSEWHERE:
        assert one.obstacle == ELSEWHERE[fail.id]
        assert one.text == edited.text
        assert (one.place is None) is (one.obstacle == "passes")
        return
    assert one.obstacle is None
    for path in fail.folder.rglob("*"):
        if path.is_file():
            target = folder / path.relative_to(fail.folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    (folder / edited.file).write_bytes(edited.encoded(one.text))
    after = check_path(folder, fail.pack, Request())
    assert outcomes(after)[fail.check] == "pass"
    before = outcomes(edited.report)
    worse = {check for check, outcome in outcomes(after).items() if before[check] == "pass" and outcome != "pass"}
    assert worse == set()
    assert worsened(edited.report, after) == []
    diff = unified_diff(edited.text, one.text, edited.file)
    kept = Counter(comments(edited.text)) - Counter(line[1:].strip() for line in diff if line.startswith("-"))
    assert not kept - Counter(comments(one.text))


def worsened(before: Report, after: Report) -> list[str]:
    """The links of the event's journey that were whole and are no more; none where the module tells no journey."""
    assert before.journey is not None
    assert after.journey is not None
    links = zip(before.journey.connections, after.journey.connections, strict=True)
    return [f"{was.start}-{was.end}" for was, now in links if was.state == "whole" != now.state]


def comments(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.lstrip().startswith("#")]


@pytest.mark.parametrize("fail", each(bonus=False))
def test_an_edit_mends_what_fails(fail: Fail, tmp_path: Path, found_good: dict[str, str]) -> None:
    """`python -m tests.edits.test_mending` writes the edits again; read what changed."""
    edited, one = mended(fail)
    prove(fail, edited, one, tmp_path)
    assert shown(edited, one).rstrip("\n") == found_good[fail.id].rstrip("\n")


@pytest.mark.parametrize("fail", each(bonus=True))
def test_an_edit_adds_the_extra_credit(fail: Fail, tmp_path: Path) -> None:
    prove(fail, *mended(fail), tmp_path)


def test_the_list_of_what_cannot_be_mended_names_fixtures_that_there_are() -> None:
    assert set(ELSEWHERE) <= {fail.id for bonus in (False, True) for fail in fails(bonus=bonus)}


def shown(edited: Editable, one: Mended) -> str:
    """The edit of a fixture as it is shown, or why there is none."""
    if one.obstacle is not None:
        return f"{one.obstacle}\n"
    return "".join(line.replace("\r\n", "\n") for line in unified_diff(edited.text, one.text, edited.file)[2:])


def golden() -> dict[str, str]:
    """The edits that were read and found good, by fixture and check."""
    parts = GOLDEN.read_text(encoding="utf-8").split("\n=== ")
    named = (part.partition("\n") for part in parts)
    return {name.removeprefix("=== "): edit for name, _, edit in named}


@pytest.fixture(scope="module")
def found_good() -> dict[str, str]:
    return golden()


def test_every_edit_that_was_found_good_has_its_fixture(found_good: dict[str, str]) -> None:
    assert set(found_good) == {fail.id for fail in fails(bonus=False)}


def test_each_check_in_turn_leads_from_the_start_to_complete(pack: RulePack) -> None:
    edited = open_editable(START, pack, Request())
    done = edited.mend([rule.id for rule in pack.rules if not rule.bonus])
    assert [one.obstacle for one in done] == [None] * 6
    assert done[-1].report.status == "complete"
    assert not any(check.equivalent for check in done[-1].report.checks)
    signed = [line for line in unified_diff(edited.text, done[-1].text, "serverless.yml")[2:] if line[0] in "+-"]
    assert len([line for line in signed if line[0] == "-"]) == 3  # the fixed capacity, and nothing else, goes


@pytest.mark.parametrize("service", ["wild-rydes", "wild-rydes-ride-record"])
@pytest.mark.parametrize("turned", [False, True])
def test_each_check_of_a_service_leads_from_its_start_to_complete(service: str, turned: bool) -> None:
    folder = FIXTURES / "event-driven" / "service" / f"{service.replace('wild-rydes-ride', 'ride')}-start"
    edited = open_editable(folder, pack_of("event-driven"), Request())
    mine = [rule.id for rule in pack_of("event-driven").rules if rule.service == service]
    done = edited.mend(reversed(mine) if turned else mine)
    assert {one.obstacle for one in done} <= {None, "passes"}  # one edit may do for two checks
    assert done[-1].report.status == "complete"
    assert done[-1].report.score.earned == 5
    assert not any(check.equivalent for check in done[-1].report.checks)


def test_what_is_for_another_service_is_not_edited() -> None:
    folder = FIXTURES / "event-driven" / "service" / "ride-record-start"
    edited = open_editable(folder, pack_of("event-driven"), Request())
    one = edited.mend(["topic.resource"])[0]
    assert (one.obstacle, one.expression, one.text) == ("other_service", "wild-rydes", edited.text)


def test_a_check_of_another_service_says_whose_file_it_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    folder = FIXTURES / "event-driven" / "service" / "ride-record-start"
    assert main(["diff", "topic.resource", str(folder), "--module", "event-driven"]) == 0
    told = " ".join(capsys.readouterr().err.split())
    assert "This is for the service `wild-rydes`; here it is `wild-rydes-ride-record`." in told
    assert "There is nothing to edit in this file; it belongs into the one of `wild-rydes`." in told
    assert "does not apply to a file" not in told


def test_the_order_of_the_checks_does_not_matter(pack: RulePack) -> None:
    checks = [rule.id for rule in pack.rules if not rule.bonus]
    done = open_editable(START, pack, Request()).mend(reversed(checks))
    assert done[-1].report.status == "complete"


def test_nothing_is_edited_where_nothing_is_missing(pack: RulePack) -> None:
    edited = open_editable(FIXTURES / "service" / "answer", pack, Request())
    one = edited.mend(["dlq.queue"])[0]
    assert (one.obstacle, one.text) == ("passes", edited.text)


def test_what_cannot_be_told_is_not_edited(pack: RulePack) -> None:
    edited = open_editable(FIXTURES / "table.on_demand" / "unknown--ssm", pack, Request())
    one = edited.mend(["table.on_demand"])[0]
    assert (one.obstacle, one.text) == ("unknown", edited.text)


SERVICE = (FIXTURES / "service" / "answer" / "serverless.yml").read_text(encoding="utf-8")


def edited_text(checked: Checked, folder: Path, pack: RulePack, text: str, check: str, **files: str) -> Mended:
    checked(text, **files)
    return open_editable(folder, pack, Request()).mend([check])[0]


def test_an_alias_is_told_with_its_anchor(checked: Checked, tmp_path: Path, pack: RulePack) -> None:
    text = SERVICE.replace("BillingMode: PAY_PER_REQUEST", "BillingMode: *mode").replace(
        "provider:\n", "x: &mode PROVISIONED\nprovider:\n", 1
    )
    one = edited_text(checked, tmp_path, pack, text, "table.on_demand")
    assert (one.obstacle, one.expression) == ("shared", "*mode")
    assert one.place is not None
    assert text.splitlines()[one.place.line - 1] == "x: &mode PROVISIONED"


def test_another_file_is_told_with_its_line(checked: Checked, tmp_path: Path, pack: RulePack) -> None:
    text = SERVICE.replace("BillingMode: PAY_PER_REQUEST", "BillingMode: ${file(mode.yml):mode}")
    (tmp_path / "mode.yml").write_text("# the mode\nmode: PROVISIONED\n", encoding="utf-8")
    one = edited_text(checked, tmp_path, pack, text, "table.on_demand")
    assert (one.obstacle, one.expression) == ("in_file", "${file(mode.yml):mode}")
    assert one.place is not None
    assert (one.place.file, one.place.line) == ("mode.yml", 2)


def test_a_denial_that_another_statement_needs_is_no_reason_to_lose_a_permission(
    checked: Checked, tmp_path: Path, pack: RulePack
) -> None:
    """One statement for table and queue: what the table needs stays."""
    text = SERVICE.replace(
        """\
    - Effect: Allow
      Action:
        - sqs:SendMessage
""",
        """\
    - Effect: Allow
      Action:
        - dynamodb:GetItem
        - sqs:Send
""",
    )
    one = edited_text(checked, tmp_path, pack, text, "dlq.permission")
    assert one.obstacle is None
    assert "        - dynamodb:GetItem\n        - sqs:Send\n        - sqs:SendMessage\n" in one.text


def test_a_new_function_ends_before_the_queue_gives_the_event_out_again(
    checked: Checked, tmp_path: Path, pack: RulePack
) -> None:
    one = edited_text(
        checked, tmp_path, pack, SERVICE.replace("  timeout: 30\n", "  timeout: 60\n"), "extra.dlq_processor"
    )
    assert one.obstacle is None
    assert "    timeout: 30\n" in one.text


def test_an_arn_without_its_key_gets_it(checked: Checked, tmp_path: Path, pack: RulePack) -> None:
    text = (FIXTURES / "service" / "extra-dlq-processor" / "serverless.yml").read_text(encoding="utf-8")
    start = text.index("      - sqs:\n")
    end = text.index("\n\n", start)
    text = text[:start] + "      - sqs: !GetAtt PutRideRecordSnsDlq.Arn" + text[end:]
    one = edited_text(checked, tmp_path, pack, text, "extra.dlq_processor")
    assert one.obstacle is None
    assert "      - sqs:\n          arn:\n            Fn::GetAtt:\n" in one.text


def test_windows_line_ends_and_the_byte_order_mark_stay(tmp_path: Path, pack: RulePack) -> None:
    content = b"\xef\xbb\xbf" + (START / "serverless.yml").read_bytes().replace(b"\n", b"\r\n")
    (tmp_path / "serverless.yml").write_bytes(content)
    edited = open_editable(tmp_path, pack, Request())
    done = edited.mend([rule.id for rule in pack.rules])
    whole = edited.encoded(done[-1].text)
    assert whole.startswith(b"\xef\xbb\xbf#")
    assert whole.count(b"\n") == whole.count(b"\r\n") > content.count(b"\n")


def test_json_is_mended_as_json(tmp_path: Path, pack: RulePack) -> None:
    source = FIXTURES / "reading" / "serverless-json" / "serverless.json"
    told = json.loads(source.read_text(encoding="utf-8"))
    del told["plugins"], told["resources"]["Resources"]["PutRideRecordSnsDlq"]
    told["provider"]["iamRoleStatements"].pop()
    del told["functions"]["PutRideRecordSns"]["deadLetter"]
    (tmp_path / "serverless.json").write_text(json.dumps(told, indent=4), encoding="utf-8")
    edited = open_editable(tmp_path, pack, Request())
    done = edited.mend([rule.id for rule in pack.rules])
    assert [one.obstacle for one in done if not one.check.rule.bonus] == [None] * 4 + ["passes"] * 2
    assert done[-1].report.score.bonus == 2
    after = json.loads(done[-1].text)
    assert after["plugins"] == ["serverless-plugin-lambda-dead-letter", "serverless-dynamodb-autoscaling"]
    assert done[-1].text.splitlines()[1].startswith("    ")


def test_names_of_a_submission_are_only_names(checked: Checked, tmp_path: Path, pack: RulePack) -> None:
    """A queue whose name looks like a path of the pack, a pattern or markup leads nowhere else."""
    for name in ("Put.Ride[0].Dlq", "{at}", "a*b", "<b>", "PutRideRecordSnsDlq.Arn", "\\1"):
        text = SERVICE.replace("    PutRideRecordSnsDlq:\n", f"    {json.dumps(name)}:\n")
        one = edited_text(checked, tmp_path, pack, text, "dlq.queue")
        assert one.obstacle is None, name
        assert 'PutRideRecordSnsDlq":\n' in one.text or "    PutRideRecordSnsDlq:\n" in one.text


if __name__ == "__main__":
    from checker.writing import write_file

    write_file(GOLDEN, "\n".join(f"=== {fail.id}\n{shown(*mended(fail))}" for fail in fails(bonus=False)))
