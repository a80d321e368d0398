"""The tables of cases in parts, a test each: what a test does once is done once for many."""

import pytest

from tests.ops import cases

PART = 100


def parts(*kinds):
    """Parameters (table, its cases of these kinds), of at most PART cases."""
    for table in cases.names():
        entries = [entry for entry in cases.load(table) if isinstance(entry, kinds)]
        for first in range(0, len(entries), PART):
            yield pytest.param(table, entries[first : first + PART], id=f"{table}:{first}")
