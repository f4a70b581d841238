"""What the edits write is what the real frameworks read."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from checker.cohort.editable import Editable, open_editable
from checker.cohort.submission import Request
from checker.rulepack import RulePack
from checker.serverless.parsing import parse_yaml
from tests.conformance.cases import FRAMEWORKS, HERE, Case
from tests.conformance.frameworks import NODE_MODULES, Packaged, package
from tests.conformance.normal import plain
from tests.conftest import FIXTURES
from tests.edits.test_mending import fails

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not NODE_MODULES.exists(), reason="say npm ci --prefix tests/conformance"),
]

TOPIC = '"${ssm:/wild-rydes/${self:custom.stage}/SnsTopicArn}"'
ARN = '"arn:aws:sns:us-east-2:123456789012:rides"'


def test_js_yaml_reads_an_edited_file_as_rydecheck_does() -> None:
    """The verdict on an edit rests on our reading of it; the framework's has to be the same."""
    edits = [
        (fail, open_editable(fail.folder, fail.pack, Request()).mend([fail.check])[0].text)
        for fail in fails(bonus=False)
    ]
    done = subprocess.run(
        ["node", str(HERE / "js_yaml_document.cjs")],
        input=json.dumps([text for _, text in edits]),
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(edits) > 200
    for (fail, text), theirs in zip(edits, json.loads(done.stdout), strict=True):
        ours = plain(parse_yaml(text, "serverless.yml", "osls"))
        assert theirs == {"document": ours}, fail.id


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_framework_packages_what_the_edits_make_of_the_start(framework: str, pack: RulePack, tmp_path: Path) -> None:
    start = (FIXTURES / "service" / "start" / "serverless.yml").read_text(encoding="utf-8")
    # Without an account the topic's name cannot be looked up, and the code is not what is tried.
    offline = start.replace(TOPIC, ARN) + "\npackage: {artifact: code.zip}\n"
    (tmp_path / "serverless.yml").write_text(offline, encoding="utf-8")
    for check in ("dlq", "scaling"):
        edited = open_editable(tmp_path, pack, Request())
        rules = [rule.id for rule in pack.rules if rule.step == check]
        _write(edited, edited.mend(rules)[-1].text)

    packaged = package(
        Case(str(tmp_path), framework, {"stage": "user0"}, {"AWS_ACCOUNT": "123456789012"}, {}, None, [])
    )

    assert isinstance(packaged, Packaged), packaged
    resources = packaged.template["Resources"]
    assert resources["PutRideRecordSnsDlq"] == {"Type": "AWS::SQS::Queue"}
    assert resources["RideRecordTable"]["Properties"]["BillingMode"] == "PAY_PER_REQUEST"
    assert "ProvisionedThroughput" not in resources["RideRecordTable"]["Properties"]
    statements = resources["IamRoleLambdaExecution"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    assert {
        "Effect": "Allow",
        "Action": ["sqs:SendMessage"],
        "Resource": {"Fn::GetAtt": ["PutRideRecordSnsDlq", "Arn"]},
    } in statements
    function = packaged.service["functions"]["PutRideRecordSns"]
    assert function["deadLetter"] == {"targetArn": {"GetResourceArn": "PutRideRecordSnsDlq"}}


def _write(edited: Editable, text: str) -> None:
    edited.write(text)
    shutil.move(f"{edited.path}.bak", f"{edited.path}.before")
