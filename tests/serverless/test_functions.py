"""What a function is deployed with, where the template changes what the framework makes of it."""

from __future__ import annotations

import pytest

from checker.model import Scalar
from tests.serverless.reading import service_of

_TEXT = """\
service: s
provider: {{name: aws, timeout: 20}}
functions: {{Put: {{handler: own.handler, timeout: {timeout}}}}}
resources:
  Resources: {{PutLambdaFunction: {{Properties: {{{merged}}}}}}}
  extensions: {{PutLambdaFunction: {{Properties: {{{assigned}}}}}}}
"""


@pytest.mark.parametrize(
    ("timeout", "merged", "assigned", "wanted"),
    [
        ("7", "", "", 7),
        ("0", "", "", 20),  # JavaScript takes 0 for nothing
        ("7", "Timeout: 8", "", 8),
        ("7", "", "Timeout: 9", 9),
        # `merge-custom-provider-resources.js` of framework 3: resources are merged, then extensions assigned.
        ("7", "Timeout: 8", "Timeout: 9", 9),
    ],
)
def test_an_extension_of_the_template_comes_last(timeout: str, merged: str, assigned: str, wanted: int) -> None:
    function = service_of(_TEXT.format(timeout=timeout, merged=merged, assigned=assigned)).functions.entries["Put"]
    assert isinstance(function.timeout, Scalar)
    assert function.timeout.value == wanted


def test_the_handler_follows_the_same_order() -> None:
    text = _TEXT.format(timeout=6, merged="Handler: merged.h", assigned="Handler: assigned.h")
    function = service_of(text).functions.entries["Put"]
    assert isinstance(function.handler, Scalar)
    assert function.handler.value == "assigned.h"
