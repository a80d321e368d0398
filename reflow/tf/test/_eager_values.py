"""What stands for sessions in eager execution, where tensors hold their values."""

from __future__ import annotations

from typing import Any

from reflow.graph import nest
from reflow.graph.indexed_slices import (
    IndexedSlices,
    IndexedSlicesValue,
    SparseTensor,
    SparseTensorValue,
)
from reflow.tf.ragged._tensor import RaggedTensor


def eager_values(tensors: Any) -> Any:
    """The values of tensors, in their structure; what is callable is called for its tensors.

    Raises:
      ValueError: something is no tensor.
    """
    return None if tensors is None else nest.map_structure(_value, tensors)


def _value(tensor: Any) -> Any:
    if isinstance(tensor, SparseTensor):
        return SparseTensorValue(*map(_value, (tensor.indices, tensor.values, tensor.dense_shape)))
    if isinstance(tensor, IndexedSlices):
        return IndexedSlicesValue(*map(_value, (tensor.values, tensor.indices, tensor.dense_shape)))
    if isinstance(tensor, RaggedTensor):
        return tensor._eager_value()
    if tensor is None:
        return None
    if callable(tensor):
        return eager_values(tensor())
    if not hasattr(tensor, "numpy"):
        raise ValueError(f"Unsupported type {type(tensor)}.")
    return tensor.numpy()


class EagerSession:
    """Runs what eager execution has run: for tests that feed nothing when they are eager."""

    def __init__(self, test_case: Any) -> None:
        self._test_case = test_case

    def run(self, fetches: Any, *args: Any, feed_dict: Any = None, **kwargs: Any) -> Any:
        """The values of `fetches`.

        Raises:
          RuntimeError: something is fed, or there are other arguments.
        """
        if feed_dict or args or kwargs:
            raise RuntimeError(
                f"{'feed_dict is' if feed_dict else 'Optional args are'} not supported when eager "
                "execution is enabled (in this case, sess.run(t) is shorthand for t.numpy()"
            )
        return self._test_case.evaluate(fetches)


class NoEagerSession:
    """What `TestCase.session` gives in eager execution: an error as soon as it is used."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"There is no session, and no session.{name}, while eager execution is enabled: "
            "self.session() and its like are for graphs. Use self.evaluate(tensors)."
        )
