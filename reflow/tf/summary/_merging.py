"""Several summaries as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow.graph.execution import executing_eagerly
from reflow.graph.graph import get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Tensor
from reflow.ops.event_summaries.scalars import MergeSummary
from reflow.tf._scopes import name_scope
from reflow.tf.summary._scopes import clean_tag, collect


def merge(
    inputs: Sequence[Any], collections: Sequence[str] | None = None, name: str | None = None
) -> Tensor:
    """One Summary message of all values of several; a run fails where two have one tag.

    Args:
      collections: what it is added to; default: nothing.

    Raises:
      RuntimeError: while executing eagerly.
    """
    _refuse_eager_execution()
    name = clean_tag(name)
    with name_scope(name, "Merge", inputs):
        summary: Tensor = MergeSummary(inputs=inputs, name=name)
        collect(summary, collections or [])
    return summary


def merge_all(
    key: str = GraphKeys.SUMMARIES, scope: str | None = None, name: str | None = None
) -> Tensor | None:
    """All summaries of the collection whose names begin with `scope`; None if there are none."""
    _refuse_eager_execution()
    summaries = get_default_graph().get_collection(key, scope=scope)
    return merge(summaries, name=name) if summaries else None


def _refuse_eager_execution() -> None:
    if executing_eagerly():
        raise RuntimeError(
            "Merging tf.summary.* ops is not compatible with eager execution. "
            "Use tf.contrib.summary instead."
        )
