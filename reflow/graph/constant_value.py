"""What is known of a tensor's value when the graph is built.

Static shapes depend on values: `tf.reshape(x, [n, 784])`, `tf.zeros(tf.stack([batch, 10]))`.
Small pure computations on known values are evaluated with the ops' own kernels; a vector of
dimensions of which only some are known is followed through the few ops that build such vectors,
each of which has a `dimensions` rule.

What was found is kept at the tensor, so that the work for a whole graph is linear in its size.
That a value is unknown holds only until more becomes known of some shape (by `set_shape`): the
mark `Graph._shape_knowledge` is another object from then on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.tensor_shape import TensorShape

if TYPE_CHECKING:
    from reflow.graph.operation import Operation, Tensor

# Larger values than this are not computed while the graph is built: they are data, not shapes.
_MAX_ELEMENTS = 1024

_DIMENSION_TYPES = ("int32", "int64")


class _Unknown:
    """Says at a tensor that its value is not known.

    Attributes:
      since: the graph's shape knowledge at that time.
      described: the partly known shape that the tensor describes, once somebody asked.
    """

    __slots__ = ("described", "since")

    def __init__(self, since: object) -> None:
        self.since = since
        self.described: TensorShape | None = None


def constant_value(tensor: Tensor) -> Any:
    """The tensor's value as a NumPy array if it can be told without running, else None."""
    if isinstance(tensor, EagerTensor):
        return tensor._on_host() if tensor.dtype.is_numpy_compatible else None
    if not _is_settled(tensor):
        _settle(tensor)
    known = tensor._constant
    return None if type(known) is _Unknown else known


def constant_value_as_shape(tensor: Tensor) -> TensorShape:
    """The shape that a vector of dimensions describes, as far as it is known.

    A dimension of -1 is an unknown one, and so is the whole shape if the tensor is a scalar -1.

    Raises:
      ValueError: the tensor is neither.
    """
    value = constant_value(tensor)
    if value is not None:
        return _described_by(value)
    unknown: _Unknown = tensor._constant
    if unknown.described is None:
        _settle_described(tensor)
    assert unknown.described is not None
    return unknown.described


def forget(op: Operation) -> None:
    """Drops what was found of values that depend on `op`, which has been changed."""
    stack = [op]
    while stack:
        for tensor in stack.pop()._outputs:
            if tensor._constant is not None:
                tensor._constant = None
                stack += tensor._consumers


# -- Values -----------------------------------------------------------------------------------


def _is_settled(tensor: Tensor) -> bool:
    known = tensor._constant
    if type(known) is _Unknown:
        return known.since is tensor.op.graph._shape_knowledge
    return known is not None


def _settle(tensor: Tensor) -> None:
    """Finds the values that `tensor` depends on, the deepest first, and then its own."""
    stack = [tensor]
    expanded: set[Tensor] = set()
    while stack:
        current = stack[-1]
        if _is_settled(current):
            stack.pop()
            continue
        if current not in expanded:
            expanded.add(current)
            operands = [t for t in _operands(current) if not _is_settled(t) and t not in expanded]
            if operands:
                stack += operands
                continue
        stack.pop()
        _evaluate(current)


def _operands(tensor: Tensor) -> Sequence[Tensor]:
    """The tensors from whose values the tensor's own is computed; none if it is not computed."""
    op = tensor.op
    definition = op.definition
    if definition.evaluate is None or definition.stateful or definition.value_rule is not None:
        return ()
    if not all(_is_small(t) for t in (tensor, *op._inputs)):
        return ()
    return op._inputs


def _is_small(tensor: Tensor) -> bool:
    """Whether the tensor has few elements, or is a list of as yet unknown length."""
    if tensor.dtype._is_ref_dtype:
        return False
    if tensor.op.definition.value_rule is not None:
        return True
    shape = tensor._shape
    count = shape.num_elements()
    return shape.ndims == 1 if count is None else count <= _MAX_ELEMENTS


def _evaluate(tensor: Tensor) -> None:
    """Finds the tensor's value, given that its operands are settled, and keeps what it found."""
    op = tensor.op
    rule = op.definition.value_rule
    if rule is not None:
        value = rule(op, *[t._shape for t in op._inputs])
        tensor._constant = _Unknown(op.graph._shape_knowledge) if value is None else value
        return
    outputs = _computed(op, _operands(tensor))
    if outputs is None:
        tensor._constant = _Unknown(op.graph._shape_knowledge)
        return
    for output, value in zip(op._outputs, outputs):
        output._constant = value


def _computed(op: Operation, operands: Sequence[Tensor]) -> Any:
    values = [t._constant for t in operands]
    if not values or any(v is None or type(v) is _Unknown for v in values):
        return None
    if any(v.size > _MAX_ELEMENTS for v in values):
        return None
    assert op.definition.evaluate is not None
    try:
        return op.definition.evaluate(op, values)
    except Exception:
        # Whatever is wrong with these values, a run will say so, with all it knows.
        return None


# -- Vectors of dimensions --------------------------------------------------------------------


def _described_by(value: Any) -> TensorShape:
    if value.ndim == 0:
        if value == -1:
            return TensorShape(None)
        raise ValueError(
            f"Received a scalar with value '{value}' as shape; require a statically known "
            "scalar with value '-1' to describe an unknown shape."
        )
    return TensorShape([None if size == -1 else int(size) for size in value.ravel()])


def _settle_described(tensor: Tensor) -> None:
    """Finds what the vectors describe of which `tensor` consists, the deepest first."""
    stack = [tensor]
    expanded: set[Tensor] = set()
    while stack:
        current = stack[-1]
        if current not in expanded:
            expanded.add(current)
            parts = [t for t in _parts(current) if t not in expanded]
            if parts:
                stack += parts
                continue
        stack.pop()
        if constant_value(current) is None:
            current._constant.described = _describe(current)


def _parts(tensor: Tensor) -> Sequence[Tensor]:
    """The vectors that the op's `dimensions` rule may ask for."""
    op = tensor.op
    if op.definition.dimensions_rule is None:
        return ()
    return [
        t for t in op._inputs if t.dtype.name in _DIMENSION_TYPES and t._shape.ndims in (1, None)
    ]


def _describe(tensor: Tensor) -> TensorShape:
    rule = tensor.op.definition.dimensions_rule
    if rule is not None:
        described = rule(tensor.op)
        if described is not None:
            return TensorShape(described)
    sizes = tensor._shape.with_rank(1).sizes
    if sizes is None or sizes[0] is None:
        return TensorShape(None)
    return TensorShape.of((None,) * sizes[0])
