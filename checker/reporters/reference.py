"""The reference of a module's checks and reason codes, as Markdown, made from its rule pack."""

from collections.abc import Iterable, Iterator

from checker.rule_help import PLACEHOLDER
from checker.rulepack import Rule, RulePack, Words, fill


def render(pack: RulePack) -> str:
    """The whole page, with a line end."""
    return "\n".join(_lines(pack)) + "\n"


def _lines(pack: RulePack) -> Iterator[str]:
    yield f"# {pack.title}: checks and reason codes\n"
    yield f"{pack.about} This page is made from `rules/{pack.id}/module.yaml`; `make docs` writes it again.\n"
    yield (
        "Each check is `pass`, `fail`, `unknown` (it cannot be told from what was given) or `skipped` (it does not "
        "apply). A pass may be reached another way than the workshop's text; with `--strict` it then fails with "
        f"`{pack.common.not_as_written.code}`.\n"
    )
    for step in pack.steps:
        yield f"## {step.title}\n"
        for rule in pack.rules:
            if rule.step == step.id:
                yield from _rule(rule)
    yield "## When it cannot be told\n"
    yield from _table(("reason", "when", "what settles it"), map(_unknown, pack.common.unknown.values()))
    yield "## Notes beside a verdict\n"
    yield from _table(("note", "says"), ((f"`{code}`", _open(say)) for code, say in pack.common.notes.items()))


def _rule(rule: Rule) -> Iterator[str]:
    worth = f"{rule.points} point{'' if rule.points == 1 else 's'}{', extra credit' if rule.bonus else ''}"
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
