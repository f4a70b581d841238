"""The words of a kind's ways to fail, as YAML to copy into a module: those of a shipped one, to be changed."""

from __future__ import annotations

import json
from collections.abc import Iterator

from checker.authoring.schema import words_of_facts
from checker.checks.kinds import Kind, find_kind, kind_names
from checker.errors import UsageError
from checker.rulepack import Rule, Words, load_pack, module_ids
from checker.shipped import DEFAULT_MODULE
from checker.wording import near_name, shown

_NEAR = 0.6
_INDENT = "    "  # of the keys of a check in a module


def render(name: str) -> str:
    """`reasons` of a kind, or of a check of a shipped module, indented as in a module, with a line end.

    Raises UsageError where `name` is neither.
    """
    shipped = [(module, rule) for module in module_ids() for rule in load_pack(module).rules]
    kind = find_kind(name) or next((rule.judgement.kind for _, rule in shipped if rule.id == name), None)
    if kind is None:
        near = near_name(name, kind_names(), _NEAR)
        advice = f"did you mean {near}?" if near else f"the kinds are: {', '.join(kind_names())}."
        raise UsageError(f"there is no kind of check `{shown(name)}`; {advice}")
    using = [(module, rule) for module, rule in shipped if rule.judgement.kind is kind]
    using.sort(key=lambda one: (one[1].id != name, -len(one[1].reasons), one[0] != DEFAULT_MODULE))
    return "".join(f"{_INDENT}{line}\n" for line in _lines(kind, using))


def _lines(kind: Kind, using: list[tuple[str, Rule]]) -> Iterator[str]:
    """The words of the first of the rules that use the kind, and those of the others for what it has none for."""
    if using:
        module, rule = using[0]
        yield f"# The words of `{rule.id}` in the module {module}: change what is only true there, the codes too."
    else:
        yield "# No shipped module has words for this kind: write what to say of each."
    for other in dict.fromkeys(rule.id for _, rule in using[1:]):
        yield f"# Others: rydecheck rules reasons {other}"
    parameters = ", ".join(f"{{{one}}}" for one in kind.parameters._fields)
    yield f"# Each sentence may use {parameters}."
    words = words_of_facts()
    for fact in dict.fromkeys(fact for facts in kind.slots.values() for fact in facts):
        yield f"# {{{fact}}}: {words[fact]}" if fact in words else f"# {{{fact}}}"
    yield "reasons:"
    for slot, facts in kind.slots.items():
        told = _words(slot, [rule for _, rule in using])
        pairs = ", ".join(
            f"{key}: {_quoted(key, text)}" for key, text in told._asdict().items() if text or key == "say"
        )
        notes = [f"only with `{kind.only_with[slot]}`"] if slot in kind.only_with else []
        notes += [f"facts: {', '.join(f'{{{fact}}}' for fact in facts)}"] if facts else []
        told_besides = f"  # {'; '.join(notes)}" if notes else ""
        yield f"  {slot}: {{{pairs}}}{told_besides}"


def _words(slot: str, rules: list[Rule]) -> Words:
    """What the first rule that has words for a slot says; a code and no sentence where none has."""
    return next((rule.reasons[slot] for rule in rules if slot in rule.reasons), Words(slot.replace("_", "-"), ""))


def _quoted(key: str, text: str) -> str:
    return text if key == "code" else json.dumps(text, ensure_ascii=False)
