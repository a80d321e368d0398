"""Trains a network on MNIST: what the programs of this folder have in common."""

import os
import tempfile
import time

import numpy as np
import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

FLAGS = tf.app.flags.FLAGS
tf.app.flags.DEFINE_integer("steps", 1500, "How many training steps to take.")
tf.app.flags.DEFINE_integer("batch", 100, "Images in a training step.")
tf.app.flags.DEFINE_integer("report", 250, "How many steps lie between two reports.")
tf.app.flags.DEFINE_string(
    "data_dir", os.path.join(tempfile.gettempdir(), "mnist"), "Where the MNIST files are kept."
)


def train(network, rate=0.002):
    """Trains with Adam and prints how it goes.

    `network(images [batch, 28, 28, 1], training)` returns logits [batch, 10]; `training` is a
    boolean tensor, for batch normalisation, whose updates are in the collection UPDATE_OPS.
    """
    tf.set_random_seed(0)
    mnist = input_data.read_data_sets(FLAGS.data_dir, reshape=False, seed=0)

    images = tf.placeholder(tf.float32, [None, 28, 28, 1], name="images")
    labels = tf.placeholder(tf.int64, [None], name="labels")
    training = tf.placeholder_with_default(False, [], name="training")
    logits = network(images, training)

    loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
    right = tf.equal(tf.argmax(logits, 1), labels)
    accuracy = tf.reduce_mean(tf.cast(right, tf.float32), name="accuracy")
    step_count = tf.train.get_or_create_global_step()
    rate = tf.train.cosine_decay(rate, step_count, FLAGS.steps)
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        train_step = tf.train.AdamOptimizer(rate).minimize(loss, global_step=step_count)

    # Thousand by thousand: what the layers give for all test images would fill the memory.
    tests = zip(np.split(mnist.test.images, 10), np.split(mnist.test.labels, 10))
    tests = [{images: some_images, labels: some_labels} for some_images, some_labels in tests]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        start = time.time()
        for step in range(FLAGS.steps + 1):
            batch_images, batch_labels = mnist.train.next_batch(FLAGS.batch)
            batch = {images: batch_images, labels: batch_labels, training: True}
            if step % FLAGS.report == 0:
                batch_loss = sess.run(loss, batch)
                test_accuracy = np.mean([sess.run(accuracy, test) for test in tests])
                print(
                    f"step {step:5d}   loss {batch_loss:.3f}   test accuracy {test_accuracy:.2%}"
                    f"   {step / (time.time() - start):.0f} steps/s"
                )
            sess.run(train_step, batch)
