"""One CloudFormation stack: its state, its resources, its template, and why its last deployment failed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from checker.aws.account import Account
from checker.aws.calls import (
    DESCRIBE_STACK_EVENTS,
    DESCRIBE_STACKS,
    GET_TEMPLATE,
    LIST_STACK_RESOURCES,
    LIST_STACKS,
)
from checker.errors import CheckError
from checker.model import Unknown
from checker.wording import near_name

# Without resources: made for a change set that never ran, or deleted.
_NOT_THERE = frozenset(("REVIEW_IN_PROGRESS", "DELETE_COMPLETE"))
_CLEANING_UP = "CLEANUP_IN_PROGRESS"  # our resources are final already; CloudFormation deletes what they replaced
_GONE_ROWS = frozenset(("DELETE_COMPLETE", "DELETE_SKIPPED", "CREATE_FAILED"))
_STARTS = frozenset(("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "IMPORT_IN_PROGRESS"))
# What CloudFormation says of resources that failed only because another one did.
_CONSEQUENCE = re.compile(r"resource \w+ cancelled|the following resource\(s\) failed", re.IGNORECASE)  # at the start
_MOST_STACKS = 1000
_MOST_EVENTS = 1000
_NEAR = 0.6


class State(NamedTuple):
    """What a stack says of itself. `changed` is when it was last deployed; `reason` is empty where none is given."""

    name: str
    identity: str
    status: str
    reason: str
    changed: str
    tags: tuple[dict[str, str], ...] = ()

    @property
    def is_there(self) -> bool:
        return self.status not in _NOT_THERE

    @property
    def is_changing(self) -> bool:
        return self.status.endswith("_IN_PROGRESS") and not self.status.endswith(_CLEANING_UP)

    @property
    def has_failed(self) -> bool:
        return self.status.endswith("_FAILED") or "ROLLBACK" in self.status

    @property
    def account(self) -> str:
        """The twelve digits of the account, from the stack's ARN."""
        return self.identity.split(":")[4]

    @property
    def partition(self) -> str:
        return self.identity.split(":")[1]

    @property
    def region(self) -> str:
        return self.identity.split(":")[3]


class Row(NamedTuple):
    """A resource of the stack: its logical id, its type, and the name or URL it really has."""

    logical_id: str
    type: str
    physical_id: str


class Failure(NamedTuple):
    """The first thing that went wrong in the last deployment."""

    logical_id: str
    reason: str


def read_state(account: Account, stack: str) -> State | Unknown | None:
    """The state of a stack by name or ARN; None when there is none."""
    answer = account.call(DESCRIBE_STACKS, StackName=stack)
    if not isinstance(answer, dict):
        return answer
    found = answer["Stacks"][0]
    return State(
        name=found["StackName"],
        identity=found["StackId"],
        status=found["StackStatus"],
        reason=found.get("StackStatusReason", ""),
        changed=str(found.get("LastUpdatedTime") or found.get("CreationTime")),
        tags=tuple(found.get("Tags", ())),
    )


def read_rows(account: Account, stack: str) -> list[Row] | Unknown | None:
    """The resources that the stack has; those that were deleted or never made are left out."""
    answer = account.call(LIST_STACK_RESOURCES, StackName=stack)
    if not isinstance(answer, dict):
        return answer
    return [
        Row(row["LogicalResourceId"], row["ResourceType"], row["PhysicalResourceId"])
        for row in answer["StackResourceSummaries"]
        if row["ResourceStatus"] not in _GONE_ROWS and row.get("PhysicalResourceId")
    ]


def read_template(account: Account, stack: str) -> dict[str, Any] | Unknown:
    """The template after its transforms, as plain data; empty when it is none that can be read as JSON."""
    answer = account.call(GET_TEMPLATE, StackName=stack, TemplateStage="Processed")
    if isinstance(answer, Unknown):
        return answer
    body = (answer or {}).get("TemplateBody")
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError:  # YAML, which the framework never sends
            return {}
    return body if isinstance(body, dict) else {}


def read_failure(account: Account, state: State) -> Failure:
    """What stopped the last deployment: the earliest failed event that is not the consequence of another."""
    answer = account.call(DESCRIBE_STACK_EVENTS, StackName=state.identity, PaginationConfig={"MaxItems": _MOST_EVENTS})
    events = answer["StackEvents"] if isinstance(answer, dict) else []
    failed = [event for event in _last_operation(events, state) if event["ResourceStatus"].endswith("_FAILED")]
    for event in reversed(failed):
        reason = event.get("ResourceStatusReason", "")
        if not _CONSEQUENCE.match(reason):
            return Failure(event["LogicalResourceId"], reason)
    hidden = f"your credentials may not call {DESCRIBE_STACK_EVENTS.action}" if isinstance(answer, Unknown) else ""
    return Failure(state.name, state.reason or hidden or "no reason is given")


def _last_operation(events: list[dict[str, Any]], state: State) -> Iterable[dict[str, Any]]:
    """The events since the stack's own last start, the newest first, as CloudFormation lists them."""
    for event in events:
        yield event
        if event.get("PhysicalResourceId") == state.identity and event["ResourceStatus"] in _STARTS:
            return


def matching_stacks(account: Account, pattern: str) -> dict[str, str]:
    """The ARNs of the stacks whose name has the form of `pattern`, by what its one `*` stands for.

    Stacks inside of others are left out. Raises CheckError `credentials` where they may not be listed.
    """
    answer = account.call(LIST_STACKS)
    if not isinstance(answer, dict):
        raise CheckError(
            "credentials",
            f"the stacks of {account.region} may not be listed.",
            advice=f"The credentials need {LIST_STACKS.action}; `rydecheck iam-policy` prints all that are needed.",
        )
    head, _, tail = pattern.partition("*")
    found = {}
    for one in answer["StackSummaries"]:
        name = one["StackName"]
        fits = len(name) > len(head) + len(tail) and name.startswith(head) and name.endswith(tail)
        if fits and one["StackStatus"] not in _NOT_THERE and "ParentId" not in one:
            found[name[len(head) : len(name) - len(tail)]] = one["StackId"]
    return found


def near_stacks(account: Account, wanted: str) -> list[str]:
    """Up to three names of existing stacks that come near; empty when they may not be listed."""
    answer = account.call(LIST_STACKS, PaginationConfig={"MaxItems": _MOST_STACKS})
    if not isinstance(answer, dict):
        return []
    names = [one["StackName"] for one in answer["StackSummaries"] if one["StackStatus"] not in _NOT_THERE]
    near: list[str] = []
    while len(near) < 3 and (name := near_name(wanted, names, _NEAR)) is not None:
        near.append(name)
        names.remove(name)
    return near
