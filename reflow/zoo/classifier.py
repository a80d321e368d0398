"""Trains a network to classify images: what programs have in common that show a network only."""

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


def mnist():
    """The training and the test set, each images [count, 28, 28, 1] and labels [count]."""
    data = input_data.read_data_sets(FLAGS.data_dir, reshape=False)
    return (data.train.images, data.train.labels), (data.test.images, data.test.labels)


def batches(images, labels, size):
    """So many images with their labels, again and again, in a new order each time."""
    random = np.random.RandomState(0)
    while True:
        order = random.permutation(len(images))
        for start in range(0, len(order) - size + 1, size):
            chosen = order[start : start + size]
            yield images[chosen], labels[chosen]


def train(network, training_set, test_set, rate=0.002):
    """Trains with Adam, at a rate that falls to 0, and prints how it goes.

    `network(images [batch, height, width, 1], training)` returns logits [batch, classes].
    `training` is a boolean tensor, for dropout and for batch normalisation, whose updates are in
    the collection UPDATE_OPS.
    """
    tf.set_random_seed(0)
    test_images, test_labels = test_set

    images = tf.placeholder(tf.float32, [None, *test_images.shape[1:]], name="images")
    labels = tf.placeholder(tf.int64, [None], name="labels")
    training = tf.placeholder_with_default(False, [], name="training")
    logits = network(images, training)

    loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
    right = tf.reduce_sum(tf.cast(tf.equal(tf.argmax(logits, 1), labels), tf.int64))
    step_count = tf.train.get_or_create_global_step()
    rate = tf.train.cosine_decay(rate, step_count, FLAGS.steps)
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        train_step = tf.train.AdamOptimizer(rate).minimize(loss, global_step=step_count)

    # Thousand by thousand: what the layers give for all test images would fill the memory.
    parts = [slice(start, start + 1000) for start in range(0, len(test_images), 1000)]
    tests = [{images: test_images[part], labels: test_labels[part]} for part in parts]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        start = time.time()
        some = batches(*training_set, FLAGS.batch)
        for step in range(FLAGS.steps + 1):
            batch = dict(zip((images, labels), next(some)))
            batch[training] = True
            if step % FLAGS.report == 0:
                batch_loss = sess.run(loss, batch)
                test_accuracy = sum(sess.run(right, test) for test in tests) / len(test_images)
                print(
                    f"step {step:5d}   loss {batch_loss:.3f}   test accuracy {test_accuracy:.2%}"
                    f"   {step / (time.time() - start):.0f} steps/s"
                )
            sess.run(train_step, batch)
