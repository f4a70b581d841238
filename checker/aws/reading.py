"""One deployed stack → the same `Service` as from a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor

from checker.aws.account import Account
from checker.aws.calls import DESCRIBE_STACKS
from checker.aws.live import LiveReader, empty_service
from checker.aws.stacks import State, near_stacks, read_failure, read_rows, read_state, read_template
from checker.aws.values import origin_of
from checker.errors import CheckError
from checker.model import NotDeployed, Remark, Service, Unknown
from checker.wording import shown

_THREADS = 10
_STACK_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}|arn:[\w:/-]+")
_ROOT = origin_of(DESCRIBE_STACKS, "")


def read_stack(account: Account, stack: str, wanted: frozenset[str]) -> Service:
    """What is deployed under a stack's name or ARN.

    `wanted` are the logical ids and function names that are looked at live; of others only the stack's own list tells.
    Raises CheckError `credentials`, `unreachable`, `no-region`, or `invalid-config` for what no stack can be called.
    """
    if not _STACK_NAME.fullmatch(stack):
        raise CheckError(
            "invalid-config",
            f"`{shown(stack)}` is no name that a stack can have.",
            advice="Name the stack with --stack.",
        )
    executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="aws")
    try:
        state, service = _read(account, executor, stack, wanted, lambda: read_state(account, stack))
        if service.obstacle is None and any(one.gone is True for one in service.resources.entries.values()):
            # Gone, or the stack was changed meanwhile: only one that stayed as it was tells.
            after = read_state(account, stack)
            if after != state:
                _, service = _read(account, executor, stack, wanted, lambda: after)
        return service
    finally:
        executor.shutdown(wait=False, cancel_futures=True)  # whoever gives up does not wait for what hangs


def _read(
    account: Account,
    executor: Executor,
    stack: str,
    wanted: frozenset[str],
    state_of: Callable[[], State | Unknown | None],
) -> tuple[State | Unknown | None, Service]:
    """One reading. Answers that do not need each other are asked for at the same time."""
    state_asked = executor.submit(state_of)
    rows_asked = executor.submit(read_rows, account, stack)
    template_asked = executor.submit(read_template, account, stack)
    state, rows, template = state_asked.result(), rows_asked.result(), template_asked.result()
    if isinstance(state, Unknown):
        return state, empty_service(account.region, state)
    if state is None or not state.is_there or rows is None:
        missing = NotDeployed(_ROOT._replace(path=stack), stack, account.region, tuple(near_stacks(account, stack)))
        return state, empty_service(account.region, missing)
    if state.is_changing:
        facts = (("stack", state.name), ("status", state.status))
        changing = Unknown("deploy_in_progress", _ROOT._replace(path=state.name), facts)
        return state, empty_service(account.region, changing)
    if isinstance(rows, Unknown):
        return state, empty_service(account.region, rows)
    service = LiveReader(account, executor, state, rows, template, wanted).service()
    return state, service._replace(remarks=_remarks(account, state))


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
