"""The workshop's steps as an attendee saves them, from the untouched service to the answer."""

from tests.conftest import FIXTURES

START = (FIXTURES / "service" / "start" / "serverless.yml").read_text(encoding="utf-8")

_EDITS = {
    "dlq.plugin": ("\nprovider:\n", "\nplugins:\n  - serverless-plugin-lambda-dead-letter\n\nprovider:\n"),
    "dlq.queue": ("\n  Resources:\n", "\n  Resources:\n    PutRideRecordSnsDlq:\n      Type: AWS::SQS::Queue\n"),
    "dlq.permission": (
        "\n  iamRoleStatements:\n",
        (
            "\n  iamRoleStatements:\n"
            "    - Effect: Allow\n      Action: sqs:SendMessage\n      Resource: !GetAtt PutRideRecordSnsDlq.Arn\n"
        ),
    ),
    "dlq.target": (
        "\n  PutRideRecordSns:\n",
        "\n  PutRideRecordSns:\n    deadLetter:\n      targetArn:\n        GetResourceArn: PutRideRecordSnsDlq\n",
    ),
    "table.on_demand": (
        "        ProvisionedThroughput:\n",
        "        BillingMode: PAY_PER_REQUEST\n        ProvisionedThroughput:\n",
    ),
    "table.no_provisioned": (
        "        ProvisionedThroughput:\n          ReadCapacityUnits: 1\n          WriteCapacityUnits: 1\n",
        "",
    ),
}


def saved(*checks: str) -> str:
    """The service in which these checks were solved, one after the other."""
    text = START
    for check in checks:
        before, after = _EDITS[check]
        assert text.count(before) == 1, check
        text = text.replace(before, after)
    return text


STEPS = tuple(_EDITS)
COMPLETE = saved(*STEPS)
