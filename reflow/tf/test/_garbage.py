"""Decorators of tests that must leave nothing behind: no tensors, no cycles, no objects at all."""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from reflow.graph.execution import eager_mode, executing_eagerly, graph_mode
from reflow.graph.graph import Graph, get_default_graph
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import Dimension, TensorShape
from reflow.tf._variables import Variable

_KINDS = (Tensor, Variable, Dimension, TensorShape)
_WARM_UPS = 2
_REPEATS = 3


def assert_no_new_tensors(test: Callable[..., Any]) -> Callable[..., Any]:
    """The test must not leave tensors, variables or shapes that somebody still holds."""

    @functools.wraps(test)
    def checked(self: Any, *args: Any, **kwargs: Any) -> Any:
        before = {id(found) for found in _tensors()}
        mode = eager_mode if executing_eagerly() else graph_mode
        with Graph().as_default(), mode():
            result = test(self, *args, **kwargs)
        gc.collect()
        left = [found for found in _tensors() if id(found) not in before]
        if left:
            raise AssertionError(f"{len(left)} Tensors not deallocated after test: {left}")
        return result

    return checked


def assert_no_garbage_created(test: Callable[..., Any]) -> Callable[..., Any]:
    """The test must not make reference cycles, which are left to the garbage collector."""

    @functools.wraps(test)
    def checked(self: Any, *args: Any, **kwargs: Any) -> Any:
        with _collector_at_rest():
            flags = gc.get_debug()
            gc.set_debug(gc.DEBUG_SAVEALL)
            try:
                before = len(gc.garbage)
                result = test(self, *args, **kwargs)
                gc.collect()
                cyclic = [type(found).__name__ for found in gc.garbage[before:]]
            finally:
                gc.set_debug(flags)
                gc.garbage.clear()
        self.assertEqual([], cyclic, "The test made reference cycles of these objects.")
        return result

    return checked


def assert_no_new_pyobjects_executing_eagerly(test: Callable[..., Any]) -> Callable[..., Any]:
    """The test, run eagerly again and again, must not leave objects or fill collections."""

    @functools.wraps(test)
    def checked(self: Any, *args: Any, **kwargs: Any) -> None:
        with eager_mode(), _collector_at_rest():
            # The first runs fill caches, which then stay as they are.
            for _ in range(_WARM_UPS):
                test(self, *args, **kwargs)
            gc.collect()
            sizes = _collection_sizes()
            before = len(gc.get_objects())
            for _ in range(_REPEATS):
                test(self, *args, **kwargs)
            gc.collect()
            after = len(gc.get_objects())
            grown = {key for key, n in _collection_sizes().items() if n > sizes.get(key, 0)}
            # `self` need not be a TestCase.
            assert not grown, f"The test fills collections: {grown}"
            assert after <= before, f"The test leaves {after - before} objects."

    return checked


def _tensors() -> list[Any]:
    return [found for found in gc.get_objects() if isinstance(found, _KINDS)]


def _collection_sizes() -> dict[Any, int]:
    graph = get_default_graph()
    return {key: len(graph.get_collection_ref(key)) for key in graph.collections}


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Collects, then switches automatic collection off inside."""
    was_enabled = gc.isenabled()
    gc.disable()
    gc.collect()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
