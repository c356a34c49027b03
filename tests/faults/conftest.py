# SPDX-License-Identifier: Apache-2.0
import os
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integration"))
from harness import Dev  # noqa: E402


@pytest.fixture
def own_ca():
    """A development CA of this test alone, made to be killed."""
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
