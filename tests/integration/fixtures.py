# SPDX-License-Identifier: Apache-2.0
"""Fixtures that every folder of tests may use."""
import pytest

from harness import Dev


@pytest.fixture
def own_ca():
    """A development CA of this test alone; stop it, kill it, start it again."""
    dev = Dev()
    try:
        yield dev.start()
    finally:
        dev.remove()


@pytest.fixture
def state():
    """A development CA that is not started yet."""
    dev = Dev()
    try:
        yield dev
    finally:
        dev.remove()
