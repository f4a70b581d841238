"""Plain scalars have the types that the frameworks' own js-yaml gives them."""

from __future__ import annotations

import json
import random
import subprocess
from typing import get_args

import pytest

from checker.model import Origin, Scalar
from checker.serverless.framework import ScalarTable
from checker.serverless.scalars import typed
from tests.conformance.cases import HERE
from tests.conformance.frameworks import NODE_MODULES

_ALPHABET = "0012367899__++--..::eExbofaTZ "
_BY_HAND = """
0 -0 +0 00 007 08 0o7 0b1 0b 0x 0xF 0x_F 0_7 0_ 1_ _1 1_000 1_000.5_0 1.5e3 1e3 1.e3 .5 ._5 5. + . .. -.5 1:30 0:30
190:20:30.15 1:60 -1:30 1e400 123456789012345678901234567890 .inf .Inf .INF .iNF -.inf +.inf .nan .NaN .NAN .nAn +.nan
2012-10-17 2012-1-1 2012-13-01 2012-02-31 2012-10-17T01:02:03Z 2012-10-17t1:02:03.5 2012-10-17T01:02:03+02
2012-10-17T01:02:03.123456-02:30 0001-01-01 9999-12-31 12-10-17 2012-10-17T 2012-10-17T25:61:61Z 0999-01-01
~ null Null NULL nULL true True TRUE tRUE false yes no on off
"""


def _texts() -> list[str]:
    chance = random.Random(20260717)
    lengths = (chance.choices(_ALPHABET, k=chance.randint(1, 9)) for _ in range(30_000))
    # What starts or ends otherwise is no plain scalar: a list's dash, a key's colon, blanks around it.
    made = {"".join(characters) for characters in lengths}
    plain = {text for text in made if text == text.strip() and ": " not in text and not text.endswith(":")}
    return _BY_HAND.split() + sorted(
        text for text in plain if not text.startswith(("- ", "---", ":", "T", "Z")) and text != "-"
    )


def _shown(text: str, table: ScalarTable) -> str:
    value = typed(text, table)
    name = {bool: "boolean", str: "string", type(None): "null"}.get(type(value), "number")
    return f"{name}:{Scalar(value, Origin('', 1, 1)).text}"


@pytest.mark.slow
@pytest.mark.skipif(not NODE_MODULES.exists(), reason="say npm ci --prefix tests/conformance")
def test_scalars_are_typed_as_js_yaml_types_them() -> None:
    texts = _texts()
    done = subprocess.run(
        ["node", str(HERE / "js_yaml.cjs")], input=json.dumps(texts), capture_output=True, text=True, check=True
    )
    theirs = json.loads(done.stdout)
    for table in get_args(ScalarTable):
        ours = [_shown(text, table) for text in texts]
        differing = [
            (text, mine, real) for text, mine, real in zip(texts, ours, theirs[table], strict=True) if mine != real
        ]
        assert differing == [], f"{table}: {len(differing)} of {len(texts)}: {differing[:20]}"
