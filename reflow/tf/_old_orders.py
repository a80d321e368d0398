"""Functions whose arguments stood in another order in TensorFlow 0.x: both orders are understood.

Where the order changed, the old calls differ from the new in what they pass: a number where tensors
are expected, integers where there must be floats.  That tells them apart.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from reflow.graph import dtypes, log
from reflow.graph.operation import Tensor

_Function = TypeVar("_Function", bound=Callable[..., Any])


def takes_old_order(
    old: str, is_old: Callable[..., bool], **keywords: str
) -> Callable[[_Function], _Function]:
    """A decorator: the function takes its arguments in the order of 0.x as well.

    Args:
      old: its parameters' names of today in the order of 0.x, separated by spaces.
      is_old: whether arguments given by position can only be in the old order.
      keywords: names that arguments had, and those of today; with one of them, the arguments before
        it are in the old order.
    """
    order = old.split()

    def decorate(function: _Function) -> _Function:
        name = function.__name__

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            old_keywords = keywords.keys() & kwargs.keys()
            for keyword in old_keywords:
                log.advise(f"{name}({keyword}=...) is of TensorFlow 0.x: write {keywords[keyword]}")
                kwargs[keywords[keyword]] = kwargs.pop(keyword)
            is_in_old_order = len(args) > 1 and is_old(*args)
            if is_in_old_order:
                log.advise(
                    f"{name}({', '.join(order[: len(args)])}) is the order of TensorFlow 0.x: "
                    "pass the arguments by name"
                )
            if is_in_old_order or old_keywords:
                kwargs.update(zip(order, args))
                args = ()
            return function(*args, **kwargs)

        return call  # type: ignore[return-value]

    return decorate


def is_number(value: Any) -> bool:
    """Whether an argument can only be a number, where tensors are expected: an axis, a count."""
    return isinstance(value, int) or getattr(value, "ndim", None) == 0


def is_integral(value: Any) -> bool:
    """Whether an argument holds integers."""
    if isinstance(value, Tensor) or hasattr(value, "dtype"):
        return dtypes.as_dtype(value.dtype).base_dtype.is_integer
    return np.asarray(value).dtype.kind in "iu"


def is_boolean(value: Any) -> bool:
    """Whether an argument holds truth values, where numbers are expected."""
    if isinstance(value, Tensor) or hasattr(value, "dtype"):
        return dtypes.as_dtype(value.dtype).base_dtype == dtypes.bool
    return isinstance(value, (list, tuple)) and bool(value) and isinstance(value[0], bool)
