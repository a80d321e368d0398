"""Checks of parameters and values, made where a distribution is to `validate_args`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

import reflow.tf as tf
from reflow.graph.dtypes import DType
from reflow.graph.operation import Operation, Tensor

# Integers that hold all that a float of the type counts exactly.
_INTEGERS = {tf.float16: tf.int16, tf.float32: tf.int32, tf.float64: tf.int64}


def checked(x: Tensor, assertions: Sequence[Operation]) -> Tensor:
    """`x`, once the assertions hold."""
    with tf.control_dependencies([a for a in assertions if a is not None]):
        return tf.identity(x, name="control_dependency")


def new_seed(seed: int | None, salt: str) -> int | None:
    """Another seed that follows from `seed`: TensorFlow's own."""
    if seed is None:
        return None
    digest = hashlib.md5(f"{seed}{salt}".encode(), usedforsecurity=False).hexdigest()
    return int(digest[:8], 16) & 0x7FFFFFFF


def _assert_integers(x: Tensor, integers: DType | None, message: str) -> Operation:
    """That the elements of a floating tensor have no fraction."""
    integers = integers or _INTEGERS[x.dtype.base_dtype]
    whole = tf.cast(tf.cast(x, integers), x.dtype)
    return tf.assert_equal(x, whole, message=message, name="assert_integer_form")


def counts(x: Any) -> Tensor:
    """`x`, checked to be integers of at least 0 (of any type)."""
    with tf.name_scope("embed_check_nonnegative_integer_form", values=[x]):
        x = tf.convert_to_tensor(x, name="x")
        assertions = [tf.assert_non_negative(x, message=f"'{x}' must be non-negative.")]
        if not x.dtype.is_integer:
            message = f"'{x}' cannot contain fractional components."
            assertions.append(_assert_integers(x, None, message))
        return checked(x, assertions)


def classes(x: Any, integers: DType) -> Tensor:
    """`x`, checked to be of at least 0 and not changed by a cast to `integers` (or bool)."""
    with tf.name_scope("embed_check_casting_closed", values=[x]):
        x = tf.convert_to_tensor(x, name="x")
        if not (x.dtype.is_integer or x.dtype.is_bool or x.dtype.is_floating):
            raise TypeError(f"{x.dtype.name}.dtype must be floating- or integer-type.")
        assertions = [tf.assert_non_negative(x, message="Elements must be non-negative.")]
        if x.dtype.is_floating:
            message = f"Elements must be {integers.name}-equivalent."
            assertions.append(_assert_integers(x, integers, message))
        elif (largest := 1 if integers.is_bool else integers.max) < x.dtype.max:
            message = f"Elements cannot exceed {largest}."
            assertions.append(
                tf.assert_less_equal(x, tf.constant(largest, x.dtype), message=message)
            )
        return checked(x, assertions)


def categories(x: Any) -> Tensor:
    """`x`, checked to be of shape [..., classes] with 2 classes at least, and with no more than
    its type can number."""
    with tf.name_scope("embed_check_categorical_event_shape", values=[x]):
        x = tf.convert_to_tensor(x, name="categorical_param")
        dtype = x.dtype.base_dtype
        if not dtype.is_floating:
            raise TypeError(f"Unable to validate size of unrecognized dtype ({dtype.name}).")
        most = 2 ** (np.finfo(dtype.as_numpy_dtype).nmant + 1)
        one_dimension = "A categorical-distribution parameter must have at least 1 dimension."
        two_events = "A categorical-distribution parameter must have at least 2 events."
        if x.shape.ndims == 0:
            raise ValueError(one_dimension)
        known = None if x.shape.ndims is None else x.shape.as_list()[-1]
        if known is not None:
            if known < 2:
                raise ValueError(two_events)
            if known > most:
                raise ValueError(
                    f"Number of classes exceeds `dtype` precision, i.e., {dtype.name} implies "
                    f"shape ({known}) cannot exceed {most}."
                )
            return x
        size = tf.shape(x, name="x_shape")[-1]
        too_many = (
            f"Number of classes exceeds `dtype` precision, i.e., {dtype.name} dtype cannot exceed "
            f"{most} shape."
        )
        assertions = [
            tf.assert_rank_at_least(x, 1, message=one_dimension),
            tf.assert_greater_equal(tf.shape(x)[-1], 2, message=two_events),
            tf.assert_less_equal(size, most, message=too_many),
        ]
        return checked(x, assertions)


def logits_and_probs(
    logits: Any, probs: Any, validate_args: bool, name: str, multidimensional: bool = False
) -> tuple[Tensor, Tensor]:
    """Both forms of the parameter of which one is given.

    Of one probability (log odds and probability) or, if `multidimensional`, of those of the
    classes along the last axis.
    """
    with tf.name_scope(name, values=[probs, logits]):
        if (probs is None) == (logits is None):
            raise ValueError("Must pass probs or logits, but not both.")
        if probs is None:
            logits = tf.convert_to_tensor(logits, name="logits")
            if not logits.dtype.is_floating:
                raise TypeError("logits must having floating type.")
            if not multidimensional:
                return logits, tf.sigmoid(logits, name="probs")
            logits = categories(logits) if validate_args else logits
            return logits, tf.nn.softmax(logits, name="probs")
        probs = tf.convert_to_tensor(probs, name="probs")
        if not probs.dtype.is_floating:
            raise TypeError("probs must having floating type.")
        if validate_args:
            probs = _checked_probabilities(probs, multidimensional)
        with tf.name_scope("logits"):
            if multidimensional:
                return tf.math.log(probs), probs
            return tf.math.log(probs) - tf.math.log1p(-1.0 * probs), probs


def _checked_probabilities(probs: Tensor, multidimensional: bool) -> Tensor:
    with tf.name_scope("validate_probs"):
        one = tf.constant(1.0, probs.dtype)
        assertions = [tf.assert_non_negative(probs)]
        if multidimensional:
            probs = categories(probs)
            total = tf.reduce_sum(probs, -1)
            message = "probs does not sum to 1."
            assertions.append(tf.debugging.assert_near(total, one, message=message))
        else:
            message = "probs has components greater than 1."
            assertions.append(tf.assert_less_equal(probs, one, message=message))
        return checked(probs, assertions)


def log_combinations(n: Any, counts: Any) -> Tensor:
    """log(n! / prod(counts!)), the product along the last axis."""
    with tf.name_scope("log_combinations", values=[n, counts]):
        n = tf.convert_to_tensor(n, name="n")
        counts = tf.convert_to_tensor(counts, name="counts")
        return tf.math.lgamma(n + 1) - tf.reduce_sum(tf.math.lgamma(counts + 1), axis=[-1])
