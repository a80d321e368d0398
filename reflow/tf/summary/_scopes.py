"""The names of summaries, and the collections that they are in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from reflow.graph.graph import get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Tensor
from reflow.tf import logging
from reflow.tf._scopes import name_scope

_NOT_IN_TAGS = re.compile(r"[^-/\w\.]")


def clean_tag(name: str | None) -> str | None:
    """A name as the tag of a summary: with "_" for characters that tags have not."""
    if name is None:
        return None
    tag = _NOT_IN_TAGS.sub("_", name).lstrip("/")
    if tag != name:
        logging.info("Summary name %s is illegal; using %s instead.", name, tag)
    return tag


@contextmanager
def summary_scope(
    name: str,
    family: str | None = None,
    values: Sequence[Any] = (),
    default_name: str | None = None,
) -> Iterator[tuple[str, str]]:
    """`with summary_scope(name) as (tag, scope):` for the nodes of a summary.

    Args:
      name: the tag ends with it.
      family: the tag begins with it: TensorBoard shows a family's summaries together.
      values: the tensors that the summary is made from.
      default_name: of the nodes where there is no name.
    """
    name = clean_tag(name) or ""
    family = clean_tag(family)
    with name_scope(name if family is None else f"{family}/{name}", default_name, values) as scope:
        tag = scope.rstrip("/")
        yield (tag if family is None else f"{family}/{tag}"), scope


def collect(summary: Tensor, collections: Sequence[str] | None) -> None:
    """Adds a summary to collections, by default to that of all summaries."""
    for key in [GraphKeys.SUMMARIES] if collections is None else collections:
        get_default_graph().add_to_collection(key, summary)
