"""Random seeds: what the graph's seed and an op's own seed make of each other."""

from __future__ import annotations

from reflow.graph.graph import get_default_graph

DEFAULT_GRAPH_SEED = 87654321
_MAX_INT32 = 2**31 - 1


def get_seed(op_seed: int | None) -> tuple[int | None, int | None]:
    """The two seeds that an op made now uses (tf.get_seed).

    With a graph seed and no `op_seed`, the second is the number of ops in the graph: the same
    program draws the same numbers.  (None, None) without any seed: not repeatable.
    """
    graph = get_default_graph()
    if graph.seed is None and op_seed is None:
        return None, None
    graph_seed = DEFAULT_GRAPH_SEED if graph.seed is None else graph.seed
    own_seed = graph._last_id if op_seed is None else op_seed
    seeds = graph_seed % _MAX_INT32, own_seed % _MAX_INT32
    # Two zeros are how the ops are told that there is no seed.
    return (0, _MAX_INT32) if seeds == (0, 0) else seeds


def set_random_seed(seed: int | None) -> None:
    """Sets the default graph's seed, for the ops that are made from now on."""
    get_default_graph().seed = seed
