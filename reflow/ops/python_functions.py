"""Python functions as ops: they are called with NumPy arrays while the graph runs."""

from __future__ import annotations

import itertools
import traceback
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import torch

from reflow.graph import errors
from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.graph import Graph, get_default_graph
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.values import HOST_TYPES, to_torch

Array = np.ndarray[Any, Any]

_numbers = itertools.count()
# The functions of the graphs that still exist, by the `token` of their nodes.
_functions: weakref.WeakValueDictionary[str, PythonFunction] = weakref.WeakValueDictionary()
# The collection of a graph that keeps its functions alive.
_COLLECTION = ("__python_functions",)


def count_functions() -> int:
    """How many functions the graphs that still exist call."""
    return len(_functions)


class PythonFunction:
    """A Python function that a node calls.

    Attributes:
      token: by which the node finds it.
    """

    def __init__(self, function: Callable[..., Any], graph: Graph) -> None:
        self.function = function
        self.token = f"pyfunc_{next(_numbers)}"
        _functions[self.token] = self
        graph.add_to_collection(_COLLECTION, self)


def converted(value: Any, dtype: Any = None) -> Array:
    """What a Python function returned, as an array; text as bytes."""
    array = np.asarray(value, dtype=dtype, order="C")
    if array.dtype.kind == "S" and array is not value:
        return np.asarray(value, order="C", dtype=object)
    if array.dtype.kind == "U" or (array.dtype.kind == "O" and array.size):
        encoded = np.empty(array.shape, object)
        encoded[...] = np.vectorize(_encoded, otypes=[object])(array)
        return encoded
    return array


def _encoded(item: Any) -> Any:
    return item.encode() if isinstance(item, str) else item


# What TensorFlow makes of the exceptions of a Python function; of others an UnknownError.
_ERRORS: tuple[tuple[type[Exception], type[errors.OpError]], ...] = (
    (StopIteration, errors.OutOfRangeError),
    (ValueError, errors.InvalidArgumentError),
    (TypeError, errors.InvalidArgumentError),
    (MemoryError, errors.ResourceExhaustedError),
    (NotImplementedError, errors.UnimplementedError),
)


def _function(token: str) -> Callable[..., Any]:
    held = _functions.get(token)
    if held is None:
        raise errors.InvalidArgumentError(None, None, f"callback {token} is not found")
    return held.function


def _call(token: str, arguments: Iterable[Any]) -> Any:
    function = _function(token)
    try:
        return function(*arguments)
    except Exception as error:
        known = (theirs for ours, theirs in _ERRORS if isinstance(error, ours))
        failure = next(known, errors.UnknownError)
        text = f"{type(error).__name__}: {error}\n{traceback.format_exc()}"
        raise failure(None, None, text) from error  # type: ignore[call-arg]


def _outputs(token: str, returned: Any, types: list[DType]) -> list[Array]:
    """The values of the node, checked."""
    if returned is None:
        values = []
    elif isinstance(returned, (tuple, list)):
        values = [converted(value) for value in returned]
    else:
        values = [converted(returned)]
    if len(values) != len(types):
        raise errors.InvalidArgumentError(
            None,
            None,
            f"{token} returns {len(values)} values, but expects to see {len(types)} values.",
        )
    for index, (value, expected) in enumerate(zip(values, types)):
        found = _element_type(value)
        if found is not expected:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"{index}-th value returned by {token} is {found.name}, but expects "
                f"{expected.name}",
            )
    return values


def _element_type(array: Array) -> DType:
    """The type of an array as a tensor; InternalError if no tensor can hold it."""
    if array.dtype == object:
        for item in array.ravel().tolist():
            if not isinstance(item, bytes):
                kind = type(item).__name__
                raise errors.InternalError(None, None, f"Unsupported object type {kind}")
    try:
        return as_dtype(array.dtype)
    except TypeError:
        raise errors.InternalError(
            None, None, f"Unsupported numpy data type: {array.dtype}"
        ) from None


def _shape(input: list[TensorShape], *, Tout: list[DType]) -> list[TensorShape]:
    return [shapes.UNKNOWN] * len(Tout)


def _kernel(input: list[Host], *, token: str, Tout: list[DType], device: torch.device) -> list[Any]:
    # A scalar comes as one.
    values = _outputs(token, _call(token, (array[()] for array in input)), Tout)
    # The function may keep what it returned: the graph has arrays of its own.
    return [
        value.astype(object) if dtype in HOST_TYPES else to_torch(value.copy(), dtype, device)
        for value, dtype in zip(values, Tout)
    ]


@op
class PyFunc:
    """What a Python function returns, called at every run."""

    inputs = "input: Tin"
    outputs = "output: Tout"
    attrs = ("token: string", "Tin: list(type) >= 0", "Tout: list(type) >= 0")
    stateful = True
    may_wait = True
    gradient = None
    shape = _shape
    kernel = _kernel


@op
class PyFuncStateless:
    """What a Python function returns that gives equal values for equal arguments."""

    inputs = "input: Tin"
    outputs = "output: Tout"
    attrs = ("token: string", "Tin: list(type) >= 0", "Tout: list(type) >= 0")
    may_wait = True
    gradient = None
    shape = _shape
    kernel = _kernel


# -- Functions that execute eagerly --------------------------------------------------------------


class EagerFunction(ABC):
    """A Python function of tensors that have their values."""

    @abstractmethod
    def __call__(self, *tensors: EagerTensor) -> list[EagerTensor]:
        """The function's results, of the types that the node says."""

    @abstractmethod
    def gradient_function(self, types: Sequence[DType], by: Sequence[int]) -> EagerFunction:
        """Of the gradients by results of the last call, those by its arguments.

        Args:
          types: of the arguments.
          by: which results.
        """


@op
class EagerPyFunc:
    """What a Python function of tensors returns, which may be differentiated."""

    inputs = "input: Tin"
    outputs = "output: Tout"
    attrs = (
        "token: string",
        "is_async: bool = false",
        "Tin: list(type) >= 0",
        "Tout: list(type) >= 0",
    )
    stateful = True
    may_wait = True
    shape = _shape

    def kernel(
        input: list[Any], *, token: str, Tin: list[DType], Tout: list[DType], device: torch.device
    ) -> list[Any]:
        # The function may keep its arguments and results: the graph has values of its own.
        tensors = [EagerTensor(dtype, _copy(value)) for value, dtype in zip(input, Tin)]
        results = _call(token, tensors)
        if len(results) != len(Tout):
            raise errors.InvalidArgumentError(
                None,
                None,
                f"{token} returns {len(results)} values, but expects to see {len(Tout)} values.",
            )
        arrays = [result._on_host().copy() for result in results]
        return [
            array if dtype in HOST_TYPES else to_torch(array, dtype, device)
            for array, dtype in zip(arrays, Tout)
        ]

    def gradient(op: Operation, *dy: Tensor | None) -> list[Tensor]:
        graph = get_default_graph()
        function: Any = _function(op.attrs["token"])
        types = [tensor.dtype.base_dtype for tensor in op.inputs]
        given = {i: gradient for i, gradient in enumerate(dy) if gradient is not None}
        differentiated = PythonFunction(function.gradient_function(types, [*given]), graph)
        with graph.control_dependencies(op.outputs):
            gradients = EagerPyFunc([*given.values()], token=differentiated.token, Tout=types)
        return list(gradients)


def _copy(value: Any) -> Any:
    return value.clone() if isinstance(value, torch.Tensor) else value.copy()
