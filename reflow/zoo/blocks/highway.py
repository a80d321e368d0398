"""A highway network on MNIST: gates let values pass many layers unchanged.

    reflow run -m reflow.zoo.blocks.highway [--steps=1500] [--depth=20] [--nogates]

After Srivastava, Greff and Schmidhuber, https://arxiv.org/abs/1505.00387: a layer gives
t * h + (1 - t) * x, where x comes in, h is what a dense layer makes of it, and the gate t lies
between 0 and 1.  Twenty layers of 64 neurons learn as fast as one; without gates they do not.
"""

import tensorflow as tf

from .. import classifier

FLAGS = tf.app.flags.FLAGS
tf.app.flags.DEFINE_integer("depth", 20, "How many layers there are between first and last.")
tf.app.flags.DEFINE_boolean("gates", True, "Whether layers can let values pass.")


def highway_layer(values):
    """[batch, units] -> the same shape."""
    units = values.shape[1].value
    changed = tf.layers.dense(values, units, tf.nn.relu, name="changed")
    if not FLAGS.gates:
        return changed
    # At first the gates are nearly closed: values pass, and gradients come back.
    closed = tf.constant_initializer(-2.0)
    gate = tf.layers.dense(values, units, tf.nn.sigmoid, bias_initializer=closed, name="gate")
    return gate * changed + (1 - gate) * values


def network(images, training):
    """images [batch, 28, 28, 1] -> logits [batch, 10]."""
    values = tf.layers.dense(tf.layers.flatten(images), 64, tf.nn.relu)
    for layer in range(FLAGS.depth):
        with tf.variable_scope(f"highway{layer + 1}"):
            values = highway_layer(values)
    return tf.layers.dense(values, 10)


def main(_):
    classifier.train(network, *classifier.mnist())


if __name__ == "__main__":
    tf.app.run()
