"""reflow.graph.dtypes: what TensorFlow 1.15.5 says of its types, and what is reflow's own."""

import subprocess
import sys

import ml_dtypes
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


def test_bfloat16_in_numpy_is_the_type_of_ml_dtypes():
    assert dtypes.bfloat16.as_numpy_dtype is ml_dtypes.bfloat16
    assert dtypes.bfloat16_ref.as_numpy_dtype is ml_dtypes.bfloat16
    assert dtypes.as_dtype(ml_dtypes.bfloat16) is dtypes.bfloat16
    assert dtypes.as_dtype(np.dtype(ml_dtypes.bfloat16)) is dtypes.bfloat16
    assert dtypes.bfloat16.size == 2


def test_ml_dtypes_is_imported_when_it_is_needed():
    program = "import reflow, sys; reflow.bfloat16.size; print('ml_dtypes' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert shown.stdout == "False\n", shown.stderr
