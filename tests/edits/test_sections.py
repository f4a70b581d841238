"""What hides a section is mended, a misspelling or a lost indentation, and no second section begins beside it."""

from __future__ import annotations

import pytest

from checker.edits.changes import Changes
from checker.edits.outline import Outline
from checker.edits.sections import misspelled, outdented
from tests.conftest import FIXTURES
from tests.edits.test_losses import Mend, changed, mend

__all__ = ["mend"]

ANSWER = (FIXTURES / "service" / "answer" / "serverless.yml").read_text(encoding="utf-8")
START = (FIXTURES / "service" / "start" / "serverless.yml").read_text(encoding="utf-8")
TABLE = '      Type: "AWS::DynamoDB::Table"\n'


@pytest.mark.parametrize(
    ("right", "wrong", "check"),
    [
        pytest.param("  Resources:\n", "  resources:\n", "dlq.queue", id="Resources in small letters"),
        pytest.param("  Resources:\n", "  Resourcs:\n", "table.no_provisioned", id="Resources without an e"),
        pytest.param("\nresources:\n", "\nResources:\n", "table.on_demand", id="resources with a capital"),
        pytest.param("  iamRoleStatements:\n", "  iamRolestatements:\n", "dlq.permission", id="the statements"),
        pytest.param("\nprovider:\n", "\nproviders:\n", "dlq.permission", id="provider with an s"),
        pytest.param("\nfunctions:\n", "\nfunction:\n", "dlq.target", id="functions without an s"),
        pytest.param("\nplugins:\n", "\nplugin:\n", "dlq.plugin", id="plugins without an s"),
        pytest.param(f"{TABLE}      Properties:\n", f"{TABLE}      Propertes:\n", "table.on_demand", id="Properties"),
        pytest.param("      Type: AWS::SQS::Queue\n", "      type: AWS::SQS::Queue\n", "dlq.queue", id="Type"),
        pytest.param("    deadLetter:\n", "    deadletter:\n", "dlq.target", id="deadLetter"),
    ],
)
def test_a_misspelled_section_is_spelled_right_and_nothing_else_changes(
    mend: Mend, right: str, wrong: str, check: str
) -> None:
    one = mend(changed(right, wrong), check)
    assert one.obstacle is None
    assert one.text == ANSWER


@pytest.mark.parametrize("nothing", ["", " ~", " {}"])
@pytest.mark.parametrize("check", ["dlq.queue", "table.on_demand"])
def test_an_empty_section_above_the_misspelled_one_goes(mend: Mend, check: str, nothing: str) -> None:
    one = mend(changed("  Resources:\n", f"  Resources:{nothing}\n  Resourcs:\n"), check)
    assert one.obstacle is None
    assert one.text == ANSWER


@pytest.mark.parametrize(
    ("right", "wrong", "check", "comes"),
    [
        ("  Resources:\n", "  Resourcs:\n", "dlq.queue", "    PutRideRecordSnsDlq:\n"),
        ("  iamRoleStatements:\n", "  iamRoleStatments:\n", "dlq.permission", "        - sqs:SendMessage\n"),
        ("\nfunctions:\n", "\nfuncions:\n", "dlq.target", "    deadLetter:\n"),
    ],
)
def test_what_is_missing_goes_into_the_section_that_was_misspelled(
    mend: Mend, right: str, wrong: str, check: str, comes: str
) -> None:
    one = mend(changed(right, wrong, START), check)
    assert one.obstacle is None
    assert one.text == mend(START, check).text
    assert one.text.count(right) == 1
    assert comes in one.text


def test_a_property_goes_into_the_properties_that_were_misspelled(mend: Mend) -> None:
    text = changed("        BillingMode: PAY_PER_REQUEST\n", "")
    one = mend(changed(f"{TABLE}      Properties:\n", f"{TABLE}      properties:\n", text), "table.on_demand")
    assert one.obstacle is None
    assert one.text == ANSWER


def test_what_a_misspelled_section_hid_is_not_brought_up_by_the_edit_of_another_check(mend: Mend) -> None:
    """The fixed capacity is no property of the table as it stands; spelled right, it would fail a check that passes."""
    text = changed(f"{TABLE}      Properties:\n", f"{TABLE}      properties:\n", START)
    one = mend(text, "table.on_demand")
    assert (one.obstacle, one.text) == ("by_hand", text)


def test_two_misspelled_sections_one_below_the_other(mend: Mend) -> None:
    text = changed("\nresources:\n", "\nresource:\n", changed("  Resources:\n", "  Resource:\n", START))
    one = mend(text, "dlq.queue")
    assert one.obstacle is None
    assert one.text == mend(START, "dlq.queue").text


def test_another_mistake_leaves_a_misspelled_section_as_it_is(mend: Mend) -> None:
    """One edit for one check: what it does not need stays."""
    text = changed("    deadLetter:\n", "    deadletter:\n")
    one = mend(changed("\nplugins:\n  - serverless-plugin-lambda-dead-letter\n", "", text), "dlq.plugin")
    assert one.obstacle is None
    assert "    deadletter:\n" in one.text


def test_variables_go_along_with_the_section(mend: Mend) -> None:
    text = changed("  sevrice_url", "  where: ${self:providers.region}\n  sevrice_url")
    one = mend(changed("\nprovider:\n", "\nproviders:\n", text), "dlq.permission")
    assert one.obstacle is None
    assert "  where: ${self:provider.region}\n" in one.text


def part_of(start: str, end: str) -> str:
    return ANSWER[ANSWER.index(start) : ANSWER.index(end)]


def outdent(part: str) -> str:
    first, *lines = part.splitlines(keepends=True)
    return first + "".join(line.removeprefix("  ") for line in lines)


@pytest.mark.parametrize(
    ("part", "check"),
    [
        (part_of("    PutRideRecordSnsDlq:\n", "\n  Outputs:"), "dlq.queue"),
        (part_of("    RideRecordTable:\n", "\n    ServiceUrl"), "table.on_demand"),
        (part_of("    RideRecordTable:\n", "\n    ServiceUrl"), "table.no_provisioned"),
        (part_of("  PutRideRecordSns:\n", "\nresources:"), "dlq.target"),
    ],
    ids=["queue", "table for its billing", "table for its capacity", "function"],
)
def test_what_lost_its_indentation_goes_below_its_name_again(mend: Mend, part: str, check: str) -> None:
    one = mend(changed(part, outdent(part)), check)
    assert one.obstacle is None
    assert one.text == ANSWER


def test_a_wrong_type_that_lost_its_indentation_leaves_nothing_behind(mend: Mend) -> None:
    queue = part_of("    PutRideRecordSnsDlq:\n", "\n  Outputs:")
    one = mend(changed(queue, outdent(queue).replace("AWS::SQS::Queue", "AWS::SQS::Queu")), "dlq.queue")
    assert one.obstacle is None
    assert one.text == ANSWER


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("resources: {Resources: {A: , Type: x}}\n", []),
        ("resources:\n  Resources:\n    A:\n    B:\n    Type: x\n    Properties: {}\n    C: {}\n", ["B"]),
        ("resources:\n  Resources:\n    A: {}\n    Type: x\n", []),
        ("functions:\n  A:\n  handler: x\n", ["A"]),
        ("functions:\n  - A:\n    events: []\n", ["A"]),
    ],
)
def test_which_names_have_their_keys_beside_them(text: str, names: list[str]) -> None:
    assert [slip.key.text for slip in outdented(Outline(text))] == names


@pytest.mark.parametrize(
    ("text", "slips"),
    [
        ("service: a\nServices: b\n", []),
        ("provider: {iamManagedPolicies: [], iamRoleStatementsName: x}\n", []),
        ("provider: {iamRoleStatement: [], iamRoleStatments: []}\n", [("iamRoleStatements", False)] * 2),
        ("resources: {Resources: {Type: {Type: x}, A: {Types: x}}}\n", [("Type", True)]),
        ("resources: [{Outputs: {}}, {resources: {}}]\n", [("Resources", True)]),
        ("x: &x {Type: y}\nresources: {Resources: {A: {<<: *x, type: z}}}\n", []),
        ("functions: {A: {enviroment: {}, environment: }}\n", [("environment", True)]),
        ("- a\n", []),
        ("x: &x {A: {handlers: y}}\nfunctions: *x\n", []),
    ],
)
def test_which_keys_are_misspelled(text: str, slips: list[tuple[str, bool]]) -> None:
    assert [(slip.name, slip.is_only) for slip in misspelled(Outline(text))] == slips


def test_a_section_of_json_is_spelled_right() -> None:
    text = '{"functions": {"A": {"Events": ["${self:functions.A.Events.0}"], "events": null}}}'
    changes = Changes(text, is_json=True)
    (slip,) = misspelled(changes.outline)
    changes.respell(slip)
    assert changes.text == '{"functions": {"A": {"events": ["${self:functions.A.events.0}"]}}}'


def test_many_misspelled_keys_are_not_all_tried(mend: Mend) -> None:
    many = "".join(f"    R{number}:\n      type: AWS::SQS::Queue\n" for number in range(300))
    one = mend(changed("    ServiceUrlSsmParam:\n", many + "    ServiceUrlSsmParam:\n", START), "dlq.queue")
    assert one.obstacle is None
    assert one.text.count("      type: ") == 300


def test_the_one_that_matters_among_many_is_found(mend: Mend) -> None:
    many = "".join(f"    R{number}:\n      type: AWS::SQS::Queue\n" for number in range(50))
    text = changed("    ServiceUrlSsmParam:\n", many + "    ServiceUrlSsmParam:\n")
    one = mend(changed("\n      Type: AWS::SQS::Queue\n", "\n      type: AWS::SQS::Queue\n", text), "dlq.queue")
    assert one.obstacle is None
    assert one.text == text
