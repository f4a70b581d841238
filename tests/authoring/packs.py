"""A small pack with everything that a pack can hold, and ways to change one."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from checker.modules import HELP_FILE, PACK_FILE, ModuleFiles

Data = Any
Path_ = tuple[Any, ...]

MODULE = """\
id: small
title: Small
about: A pack for a test.
link: https://example.org
steps:
  - {id: one, title: One}
checks:
  - id: a.plugin
    step: one
    points: 1
    bonus: false
    title: Enable it
    kind: plugin
    given: {name: some-plugin, forks: [other-plugin]}
    passed: "`{name}` is enabled."
    passed_otherwise: "A fork of `{name}` is."
    passed_live: "It is."
    reasons:
      absent: {code: missing, say: "`{name}` is missing.", live: "`{name}` is.", settle: "Look.", note: "Ah."}
      misspelled: {code: misspelled, say: "`{found}` is near."}
      misplaced: {code: misplaced, say: "It stands at `{place}`."}
    why: Because.
    instead: {check: a.table, say: "Not needed.", way: native, open: "Who knows."}
  - id: a.table
    step: one
    points: 2
    title: Bill it
    kind: property
    given: {logical_id: Table, type: "AWS::DynamoDB::Table", property: BillingMode, value: PAY_PER_REQUEST}
    passed: "It is."
    reasons:
      absent: {code: table-missing, say: "There is no `{logical_id}`."}
      near: {code: table-missing, say: "`{found}` on line {line} is near."}
      untyped: {code: table-missing, say: "It has no type."}
      other_type: {code: table-missing, say: "It is `{found}`."}
      gone: {code: table-missing, say: "It is gone."}
      unset: {code: billing-missing, say: "It sets no `{property}`."}
      misspelled: {code: billing-missing, say: "`{found}` is near."}
      misplaced: {code: billing-misplaced, say: "It stands at `{place}`."}
      at_top_level: {code: billing-misplaced, say: "It stands at the top."}
      differs: {code: billing-wrong, say: "It is `{found}`, and not `{value}`."}
    why: Because.
questions:
  - {id: qa.why, question: "Why?"}
journey:
  title: A journey
  stops:
    - {id: a, label: A, caption: x}
    - id: b
      label: B
      caption: x
      function: F
      resource: R
      state_of: a.table
      states: {pass: x, fail: y}
      missing: none
      because: "there is no {b}."
  tracks:
    - {from: a, to: b, branch: true, checks: [a.plugin], labels: {whole: x, broken: y, open: z}}
    - {from: b, to: a, kind: event_source, given: {event: sns}, because: "so.", labels: {whole: x, broken: y, open: z}}
  labels: {a.plugin: none}
  because: {a.plugin: "for {a}."}
  sentences: {whole: "{a}", broken: "{because}", open: x., unreached: x., without: x.}
  story:
    - {title: One, from: a, to: b, whole: "{a}", needs: b}
    - {title: Two, stop: b, missing: "{because}", broken: x., needs_kept: true}
    - {title: Three, checks: [a.plugin], stop: b, open: x., link: {title: l, url: "https://example.org"}}
"""
_OF_A_SERVICE = "    service: wild-rydes-ride-record\n    follows: follows-renamed-queue\n"
_SERVICES = """\
services:
  - {name: wild-rydes-ride-record, functions: [F], resources: [Table]}
  - {name: other}
"""
OF_SERVICES = (
    MODULE.replace("    points: 2\n", f"    points: 2\n{_OF_A_SERVICE}").replace(
        "journey:\n", "journey:\n  service: wild-rydes-ride-record\n"
    )
    + _SERVICES
)
"""The same for one of two services."""

HELP = """\
a.plugin:
  hints: [Look., Write some-plugin.]
  hints_for:
    misspelled: [Compare., Write it.]
  answer:
    - {append: plugins, value: some-plugin}
  mends:
    misspelled:
      - [{set: "{at}", value: some-plugin, only: sole}]
      - [{remove: "custom.{found}", ending: x, under: y}, {append: plugins, value: {a: [1]}}]
      - [{rename: "custom.{found}", to: x}, {move: "{holder}", to: y}, {wrap: z}]
  then: Install it.
  links:
    - {title: Manual, url: "https://example.org"}
a.table:
  hints: [Look., Write PAY_PER_REQUEST.]
  answer:
    - {set: resources.Resources.Table.Properties.BillingMode, value: PAY_PER_REQUEST}
"""


def module_files(module: str, helping: str = HELP) -> ModuleFiles:
    """A module of these texts."""
    return ModuleFiles(carried=((PACK_FILE, module.encode()), (HELP_FILE, helping.encode())))


def write_module(folder: Path, module: str = MODULE, helping: str | None = HELP) -> Path:
    """The folder, with these texts as the files of a module."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PACK_FILE).write_text(module, encoding="utf-8")
    if helping is not None:
        (folder / HELP_FILE).write_text(helping, encoding="utf-8")
    return folder


def loaded(text: str) -> Data:
    """A pack's text as plain data."""
    return yaml.safe_load(text)


def as_text(data: Data) -> str:
    return json.dumps(data)


def paths(data: Data, here: Path_ = ()) -> Iterator[Path_]:
    """The way to every value below a value."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield (*here, key)
        yield from paths(value, (*here, key))


VALUES: tuple[Data, ...] = (
    None,
    True,
    5,
    1.5,
    "",
    "text",
    "{nothing}",
    [],
    ["text"],
    [5],
    [None],
    {},
    {"a": "b"},
    [{}],
)


def changed(data: Data, path: Path_, how: Data) -> Data:
    """The data with one change at a path: without it (`delete`), under another key (`rename`), or another value."""
    whole = copy.deepcopy(data)
    holder = whole
    for step in path[:-1]:
        holder = holder[step]
    last = path[-1]
    if how == "delete":
        del holder[last]
    elif how == "rename" and isinstance(holder, dict):
        holder[f"{last}s"] = holder.pop(last)
    elif how == "rename":
        holder.append(holder[last])
    else:
        holder[last] = how
    return whole
