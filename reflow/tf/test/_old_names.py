"""The names that TensorFlow's own modules of test helpers have for what is named otherwise here."""

from __future__ import annotations

from reflow.tf.test import TestCase as TensorFlowTestCase
from reflow.tf.test._case import CapturedWrites
from reflow.tf.test._comparisons import assert_equal_graph_def as assert_equal_graph_def_v1
from reflow.tf.test._devices import is_built_with_cuda as IsGoogleCudaEnabled
from reflow.tf.test._devices import is_built_with_rocm as IsBuiltWithROCm
from reflow.tf.test._eager_values import EagerSession as FakeEagerSession
from reflow.tf.test._eager_values import NoEagerSession as EagerSessionWarner
from reflow.tf.test._folders import get_temp_dir as GetTempDir


def assert_equal_graph_def_v2(expected: object, actual: object) -> None:
    """TensorFlow 2's `tf.test.assert_equal_graph_def`."""
    assert_equal_graph_def_v1(actual, expected, checkpoint_v2=True, hash_table_shared_name=True)
