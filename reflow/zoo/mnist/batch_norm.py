"""Batch normalisation on MNIST, and digits that move: up to 99.5% of test digits right.

    reflow run -m reflow.zoo.mnist.batch_norm [--steps=5500] [--data_dir=DIR]

What goes into an activation is brought to mean 0 and variance 1: in training, of the batch; in a
test, as the moving averages of all batches have it.  That allows a learning rate of 0.02.
"""

import os
import tempfile
import time

import numpy as np
import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

FLAGS = tf.app.flags.FLAGS
tf.app.flags.DEFINE_integer("steps", 5500, "How many training steps to take.")
tf.app.flags.DEFINE_integer("batch", 100, "Images in a training step.")
tf.app.flags.DEFINE_integer("report", 500, "How many steps lie between two reports.")
tf.app.flags.DEFINE_string(
    "data_dir", os.path.join(tempfile.gettempdir(), "mnist"), "Where the MNIST files are kept."
)


KEEP_PROB = 0.6  # of the dense layer, in training


def weights(shape):
    return tf.get_variable(
        "weights", shape, initializer=tf.truncated_normal_initializer(stddev=0.1)
    )


def normalized(values, training, step):
    """values [..., channels] with mean 0 and variance 1 in each channel, plus a learnt offset.

    What updates the moving averages joins the collection UPDATE_OPS.
    """
    offset = tf.get_variable("offset", values.shape[-1:], initializer=tf.zeros_initializer())
    mean, variance = tf.nn.moments(values, axes=list(range(values.shape.ndims - 1)))
    # Given the step, the averages of the first steps do not remember their zeros.
    averages = tf.train.ExponentialMovingAverage(0.999, step)
    tf.add_to_collection(tf.GraphKeys.UPDATE_OPS, averages.apply([mean, variance]))
    mean, variance = tf.cond(
        training,
        lambda: (mean, variance),
        lambda: (averages.average(mean), averages.average(variance)),
    )
    return tf.nn.batch_normalization(values, mean, variance, offset, None, 1e-5)


def network(images, training, step):
    """images [batch, 28, 28, 1] -> logits [batch, 10]."""
    values = images
    for layer, (size, stride, channels) in enumerate([(5, 1, 12), (5, 2, 24), (4, 2, 48)], start=1):
        with tf.variable_scope(f"convolution{layer}"):
            kernel = weights([size, size, values.shape[3].value, channels])
            values = tf.nn.conv2d(values, kernel, strides=[1, stride, stride, 1], padding="SAME")
            values = tf.nn.relu(normalized(values, training, step))
    with tf.variable_scope("dense"):
        values = tf.reshape(values, [-1, 7 * 7 * 48])
        values = tf.matmul(values, weights([7 * 7 * 48, 200]))
        values = tf.nn.relu(normalized(values, training, step))
        values = tf.nn.dropout(values, tf.where(training, KEEP_PROB, 1.0))
    with tf.variable_scope("output"):
        biases = tf.get_variable("biases", [10], initializer=tf.zeros_initializer())
        return tf.matmul(values, weights([200, 10])) + biases


def shifted(images, random, most=2):
    """images [batch, height, width, 1], all moved by up to `most` pixels down and to the right."""
    return np.roll(images, random.randint(-most, most + 1, size=2), axis=(1, 2))


def main(_):
    tf.set_random_seed(0)
    mnist = input_data.read_data_sets(FLAGS.data_dir, one_hot=True, reshape=False, seed=0)

    images = tf.placeholder(tf.float32, [None, 28, 28, 1], name="images")
    labels = tf.placeholder(tf.float32, [None, 10], name="labels")
    training = tf.placeholder_with_default(False, [], name="training")
    step_count = tf.train.get_or_create_global_step()
    logits = network(images, training, step_count)

    loss = tf.reduce_mean(
        tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits), name="loss"
    )
    right = tf.equal(tf.argmax(logits, 1), tf.argmax(labels, 1))
    accuracy = tf.reduce_mean(tf.cast(right, tf.float32), name="accuracy")
    rate = 0.0001 + tf.train.exponential_decay(0.02, step_count, 1200, 0.37)
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        train_step = tf.train.AdamOptimizer(rate).minimize(loss, global_step=step_count)

    # Thousand by thousand: what the layers give for all test images would fill the memory.
    tests = zip(np.split(mnist.test.images, 10), np.split(mnist.test.labels, 10))
    tests = [{images: some_images, labels: some_labels} for some_images, some_labels in tests]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        random = np.random.RandomState(0)
        start = time.time()
        for step in range(FLAGS.steps + 1):
            batch_images, batch_labels = mnist.train.next_batch(FLAGS.batch)
            batch = {images: shifted(batch_images, random), labels: batch_labels, training: True}
            if step % FLAGS.report == 0:
                batch_loss, train_accuracy = sess.run([loss, accuracy], batch)
                test_accuracy = np.mean([sess.run(accuracy, test) for test in tests])
                print(
                    f"step {step:5d}   loss {batch_loss:.3f}   train accuracy {train_accuracy:.2%}"
                    f"   test accuracy {test_accuracy:.2%}"
                    f"   {step / (time.time() - start):.0f} steps/s"
                )
            sess.run(train_step, batch)


if __name__ == "__main__":
    tf.app.run()
