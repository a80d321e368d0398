"""Softmax regression on MNIST: one layer of ten neurons, more than 92% of test digits right.

reflow run -m reflow.zoo.mnist.softmax [--steps=5000] [--data_dir=DIR]
"""

import os
import tempfile
import time

import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

FLAGS = tf.app.flags.FLAGS
tf.app.flags.DEFINE_integer("steps", 5000, "How many training steps to take.")
tf.app.flags.DEFINE_integer("batch", 100, "Images in a training step.")
tf.app.flags.DEFINE_string(
    "data_dir", os.path.join(tempfile.gettempdir(), "mnist"), "Where the MNIST files are kept."
)


def main(_):
    tf.set_random_seed(0)
    mnist = input_data.read_data_sets(FLAGS.data_dir, one_hot=True, seed=0)

    images = tf.placeholder(tf.float32, [None, 784], name="images")
    labels = tf.placeholder(tf.float32, [None, 10], name="labels")
    weights = tf.Variable(tf.zeros([784, 10]), name="weights")
    biases = tf.Variable(tf.zeros([10]), name="biases")
    logits = tf.matmul(images, weights) + biases

    loss = tf.reduce_mean(
        tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits), name="loss"
    )
    right = tf.equal(tf.argmax(logits, 1), tf.argmax(labels, 1))
    accuracy = tf.reduce_mean(tf.cast(right, tf.float32), name="accuracy")
    train_step = tf.train.GradientDescentOptimizer(0.2).minimize(loss)

    test = {images: mnist.test.images, labels: mnist.test.labels}
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        start = time.time()
        for step in range(FLAGS.steps + 1):
            batch = dict(zip((images, labels), mnist.train.next_batch(FLAGS.batch)))
            if step % 250 == 0:
                batch_loss, train_accuracy = sess.run([loss, accuracy], batch)
                test_accuracy = sess.run(accuracy, test)
                print(
                    f"step {step:5d}   loss {batch_loss:.3f}   train accuracy {train_accuracy:.2%}"
                    f"   test accuracy {test_accuracy:.2%}"
                    f"   {step / (time.time() - start):.0f} steps/s"
                )
            sess.run(train_step, batch)


if __name__ == "__main__":
    tf.app.run()
