"""Whole programs against TensorFlow 1.15.5: the nodes of their graphs, the loss of every step."""

import gzip
import importlib
import json
import pathlib

import numpy as np
import pytest

import reflow as tf
from reflow.datasets import mnist as embedded
from reflow.visu import tensorflowvisu
from tests.reference import observe
from tests.reference.programs import mnist, tutorial

FOLDER = pathlib.Path(__file__).parent / "programs"
#: Our variant of each program of the tutorial.
VARIANTS = {
    "mnist_1.0_softmax": "softmax",
    "mnist_2.0_five_layers_sigmoid": "sigmoid",
    "mnist_2.1_five_layers_relu_lrdecay": "relu",
    "mnist_2.2_five_layers_relu_lrdecay_dropout": "dropout",
    "mnist_3.0_convolutional": "convolutional",
    "mnist_3.1_convolutional_bigger_dropout": "convolutional_dropout",
}


def comparable(nodes):
    """The nodes less what is a library's own: how it differentiates, how its digits look."""
    kept = []
    for name, op, inputs, device, attributes in nodes:
        if name.startswith("gradients"):
            continue
        inputs = ["gradients" if i.startswith("gradients") else i for i in inputs]
        if attributes.get("value", [None, None])[1] == [10, 28, 28]:
            attributes = {**attributes, "value": "digits"}
        kept.append(json.dumps([name, op, inputs, device, attributes]))
    return kept


@pytest.mark.parametrize("program", VARIANTS)
def test_graphs_are_those_of_tensorflow(program):
    recorded = json.loads(gzip.decompress((FOLDER / f"{program}.json.gz").read_bytes()))
    forward, whole = tutorial.graph_of(tf, tensorflowvisu, VARIANTS[program])
    assert comparable(observe.program_nodes(tf, forward)) == comparable(recorded["forward"])
    everything = recorded["forward"] + recorded["training"]
    assert comparable(observe.program_nodes(tf, whole)) == comparable(everything)


@pytest.mark.parametrize(
    "name",
    [
        "softmax",
        "five_layers_dropout",
        "convolutional_dropout",
        "convolutional_double",
        "batch_norm",
    ],
)
def test_losses_are_those_of_tensorflow(name):
    expected = np.load(FOLDER / f"{name}.npy")
    data = embedded.load()
    images, labels = mnist.as_floats(data.train_images), mnist.one_hot(data.train_labels)
    program = importlib.import_module(f"tests.reference.programs.{name}")
    with tf.Graph().as_default():
        losses = program.losses(tf, images, labels, len(expected))
    np.testing.assert_allclose(losses, expected, rtol=1e-3)
