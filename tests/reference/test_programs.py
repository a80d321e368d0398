"""The loss of every training step against the losses that TensorFlow 1.15.5 had."""

import importlib
import pathlib

import numpy as np
import pytest

import reflow as tf
from reflow.datasets import mnist as embedded
from tests.reference.programs import mnist

FOLDER = pathlib.Path(__file__).parent / "programs"


@pytest.mark.parametrize("name", ["softmax", "five_layers_dropout"])
def test_losses_are_those_of_tensorflow(name):
    expected = np.load(FOLDER / f"{name}.npy")
    count = 100 * len(expected)
    data = embedded.load()
    images = mnist.as_floats(data.train_images[:count])
    labels = mnist.one_hot(data.train_labels[:count])
    program = importlib.import_module(f"tests.reference.programs.{name}")
    with tf.Graph().as_default():
        losses = program.losses(tf, images, labels, len(expected))
    np.testing.assert_allclose(losses, expected, rtol=1e-3)
