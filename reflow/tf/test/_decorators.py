"""Decorators that say how a test runs: in graphs, eagerly, in both ways, or not at all."""

from __future__ import annotations

import functools
import os
import unittest
from collections.abc import Callable
from typing import Any, TypeVar

from absl.testing import parameterized

from reflow.graph.execution import eager_mode, graph_mode
from reflow.graph.graph import Graph
from reflow.tf.test._devices import force_cpu, is_gpu_available
from reflow.tf.test._garbage import assert_no_garbage_created, assert_no_new_tensors

_Method = Callable[..., Any]
_Decorated = TypeVar("_Decorated", bound=Any)
_PREFIX = unittest.TestLoader.testMethodPrefix


# -- In which mode a test runs ------------------------------------------------------------------


def run_in_graph_and_eager_modes(
    func: _Method | None = None,
    config: Any = None,
    use_gpu: bool = True,
    reset_test: bool = True,
    assert_no_eager_garbage: bool = False,
) -> Any:
    """Runs a test in a graph, then again eagerly.

    Args:
      func: the test; without it, this gives the decorator.
      config: a tf.ConfigProto for the session of the graph.
      use_gpu: operations may go to the GPU.
      reset_test: tearDown and setUp are called between the two.
      assert_no_eager_garbage: the second may leave neither tensors nor reference cycles.
    """

    def decorator(test: _Method) -> _Method:
        _refuse_class(test, "run_in_graph_and_eager_modes")

        @functools.wraps(test)
        def in_both_modes(self: Any, *args: Any, **kwargs: Any) -> None:
            try:
                with graph_mode(), self.test_session(use_gpu=use_gpu, config=config):
                    test(self, *args, **kwargs)
            except unittest.SkipTest:
                pass  # it may run eagerly all the same
            run = test if use_gpu else force_cpu()(test)
            if assert_no_eager_garbage:
                run = assert_no_new_tensors(assert_no_garbage_created(run))
            if reset_test:
                self.tearDown()
                self._tempdir = None
            with Graph().as_default(), eager_mode():
                if reset_test:
                    self.setUp()
                run(self, *args, **kwargs)

        return in_both_modes

    return decorator if func is None else decorator(func)


def run_all_in_graph_and_eager_modes(cls: _Decorated) -> _Decorated:
    """`run_in_graph_and_eager_modes` for all tests of a class, except `testSkipEager...`."""
    for name in dir(cls):
        skips_eager = name.startswith(("testSkipEager", "test_skip_eager"))
        if name.startswith(_PREFIX) and not skips_eager and name != "test_session":
            if callable(getattr(cls, name)):
                setattr(cls, name, run_in_graph_and_eager_modes(getattr(cls, name)))
    return cls


def deprecated_graph_mode_only(func: Any = None) -> Any:
    """Runs a test, or all tests of a class, in graphs, as tests of TensorFlow 1 run anyway."""
    return _identity if func is None else func


run_deprecated_v1 = run_all_in_deprecated_graph_mode_only = deprecated_graph_mode_only


def run_v1_only(reason: str, func: Any = None) -> Any:
    """Runs a test, or those of a class, in TensorFlow 1 only, which this is.

    Raises:
      ValueError: `reason` is no string.
    """
    if not isinstance(reason, str):
        raise ValueError(f"'reason' should be string, got {type(reason)}")
    return _identity if func is None else func


def run_v2_only(func: _Method | None = None) -> Any:
    """Skips a test that is for TensorFlow 2."""
    return _skip_unless(lambda: False, "Test is only compatible with v2", func)


def run_gpu_only(func: _Method | None = None) -> Any:
    """Skips a test where there is no GPU."""
    return _skip_unless(is_gpu_available, "Test requires GPU", func)


def run_cuda_only(func: _Method | None = None) -> Any:
    """Skips a test where there is no GPU of CUDA's kind."""
    return _skip_unless(is_gpu_available, "Test requires CUDA GPU", func)


def skip_if(condition: Any) -> Callable[[_Method], _Method]:
    """Leaves out a test if `condition`, or what calling it gives, is true."""

    def decorator(test: _Method) -> _Method:
        @functools.wraps(test)
        def unless_skipped(*args: Any, **kwargs: Any) -> Any:
            if not (condition() if callable(condition) else condition):
                return test(*args, **kwargs)
            return None

        return unless_skipped

    return decorator


def also_run_as_tf_function(test: _Method) -> _Method:
    """Runs a test eagerly.  TensorFlow runs it in a tf.function too, which is TensorFlow 2's."""

    @functools.wraps(test)
    def eagerly(*args: Any, **kwargs: Any) -> None:
        with eager_mode():
            test(*args, **kwargs)

    return eagerly


def build_as_function_and_v1_graph(func: _Method | None = None) -> Any:
    """Runs a test in a graph of its own, and skips it as the body of a tf.function.

    For tests that look at the graph alone, in a class of absl's `parameterized.TestCase`.
    """

    def decorator(test: _Method) -> _Method:
        _refuse_class(test, "build_as_function_and_v1_graph")

        @parameterized.named_parameters(("_v1_graph", "v1_graph"), ("_function", "function"))
        @functools.wraps(test)
        def in_mode(self: Any, run_mode: str, *args: Any, **kwargs: Any) -> None:
            if run_mode == "function":
                self.skipTest("tf.function is TensorFlow 2's")
            with Graph().as_default():
                test(self, *args, **kwargs)

        return in_mode

    return decorator if func is None else decorator(func)


# -- How control flow is built ------------------------------------------------------------------


def enable_control_flow_v2(test: _Method) -> _Method:
    """Skips a test of TensorFlow 2's control flow."""
    return _skip_unless(lambda: False, "TensorFlow 2's control flow", test)


def with_control_flow_v2(cls: _Decorated) -> _Decorated:
    """Adds each test of a class a second time, for TensorFlow 2's control flow: skipped here."""
    for name, value in vars(cls).copy().items():
        if name.startswith(_PREFIX) and not getattr(value, "_disable_control_flow_v2", False):
            if callable(value):
                setattr(cls, f"{name}WithControlFlowV2", enable_control_flow_v2(value))
    return cls


def disable_control_flow_v2(unused_msg: str) -> Callable[[_Decorated], _Decorated]:
    """Takes a test out of what `with_control_flow_v2` adds."""

    def decorator(test: _Decorated) -> _Decorated:
        test._disable_control_flow_v2 = True
        return test

    return decorator


# -- What concerns TensorFlow's own builds ------------------------------------------------------


def _identity(test: _Decorated) -> _Decorated:
    return test


def enable_c_shapes(test: _Decorated) -> _Decorated:
    """The test as it is."""
    return test


with_c_shapes = enable_output_all_intermediates = enable_c_shapes


def disable_xla(description: str) -> Callable[..., Any]:
    """A decorator for tests that XLA cannot run; nothing is compiled with it here."""
    return deprecated_graph_mode_only


no_xla_auto_jit = xla_allow_fallback = disable_xla


def enable_tf_xla_constant_folding(description: str) -> Callable[..., Any]:
    """As `disable_xla`.

    Raises:
      ValueError: `description` is no string.
    """
    if not isinstance(description, str):
        raise ValueError(f"'description' should be string, got {type(description)}")
    return disable_xla(description)


def use_deterministic_cudnn(func: _Method | None = None) -> Any:
    """Runs a test with the environment variable TF_CUDNN_DETERMINISTIC set."""

    def decorator(test: _Method) -> _Method:
        @functools.wraps(test)
        def deterministically(*args: Any, **kwargs: Any) -> Any:
            with unittest.mock.patch.dict(os.environ, TF_CUDNN_DETERMINISTIC="true"):
                return test(*args, **kwargs)

        return deterministically

    return decorator if func is None else decorator(func)


def for_all_test_methods(
    decorator: Callable[..., Callable[[_Method], _Method]], *args: Any, **kwargs: Any
) -> Callable[[_Decorated], _Decorated]:
    """The decorator of a class that puts `decorator(*args, **kwargs)` on all of its tests."""

    def class_decorator(cls: _Decorated) -> _Decorated:
        for name in dir(cls):
            value = getattr(cls, name)
            if callable(value) and name.startswith(_PREFIX) and name != "test_session":
                setattr(cls, name, decorator(*args, **kwargs)(value))
        return cls

    return class_decorator


def _skip_unless(condition: Callable[[], bool], reason: str, func: _Method | None) -> Any:
    def decorator(test: _Method) -> _Method:
        _refuse_class(test, "This decorator")

        @functools.wraps(test)
        def if_it_holds(self: Any, *args: Any, **kwargs: Any) -> Any:
            if not condition():
                self.skipTest(reason)
            return test(self, *args, **kwargs)

        return if_it_holds

    return decorator if func is None else decorator(func)


def _refuse_class(test: Any, decorator: str) -> None:
    if isinstance(test, type):
        raise ValueError(f"`{decorator}` only supports test methods. Received: {test}")
