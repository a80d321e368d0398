"""The runner of TensorFlow's tests, on a file of our own."""

import pytest

from canon import tensorflow_tests
from canon.not_applicable import reason_of
from canon.tensorflow_tests_table import Row, read_table, write_table

FILE = "kernel_tests/tiny_test.py"
SOURCE = """
import os
from absl.testing import parameterized
from tensorflow.python.eager import def_function
from tensorflow.python.framework import constant_op, test_ops, test_util
from tensorflow.python.keras import nonsense
from tensorflow.python.kernel_tests import tiny_helper
from tensorflow.python.platform import test


class TinyTest(test.TestCase, parameterized.TestCase):
    @test_util.run_in_graph_and_eager_modes
    def testPasses(self):
        self.assertAllEqual(constant_op.constant(tiny_helper.ONE), 1)

    @parameterized.parameters(1, 2)
    def testEach(self, number):
        self.assertEqual(number, 1)

    def testOldNumPy(self):
        import numpy as np
        self.assertIs(np.float, float)

    def testRaises(self):
        nonsense.layer()

    @test_util.run_gpu_only
    def testGpu(self):
        self.fail()

    @def_function.function
    def testFunction(self):
        pass

    def testOpsOfTests(self):
        self.assertEqual(test_ops.two_int_outputs().a.op.type, "TwoIntOutputs")

    def testZEnds(self):
        os._exit(3)


if __name__ == "__main__":
    test.main()
"""


@pytest.fixture
def checkout(tmp_path):
    folder = tmp_path / "tensorflow" / "python" / "kernel_tests"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "tiny_helper.py").write_text("ONE = 1")
    (folder / "tiny_test.py").write_text(SOURCE)
    return tmp_path


def test_each_method_is_counted_with_what_became_of_it(checkout):
    report = tensorflow_tests.run_file(checkout, FILE, limit_s=100)
    kinds = {outcome.method: outcome.kind for outcome in report.outcomes}
    assert kinds == {
        "TinyTest.testPasses": "passed",
        "TinyTest.testEach0": "passed",
        "TinyTest.testEach1": "failed",
        "TinyTest.testOldNumPy": "passed",
        "TinyTest.testRaises": "error",
        "TinyTest.testGpu": "not applicable",
        "TinyTest.testFunction": "not applicable",
        "TinyTest.testOpsOfTests": "passed",
        "TinyTest.testZEnds": "error",
    }
    details = {outcome.method: outcome.detail for outcome in report.outcomes}
    assert "2 != 1" in details["TinyTest.testEach1"]
    assert "keras.nonsense is not in reflow" in details["TinyTest.testRaises"]
    assert "the process ended with status 3" in details["TinyTest.testZEnds"]
    assert report.row() == Row(
        FILE, 4, 1, 2, "for GPUs (1); for tf.function, TensorFlow 2's (1)", 2
    )


def test_a_file_that_takes_too_long_is_ended(checkout):
    report = tensorflow_tests.run_file(checkout, FILE, limit_s=0.1)
    assert [outcome.kind for outcome in report.outcomes] == ["error"]
    assert "not ended after 0 s" in report.outcomes[0].detail


def test_the_command_prints_and_refreshes_the_table(checkout, tmp_path, monkeypatch, capsys):
    table = tmp_path / "table.md"
    monkeypatch.setattr(tensorflow_tests, "TABLE", table)
    write_table(table, {"other_test.py": Row("other_test.py", 1, 0, 0, "", 0)})
    words = [str(checkout), FILE, "--only", "testEach", "--failures", "--refresh"]
    assert tensorflow_tests.main(words) == 1
    printed = capsys.readouterr().out
    assert "TinyTest.testEach1 (failed)" in printed
    assert f"{FILE}: 1 of 2 pass (50.0%)" in printed
    assert read_table(table) == {
        FILE: Row(FILE, 1, 1, 0, "", 0),
        "other_test.py": Row("other_test.py", 1, 0, 0, "", 0),
    }


def test_what_passes_applies_whatever_the_rules_say():
    assert reason_of(FILE, "A.b", "passed", "") is None
    assert reason_of(FILE, "A.b", "error", "anything") is None
    assert reason_of(FILE, "A.b", "not applicable", "so") == "skipped by the test: so"
    assert reason_of(FILE, "A.b", "not applicable", "Test requires CUDA GPU") == "for GPUs"
