"""What tests say of arrays and tensors: equal, close, ordered, within a range or a set."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from absl.testing import absltest

from reflow.graph.dtypes import bfloat16
from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.operation import Tensor

# Larger arrays are not printed: NumPy takes long for it.
_MOST_PRINTED = 500
_MOST_SUBSCRIPTS = 10
_FLOATS = (np.float16, np.float32, np.float64, bfloat16.as_numpy_dtype)


class ArrayAssertions(absltest.TestCase):
    """Assertions that take arrays, what NumPy makes arrays of, or tensors, which are evaluated."""

    def evaluate(self, tensors: Any) -> Any:
        """The values of tensors; see TestCase."""
        raise NotImplementedError

    def _GetNdArray(self, a: Any) -> np.ndarray:
        is_symbolic = isinstance(a, Tensor) and not isinstance(a, EagerTensor)
        value = self.evaluate(a) if is_symbolic else a
        try:
            return np.asarray(value)
        except ValueError:  # lists of different lengths
            return np.asarray(value, object)

    # -- Numbers ----------------------------------------------------------------------------

    def assertNear(self, f1: float, f2: float, err: float, msg: str | None = None) -> None:
        """Two numbers, or arrays of one, differ by `err` at most."""
        f1, f2 = (np.asarray(number).item() for number in (f1, f2))
        is_near = f1 == f2 or math.fabs(f1 - f2) <= err
        suffix = "" if msg is None else f" ({msg})"
        self.assertTrue(is_near, f"{f1:f} != {f2:f} +/- {err:f}{suffix}")

    def assertArrayNear(
        self, farray1: Sequence[float], farray2: Sequence[float], err: float, msg: str | None = None
    ) -> None:
        """Each number differs from its counterpart by `err` at most."""
        self.assertEqual(len(farray1), len(farray2), msg=msg)
        for f1, f2 in zip(farray1, farray2):
            self.assertNear(float(f1), float(f2), err, msg=msg)

    def assertNDArrayNear(
        self, ndarray1: np.ndarray, ndarray2: np.ndarray, err: float, msg: str | None = None
    ) -> None:
        """The norm of the difference of two arrays is less than `err`."""
        self.assertTrue(self._NDArrayNear(ndarray1, ndarray2, err), msg=msg)

    def _NDArrayNear(self, ndarray1: np.ndarray, ndarray2: np.ndarray, err: float) -> bool:
        return bool(np.linalg.norm(ndarray1 - ndarray2) < err)

    # -- Close ------------------------------------------------------------------------------

    def assertAllClose(
        self, a: Any, b: Any, rtol: float = 1e-6, atol: float = 1e-6, msg: str | None = None
    ) -> None:
        """|a - b| <= atol + rtol * |b|, for all that two structures hold.

        Args:
          a, b: arrays, or dicts, named tuples, tuples and lists of them.

        Raises:
          ValueError: one is a dict and the other is not, or their lengths differ.
        """
        self._assert_close(a, b, rtol, atol, "", msg or "")

    def assertAllCloseAccordingToType(
        self,
        a: Any,
        b: Any,
        rtol: float = 1e-6,
        atol: float = 1e-6,
        float_rtol: float = 1e-6,
        float_atol: float = 1e-6,
        half_rtol: float = 1e-3,
        half_atol: float = 1e-3,
        bfloat16_rtol: float = 1e-2,
        bfloat16_atol: float = 1e-2,
        msg: str | None = None,
    ) -> None:
        """`assertAllClose` with at least the tolerances that the less precise type needs."""
        a, b = self._GetNdArray(a), self._GetNdArray(b)
        found = {a.dtype, b.dtype}
        for types, least_rtol, least_atol in (
            ((np.float32, np.complex64), float_rtol, float_atol),
            ((np.float16,), half_rtol, half_atol),
            ((bfloat16.as_numpy_dtype,), bfloat16_rtol, bfloat16_atol),
        ):
            if not found.isdisjoint(map(np.dtype, types)):
                rtol, atol = max(rtol, least_rtol), max(atol, least_atol)
        self.assertAllClose(a, b, rtol=rtol, atol=atol, msg=msg)

    def assertNotAllClose(self, a: Any, b: Any, **kwargs: Any) -> None:
        """`assertAllClose` fails with these arguments."""
        try:
            self.assertAllClose(a, b, **kwargs)
        except AssertionError:
            return
        raise AssertionError("The two values are close at all elements")

    def _assert_close(self, a: Any, b: Any, rtol: float, atol: float, path: str, msg: str) -> None:
        """`assertAllClose` of what stands at `path` in the structures: "[key][0]"."""
        a = a._asdict() if hasattr(a, "_asdict") else a
        b = b._asdict() if hasattr(b, "_asdict") else b
        if isinstance(a, Mapping) != isinstance(b, Mapping):
            raise ValueError(f"Can't compare dict to non-dict, a{path} vs b{path}. {msg}")
        if isinstance(a, Mapping):
            mismatch = f"a{path} has keys {a.keys()}, but b{path} has keys {b.keys()}"
            self.assertCountEqual(a.keys(), b.keys(), msg=f"mismatched keys: {mismatch}. {msg}")
            for key in a:
                self._assert_close(a[key], b[key], rtol, atol, f"{path}[{key}]", msg)
            return
        described = f"Mismatched value: a{path} is different from b{path}. {msg}"
        try:
            self._assert_arrays_close(a, b, rtol, atol, described)
        except (TypeError, ValueError, NotImplementedError) as error:
            if not isinstance(a, (list, tuple)):
                types = f"a{path} has {type(a)}, but b{path} has {type(b)}"
                error.args = (f"{error} : Error: {types}. {msg}",)
                raise
            # No array can be made of them: they hold structures, or tensors.
            if len(a) != len(b):
                raise ValueError(
                    f"Mismatched length: a{path} has {len(a)} items, "
                    f"but b{path} has {len(b)} items. {msg}"
                ) from None
            for index, (of_a, of_b) in enumerate(zip(a, b)):
                self._assert_close(of_a, of_b, rtol, atol, f"{path}[{index}]", msg)

    def _assert_arrays_close(self, a: Any, b: Any, rtol: float, atol: float, msg: str) -> None:
        a, b = self._GetNdArray(a), self._GetNdArray(b)
        self._assert_same_shape(a, b)
        if np.allclose(a, b, rtol=rtol, atol=atol):
            return
        tolerance = atol + rtol * np.abs(b)
        is_off = (np.abs(a - b) > tolerance) | (np.isnan(a) != np.isnan(b))
        where = np.where(is_off) if a.ndim else ()
        left, right = a[where], b[where]
        lines = [
            msg,
            f"not close where = {where}",
            f"not close lhs = {left}",
            f"not close rhs = {right}",
            f"not close dif = {np.abs(left - right)}",
            f"not close tol = {tolerance[where]}",
            f"dtype = {a.dtype}, shape = {a.shape}",
        ]
        np.testing.assert_allclose(
            a, b, rtol=rtol, atol=atol, err_msg="\n".join(lines), equal_nan=True
        )

    def _assert_same_shape(self, a: np.ndarray, b: np.ndarray, msg: str = "") -> None:
        mismatch = f"Shape mismatch: expected {a.shape}, got {b.shape}"
        if b.ndim <= 3 or b.size < _MOST_PRINTED:
            mismatch += f" with contents {b}"
        self.assertEqual(a.shape, b.shape, f"{mismatch}. {msg}")

    # -- Equal ------------------------------------------------------------------------------

    def assertAllEqual(self, a: Any, b: Any, msg: str | None = None) -> None:
        """Two arrays have the same shape and values; NaN equals NaN."""
        a, b = self._GetNdArray(a), self._GetNdArray(b)
        self._assert_same_shape(a, b, msg or "")
        same = np.asarray(a == b)
        if a.dtype in _FLOATS:
            same |= np.isnan(a) & np.isnan(b)
        if same.all():
            return
        where = np.where(~same) if a.ndim else ()
        lines = [
            msg or "",
            f"not equal where = {where}",
            f"not equal lhs = {a[where]}",
            f"not equal rhs = {b[where]}",
        ]
        np.testing.assert_array_equal(a, b, err_msg="\n".join(lines))

    def assertNotAllEqual(self, a: Any, b: Any, msg: str | None = None) -> None:
        """Two arrays differ in shape or in a value."""
        try:
            self.assertAllEqual(a, b, msg)
        except AssertionError:
            return
        raise AssertionError("The two values are equal at all elements")

    # -- Order, ranges and sets -------------------------------------------------------------

    def assertAllGreater(self, a: Any, comparison_target: float) -> None:
        """Every element of `a` is greater than the target."""
        self.assertGreater(np.min(self._GetNdArray(a)), comparison_target)

    def assertAllLess(self, a: Any, comparison_target: float) -> None:
        """Every element of `a` is less than the target."""
        self.assertLess(np.max(self._GetNdArray(a)), comparison_target)

    def assertAllGreaterEqual(self, a: Any, comparison_target: float) -> None:
        """No element of `a` is less than the target."""
        self.assertGreaterEqual(np.min(self._GetNdArray(a)), comparison_target)

    def assertAllLessEqual(self, a: Any, comparison_target: float) -> None:
        """No element of `a` is greater than the target."""
        self.assertLessEqual(np.max(self._GetNdArray(a)), comparison_target)

    def assertAllInRange(
        self,
        target: Any,
        lower_bound: float,
        upper_bound: float,
        open_lower_bound: bool = False,
        open_upper_bound: bool = False,
    ) -> None:
        """Every element lies between two bounds, which belong to the range unless it is open there.

        Raises:
          AssertionError: also for NaN, and for a type that is neither a float nor an integer.
        """
        target = self._GetNdArray(target)
        if not np.issubdtype(target.dtype, np.floating) and not np.issubdtype(
            target.dtype, np.integer
        ):
            raise AssertionError(
                f"The value of {target} does not have an ordered numeric type, instead it has "
                f"type: {target.dtype}"
            )
        is_nan = np.isnan(target)
        if is_nan.any():
            raise AssertionError(
                f"{is_nan.sum()} of the {target.size} element(s) are NaN. Subscripts(s) and "
                f"value(s) of the NaN element(s):\n{_listing(is_nan, target)}"
            )
        is_low = target <= lower_bound if open_lower_bound else target < lower_bound
        is_high = target >= upper_bound if open_upper_bound else target > upper_bound
        is_outside = np.asarray(is_low | is_high)
        if is_outside.any():
            left, right = "(" if open_lower_bound else "[", ")" if open_upper_bound else "]"
            raise AssertionError(
                f"{is_outside.sum()} of the {target.size} element(s) are outside the range "
                f"{left}{lower_bound}, {upper_bound}{right}. Subscript(s) and value(s) of the "
                f"offending elements:\n{_listing(is_outside, target)}"
            )

    def assertAllInSet(self, target: Any, expected_set: Collection[Any]) -> None:
        """Every element is one of `expected_set`."""
        strange = np.setdiff1d(self._GetNdArray(target).ravel(), list(expected_set))
        if strange.size:
            raise AssertionError(
                f"{strange.size} unique element(s) are not in the set {expected_set}: {strange}"
            )

    # -- Types and shapes -------------------------------------------------------------------

    def assertDTypeEqual(self, target: Any, expected_dtype: Any) -> None:
        """The element type of an array."""
        self.assertEqual(self._GetNdArray(target).dtype, expected_dtype)

    def assertShapeEqual(self, np_array: Any, tf_tensor: Tensor, msg: str | None = None) -> None:
        """The shape of an array is the static shape of a tensor.

        Raises:
          TypeError: `np_array` is not NumPy's, or `tf_tensor` is no tensor.
        """
        if not isinstance(np_array, (np.ndarray, np.generic)):
            raise TypeError("np_array must be a Numpy ndarray or Numpy scalar")
        if not isinstance(tf_tensor, Tensor):
            raise TypeError("tf_tensor must be a Tensor")
        self.assertAllEqual(np_array.shape, tf_tensor.get_shape().as_list(), msg=msg)


def _listing(mask: np.ndarray, values: np.ndarray) -> str:
    """The subscripts and values of the elements that `mask` names, a line each; not too many."""
    subscripts = np.argwhere(mask)
    chosen = itertools.islice(subscripts, _MOST_SUBSCRIPTS)
    lines = [f"  {subscript} : {values[tuple(subscript)]}" for subscript in chosen]
    return "\n".join(lines + ["..."] * (len(subscripts) > _MOST_SUBSCRIPTS))
