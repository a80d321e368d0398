"""tf.io.match_filenames_once, which tf.train has too."""

from __future__ import annotations

from typing import Any

from reflow.graph.graph_keys import GraphKeys
from reflow.ops.files import MatchingFiles
from reflow.tf._scopes import name_scope
from reflow.tf._variables import Variable


def match_filenames_once(pattern: Any, name: str | None = None) -> Variable:
    """A local variable of the names of the files that match when it is initialised.

    Args:
      pattern: one pattern, or a vector of them.
    """
    with name_scope(name, "matching_filenames", [pattern]) as scope:
        return Variable(
            initial_value=MatchingFiles(pattern),
            trainable=False,
            collections=[GraphKeys.LOCAL_VARIABLES],
            validate_shape=False,
            name=scope,
        )
