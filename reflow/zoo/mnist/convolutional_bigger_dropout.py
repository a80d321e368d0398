"""More channels than in `convolutional`, and dropout against learning by heart: about 99.4% right.

reflow run -m reflow.zoo.mnist.convolutional_bigger_dropout [--steps=10000] [--data_dir=DIR]
"""

import os
import tempfile
import time

import numpy as np
import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

FLAGS = tf.app.flags.FLAGS
tf.app.flags.DEFINE_integer("steps", 10000, "How many training steps to take.")
tf.app.flags.DEFINE_integer("batch", 100, "Images in a training step.")
tf.app.flags.DEFINE_integer("report", 500, "How many steps lie between two reports.")
tf.app.flags.DEFINE_string(
    "data_dir", os.path.join(tempfile.gettempdir(), "mnist"), "Where the MNIST files are kept."
)


def parameters(shape):
    """Weights of this shape and biases, one for each of its last dimension."""
    normal = tf.truncated_normal_initializer(stddev=0.1)
    weights = tf.get_variable("weights", shape, initializer=normal)
    biases = tf.get_variable("biases", shape[-1:], initializer=tf.constant_initializer(0.1))
    return weights, biases


def convolution(images, channels, size, stride, name):
    """images [batch, h, w, depth] -> [batch, h / stride, w / stride, channels]."""
    with tf.variable_scope(name):
        weights, biases = parameters([size, size, images.shape[3].value, channels])
        values = tf.nn.conv2d(images, weights, strides=[1, stride, stride, 1], padding="SAME")
        return tf.nn.relu(tf.nn.bias_add(values, biases))


def dense(values, units, name):
    """values [batch, n] -> [batch, units], before the activation."""
    with tf.variable_scope(name):
        weights, biases = parameters([values.shape[1].value, units])
        return tf.matmul(values, weights) + biases


def network(images, keep_prob):
    """images [batch, 28, 28, 1] -> logits [batch, 10].

    keep_prob: of the dense layer; half as many are dropped of what the convolutions give.
    """
    values = convolution(images, 6, size=6, stride=1, name="convolution1")
    values = convolution(values, 12, size=5, stride=2, name="convolution2")
    values = convolution(values, 24, size=4, stride=2, name="convolution3")
    values = tf.nn.dropout(tf.reshape(values, [-1, 7 * 7 * 24]), (1 + keep_prob) / 2)
    values = tf.nn.dropout(tf.nn.relu(dense(values, 200, "dense")), keep_prob)
    return dense(values, 10, "output")


def main(_):
    tf.set_random_seed(0)
    mnist = input_data.read_data_sets(
        FLAGS.data_dir, one_hot=True, reshape=False, seed=0, validation_size=0
    )

    images = tf.placeholder(tf.float32, [None, 28, 28, 1], name="images")
    labels = tf.placeholder(tf.float32, [None, 10], name="labels")
    keep_prob = tf.placeholder_with_default(1.0, [], name="keep_prob")
    logits = network(images, keep_prob)

    loss = tf.reduce_mean(
        tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits), name="loss"
    )
    right = tf.equal(tf.argmax(logits, 1), tf.argmax(labels, 1))
    accuracy = tf.reduce_mean(tf.cast(right, tf.float32), name="accuracy")
    step_count = tf.train.get_or_create_global_step()
    rate = 0.0001 + tf.train.exponential_decay(0.003, step_count, 2000, 0.37)
    train_step = tf.train.AdamOptimizer(rate).minimize(loss, global_step=step_count)

    # Thousand by thousand: what the layers give for all test images would fill the memory.
    tests = zip(np.split(mnist.test.images, 10), np.split(mnist.test.labels, 10))
    tests = [{images: some_images, labels: some_labels} for some_images, some_labels in tests]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        start = time.time()
        for step in range(FLAGS.steps + 1):
            batch = dict(zip((images, labels), mnist.train.next_batch(FLAGS.batch)))
            if step % FLAGS.report == 0:
                batch_loss, train_accuracy = sess.run([loss, accuracy], batch)
                test_accuracy = np.mean([sess.run(accuracy, test) for test in tests])
                print(
                    f"step {step:5d}   loss {batch_loss:.3f}   train accuracy {train_accuracy:.2%}"
                    f"   test accuracy {test_accuracy:.2%}"
                    f"   {step / (time.time() - start):.0f} steps/s"
                )
            batch[keep_prob] = 0.5
            sess.run(train_step, batch)


if __name__ == "__main__":
    tf.app.run()
