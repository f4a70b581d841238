"""What a check asks for and why, for `rydecheck explain`."""

from __future__ import annotations

from collections.abc import Iterator

from checker.errors import UsageError
from checker.reporters.terminal import Terminal
from checker.rulepack import Rule, RulePack


def render(rule: Rule, pack: RulePack, draw: Terminal) -> str:
    """A check of a pack with the reasons it can give, and how to get its hints."""
    return "\n".join(_lines(rule, pack, draw)) + "\n"


def _lines(rule: Rule, pack: RulePack, draw: Terminal) -> Iterator[str]:
    worth = f"{rule.points} point{'s' if rule.points != 1 else ''}{', extra credit' if rule.bonus else ''}"
    yield draw.paint(draw.drawable(rule.title), "bold") + draw.paint(draw.drawable(f"  {rule.id} · {worth}"), "dim")
    if rule.service:
        yield from draw.wrapped(f"For the service {rule.service}.")
    yield ""
    yield from draw.wrapped(rule.why)
    yield ""
    yield "It fails with one of these reasons:"
    for code in dict.fromkeys(words.code for words in rule.reasons.values()):
        yield f"  {code}"
    yield ""
    for link in rule.links:
        yield from draw.wrapped(f"{link.title}:")
        yield f"  {draw.paint(link.url, 'blue')}"
    yield ""
    command = f"rydecheck explain {rule.id} --hint 1{pack.files.option}"
    yield f"There are {len(rule.hints)} hints, from a nudge to the answer: {command}"


def render_hint(rule: Rule, pack: RulePack, number: int, draw: Terminal) -> str:
    """One hint, counted from 1. Raises UsageError when there is no such hint."""
    if not 1 <= number <= len(rule.hints):
        raise UsageError(f"`{rule.id}` has hints 1 to {len(rule.hints)}.")
    lines = draw.wrapped(f"Hint {number} of {len(rule.hints)}: {rule.hints[number - 1]}")
    if number < len(rule.hints):
        stronger = f"rydecheck explain {rule.id} --hint {number + 1}{pack.files.option}"
        lines.append(draw.paint(f"A stronger one: {stronger}", "dim"))
    return "\n".join(lines) + "\n"


def render_modules(packs: list[RulePack], draw: Terminal) -> str:
    """The modules with their checks."""
    lines: list[str] = []
    for pack in packs:
        lines.append(draw.paint(draw.drawable(pack.title), "bold") + draw.paint(f"  {pack.id}", "dim"))
        lines.extend(draw.wrapped(pack.about, "  "))
        lines.extend(_checks(pack, draw))
        lines.append("")
    return "\n".join(lines[:-1]) + "\n"


def _checks(pack: RulePack, draw: Terminal) -> Iterator[str]:
    """The checks, each service's own below its name."""
    width = max(20, *(len(rule.id) for rule in pack.rules))
    for service in dict.fromkeys(rule.service for rule in pack.rules):
        if service:
            yield draw.paint(f"  for the service {service}:", "dim")
        own = (rule for rule in pack.rules if rule.service == service)
        yield from (draw.drawable(f"  {rule.id:<{width}} {rule.title}") for rule in own)
