"""`#{AWS::Region}` in any text → `Fn::Sub` of `${AWS::Region}`, as the plugin serverless-pseudo-parameters makes it.

Source: the plugin's README, version 2.5. It rewrites the compiled template, so a `deadLetter`, which never gets there,
keeps its text.
"""

from __future__ import annotations

import re

from checker.model import Mapping, Scalar, Sequence, Value
from checker.serverless.dead_letters import KEY as DEAD_LETTER

PLUGIN = "serverless-pseudo-parameters"
_REFERENCE = re.compile(r"#\{([^}]+)\}")
_COMPILED = ("provider", "functions", "resources")  # the sections that the template is made from


def with_pseudo_parameters(document: Mapping) -> Mapping:
    """The document with every text that holds `#{…}` replaced in the sections that become the template."""
    entries = {key: _rewritten(value) if key in _COMPILED else value for key, value in document.entries.items()}
    return document._replace(entries=entries)


def _rewritten(value: Value) -> Value:
    if isinstance(value, Sequence):
        return value._replace(items=tuple(_rewritten(item) for item in value.items))
    if isinstance(value, Mapping):
        return value._replace(entries={key: _under(key, item) for key, item in value.entries.items()})
    text = _text(value)
    return value if text is value else Mapping({"Fn::Sub": text}, value.origin)


def _under(key: str, value: Value) -> Value:
    if key == DEAD_LETTER:
        return value
    return _text(value) if key == "Fn::Sub" and isinstance(value, Scalar) else _rewritten(value)


def _text(value: Value) -> Value:
    """The text with `${…}` in the place of `#{…}`; any other value as it is."""
    if not isinstance(value, Scalar) or not isinstance(value.value, str) or not _REFERENCE.search(value.value):
        return value
    return value._replace(value=_REFERENCE.sub(r"${\1}", value.value))
