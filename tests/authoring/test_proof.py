"""A module is proved on a service: what does not hold of it is named where it stands."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from checker.authoring.proof import prove
from checker.authoring.starter import write_starter
from checker.cli import main
from checker.errors import CheckError
from checker.modules import module_ids
from checker.rulepack import load_pack
from checker.shipped import rules_folder
from tests.conftest import FIXTURES

OF_EVENTS = FIXTURES / "event-driven" / "service"
STARTS = {
    "reliability": [FIXTURES / "service" / "start"],
    "event-driven": [OF_EVENTS / "wild-rydes-start", OF_EVENTS / "ride-record-start"],
}
START = STARTS["reliability"][0]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The shipped module `reliability`, as one's own."""
    mine = Path(shutil.copytree(Path(rules_folder()) / "reliability", tmp_path / "mine"))
    replace(mine / "module.yaml", "id: reliability\n", "id: mine\n")
    return mine


def told(folder: Path, start: Path = START) -> list[str]:
    found = prove(load_pack(str(folder)), [start])
    return [f"{Path(one.file or '').name}:{one.line}: {one.message}" for one in found]


def replace(path: Path, old: str, new: str) -> int:
    """Replace a text in a file; the line where it stood."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


@pytest.mark.slow
@pytest.mark.parametrize("module", module_ids())
def test_what_is_shipped_is_proved(module: str) -> None:
    assert prove(load_pack(module), STARTS[module]) == []


def test_a_check_that_applies_to_no_service_given_is_named() -> None:
    found = [one.message for one in prove(load_pack("event-driven"), STARTS["event-driven"][:1])]
    assert "`sns.event` applies to no service given, so nothing proves it; name one more --start." in found
    assert all("applies to no service given" in one for one in found)


def test_the_first_module_is_proved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_starter(str(tmp_path / "mine"))
    assert main(["rules", "lint", str(tmp_path / "mine"), "--start", str(tmp_path / "mine" / "start")]) == 0
    assert "each check fails there, and passes with its answer" in capsys.readouterr().out


@pytest.fixture
def start(tmp_path: Path) -> Path:
    """The untouched service, to be changed."""
    return Path(shutil.copytree(START, tmp_path / "start"))


def test_a_check_that_passes_untouched_is_named(copy: Path, start: Path) -> None:
    old = "property: BillingMode\n      value: PAY_PER_REQUEST"
    replace(copy / "module.yaml", old, "property: TableName\n      value: x")
    old = "        ProvisionedThroughput:"
    replace(start / "serverless.yml", old, f"        TableName: x\n{old}")
    line = (copy / "module.yaml").read_text(encoding="utf-8").split("id: table.on_demand")[0].count("\n") + 1
    assert told(copy, start) == [
        f"module.yaml:{line}: `table.on_demand` passes on the untouched service, so there is nothing to do for it."
    ]


def test_a_check_that_cannot_be_told_untouched_is_named(copy: Path, start: Path) -> None:
    replace(start / "serverless.yml", "functions:\n", "plugins: ${ssm:/plugins}\n\nfunctions:\n")
    begins = "module.yaml:14: `dlq.plugin` cannot be told on the untouched service: The value of"
    assert any(one.startswith(begins) for one in told(copy, start)), told(copy, start)


def test_an_answer_that_does_not_answer_is_named(copy: Path) -> None:
    old = "Properties.BillingMode, value: PAY_PER_REQUEST}\n  mends"
    line = replace(copy / "help.yaml", old, "Properties.BillingMode, value: PROVISIONED}\n  mends") - 1
    says = "`BillingMode` is `PROVISIONED`; the step asks for `PAY_PER_REQUEST`, spelled exactly so."
    failed = "with its answer, `table.on_demand` still fails (`billing-wrong-value`)"
    assert told(copy) == [f"help.yaml:{line}: {failed}: {says}"]


def test_an_edit_that_mends_nothing_is_named(copy: Path) -> None:
    text = (copy / "help.yaml").read_text(encoding="utf-8")
    start, end = text.index("    billing-missing:\n"), text.index("    billing-misplaced:\n      - [")
    useless = "    billing-missing:\n      - [{set: custom.x, value: y}]\n"
    (copy / "help.yaml").write_text(text[:start] + useless + text[end:], encoding="utf-8")
    (found,) = told(copy)
    line = text[:start].count("\n") + 1
    assert found.startswith(f"help.yaml:{line}: `rydecheck diff table.on_demand` has no edit to show for `billing-mis")


def test_an_answer_that_breaks_another_check_is_named(copy: Path) -> None:
    old = "    - {remove: resources.Resources.RideRecordTable.Properties.ProvisionedThroughput}\n"
    replace(copy / "help.yaml", old, f"{old}    - {{remove: plugins}}\n")
    found = told(copy)
    assert any("the answer of `table.no_provisioned` makes `dlq.plugin` fail: " in one for one in found), found


PLUGIN = "{append: plugins, value: serverless-plugin-lambda-dead-letter}\n  mends"


def test_an_answer_that_cannot_be_made_is_named(copy: Path, start: Path) -> None:
    replace(copy / "help.yaml", PLUGIN, "{rename: functions.PutRideRecordSns, to: '{found}'}\n  mends")
    found = told(copy, start)
    assert any("the answer of `dlq.plugin` cannot be made on this service; look at its paths." in one for one in found)


def test_an_answer_in_another_way_than_the_workshop_s_is_named(copy: Path) -> None:
    fork = '"@digitalmaas/serverless-plugin-lambda-dead-letter"'
    replace(copy / "help.yaml", PLUGIN, f"{{append: plugins, value: {fork}}}\n  mends")
    says = "with its answer, `dlq.plugin` passes in another way than the workshop's; --strict refuses it."
    assert any(says in one for one in told(copy))


def test_extra_credit_is_proved_too(copy: Path) -> None:
    replace(copy / "module.yaml", "plugin: serverless-dynamodb-autoscaling", "plugin: serverless-dynamodb-scaling")
    assert any("with its answer, `extra.autoscaling` still fails (`autoscaling-plugin-m" in one for one in told(copy))


def test_a_module_with_problems_is_not_proved(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replace(copy / "module.yaml", "points: 1", "points: one")
    assert main(["rules", "lint", str(copy), "--start", str(START)]) == 1
    assert capsys.readouterr().out.count("\n") == 1


def test_a_service_that_cannot_be_judged_ends_it(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CheckError, match=r"there is no serverless\.yml"):
        prove(load_pack(str(copy)), [copy])
    assert main(["rules", "lint", str(copy), "--start", str(copy)]) == 2
    assert "there is no serverless.yml" in capsys.readouterr().err
