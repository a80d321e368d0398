"""Layers as plain values, their weights as arrays, and what they are given by name.

The expected values are those of TensorFlow 1.15.5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import reflow.hook  # noqa: F401

import tensorflow as tf  # isort: skip

ZEROS = {"class_name": "Zeros", "config": {"dtype": "float32"}}


@pytest.fixture(autouse=True)
def graph() -> Iterator[tf.Graph]:
    with tf.Graph().as_default() as graph:
        yield graph


def test_config_of_dense() -> None:
    layer = tf.layers.Dense(
        3, "relu", kernel_initializer="he_normal", kernel_constraint="max_norm", name="d"
    )
    assert layer.get_config() == {
        "name": "d",
        "trainable": True,
        "dtype": None,
        "units": 3,
        "activation": "relu",
        "use_bias": True,
        "kernel_initializer": {
            "class_name": "VarianceScaling",
            "config": {
                "scale": 2.0,
                "mode": "fan_in",
                "distribution": "truncated_normal",
                "seed": None,
                "dtype": "float32",
            },
        },
        "bias_initializer": ZEROS,
        "kernel_regularizer": None,
        "bias_regularizer": None,
        "activity_regularizer": None,
        "kernel_constraint": {"class_name": "MaxNorm", "config": {"max_value": 2, "axis": 0}},
        "bias_constraint": None,
    }


@pytest.mark.parametrize(
    "make",
    [
        lambda: tf.layers.Dense(3, tf.nn.relu, kernel_regularizer="l2", input_shape=[4]),
        lambda: tf.layers.Conv1D(3, 2, padding="causal"),
        lambda: tf.layers.Conv2D(3, 2, strides=(1, 2), data_format="channels_first"),
        lambda: tf.layers.Conv3D(3, 2, use_bias=False),
        lambda: tf.layers.SeparableConv1D(3, 2, depthwise_constraint="non_neg"),
        lambda: tf.layers.SeparableConv2D(3, 2, depth_multiplier=2),
        lambda: tf.layers.Conv2DTranspose(3, 2, strides=2, output_padding=1),
        lambda: tf.layers.Conv3DTranspose(3, 2),
        lambda: tf.layers.BatchNormalization(renorm=True, beta_constraint="unit_norm"),
        lambda: tf.layers.Dropout(0.3, seed=2),
        lambda: tf.layers.Flatten(),
        lambda: tf.layers.MaxPooling2D(2, (1, 2), "same"),
        lambda: tf.layers.AveragePooling3D(2, 2),
    ],
)
def test_a_config_makes_the_same_layer(make: Callable[[], Any]) -> None:
    layer = make()
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert type(again) is type(layer)


def test_configs_of_own_classes() -> None:
    class Plain(tf.layers.Layer):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)

    class Special(tf.layers.Layer):
        def __init__(self, size: int, **kwargs: Any) -> None:
            super().__init__(**kwargs)

    assert Plain(name="p").get_config() == {"name": "p", "trainable": True, "dtype": None}
    with pytest.raises(NotImplementedError, match="must override `get_config`"):
        Special(3).get_config()


def test_weights_go_in_and_out() -> None:
    layer, other = tf.layers.Dense(2), tf.layers.Dense(2)
    assert layer.get_weights() == []
    for each in (layer, other):
        each(tf.ones([1, 3]))
    with tf.Session():
        kernel, bias = layer.get_weights()  # and so they got their initial values
        assert kernel.shape == (3, 2)
        np.testing.assert_array_equal(bias, [0, 0])
        other.set_weights([kernel + 1, bias + 2])
        np.testing.assert_array_equal(other.get_weights()[0], kernel + 1)
        np.testing.assert_array_equal(other.get_weights()[1], [2, 2])
        operations = len(tf.get_default_graph().get_operations())
        other.set_weights([kernel, bias])
        assert len(tf.get_default_graph().get_operations()) == operations
    assert layer.count_params() == 8


def test_weights_without_a_session() -> None:
    values = [np.ones([3, 2], np.float32), np.array([1, 2], np.float32)]
    layer = tf.layers.Dense(2, weights=values)
    layer(tf.ones([1, 3]))
    np.testing.assert_array_equal(layer.get_weights()[1], [1, 2])


def test_weights_that_do_not_fit() -> None:
    layer = tf.layers.Dense(2)
    layer(tf.ones([1, 3]))
    with pytest.raises(ValueError, match="weight list of length 1, but the layer was expecting 2"):
        layer.set_weights([np.ones([3, 2])])
    with pytest.raises(
        ValueError, match=r"Layer weight shape \(3, 2\) not compatible with .* \(2, 3\)"
    ):
        layer.set_weights([np.ones([2, 3]), np.ones(2)])


def test_a_layer_that_is_not_trained() -> None:
    layer = tf.layers.BatchNormalization()
    layer(tf.ones([2, 3]), training=True)
    assert len(layer.trainable_weights) == 2
    assert len(layer.updates) == 2
    layer.trainable = False
    assert layer.trainable_weights == layer.updates == []
    assert [each.op.name.split("/")[1] for each in layer.non_trainable_weights] == [
        "gamma",
        "beta",
        "moving_mean",
        "moving_variance",
    ]


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("non_neg", [[0, 0, 4], [0, 0, 0]]),
        ("unit_norm", [[-0.6, 0, 1], [-0.8, 0, 0]]),
        ("max_norm", [[-1.2, 0, 2], [-1.6, 0, 0]]),
        (
            {"class_name": "MinMaxNorm", "config": {"max_value": 1.0, "rate": 0.5}},
            [[-1.8, 0, 2.5], [-2.4, 0, 0]],
        ),
        ({"class_name": "MaxNorm", "config": {"max_value": None}}, [[-3, 0, 4], [-4, 0, 0]]),
    ],
)
def test_constraints(identifier: Any, expected: list[list[float]]) -> None:
    constraint = tf.layers.Dense(3, kernel_constraint=identifier).kernel_constraint
    with tf.Session() as session:
        values = session.run(constraint(tf.constant([[-3.0, 0.0, 4.0], [-4.0, 0.0, 0.0]])))
    np.testing.assert_allclose(values, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("l1", 0.06),
        ("l2", 0.14),
        ("l1_l2", 0.2),
        ("L1L2", 0.0),
        ({"class_name": "l2", "config": {"l": 0.5}}, 7.0),
    ],
)
def test_regularizers(identifier: Any, expected: float) -> None:
    regularizer = tf.layers.Dense(3, kernel_regularizer=identifier).kernel_regularizer
    with tf.Session() as session:
        assert session.run(regularizer(tf.constant([-1.0, 2.0, 3.0]))) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kernel_regularizer": "l3"}, "Unknown regularizer:l3"),
        ({"kernel_regularizer": 3}, "Could not interpret regularizer identifier: 3"),
        ({"kernel_constraint": 3}, "Could not interpret constraint identifier: 3"),
        ({"kernel_initializer": "none"}, "Unknown initializer:none"),
        ({"kernel_initializer": {"class_name": "N", "config": {}}}, "Unknown initializer: N"),
        ({"kernel_initializer": {"a": 1}}, "Improper config format: {'a': 1}"),
    ],
)
def test_unknown_names(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        tf.layers.Dense(3, **arguments)
