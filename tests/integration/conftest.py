# SPDX-License-Identifier: Apache-2.0
import pytest

from fixtures import own_ca, state  # noqa: F401
from harness import Dev


@pytest.fixture(scope="session")
def ca():
    """One development CA for all tests that leave it as they found it."""
    dev = Dev()
    try:
        yield dev.start()
    finally:
        dev.remove()
