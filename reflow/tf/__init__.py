"""The TensorFlow 1 namespace on reflow."""

from __future__ import annotations

import importlib
from typing import Any

from reflow.graph.dtypes import *  # noqa: F403
from reflow.graph.dtypes import as_dtype
from reflow.graph.graph import Graph, get_default_graph, reset_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import Dimension, TensorShape
from reflow.ops.exports import exported
from reflow.runtime.session import InteractiveSession, Session

globals().update(exported(""))
