"""Two convolutional layers with pooling on characters: which of five fonts.

    reflow run -m reflow.zoo.fonts.cnn [--steps=1500]

What tells a font are its strokes and serifs, wherever they stand: the case for convolutions.
"""

import tensorflow as tf

from .. import classifier
from . import characters


def network(images, training):
    """images [batch, 36, 36, 1] -> logits [batch, 5]."""
    values = images
    for channels in (12, 24):
        values = tf.layers.conv2d(values, channels, 5, padding="same", activation=tf.nn.relu)
        values = tf.layers.max_pooling2d(values, 2, 2)
    values = tf.layers.dense(tf.layers.flatten(values), 100, tf.nn.relu)
    values = tf.layers.dropout(values, 0.5, training=training)
    return tf.layers.dense(values, 5)


def main(_):
    classifier.train(network, *characters.load())


if __name__ == "__main__":
    tf.app.run()
