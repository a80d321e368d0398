"""Two hidden layers on characters: which of five fonts.

reflow run -m reflow.zoo.fonts.feed_forward [--steps=1500]
"""

import tensorflow as tf

from .. import classifier
from . import characters


def network(images, training):
    """images [batch, 36, 36, 1] -> logits [batch, 5]."""
    values = tf.layers.flatten(images)
    for units in (256, 128):
        values = tf.layers.dense(values, units, tf.nn.relu)
        values = tf.layers.dropout(values, 0.5, training=training)
    return tf.layers.dense(values, 5)


def main(_):
    classifier.train(network, *characters.load())


if __name__ == "__main__":
    tf.app.run()
