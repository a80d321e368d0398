"""A file of TensorFlow's tests under plain `reflow run`."""

import subprocess
import sys

from tests.running.processes import environment

TEST = """
from tensorflow.python.framework import test_ops, test_util
from tensorflow.python.keras import nonsense
from tensorflow.python.kernel_tests import tiny_helper
from tensorflow.python.platform import test


@nonsense.decorator("at the top")
def helper():
    pass


class TinyTest(test.TestCase):
    @test_util.run_deprecated_v1
    def testHelper(self):
        self.assertEqual(test_ops.int_output().dtype.name, tiny_helper.NAME)

    def testRaises(self):
        helper()

    @test_util.run_v1_only("references")
    def testApplyOp(self):
        lib = test_ops._op_def_lib
        with self.assertRaisesRegexp(RuntimeError, "Unrecognized Op name Nonsense"):
            lib.apply_op("Nonsense")
        with self.assertRaisesRegexp(TypeError, "No argument for input a"):
            lib.apply_op("Simple")
        with self.assertRaisesRegexp(TypeError, "unexpected keyword arguments: b, c"):
            lib.apply_op("Simple", a=1, c=2, b=3)
        with self.assertRaisesRegexp(TypeError, "not specify value for inferred attr 'T'"):
            lib.apply_op("Polymorphic", a=1, T=2)
        with self.assertRaisesRegexp(TypeError, "No argument for attr range"):
            lib.apply_op("ReservedAttr")
        self.assertEqual(lib.apply_op("ReservedAttr", range_=7).get_attr("range"), 7)
        defaults = lib.apply_op("DefaultAttrs")
        self.assertEqual(defaults.get_attr("string_list_val"), [b"abc", b""])
        self.assertEqual([len(s.dim) for s in defaults.get_attr("shape_list_val")], [0, 1])
        self.assertEqual(defaults.get_attr("tensor_val").int_val, [1])

    @test_util.run_deprecated_v1
    def testResource(self):
        with self.session() as sess:
            stub = test_ops.stub_resource_handle_op(container="a", shared_name="b")
            is_there = test_ops.resource_initialized_op(stub)
            create = test_ops.resource_create_op(stub)
            with self.assertRaisesOpError("does not exist"):
                sess.run(test_ops.resource_using_op(stub))
            self.assertFalse(sess.run(is_there))
            sess.run(create)
            self.assertTrue(sess.run(is_there))
            with self.assertRaisesOpError("already exists"):
                sess.run(create)


if __name__ == "__main__":
    test.main()
"""


def test_a_test_finds_what_it_shares_with_others_and_the_ops_of_tests(tmp_path):
    folder = tmp_path / "tensorflow" / "python" / "kernel_tests"
    folder.mkdir(parents=True)
    (folder / "tiny_helper.py").write_text('NAME = "int32"')
    (folder / "tiny_test.py").write_text(TEST)
    done = subprocess.run(
        [sys.executable, "-m", "reflow", "run", str(folder / "tiny_test.py")],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    report = done.stdout + done.stderr
    assert "FAILED (errors=1, skipped=1)" in report, report
    assert "ERROR: testRaises" in report
    assert "keras.nonsense is not in reflow" in report
