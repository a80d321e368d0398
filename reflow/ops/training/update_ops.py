"""From the formula of an optimizer's step to the ops that apply it.

A formula computes on lists of tensors, one item for each variable: the dense update of all
variables is one call of it, and so is the update of some rows of one variable.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Literal

import torch

from reflow.graph import errors
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.op import op
from reflow.ops.resource_variables import variable_shape
from reflow.ops.scattering import rounds
from reflow.ops.training.steps import Tensors
from reflow.ops.variable_slot import VariableSlot

Formula = Callable[..., None]
Kernel = Callable[..., None]
Role = Literal["variable", "number", "gradient"]


@dataclass(frozen=True)
class UpdateOps:
    """The ops of one rule; None where TensorFlow has none."""

    dense: OpDefinition | None
    sparse: OpDefinition | None
    resource_dense: OpDefinition
    resource_sparse: OpDefinition | None


@dataclass(frozen=True)
class _Rule:
    """A formula, and what its inputs are: variables come first."""

    formula: Formula
    names: tuple[str, ...]
    roles: tuple[Role, ...]

    @property
    def gradient(self) -> int:
        """Where the gradient stands; the indices of its rows come behind it."""
        return self.roles.index("gradient")

    @property
    def variables(self) -> int:
        """How many variables there are: the one that is trained, and its slots."""
        return self.roles.count("variable")


def update_ops(
    name: str,
    formula: Formula,
    inputs: str,
    attrs: tuple[str, ...] = (),
    references: bool = True,
    sparse: bool = True,
) -> UpdateOps:
    """The ops Apply{name}, SparseApply{name} and the same of handles.

    Args:
      formula: changes the values of variables and slots in place.  It takes the inputs: a list of
        tensors for a variable, a slot or the gradient, a tensor or `Host` for a number.
      inputs: of the dense op on references, in TensorFlow's notation.
      attrs: beyond T, Tindices and use_locking.
      references: whether there are ops on references.
      sparse: whether there are ops on some rows.
    """
    texts = inputs.split(", ")
    rule = _Rule(
        formula, tuple(text.partition(":")[0] for text in texts), tuple(_role(t) for t in texts)
    )
    types = "T: numbertype", "use_locking: bool = false"
    dense = {
        "inputs": inputs,
        "attrs": (*types, *attrs),
        "shape": staticmethod(_dense_shape(rule)),
        "kernel": staticmethod(_dense_kernel(rule)),
        "joined": staticmethod(_joined_kernel(rule)),
        "per_variable": tuple(n for n, role in zip(rule.names, rule.roles) if role != "number"),
    }
    texts[rule.gradient] = "grad: T, indices: Tindices"
    rows = {
        "inputs": ", ".join(texts),
        "attrs": (types[0], "Tindices: {int32, int64}", types[1], *attrs),
        "shape": staticmethod(_rows_shape(rule)),
        "kernel": staticmethod(_rows_kernel(rule)),
    }
    common = {"__doc__": formula.__doc__, "stateful": True, "updates": True}

    def of_references(prefix: str, rules: dict[str, Any]) -> OpDefinition:
        return op(type(prefix + name, (), {**common, **rules, "outputs": "out: Ref(T)"}))

    def of_handles(prefix: str, rules: dict[str, Any]) -> OpDefinition:
        handles = rules["inputs"].replace("Ref(T)", "resource")
        return op(type(prefix + name, (), {**common, **rules, "inputs": handles, "outputs": ""}))

    return UpdateOps(
        of_references("Apply", dense) if references else None,
        of_references("SparseApply", rows) if references and sparse else None,
        of_handles("ResourceApply", dense),
        of_handles("ResourceSparseApply", rows) if sparse else None,
    )


def _role(text: str) -> Role:
    name, _, kind = text.partition(": ")
    if kind == "Ref(T)":
        return "variable"
    return "gradient" if name in ("grad", "delta") else "number"


# -- Shapes ---------------------------------------------------------------------------------------


def _merged_variables(rule: _Rule, given: Sequence[TensorShape], op: Operation) -> TensorShape:
    """The shape of the variable and of all its slots; the numbers must be scalars."""
    merged = shapes.UNKNOWN
    for tensor, known in zip(op.inputs[: rule.variables], given):
        behind_handle = not tensor.dtype._is_ref_dtype
        merged = shapes.merge(merged, variable_shape(tensor) if behind_handle else known)
    for known, role in zip(given, rule.roles):
        if role == "number":
            shapes.with_rank(known, 0)
    return merged


def _dense_shape(rule: _Rule) -> Callable[..., Any]:
    def shape(*given: TensorShape, op: Operation) -> Any:
        merged = shapes.merge(_merged_variables(rule, given, op), given[rule.gradient])
        return merged if op.definition.outputs else ()

    return shape


def _rows_shape(rule: _Rule) -> Callable[..., Any]:
    def shape(*given: TensorShape, op: Operation) -> Any:
        inputs = list(given)
        indices = shapes.with_rank(inputs.pop(rule.gradient + 1), 1)
        merged = _merged_variables(rule, inputs, op)
        grad = inputs[rule.gradient].sizes
        if grad is not None:
            shapes.with_rank_at_least(inputs[rule.gradient], 1)
            (count,) = indices.sizes or (None,)
            shapes.merge_sizes(count, grad[0])
            merged = shapes.merge(merged, shapes.of(None, *grad[1:]))
        return merged if op.definition.outputs else ()

    return shape


# -- Kernels --------------------------------------------------------------------------------------


def _joined_kernel(rule: _Rule) -> Kernel:
    """The update of several variables: lists of variables, slots and gradients."""
    count, gradient, formula = rule.variables, rule.gradient, rule.formula

    def joined(*inputs: Any, use_locking: bool, **attrs: Any) -> None:
        with ExitStack() as locks:
            if use_locking:
                _lock(locks, inputs[:count])
            tensors = [[slot.read() for slot in slots] for slots in inputs[:count]]
            values = tensors[0]
            for name, others in zip(rule.names[1:count], tensors[1:]):
                _check_same_shape(values, others, name)
            _check_same_shape(values, inputs[gradient], rule.names[gradient])
            formula(*tensors, *inputs[count:], **attrs)

    return joined


def _dense_kernel(rule: _Rule) -> Kernel:
    joined = _joined_kernel(rule)
    is_listed = [role != "number" for role in rule.roles]

    def kernel(*inputs: Any, use_locking: bool, **attrs: Any) -> None:
        listed = [[item] if alone else item for item, alone in zip(inputs, is_listed)]
        joined(*listed, use_locking=use_locking, **attrs)

    return _signed(kernel, rule, list(rule.roles))


def _rows_kernel(rule: _Rule) -> Kernel:
    count, gradient, formula = rule.variables, rule.gradient, rule.formula

    def kernel(*inputs: Any, use_locking: bool, **attrs: Any) -> None:
        rest = list(inputs[count:])
        indices = rest.pop(gradient + 1 - count)
        grad = rest[gradient - count]
        with ExitStack() as locks:
            if use_locking:
                _lock(locks, [[slot] for slot in inputs[:count]])
            targets = [slot.read() for slot in inputs[:count]]
            for name, target in zip(rule.names[1:count], targets[1:]):
                _check_same_shape(targets[:1], [target], name)
            _check_rows(targets[0], grad, indices)
            # A row that comes twice is updated twice, one after the other.
            for chosen in rounds(indices):
                where = indices[chosen].to(torch.int64)
                rows = [target.index_select(0, where) for target in targets]
                rest[gradient - count] = [grad[chosen]]
                formula(*([some] for some in rows), *rest, **attrs)
                for target, some in zip(targets, rows):
                    target.index_copy_(0, where, some)

    roles: list[str] = list(rule.roles)
    roles.insert(gradient + 1, "indices")
    return _signed(kernel, rule, roles)


def _signed(kernel: Kernel, rule: _Rule, roles: Sequence[str]) -> Kernel:
    """The kernel with the signature that tells the runtime how to call it (ops/kernels.py)."""
    own = inspect.signature(rule.formula).parameters.values()
    annotations = iter([p.annotation for p in own if p.kind is not p.KEYWORD_ONLY])
    keywords = ["use_locking", *(p.name for p in own if p.kind is p.KEYWORD_ONLY)]
    parameters = []
    for number, role in enumerate(roles):
        wanted = "Any" if role == "indices" else next(annotations)
        parameters.append(
            inspect.Parameter(
                f"input{number}",
                inspect.Parameter.POSITIONAL_ONLY,
                annotation={"variable": "Ref", "gradient": "Any"}.get(role, wanted),
            )
        )
    parameters += [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in keywords]
    kernel.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return kernel


def _lock(locks: ExitStack, variables: Sequence[Sequence[VariableSlot]]) -> None:
    """Takes the locks of all variables, always in the same order."""
    for slot in sorted({slot for slots in variables for slot in slots}, key=id):
        locks.enter_context(slot.lock)


def _check_same_shape(values: Tensors, others: Tensors, name: str) -> None:
    for value, other in zip(values, others):
        if value.shape != other.shape:
            raise _invalid(
                f"var and {name} do not have the same shape{_text(value)} {_text(other)}"
            )


def _check_rows(var: torch.Tensor, grad: torch.Tensor, indices: torch.Tensor) -> None:
    """That there is one row for each index, and that the indices are rows of the variable."""
    if not var.dim():
        raise _invalid("var must be at least 1 dimensional")
    for axis in range(1, var.dim()):
        if axis >= grad.dim() or var.shape[axis] != grad.shape[axis]:
            raise _invalid(f"var and grad must match in dimension {axis}")
    if grad.shape[0] != len(indices):
        raise _invalid("grad must be the same size as indices in the first dimension.")
    if not len(indices):
        return
    least, largest = indices.aminmax()
    if int(least) < 0 or int(largest) >= len(var):
        position = int(((indices < 0) | (indices >= len(var))).nonzero()[0])
        raise _invalid(
            f"Index {int(indices[position])} at offset {position} in indices is out of range"
        )


def _text(tensor: torch.Tensor) -> str:
    return f"[{','.join(map(str, tensor.shape))}]"


def _invalid(message: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, message)
