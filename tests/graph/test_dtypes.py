"""reflow.graph.dtypes: what TensorFlow 1.15.5 says of its types, and what is reflow's own."""

import sys
import types

import numpy as np
import pytest

from reflow.graph import dtypes
from tests.graph.recorded import disagreements


def test_types_answer_as_recorded_from_tensorflow():
    assert disagreements("dtypes") == {}


@pytest.mark.parametrize("code", "lLiIqQ")
def test_integers_of_c_are_found_by_their_width(code):
    dtype = np.dtype(code)
    assert dtypes.as_dtype(dtype).name == dtype.name
    assert dtypes.as_dtype(dtype.type) is dtypes.as_dtype(dtype)


def test_there_is_one_object_for_each_type():
    assert dtypes.DType(1) is dtypes.as_dtype("float") is dtypes.float32
    assert dtypes.float32._as_ref is dtypes.float32_ref
    assert dtypes.float32_ref.base_dtype is dtypes.float32


def test_an_unhashable_value_names_no_type():
    with pytest.raises(TypeError, match=r"Cannot convert value \[1\] to a TensorFlow DType\."):
        dtypes.as_dtype([1])


@pytest.mark.parametrize("dtype", [dtypes.resource, dtypes.variant_ref])
def test_handles_have_no_numpy_type(dtype):
    with pytest.raises(KeyError, match=f"'{dtype.name}'.* has no NumPy type"):
        _ = dtype.as_numpy_dtype


@pytest.mark.parametrize("dtype", [dtypes.string, dtypes.float16, dtypes.qint8, dtypes.complex64])
def test_types_that_no_image_has_have_no_limits(dtype):
    with pytest.raises(KeyError, match=f"'{dtype.name}'.* has no intensity limits"):
        _ = dtype.limits


def test_int_gives_the_number_of_the_type():
    assert int(dtypes.float32_ref) == 101


def test_bfloat16_in_numpy_is_the_type_of_ml_dtypes(monkeypatch):
    stand_in = type("bfloat16", (np.generic,), {})
    monkeypatch.setitem(sys.modules, "ml_dtypes", types.SimpleNamespace(bfloat16=stand_in))
    assert dtypes.bfloat16.as_numpy_dtype is stand_in
    assert dtypes.bfloat16_ref.as_numpy_dtype is stand_in
    assert dtypes.as_dtype(stand_in) is dtypes.bfloat16


def test_bfloat16_in_numpy_without_ml_dtypes_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ml_dtypes", None)
    assert dtypes.bfloat16.size == 2
    assert dtypes.bfloat16.is_floating
    with pytest.raises(ModuleNotFoundError, match="pip install ml_dtypes"):
        _ = dtypes.bfloat16.as_numpy_dtype
