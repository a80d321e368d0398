"""What tests say of errors, messages, text and devices."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from absl.testing import absltest
from google.protobuf import text_format

from reflow.graph.device import canonical_name
from reflow.graph.errors import OpError
from reflow.tf.version import GRAPH_DEF_VERSION, GRAPH_DEF_VERSION_MIN_CONSUMER

# A pattern to be found in an error's message, or what tells whether an error is the expected one.
Expected = str | Callable[[Exception], Any]


class OtherAssertions(absltest.TestCase):
    """Assertions on errors, protocol messages, strings and devices."""

    # Python 2's names, which TensorFlow's tests use.
    assertItemsEqual = absltest.TestCase.assertCountEqual
    assertRaisesRegexp = absltest.TestCase.assertRaisesRegex
    assertRegexpMatches = absltest.TestCase.assertRegex
    assertNotRegexpMatches = absltest.TestCase.assertNotRegex
    assertEquals = absltest.TestCase.assertEqual
    assertNotEquals = absltest.TestCase.assertNotEqual
    assertAlmostEquals = absltest.TestCase.assertAlmostEqual
    assert_ = absltest.TestCase.assertTrue

    @contextmanager
    def assertRaisesWithPredicateMatch(
        self, exception_type: type[Exception], expected_err_re_or_predicate: Expected
    ) -> Iterator[None]:
        """What is inside raises an error that fits.

        Args:
          exception_type: its class.
          expected_err_re_or_predicate: a regular expression found in its message, to which the
            operations are added that an OpError comes from; or a function that is true of it.
        """
        try:
            yield
        except Exception as error:
            is_expected = expected_err_re_or_predicate
            fits = is_expected if callable(is_expected) else _message_matches(is_expected)
            if not isinstance(error, exception_type) or not fits(error):
                raise AssertionError(f"Exception of type {type(error)}: {error}") from error
        else:
            self.fail(f"{exception_type.__name__} not raised")

    def assertRaisesOpError(
        self, expected_err_re_or_predicate: Expected
    ) -> AbstractContextManager[None]:
        """What is inside raises a tf.OpError that fits; see assertRaisesWithPredicateMatch."""
        return self.assertRaisesWithPredicateMatch(OpError, expected_err_re_or_predicate)

    def assertProtoEquals(
        self, expected_message_maybe_ascii: Any, message: Any, msg: str | None = None
    ) -> None:
        """A message equals another one, which may be given as text; NaN equals NaN."""
        expected = expected_message_maybe_ascii
        if isinstance(expected, str):
            expected = text_format.Merge(expected, type(message)())
        if type(expected) is not type(message):
            raise AssertionError(
                f"Can't compare protos of type {type(expected)} and {type(message)}. {msg or ''}"
            )
        if expected != message:
            self.assertMultiLineEqual(str(expected), str(message), msg=msg)

    def assertProtoEqualsVersion(
        self,
        expected: str,
        actual: Any,
        producer: int = GRAPH_DEF_VERSION,
        min_consumer: int = GRAPH_DEF_VERSION_MIN_CONSUMER,
        msg: str | None = None,
    ) -> None:
        """A GraphDef of this version equals one given as text without its `versions`."""
        versions = f"versions {{ producer: {producer} min_consumer: {min_consumer} }};"
        self.assertProtoEquals(f"{versions}\n{expected}", actual, msg=msg)

    def assertStartsWith(
        self, actual: str | bytes, expected_start: str | bytes, msg: str | None = None
    ) -> None:
        """A string begins with another one."""
        if not actual.startswith(expected_start):  # type: ignore[arg-type]
            suffix = f" : {msg!r}" if msg else ""
            self.fail(f"{actual!r} does not start with {expected_start!r}{suffix}")

    def assertDeviceEqual(self, device1: Any, device2: Any, msg: str | None = None) -> None:
        """Two devices, given by names or DeviceSpecs, are the same."""
        first, second = canonical_name(device1), canonical_name(device2)
        self.assertEqual(first, second, f"Devices {first} and {second} are not equal. {msg}")


def _message_matches(pattern: str) -> Callable[[Exception], Any]:
    def matches(error: Exception) -> Any:
        if not isinstance(error, OpError):
            return re.search(pattern, str(error))
        lines = [error.message]
        op = error.op
        while op is not None:
            lines.append(f"Caused by: {op.name}")
            op = op._original_op
        return re.search(pattern, "\n".join(lines))

    return matches
