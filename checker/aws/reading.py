"""One deployed stack → the same `Service` as from a file."""

from __future__ import annotations

import re
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any, NamedTuple

from checker.aws.account import Account
from checker.aws.calls import DESCRIBE_STACKS
from checker.aws.live import LiveReader, Wanted, empty_service
from checker.aws.stacks import Row, State, near_stacks, read_failure, read_rows, read_state, read_template
from checker.aws.values import origin_of
from checker.errors import CheckError
from checker.model import NotDeployed, Remark, Service, Unknown
from checker.wording import shown

_THREADS = 10
_NAME = r"[A-Za-z][A-Za-z0-9-]{0,127}"
_STACK = re.compile(rf"{_NAME}|arn:aws[\w-]*:cloudformation:([a-z0-9-]+):\d{{12}}:stack/{_NAME}(?:/[\w-]+)?")
_ROOT = origin_of(DESCRIBE_STACKS, "")


def read_stack(account: Account, stack: str, wanted: Wanted) -> Service:
    """What is deployed under a stack's name or ARN.

    Raises CheckError `credentials`, `unreachable` or `no-region`.
    """
    executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="aws")
    try:
        seen = _look(account, executor, stack)
        service = _service(account, executor, stack, wanted, seen)
        if service.obstacle is None and any(one.gone is True for one in service.resources.entries.values()):
            # Gone, or the stack was changed meanwhile: only one that stayed as it was tells.
            again = _look(account, executor, stack)
            if again != seen:
                service = _service(account, executor, stack, wanted, again)
        return service
    finally:
        executor.shutdown(wait=False, cancel_futures=True)  # whoever gives up does not wait for what hangs


def stack_region(stack: str) -> str | None:
    """The region in a stack's ARN, None for a name. Raises CheckError `invalid-config` for what no stack is called."""
    found = _STACK.fullmatch(stack)
    if found is None:
        raise CheckError(
            "invalid-config",
            f"`{shown(stack)}` is no name that a stack can have, and no ARN of one.",
            advice="Name the stack with --stack.",
        )
    return found.group(1)


class _Seen(NamedTuple):
    """What a stack says of itself, each part Unknown where it may not be asked, None where there is no stack."""

    state: State | Unknown | None
    rows: list[Row] | Unknown | None
    template: dict[str, Any] | Unknown


def _look(account: Account, executor: Executor, stack: str) -> _Seen:
    state = executor.submit(read_state, account, stack)
    rows = executor.submit(read_rows, account, stack)
    template = executor.submit(read_template, account, stack)
    return _Seen(state.result(), rows.result(), template.result())


def _service(account: Account, executor: Executor, stack: str, wanted: Wanted, seen: _Seen) -> Service:
    """The service of a stack as it was seen, or what keeps it from being judged."""
    state, rows, template = seen
    if isinstance(state, Unknown):
        return empty_service(account.region, state)
    if state is None or not state.is_there or rows is None:
        missing = NotDeployed(_ROOT._replace(path=stack), stack, account.region, tuple(near_stacks(account, stack)))
        return empty_service(account.region, missing)
    if state.is_changing:
        facts = (("stack", state.name), ("status", state.status))
        return empty_service(account.region, Unknown("deploy_in_progress", _ROOT._replace(path=state.name), facts))
    if isinstance(rows, Unknown):
        return empty_service(account.region, rows)
    service = LiveReader(account, executor, state, rows, template, wanted).service()
    return service._replace(remarks=_remarks(account, state))


def _remarks(account: Account, state: State) -> tuple[Remark, ...]:
    """Why the last deployment failed, if it did."""
    if not state.has_failed:
        return ()
    failure = read_failure(account, state)
    facts = (
        ("status", state.status),
        ("resource", failure.logical_id),
        ("problem", shown(failure.reason.rstrip(". "))),
    )
    return (Remark("stack-failed", facts),)
