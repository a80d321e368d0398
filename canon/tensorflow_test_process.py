"""Runs one file of TensorFlow's tests in this process, and writes down how each method ends.

    python -m canon.tensorflow_test_process CHECKOUT FILE LOG [PATTERN]

The file runs as `__main__`, as it would run alone.
"""

from __future__ import annotations

import json
import runpy
import sys
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from absl.testing import absltest

import reflow.hook  # noqa: F401
from reflow.running.old_libraries import lookup
from reflow.running.tensorflow_tests.preparing import prepare


class Recorder(unittest.TestResult):
    """Writes a line of JSON for each method that ends."""

    def __init__(self, log: TextIO) -> None:
        super().__init__()
        self._log = log
        self._ended: dict[str, tuple[str, str]] = {}

    def write(self, **event: Any) -> None:
        print(json.dumps(event), file=self._log, flush=True)

    def startTest(self, test: unittest.TestCase) -> None:
        super().startTest(test)
        print(f"[ RUN ] {_name(test)}", flush=True)

    def stopTest(self, test: unittest.TestCase) -> None:
        super().stopTest(test)
        kind, detail = self._ended.pop(_name(test), ("passed", ""))
        self.write(method=_name(test), kind=kind, detail=detail)

    def addError(self, test: unittest.TestCase, err: Any) -> None:
        self._end(test, "error", err)

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:
        self._end(test, "failed", err)

    def _end(self, test: unittest.TestCase, kind: str, err: Any) -> None:
        # What fails first is what matters: the test, and not what is torn down after it.
        self._ended.setdefault(_name(test), (kind, self._exc_info_to_string(err, test)))

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        self._ended[_name(test)] = "not applicable", reason

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: Any) -> None:
        if err is not None:
            is_failure = issubclass(err[0], test.failureException)
            (self.addFailure if is_failure else self.addError)(test, err)

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:
        self._ended[_name(test)] = "failed", "It passed, which the test does not expect."


def _name(test: unittest.TestCase) -> str:
    """ "Class.method" of a test; what a class or module is set up by has another form."""
    method = getattr(test, "_testMethodName", None)
    return test.id() if method is None else f"{type(test).__name__}.{method}"


def _methods(suite: unittest.TestSuite) -> Iterator[unittest.TestCase]:
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from _methods(item)
        elif getattr(item, "_testMethodName", "") != "test_session":
            yield item


def run(checkout: Path, file: str, log: Path, pattern: str = "") -> None:
    """Runs the file; its call of `tf.test.main` runs the tests and comes back."""
    path = checkout / "tensorflow" / "python" / file
    prepare(str(path))
    sys.argv = [str(path)]
    sys.path[0] = str(path.parent)
    lookup.install()

    def run_tests(*args: Any, **kwargs: Any) -> None:
        absltest.FLAGS(sys.argv[:1])
        suite = absltest.TestLoader().loadTestsFromModule(sys.modules["__main__"])
        tests = [test for test in _methods(suite) if pattern in _name(test)]
        with log.open("w") as stream:
            recorder = Recorder(stream)
            recorder.write(planned=[_name(test) for test in tests])
            unittest.TestSuite(tests).run(recorder)

    absltest.main = run_tests
    runpy.run_path(str(path), run_name="__main__")


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), *sys.argv[4:])
