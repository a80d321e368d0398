"""The names that NumPy had when TensorFlow's tests were written."""

from __future__ import annotations

import numpy as np

_OLD_NAMES = {
    "bool": bool,
    "complex": complex,
    "float": float,
    "int": int,
    "long": int,
    "object": object,
    "str": str,
    "unicode": str,
    "bool8": np.bool_,
    "complex_": np.complex128,
    "float_": np.float64,
    "string_": np.bytes_,
    "unicode_": np.str_,
    "Inf": np.inf,
    "Infinity": np.inf,
    "NaN": np.nan,
    "NINF": -np.inf,
    "PINF": np.inf,
    "alltrue": np.all,
    "asscalar": lambda array: array.item(),
    "cumproduct": np.cumprod,
    "in1d": np.isin,
    "product": np.prod,
    "row_stack": np.vstack,
    "sometrue": np.any,
    "trapz": np.trapezoid if hasattr(np, "trapezoid") else None,
}


def install() -> None:
    """Gives NumPy these names, but for those that it has."""
    for name, value in _OLD_NAMES.items():
        # `hasattr` would make NumPy warn of names that it is about to lose.
        if name not in vars(np):
            setattr(np, name, value)
