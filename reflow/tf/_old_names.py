"""Names of TensorFlow 0.x: they work, and say once what the function is called now."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from reflow.graph import log

# What tf.OLD of 0.x is in 1.x, where nothing but the name has changed.
RENAMED = {
    "batch_cholesky": "cholesky",
    "batch_cholesky_solve": "cholesky_solve",
    "batch_fft": "fft",
    "batch_fft2d": "fft2d",
    "batch_fft3d": "fft3d",
    "batch_ifft": "ifft",
    "batch_ifft2d": "ifft2d",
    "batch_ifft3d": "ifft3d",
    "batch_matrix_band_part": "matrix_band_part",
    "batch_matrix_determinant": "matrix_determinant",
    "batch_matrix_diag": "matrix_diag",
    "batch_matrix_diag_part": "matrix_diag_part",
    "batch_matrix_inverse": "matrix_inverse",
    "batch_matrix_set_diag": "matrix_set_diag",
    "batch_matrix_solve": "matrix_solve",
    "batch_matrix_solve_ls": "matrix_solve_ls",
    "batch_matrix_transpose": "matrix_transpose",
    "batch_matrix_triangular_solve": "matrix_triangular_solve",
    "batch_self_adjoint_eig": "self_adjoint_eig",
    "batch_self_adjoint_eigvals": "self_adjoint_eigvals",
    "complex_abs": "abs",
    "inv": "reciprocal",
    "listdiff": "setdiff1d",
    "mul": "multiply",
    "neg": "negative",
    "pack": "stack",
    "select": "where",
    "sub": "subtract",
    "unpack": "unstack",
}


def old_names(namespace: Mapping[str, Any]) -> dict[str, Callable[..., Any]]:
    """The functions of `namespace` under the names that RENAMED has for them."""
    return {old: _advising(old, new, namespace[new]) for old, new in RENAMED.items()}


def _advising(old: str, new: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        log.advise(f"tf.{old} is the name of TensorFlow 0.x: it is tf.{new} now.")
        return function(*args, **kwargs)

    call.__name__ = call.__qualname__ = old
    return call
