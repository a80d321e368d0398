"""How families of elementwise ops are made, and what their gradients share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from reflow.graph import errors
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation, Tensor
from reflow.ops import shapes
from reflow.ops.broadcasting import unbroadcast
from reflow.ops.op import op

# The types of TensorFlow's own signatures, in its order.
FLOATS = "T: {bfloat16, half, float, double}"
FLOATS_AND_COMPLEX = "T: {bfloat16, half, float, double, complex64, complex128}"
SIGNED = "T: {bfloat16, half, float, double, int32, int64, complex64, complex128}"

#: In the place of a gradient: there is none, and differentiating is an error.
UNDEFINED: Any = object()

UnaryGradient = Callable[[Operation, Tensor], "Tensor | None"]
BinaryGradient = Callable[[Operation, Tensor], "tuple[Tensor | None, Tensor | None]"]


def unary(
    name: str,
    doc: str,
    kernel: Callable[..., Any],
    gradient: UnaryGradient | None,
    types: str = FLOATS_AND_COMPLEX,
    output: str = "T",
    export: tuple[str, ...] = (),
    sparse: bool = False,
) -> OpDefinition:
    """An op of one input x, whose output y has x's shape (and type, unless `output` names one).

    sparse: the public function takes sparse tensors too.
    """
    rules: dict[str, Any] = {
        "__doc__": doc,
        "inputs": "x: T",
        "outputs": f"y: {output}",
        "attrs": (types,),
        "elementwise": True,
        "shape": shapes.same,
        "kernel": staticmethod(kernel),
        "gradient": gradient,
        "export": export,
        "sparse_values": sparse,
    }
    return op(type(name, (), rules))


def binary(
    name: str,
    doc: str,
    kernel: Callable[..., Any],
    gradient: BinaryGradient | None,
    types: str,
    inputs: tuple[str, str] = ("x", "y"),
    output: str = "T",
    export: tuple[str, ...] = (),
    of_integers: Callable[..., Any] | None = None,
) -> OpDefinition:
    """An op of two inputs that broadcast.

    `gradient` gives theirs before broadcasting is undone; None: none flows to them.
    `of_integers` computes the same as the kernel, sooner, where NaN need not be thought of.
    """
    rules: dict[str, Any] = {
        "__doc__": doc,
        "inputs": f"{inputs[0]}: T, {inputs[1]}: T",
        "outputs": f"z: {output}",
        "attrs": (types,),
        "elementwise": True,
        "shape": shapes.broadcast,
        "kernel": staticmethod(kernel),
        "gradient": None,
        "export": export,
    }
    if of_integers is not None:
        rules["specialised"] = lambda op, *_: of_integers if op.attrs["T"].is_integer else None
    if gradient is UNDEFINED:
        del rules["gradient"]
    elif gradient is not None:
        rules["gradient"] = lambda op, dz: unbroadcast(op, *gradient(op, dz))
    return op(type(name, (), rules))


def gradient_of_function(
    name: str, doc: str, kernel: Callable[..., Any], gradient: BinaryGradient
) -> OpDefinition:
    """An op `z = f'(x) * dy`, written by the function's value y = f(x).  y, dy: of one shape."""
    rules: dict[str, Any] = {
        "__doc__": doc,
        "inputs": "y: T, dy: T",
        "outputs": "z: T",
        "attrs": (FLOATS_AND_COMPLEX,),
        "placewise": True,
        "shape": shapes.merge,
        "kernel": staticmethod(kernel),
        "gradient": staticmethod(gradient),
    }
    return op(type(name, (), rules))


# -- Types that TensorFlow's signatures allow but its kernels refuse -----------------------------


def is_integer(x: torch.Tensor) -> bool:
    return not (x.is_floating_point() or x.is_complex())


def no_kernel(x: torch.Tensor) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(
        None, None, f"No kernel computes this for elements of {str(x.dtype).removeprefix('torch.')}"
    )


def no_integers(kernel: Callable[..., Any]) -> Callable[..., Any]:
    def call(x: torch.Tensor) -> Any:
        if is_integer(x):
            raise no_kernel(x)
        return kernel(x)

    return call


def reals_only(kernel: Callable[..., Any]) -> Callable[..., Any]:
    def call(x: torch.Tensor) -> Any:
        if x.is_complex():
            raise errors.UnimplementedError(None, None, "Complex numbers are not supported")
        return kernel(x)

    return no_integers(call)


# -- The conjugate -------------------------------------------------------------------------------


@op
class Conj:
    """The complex conjugate."""

    inputs = "input: T"
    outputs = "output: T"
    attrs = ("T: {complex64, complex128, variant} = complex64",)
    view = True

    shape = shapes.same

    def kernel(input: Any) -> Any:
        return input.conj()

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        return conj(dy)


def conj(x: Tensor) -> Tensor:
    """The conjugate of a complex tensor; a real one is its own."""
    return Conj(x) if x.dtype.is_complex else x
