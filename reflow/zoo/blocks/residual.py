"""Residual blocks on MNIST: layers that learn only what to change; 99% right after 1500 steps.

    reflow run -m reflow.zoo.blocks.residual [--steps=1500] [--noshortcuts]

After He, Zhang, Ren and Sun, https://arxiv.org/abs/1603.05027: normalisation and activation come
before each convolution, so that nothing stands on the way of the shortcuts.
"""

import tensorflow as tf

from .. import classifier

FLAGS = tf.app.flags.FLAGS
tf.app.flags.DEFINE_boolean("shortcuts", True, "Whether blocks add to what comes in.")


def activated(values, training):
    return tf.nn.relu(tf.layers.batch_normalization(values, momentum=0.9, training=training))


def residual_block(values, training):
    """[batch, height, width, channels] -> the same shape."""
    channels = values.shape[3].value
    change = values
    for _ in range(2):
        change = activated(change, training)
        change = tf.layers.conv2d(change, channels, 3, padding="same", use_bias=False)
    return values + change if FLAGS.shortcuts else change


def network(images, training):
    """images [batch, 28, 28, 1] -> logits [batch, 10]."""
    values = images
    for channels in (16, 32):
        values = tf.layers.conv2d(values, channels, 3, strides=2, padding="same", use_bias=False)
        for _ in range(2):
            values = residual_block(values, training)
    values = tf.reduce_mean(activated(values, training), axis=[1, 2])
    return tf.layers.dense(values, 10)


def main(_):
    classifier.train(network, *classifier.mnist())


if __name__ == "__main__":
    tf.app.run()
