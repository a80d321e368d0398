"""Names of layers: made of their classes' names, and numbered in each graph."""

from __future__ import annotations

import re
import weakref
from collections import Counter
from collections.abc import Container

from reflow.graph.graph import Graph, get_default_graph

# How many layers of each name there are: by graph, then by (name scope, name).
NameCounts = Counter[tuple[str, str]]
_counts: weakref.WeakKeyDictionary[Graph, NameCounts] = weakref.WeakKeyDictionary()


def counts_of_default_graph() -> NameCounts:
    """How many layers of each name the default graph has."""
    return _counts.setdefault(get_default_graph(), Counter())


def snake_case(name: str) -> str:
    """ "MyLayer" as "my_layer"."""
    split = re.sub("(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    snake = re.sub("([a-z])([A-Z])", r"\1_\2", split).lower()
    # A name that starts with an underscore cannot be that of a scope.
    return f"private{snake}" if snake.startswith("_") else snake


def unique_name(
    base: str,
    counts: NameCounts | None = None,
    avoid: Container[str] = (),
    namespace: str = "",
    zero_based: bool = False,
) -> str:
    """`base` with a number: "dense_1", "dense_2", ...; zero-based "dense", "dense_1", ..."""
    if counts is None:
        counts = counts_of_default_graph()
    key = namespace, base
    while True:
        number = counts[key] + (not zero_based)
        counts[key] += 1
        name = f"{base}_{number}" if number else base
        if name not in avoid:
            return name
