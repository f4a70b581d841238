"""The reference of the modules' checks and reason codes, as Markdown, made from the rule packs."""

from collections.abc import Iterable, Iterator

from checker.rule_help import PLACEHOLDER
from checker.rulepack import Rule, RulePack, Words, fill


def render(pack: RulePack) -> str:
    """The page of one module, with a line end."""
    return "\n".join(_lines(pack)) + "\n"


def render_index(packs: list[RulePack]) -> str:
    """The page that leads to those of the modules, and says what they share, with a line end."""
    return "\n".join(_index(packs)) + "\n"


def _index(packs: list[RulePack]) -> Iterator[str]:
    common = packs[0].common
    yield "# Checks and reason codes\n"
    yield "These pages are made from the rule packs; `make docs` writes them again.\n"
    yield "".join(f"- [{pack.title}](checks/{pack.id}.md): {pack.about}\n" for pack in packs)
    yield (
        "Each check is `pass`, `fail`, `unknown` (it cannot be told from what was given) or `skipped` (it does not "
        "apply). A pass may be reached another way than the workshop's text; with `--strict` it then fails with "
        f"`{common.not_as_written.code}`. Where a stack is looked for that is not there, checks fail with "
        f"`{common.not_deployed.code}`. What a kind of check looks at is in [kinds.md](kinds.md).\n"
    )
    yield "## When it cannot be told\n"
    yield from _table(("reason", "when", "what settles it"), map(_unknown, common.unknown.values()))
    yield "## Notes beside a verdict\n"
    yield from _table(("note", "says"), ((f"`{code}`", _open(say)) for code, say in common.notes.items()))


def _lines(pack: RulePack) -> Iterator[str]:
    yield f"# {pack.title}: checks and reason codes\n"
    yield f"{pack.about} This page is made from `rules/{pack.id}/module.yaml`; `make docs` writes it again.\n"
    if pack.services:
        names = " and ".join(f"`{mark.name}`" for mark in pack.services)
        yield f"The module is about the services {names}. A check that is for one of them is skipped in the others.\n"
    yield "What all modules share is on [the page of all checks](../checks.md).\n"
    for step in pack.steps:
        yield f"## {step.title}\n"
        for rule in pack.rules:
            if rule.step == step.id:
                yield from _rule(rule)


def _rule(rule: Rule) -> Iterator[str]:
    worth = f"{rule.points} point{'' if rule.points == 1 else 's'}{', extra credit' if rule.bonus else ''}"
    worth += f", in the service `{rule.service}`" if rule.service else ""
    yield f"### `{rule.id}`\n"
    yield f"**{rule.title}** ({worth}). {rule.why}\n"
    by_code: dict[str, list[str]] = {}
    for words in rule.reasons.values():
        by_code.setdefault(words.code, []).append(_open(fill(words.say, _parameters(rule))))
    yield from _table(("reason", "when"), ((f"`{code}`", "<br>".join(says)) for code, says in by_code.items()))


def _parameters(rule: Rule) -> dict[str, str]:
    return {name: value for name, value in rule.judgement.parameters._asdict().items() if isinstance(value, str)}


def _unknown(words: Words) -> tuple[str, str, str]:
    return f"`{words.code}`", _open(words.say), _open(words.settle)


def _open(sentence: str) -> str:
    """The sentence with an ellipsis for each fact that only a submission has."""
    return PLACEHOLDER.sub("…", sentence).replace("|", "\\|")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""
