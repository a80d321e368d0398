"""Random seeds: what the seed of the program and an op's own seed make of each other."""

from __future__ import annotations

import random

from reflow.graph.execution import engine, executing_eagerly
from reflow.graph.graph import get_default_graph

DEFAULT_GRAPH_SEED = 87654321
_MAX_INT32 = 2**31 - 1


class EagerSeeds:
    """The seeds of operations that run at once, where there is no graph to count them.

    Attributes:
      seed: what the program set.
    """

    def __init__(self) -> None:
        self.seed: int | None = None
        self._random = random.Random()

    def set(self, seed: int | None) -> None:
        """Starts again: ops draw the numbers that they would draw in a new program."""
        self.seed = seed
        self._random = random.Random(seed)
        engine.forget_calls()

    def next(self) -> int:
        """The seed of the next operation that the program gives none."""
        return self._random.randint(0, _MAX_INT32)


eager_seeds = EagerSeeds()


def get_seed(op_seed: int | None) -> tuple[int | None, int | None]:
    """The two seeds that an op made now uses (tf.get_seed).

    With a seed of the program and no `op_seed`, the second is the number of ops in the graph, or
    while executing eagerly a random number that the program's seed decides: the same program draws
    the same numbers.  (None, None) without any seed: not repeatable.
    """
    is_eager = executing_eagerly()
    global_seed = eager_seeds.seed if is_eager else get_default_graph().seed
    if global_seed is None and op_seed is None:
        return None, None
    first = DEFAULT_GRAPH_SEED if global_seed is None else global_seed
    if op_seed is not None:
        second = op_seed
    else:
        second = eager_seeds.next() if is_eager else get_default_graph()._last_id
    seeds = first % _MAX_INT32, second % _MAX_INT32
    # Two zeros are how the ops are told that there is no seed.
    return (0, _MAX_INT32) if seeds == (0, 0) else seeds


def set_random_seed(seed: int | None) -> None:
    """Sets the default graph's seed, for the ops that are made from now on; while executing
    eagerly the seed of all ops that run from now on."""
    if executing_eagerly():
        eager_seeds.set(seed)
    else:
        get_default_graph().seed = seed
