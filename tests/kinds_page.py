"""The page that documents the kinds of check, made from the kinds themselves and from the packs that use them."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Iterator
from typing import Any, Literal, get_args, get_origin

from checker.authoring.schema import words_of_facts
from checker.checks.kinds import Kind, find_kind, kind_names
from checker.rule_help import PLACEHOLDER
from checker.rulepack import Rule, RulePack, fill

_TYPES = {"str": "text", "<class 'bool'>": "true or false", "tuple[str, ...]": "list of texts"}


def render(packs: list[RulePack]) -> str:
    """The whole page, with a line end."""
    return "\n".join(_lines(packs)) + "\n"


def _lines(packs: list[RulePack]) -> Iterator[str]:
    yield "# Kinds of check\n"
    yield (
        "A check of a rule pack has a `kind`, and under `given` the parameters of that kind. The kind judges; the pack "
        "has every word that is said about it. Each way to fail has a slot, and under `reasons` the pack gives each "
        "slot a code and a sentence. A sentence may use the parameters and the slot's facts in braces: `{found}`. "
        "This page is made from the kinds themselves; `make docs` writes it again.\n"
    )
    yield (
        "Beside its slots every kind may pass, be skipped where a source does not tell, and be unknown; the words for "
        "that are in `rules/common.yaml`.\n"
    )
    yield "What the facts mean:\n"
    yield from _table(("fact", "means"), ((f"`{fact}`", words) for fact, words in sorted(words_of_facts().items())))
    names = kind_names()
    yield "".join(f"- [`{name}`](#{name}): {_module_says(_kind(name))}\n" for name in names)
    for name in names:
        yield from _kind_lines(name, _kind(name), packs)


def _kind(name: str) -> Kind:
    kind = find_kind(name)
    assert kind is not None
    return kind


def _module_says(kind: Kind) -> str:
    return _text(sys.modules[kind.judge.__module__].__doc__).split("\n\n", 1)[0]


def _text(docstring: str | None) -> str:
    """A docstring as Markdown: its paragraphs, each in one line."""
    paragraphs = inspect.cleandoc(docstring or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split("\n")) for paragraph in paragraphs)


def _kind_lines(name: str, kind: Kind, packs: list[RulePack]) -> Iterator[str]:
    yield f"## `{name}`\n"
    yield f"{_module_says(kind)}\n"
    yield f"{_text(kind.judge.__doc__)}\n"
    rules = [(pack, rule) for pack in packs for rule in pack.rules if rule.judgement.kind is kind]
    used = ", ".join(f"[`{rule.id}`](checks/{pack.id}.md#{_anchor(rule.id)})" for pack, rule in rules)
    yield f"Used by {used}.\n"
    yield f"{_text(kind.parameters.__doc__)}\n"
    yield from _table(("parameter", "is a", "default"), _parameters(kind))
    example = next(rule for _, rule in rules)
    yield from _table(("slot", "its facts", f"what `{example.id}` says"), _slots(kind, [rule for _, rule in rules]))
    if kind.finds != "logical_id":
        yield f"What it finds under another name takes the place of `{kind.finds}` in other checks.\n"


def _anchor(check: str) -> str:
    return check.replace(".", "")


def _parameters(kind: Kind) -> Iterator[tuple[str, str, str]]:
    defaults = kind.parameters._field_defaults
    types = inspect.get_annotations(kind.parameters)
    for name in kind.parameters._fields:
        type_: Any = types[name]
        told = type_.__name__ if type_ is str else str(type_)
        if get_origin(type_) is Literal:
            told = " or ".join(f"`{one}`" for one in get_args(type_))
        default = defaults.get(name)
        default = "false" if default is False else default
        yield (
            f"`{name}`",
            _TYPES.get(told, told),
            "must be given" if name not in defaults else f"`{default}`" if default else "",
        )


def _slots(kind: Kind, rules: list[Rule]) -> Iterator[tuple[str, str, str]]:
    for slot, facts in kind.slots.items():
        needs = kind.only_with.get(slot)
        told = f"`{slot}`" if needs is None else f"`{slot}` (only with `{needs}`)"
        rule = next((rule for rule in rules if slot in rule.reasons), rules[0])
        yield told, ", ".join(f"`{fact}`" for fact in facts), _said(rule, slot)


def _said(rule: Rule, slot: str) -> str:
    words = rule.reasons.get(slot)
    if words is None:
        return ""
    given = {name: value for name, value in rule.judgement.parameters._asdict().items() if isinstance(value, str)}
    return PLACEHOLDER.sub("…", fill(words.say, given)).replace("|", "\\|")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""
