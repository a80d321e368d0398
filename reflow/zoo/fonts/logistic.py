"""Logistic regression on characters: which of five fonts, told from single pixels.

reflow run -m reflow.zoo.fonts.logistic [--steps=1500]
"""

import tensorflow as tf

from .. import classifier
from . import characters


def network(images, training):
    """images [batch, 36, 36, 1] -> logits [batch, 5]."""
    weights = tf.get_variable("weights", [36 * 36, 5], initializer=tf.zeros_initializer())
    biases = tf.get_variable("biases", [5], initializer=tf.zeros_initializer())
    return tf.matmul(tf.reshape(images, [-1, 36 * 36]), weights) + biases


def main(_):
    classifier.train(network, *characters.load())


if __name__ == "__main__":
    tf.app.run()
