"""The names that ops for batches of matrices had in TensorFlow 0.x: the same kernels."""

from __future__ import annotations

from typing import Any

from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import diagonals, shapes
from reflow.ops.linear_algebra import (
    determinants,
    factorizations,
    least_squares,
    solving,
    spectral,
)
from reflow.ops.op import op

_FLOATS = "T: {double, float}"
_FLOATS_IN_ORDER = "T: {float, double}"
_COMPLEX_TOO = "T: {double, float, complex64, complex128}"


def _of_batches(today: Any, attrs: tuple[str, ...], **rules: Any) -> OpDefinition:
    """The op Batch... of 0.x that is `today` now; it told nothing of its outputs' shapes."""
    outputs = len(today.outputs)

    def shape(*inputs: TensorShape, op: Operation) -> Any:
        return [shapes.UNKNOWN] * outputs if outputs > 1 else shapes.UNKNOWN

    name = f"Batch{today.name}"
    rules = {
        "__doc__": f"{today.name} by its name of TensorFlow 0.x.",
        "inputs": today.rules.inputs,
        "outputs": today.rules.outputs,
        "attrs": attrs,
        "shape": shape,
        "kernel": staticmethod(today.rules.kernel),
        **rules,
    }
    return op(type(name, (), rules))


_of_batches(factorizations.Cholesky, (_FLOATS,))
_of_batches(factorizations.CholeskyGrad, (_FLOATS_IN_ORDER,))
_of_batches(determinants.MatrixDeterminant, ("T: {float, double, complex64, complex128}",))
_of_batches(solving.MatrixInverse, ("adjoint: bool = false", _FLOATS))
_of_batches(solving.MatrixSolve, ("adjoint: bool = false", _FLOATS))
_of_batches(solving.MatrixTriangularSolve, ("lower: bool = true", "adjoint: bool = false", _FLOATS))
_of_batches(least_squares.MatrixSolveLs, (_FLOATS, "fast: bool = true"))
_of_batches(spectral.SelfAdjointEig, (_FLOATS,))
_of_batches(spectral.SelfAdjointEigV2, ("compute_v: bool = true", _FLOATS))
_of_batches(spectral.Svd, ("compute_uv: bool = true", "full_matrices: bool = false", _COMPLEX_TOO))
_of_batches(diagonals.MatrixDiag, ("T: type",))
_of_batches(diagonals.MatrixDiagPart, ("T: type",), view=True)
_of_batches(diagonals.MatrixSetDiag, ("T: type",))
_of_batches(
    diagonals.MatrixBandPart,
    ("T: type",),
    inputs="input: T, num_lower: int64, num_upper: int64",
)
