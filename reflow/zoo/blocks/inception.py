"""Inception blocks on MNIST: filters of several sizes side by side; 98% right after 1500 steps.

    reflow run -m reflow.zoo.blocks.inception [--steps=1500]

After Szegedy and others, https://arxiv.org/abs/1409.4842.  Convolutions of one pixel make the
channels fewer before the larger filters see them, which is what makes the block cheap.
"""

import functools

import tensorflow as tf

from .. import classifier

convolution = functools.partial(tf.layers.conv2d, padding="same", activation=tf.nn.relu)


def inception_block(values, one, three, five, pooled):
    """[batch, height, width, depth] -> [..., all channels]: so many of each branch."""
    return tf.concat(
        [
            convolution(values, one, 1),
            convolution(convolution(values, three // 2, 1), three, 3),
            convolution(convolution(values, five // 2, 1), five, 5),
            convolution(tf.layers.max_pooling2d(values, 3, 1, "same"), pooled, 1),
        ],
        axis=3,
    )


def network(images, training):
    """images [batch, 28, 28, 1] -> logits [batch, 10]."""
    values = convolution(images, 16, 5, strides=2)
    values = inception_block(values, one=8, three=16, five=8, pooled=8)
    values = tf.layers.max_pooling2d(values, 3, 2, "same")
    values = inception_block(values, one=16, three=32, five=16, pooled=16)
    values = tf.reduce_mean(values, axis=[1, 2])
    return tf.layers.dense(values, 10)


def main(_):
    classifier.train(network, *classifier.mnist(), rate=0.005)


if __name__ == "__main__":
    tf.app.run()
