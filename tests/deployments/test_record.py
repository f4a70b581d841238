"""What is recorded of the sample class is what osls 3 deploys today."""

from __future__ import annotations

import pytest

from tests.deployments.framework import NODE_MODULES
from tests.deployments.record import CLASS, FILE, as_text, deployed


@pytest.mark.slow
@pytest.mark.skipif(not NODE_MODULES.exists(), reason="say npm ci --prefix tests/deployments")
@pytest.mark.parametrize("name", ["jonas", "luis"])
def test_the_record_is_what_is_deployed_today(name: str) -> None:
    found = deployed(CLASS / name)
    recorded = CLASS / name / FILE
    assert (None if found is None else as_text(found)) == (
        recorded.read_text(encoding="utf-8") if recorded.exists() else None
    )
