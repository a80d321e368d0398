"""`tf.config.threading`: how many threads compute."""

from __future__ import annotations

from reflow.runtime.eager.context import context

__all__ = [
    "get_inter_op_parallelism_threads",
    "get_intra_op_parallelism_threads",
    "set_inter_op_parallelism_threads",
    "set_intra_op_parallelism_threads",
]


def get_intra_op_parallelism_threads() -> int:
    """How many threads one operation uses; 0: as many as there are processor cores."""
    return context().options.threads("Intra")


def set_intra_op_parallelism_threads(num_threads: int) -> None:
    """Says how many threads one operation uses; RuntimeError once operations have run."""
    context().options.set_threads("Intra", num_threads)


def get_inter_op_parallelism_threads() -> int:
    """How many threads run operations beside each other, as the program has asked; 0: any."""
    return context().options.threads("Inter")


def set_inter_op_parallelism_threads(num_threads: int) -> None:
    """Says how many operations may run at once: eagerly, they run in turn; RuntimeError once
    operations have run."""
    context().options.set_threads("Inter", num_threads)
