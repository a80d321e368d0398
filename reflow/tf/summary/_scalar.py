"""tf.summary.scalar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow.graph.operation import Tensor
from reflow.ops.event_summaries.scalars import ScalarSummary
from reflow.tf.summary._scopes import collect, summary_scope


def scalar(
    name: str, tensor: Any, collections: Sequence[str] | None = None, family: str | None = None
) -> Tensor:
    """A Summary message of one number, as a string.

    Args:
      name: the name of the node, and the tag that TensorBoard shows.
      tensor: a real scalar.
      collections: what it is added to; default: all summaries.
      family: the tag begins with it.
    """
    with summary_scope(name, family, [tensor]) as (tag, scope):
        summary: Tensor = ScalarSummary(tag, tensor, name=scope)
        collect(summary, collections)
    return summary
