"""The configurations, each a folder of `cases/` that proves one reading.

`case.json` beside the configuration, all keys optional:
- `frameworks`: those it is for; all three when left out.
- `options`, `env`, `param`: what the command line and the environment give.
- `stops`: for a framework (or `*`) that refuses the configuration, what rydecheck must say instead:
  `{"unknown": [paths of the resolved document]}`, `{"error": code}`, `{"problem": {function: problem}}`,
  `{"unknown_role": [functions]}`, `{"no_target": [functions]}` (no target without a problem), or
  `{"unseen": reason}` for a refusal that is none of rydecheck's business.
- `cautious`: for a framework, paths of the recording where rydecheck says Unknown although the framework goes on, after
  a warning: framework 1 leaves a value out that it cannot resolve.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
CASES = HERE / "cases"
RECORDED = HERE / "recorded"
FRAMEWORKS = ("osls3", "serverless1", "serverless3")

Json = Any
"""What the json module makes of a document."""


class Case(NamedTuple):
    """One configuration for one framework; `stops` is what rydecheck says where the framework refuses it,
    `cautious` the paths where it is Unknown all the same."""

    name: str
    framework: str
    options: dict[str, str]
    environment: dict[str, str]
    parameters: dict[str, str]
    stops: dict[str, Json] | None
    cautious: list[str]

    @property
    def id(self) -> str:
        return f"{self.name}.{self.framework}"

    @property
    def folder(self) -> Path:
        return CASES / self.name

    @property
    def recording(self) -> Path:
        return RECORDED / f"{self.id}.json"


def all_cases() -> list[Case]:
    """Every case for each of its frameworks, by name."""
    return [case for folder in sorted(CASES.iterdir()) for case in _read(folder)]


def _read(folder: Path) -> list[Case]:
    file = folder / "case.json"
    given: dict[str, Json] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    unexpected = given.keys() - {"frameworks", "options", "env", "param", "stops", "cautious"}
    assert not unexpected, f"{folder.name}/case.json: {unexpected}"
    stops = given.get("stops", {})
    return [
        Case(
            folder.name,
            framework,
            given.get("options", {}),
            given.get("env", {}),
            given.get("param", {}),
            stops.get(framework, stops.get("*")),
            given.get("cautious", {}).get(framework, []),
        )
        for framework in given.get("frameworks", FRAMEWORKS)
    ]
