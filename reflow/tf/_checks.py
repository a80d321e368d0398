"""tf.Assert and tf.assert_*: what a program demands of its values.

The assertions are operations that raise InvalidArgumentError in the run in which the values are
not as demanded; what is wrong for certain raises when the graph is built.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from reflow.graph import dtypes, errors
from reflow.graph.conversion import convert_n_to_tensor, convert_to_tensor
from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.eager_tensor import EagerTensor, described
from reflow.graph.execution import executing_eagerly
from reflow.graph.graph import get_default_graph
from reflow.graph.indexed_slices import SparseTensor
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation, Tensor
from reflow.ops import checks, comparisons, control
from reflow.ops.arrays import Reshape
from reflow.ops.control import NoOp
from reflow.ops.logic import LogicalOr
from reflow.tf._arguments import renamed
from reflow.tf._arrays import rank as rank_of
from reflow.tf._arrays import shape as shape_of
from reflow.tf._arrays import size as size_of
from reflow.tf._cond import cond
from reflow.tf._control_flow import group, with_dependencies
from reflow.tf._indexing import strided_slice
from reflow.tf._reductions import reduce_all
from reflow.tf._scopes import name_scope
from reflow.tf._static_values import get_static_value


def _assert_now(condition: Any, data: Sequence[Any]) -> None:
    """As `Assert`, while executing eagerly."""
    if not condition:
        values = [item.numpy() if isinstance(item, EagerTensor) else item for item in data]
        shown = "\n".join(str(v.encode() if isinstance(v, str) else v) for v in values)
        raise errors.InvalidArgumentError(
            None, None, f"Expected '{condition}' to be true. Summarized data: {shown}"
        )


def Assert(
    condition: Any, data: Sequence[Any], summarize: int | None = None, name: str | None = None
) -> Operation | None:
    """An operation that raises InvalidArgumentError, showing `data`, unless `condition` holds.

    Args:
      condition: one truth.
      summarize: how many elements of each of the data are shown (3; negative: all).
    """
    if executing_eagerly():
        return _assert_now(condition, data)
    with name_scope(name, "Assert", [condition, *data]):
        tensors = convert_n_to_tensor(data)

        def check() -> Operation:
            return control.Assert(condition, data, summarize=summarize, name="Assert")

        if all(tensor.dtype in (dtypes.string, dtypes.int32) for tensor in tensors):
            return check()
        condition = convert_to_tensor(condition, name="Condition")
        # What is shown is brought to where it is shown only if the condition does not hold.
        guarded = cond(condition, NoOp, check, name="AssertGuard")
        return None if executing_eagerly() else guarded.op


# -- Comparisons that must hold for every element --------------------------------------------------

Relation = Callable[..., Any]

# The sign, the op that compares, and NumPy's function.
_RELATIONS: dict[str, tuple[str, Relation, Relation]] = {
    "assert_equal": ("==", comparisons.Equal, np.equal),
    "assert_none_equal": ("!=", comparisons.NotEqual, np.not_equal),
    "assert_less": ("<", comparisons.Less, np.less),
    "assert_less_equal": ("<=", comparisons.LessEqual, np.less_equal),
    "assert_greater": (">", comparisons.Greater, np.greater),
    "assert_greater_equal": (">=", comparisons.GreaterEqual, np.greater_equal),
}


def _assert_relation(
    function: str, x: Any, y: Any, data: Any, summarize: int | None, message: Any, name: str | None
) -> Operation:
    sign, compare, compare_arrays = _RELATIONS[function]
    with name_scope(name, function, [x, y, data]):
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y")
        if data is None:
            data = [
                f"Condition x {sign} y did not hold element-wise:",
                f"x ({described(x)}) = ",
                x,
                f"y ({described(y)}) = ",
                y,
            ]
        if message is not None:
            data = [message, *data]
        condition = reduce_all(compare(x, y))
        known_x, known_y = get_static_value(x), get_static_value(y)
        if known_x is not None and known_y is not None:
            _assert_known(np.all(compare_arrays(known_x, known_y)), data)
        return Assert(condition, data, summarize=summarize)


def _assert_known(condition: Any, data: Sequence[Any]) -> None:
    if not condition:
        values = (get_static_value(item) if isinstance(item, Tensor) else item for item in data)
        raise errors.InvalidArgumentError(None, None, "\n".join(map(str, values)))


def _relation(function: str) -> Callable[..., Operation]:
    sign = _RELATIONS[function][0]

    def assertion(
        x: Any,
        y: Any,
        data: Any = None,
        summarize: int | None = None,
        message: str | None = None,
        name: str | None = None,
    ) -> Operation:
        return _assert_relation(function, x, y, data, summarize, message, name)

    assertion.__name__ = assertion.__qualname__ = function
    assertion.__doc__ = f"""Asserts that x {sign} y for every pair of (broadcast) elements.

    Args:
      data: what is shown otherwise (by default x and y).
      summarize: how many elements of each of the data are shown.
      message: shown before the data.

    Raises:
      InvalidArgumentError: now, if both values are known and it does not hold; else in the run.
    """
    return assertion


assert_none_equal = _relation("assert_none_equal")
assert_less = _relation("assert_less")
assert_less_equal = _relation("assert_less_equal")
assert_greater = _relation("assert_greater")
assert_greater_equal = _relation("assert_greater_equal")
_equal = _relation("assert_equal")


def assert_equal(
    x: Any,
    y: Any,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """Asserts that x == y for every pair of (broadcast) elements; see assert_less."""
    with name_scope(name, "assert_equal", [x, y, data]):
        if x is y:
            return NoOp()
    return _equal(x, y, data, summarize, message, name)


def _relation_to_zero(
    function: str, sign: str, zero_first: bool, relation: Callable[..., Operation]
) -> Callable[..., Operation]:
    def assertion(
        x: Any,
        data: Any = None,
        summarize: int | None = None,
        message: str | None = None,
        name: str | None = None,
    ) -> Operation:
        with name_scope(name, function, [x, data]):
            x = convert_to_tensor(x, name="x")
            if data is None:
                texts = [
                    f"Condition x {sign} 0 did not hold element-wise:",
                    f"x ({described(x)}) = ",
                ]
                if sign == "<=":
                    texts = ["".join(texts)]  # one text, and one node, in TensorFlow
                data = [message or "", *texts, x]
            zero = convert_to_tensor(0, x.dtype.base_dtype)
            pair = (zero, x) if zero_first else (x, zero)
            return relation(*pair, data=data, summarize=summarize)

    assertion.__name__ = assertion.__qualname__ = function
    assertion.__doc__ = f"Asserts that x {sign} 0 for every element; see assert_less."
    return assertion


assert_negative = _relation_to_zero("assert_negative", "<", False, assert_less)
assert_positive = _relation_to_zero("assert_positive", ">", True, assert_less)
assert_non_negative = _relation_to_zero("assert_non_negative", ">=", True, assert_less_equal)
assert_non_positive = _relation_to_zero("assert_non_positive", "<=", False, assert_less_equal)


def assert_near(
    x: Any,
    y: Any,
    rtol: Any = None,
    atol: Any = None,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """Asserts that |x - y| < atol + rtol * |y| for every pair of elements.

    Both tolerances are ten times the type's precision by default.
    """
    with name_scope(name, "assert_near", [x, y, rtol, atol, data]):
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, x.dtype.base_dtype, "y")
        precision = 10 * np.finfo(x.dtype.as_numpy_dtype).eps
        rtol = convert_to_tensor(precision if rtol is None else rtol, x.dtype, "rtol")
        atol = convert_to_tensor(precision if atol is None else atol, x.dtype, "atol")
        if data is None:
            data = [
                message or "",
                f"x and y not equal to tolerance rtol = {rtol}, atol = {atol}",
                f"x ({described(x)}) = ",
                x,
                f"y ({described(y)}) = ",
                y,
            ]
        tolerance = atol + rtol * abs(y)
        return Assert(reduce_all(comparisons.Less(abs(x - y), tolerance)), data, summarize)


# -- Ranks, shapes and types --------------------------------------------------------------------


def _assert_rank(
    x: Tensor,
    ranks: Sequence[Tensor],
    holds: Callable[[int, Sequence[int]], bool],
    condition: Callable[[Tensor, Sequence[Tensor]], Tensor],
    demand: str,
    data: Sequence[Any],
    summarize: int | None,
    message: str,
) -> Operation:
    """Asserts what `holds` (of known ranks) and `condition` (of tensors) say of x's rank."""
    for rank in ranks:
        assert_type(rank, dtypes.int32)
    known = [get_static_value(rank) for rank in ranks]
    for value in known:
        if value is not None and value.ndim:
            raise ValueError("Rank must be a scalar.")
    if None not in [None if value is None else 0 for value in known]:
        given = [int(value) for value in known]
        if x.shape.ndims is not None:
            if not holds(x.shape.ndims, given):
                shown = tuple(given) if demand == "in" else given[0]
                wanted = f"{demand} {shown}" if demand else shown
                raise ValueError(
                    f"{message}.  Tensor {described(x)} must have rank {wanted}.  "
                    f"Received rank {x.shape.ndims}, shape {x.shape}"
                )
            return NoOp(name="static_checks_determined_all_ok")
    demanded = condition(rank_of(x), ranks)
    for rank, value in zip(ranks, known):
        if value is None:
            received = ["Rank must be a scalar. Received rank: ", rank]
            demanded = with_dependencies([assert_rank(rank, 0, data=received)], demanded)
    return Assert(demanded, data, summarize=summarize)


def assert_rank(
    x: Any,
    rank: Any,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """Asserts that x has `rank` dimensions.  ValueError now, if that is known to be wrong."""
    with name_scope(name, "assert_rank", [x, rank, *(data or [])]):
        x = convert_to_tensor(x, name="x")
        rank = convert_to_tensor(rank, name="rank")
        if data is None:
            data = _rank_data(x, "must have rank", [rank], message)
        return _assert_rank(
            x,
            [rank],
            lambda actual, given: actual == given[0],
            lambda actual, given: comparisons.Equal(actual, given[0]),
            "",
            data,
            summarize,
            message or "",
        )


def assert_rank_at_least(
    x: Any,
    rank: Any,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """Asserts that x has `rank` dimensions or more."""
    with name_scope(name, "assert_rank_at_least", [x, rank, *(data or [])]):
        x = convert_to_tensor(x, name="x")
        rank = convert_to_tensor(rank, name="rank")
        if data is None:
            data = _rank_data(x, "must have rank at least", [rank], message)
        return _assert_rank(
            x,
            [rank],
            lambda actual, given: actual >= given[0],
            lambda actual, given: comparisons.GreaterEqual(actual, given[0]),
            "at least",
            data,
            summarize,
            message or "",
        )


def assert_rank_in(
    x: Any,
    ranks: Sequence[Any],
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """Asserts that the number of x's dimensions is among `ranks`."""
    with name_scope(name, "assert_rank_in", [x, *ranks, *(data or [])]):
        x = convert_to_tensor(x, name="x")
        given_ranks = [convert_to_tensor(rank, name="rank") for rank in ranks]
        if data is None:
            data = _rank_data(x, "must have rank in", given_ranks, message)
        return _assert_rank(
            x,
            given_ranks,
            lambda actual, given: actual in given,
            _is_among,
            "in",
            data,
            summarize,
            message or "",
        )


def _rank_data(x: Tensor, demand: str, ranks: Sequence[Tensor], message: str | None) -> list[Any]:
    return [
        message or "",
        f"Tensor {described(x)} {demand}",
        *ranks,
        "Received shape: ",
        shape_of(x),
    ]


def _is_among(actual: Tensor, given: Sequence[Tensor]) -> Tensor:
    if not given:
        return convert_to_tensor(False)
    among = comparisons.Equal(given[0], actual)
    for rank in given[1:]:
        among = LogicalOr(among, comparisons.Equal(rank, actual))
    return among


def assert_scalar(tensor: Any, name: str | None = None, message: str | None = None) -> Tensor:
    """`tensor`; ValueError if it is not known to be a scalar."""
    with name_scope(name, "assert_scalar", [tensor]) as scope:
        tensor = convert_to_tensor(tensor, name=scope)
        if tensor.shape.ndims != 0:
            raise ValueError(
                f"{message or ''}Expected scalar shape for {described(tensor)}, saw shape: "
                f"{tensor.shape}."
            )
        return tensor


def assert_type(
    tensor: Any, tf_type: Any, message: str | None = None, name: str | None = None
) -> Operation:
    """TypeError unless `tensor` has type `tf_type`."""
    with name_scope(name, "assert_type", [tensor]):
        tensor = convert_to_tensor(tensor, name="tensor")
        if tensor.dtype != tf_type:
            raise TypeError(f"{message or ''}  {described(tensor)} must be of type {tf_type}")
        return NoOp(name="statically_determined_correct_type")


def assert_integer(x: Any, message: str | None = None, name: str | None = None) -> Operation:
    """TypeError unless `x` has an integer type."""
    with name_scope(name, "assert_integer", [x]):
        x = convert_to_tensor(x, name="x")
        if not x.dtype.is_integer:
            raise TypeError(
                f'{message or ""}  Expected "x" to be integer type.  Found: {described(x)} of '
                f"dtype {x.dtype}"
            )
        return NoOp(name="statically_determined_was_integer")


def assert_same_float_dtype(tensors: Sequence[Any] | None = None, dtype: Any = None) -> DType:
    """The one floating-point type of all `tensors` (and `dtype`); float32 if none has one.

    ValueError if they differ, or are no floating-point types.
    """
    expected = None if dtype is None else as_dtype(dtype).base_dtype
    origin = ""
    for tensor in tensors or ():
        if tensor is None:
            continue
        found = tensor.dtype.base_dtype
        if expected is None:
            expected, origin = found, f" as {described(tensor)}"
        elif found is not expected:
            raise ValueError(
                f"{described(tensor)}, type={found}, must be of the same type ({expected}){origin}."
            )
    if expected is None:
        return dtypes.float32
    if not expected.is_floating:
        raise ValueError(f"Expected floating point type, got {expected}.")
    return expected


def assert_proper_iterable(values: Any) -> None:
    """TypeError unless `values` is a collection of values, not itself one value."""
    if isinstance(values, (Tensor, SparseTensor, np.ndarray, str, bytes)):
        raise TypeError(
            f'Expected argument "values" to be a "proper" iterable.  Found: {type(values)}'
        )
    if not hasattr(values, "__iter__"):
        raise TypeError(f'Expected argument "values" to be iterable.  Found: {type(values)}')


# TensorFlow's list: it leaves out float16, complex128 and the larger unsigned integers.
_NUMERIC_TYPES = frozenset(
    (
        dtypes.float32,
        dtypes.float64,
        dtypes.int8,
        dtypes.int16,
        dtypes.int32,
        dtypes.int64,
        dtypes.uint8,
        dtypes.qint8,
        dtypes.qint32,
        dtypes.quint8,
        dtypes.complex64,
    )
)


def is_numeric_tensor(tensor: Any) -> bool:
    """Whether `tensor` is a tensor of one of the types that TensorFlow calls numeric here.

    These are float32, float64, complex64, the signed integers, uint8, qint8, quint8 and qint32.
    """
    return isinstance(tensor, Tensor) and tensor.dtype in _NUMERIC_TYPES


# -- Order ---------------------------------------------------------------------------------------


def is_non_decreasing(x: Any, name: str | None = None) -> Tensor:
    """Whether no element is less than the one before it, in the order of rows.

    Raises:
      TypeError: x is not numeric, see `is_numeric_tensor`.
    """
    return _all_steps(comparisons.LessEqual, x, name, "is_non_decreasing")


def is_strictly_increasing(x: Any, name: str | None = None) -> Tensor:
    """Whether every element is greater than the one before it, in the order of rows.

    Raises:
      TypeError: x is not numeric, see `is_numeric_tensor`.
    """
    return _all_steps(comparisons.Less, x, name, "is_strictly_increasing")


def _all_steps(compare: OpDefinition, x: Any, name: str | None, default_name: str) -> Tensor:
    """Whether 0 compares so with each element less the one before it; True where there is none."""
    with name_scope(name, default_name, [x]):
        x = Reshape(x, [-1])
        if not is_numeric_tensor(x):
            raise TypeError(f"Expected x to be numeric, instead found: {x}")
        is_short = size_of(x) < 2
        last = shape_of(x) - 1
        steps = cond(
            is_short,
            lambda: convert_to_tensor([], dtype=x.dtype),
            lambda: strided_slice(x, [1], [1] + last) - strided_slice(x, [0], last),
        )
        return reduce_all(compare(convert_to_tensor(0, steps.dtype), steps))


# -- Finite numbers ------------------------------------------------------------------------------

_CHECKED_TYPES = (dtypes.float16, dtypes.float32, dtypes.float64)


def verify_tensor_all_finite(
    t: Any = None,
    msg: str | None = None,
    name: str | None = None,
    x: Any = None,
    message: str | None = None,
) -> Tensor:
    """The tensor, with a check that all its elements are finite numbers.

    `t` and `msg` are old names of `x` and `message`.
    """
    x = renamed("x", x, "t", t)
    message = renamed("message", message, "msg", msg)
    with name_scope(name, "VerifyFinite", [x]):
        x = convert_to_tensor(x, name="x")
        with get_default_graph().colocate_with(x):
            checked = checks.CheckNumerics(x, message=message)
            return with_dependencies([checked], x)


def add_check_numerics_ops() -> Operation:
    """An operation that checks every floating-point tensor of the graph, in the order of
    creation, for infinite elements and those that are no numbers."""
    graph = get_default_graph()
    last: list[Tensor] = []
    for op in graph.get_operations():
        for output in op.outputs:
            if output.dtype not in _CHECKED_TYPES:
                continue
            if op._control_flow_context is not None:
                raise ValueError(
                    "`tf.add_check_numerics_ops() is not compatible with TensorFlow control "
                    "flow operations such as `tf.cond()` or `tf.while_loop()`."
                )
            with graph.control_dependencies(last):
                message = f"{op.name}:{output.value_index}"
                check = checks.CheckNumerics(output, message=message)
            # So that a failure shows the line that made the tensor, not the one that asked for
            # all tensors to be checked.
            check.op.trace = op.trace
            last = [check]
    return group(*last)
