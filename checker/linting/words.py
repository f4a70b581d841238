"""The sentences that cfn-lint's findings are told in, from `rules/lint.yaml`, read when something is linted."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import NamedTuple

from checker.pack_file import Entry, read_pack_file, stop
from checker.rule_help import PLACEHOLDER
from checker.shipped import rules_folder

# A sentence each, with the facts that it may use.
SLOTS: dict[str, tuple[str, ...]] = {
    "throughput_on_demand": ("resource",),
    "throughput_missing": ("resource",),
    "missing_reference": ("name",),
    "missing_condition": ("name",),
    "missing_mapping": ("name",),
    "wrong_attribute": ("resource", "attribute"),
    "get_att_form": (),
    "unknown_property": ("name", "holder"),
    "outside_properties": ("name", "resource"),
    "resource_inside": ("name", "resource"),
    "unknown_section": ("name",),
    "required": ("name", "holder"),
    "one_of": ("names",),
    "no_type": ("resource",),
    "unknown_type": ("type",),
    "wrong_name": ("name",),
    "wrong_type": ("expected",),
    "wrong_value": ("found", "values"),
    "wrong_value_of_many": ("found",),
    "date": ("date",),
    "wrong_form": ("found", "name"),
    "wrong_form_given": ("name",),
    "no_arn": ("found",),
    "key_attributes": ("defined", "used"),
    "circle": ("members",),
    "waits_for_itself": ("resource",),
    "other": ("rule", "message"),
    "near": ("near",),
    "more": ("count",),
    "not_linted": (),
    "too_large": (),
}
TYPES = ("string", "integer", "number", "boolean", "array", "object")
_FILE = "lint.yaml"


class LintWords(NamedTuple):
    """A sentence for each slot, and the words for each type of JSON."""

    say: dict[str, str]
    types: dict[str, str]


@lru_cache(maxsize=1)
def lint_words() -> LintWords:
    """The shipped words."""
    return read_lint_words(os.path.join(rules_folder(), _FILE))


def read_lint_words(path: str | os.PathLike[str]) -> LintWords:
    """Read the words. Raises CheckError `invalid-config` at the line that does not fit."""
    root = Entry(read_pack_file(path))
    words = LintWords(_sentences(root.object("say"), SLOTS), _sentences(root.object("types"), dict.fromkeys(TYPES, ())))
    root.end()
    return words


def _sentences(given: Entry, slots: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """A sentence for each slot; none may be missing, and none may use a fact that its slot has not."""
    sentences = {slot: given.text(slot) for slot in slots}
    for slot, sentence in sentences.items():
        for name in PLACEHOLDER.findall(sentence):
            if name not in slots[slot]:
                known = ", ".join(slots[slot]) or "none"
                stop(given.value.entries[slot].origin, f"the sentence uses `{{{name}}}`; the facts here are: {known}")
    given.end()
    return sentences
