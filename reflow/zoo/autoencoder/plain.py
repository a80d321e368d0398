"""An autoencoder on MNIST: 784 pixels are told in 32 numbers, and drawn again from those.

    reflow run -m reflow.zoo.autoencoder.plain [--steps=6000] [--summaries=DIR]

The mean squared error of a pixel, which lies between 0 and 1, falls to 0.006.  With
--summaries, TensorBoard shows digits beside what becomes of them.
"""

import os
import tempfile

import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

FLAGS = tf.app.flags.FLAGS
tf.app.flags.DEFINE_integer("steps", 6000, "How many training steps to take.")
tf.app.flags.DEFINE_integer("batch", 100, "Images in a training step.")
tf.app.flags.DEFINE_integer("report", 500, "How many steps lie between two reports.")
tf.app.flags.DEFINE_string("summaries", "", "Where to write some, if anywhere.")
tf.app.flags.DEFINE_string(
    "data_dir", os.path.join(tempfile.gettempdir(), "mnist"), "Where the MNIST files are kept."
)


def encoder(images, size=32):
    """images [batch, 784] -> codes [batch, size]."""
    with tf.variable_scope("encoder"):
        hidden = tf.layers.dense(images, 256, tf.nn.relu, name="hidden")
        return tf.layers.dense(hidden, size, name="code")


def decoder(codes):
    """codes [batch, size] -> images [batch, 784]."""
    with tf.variable_scope("decoder"):
        hidden = tf.layers.dense(codes, 256, tf.nn.relu, name="hidden")
        return tf.layers.dense(hidden, 784, tf.nn.sigmoid, name="image")


def side_by_side(images, drawn):
    """images and what became of them, [batch, 784] both -> pictures [batch, 28, 56, 1]."""
    return tf.concat([tf.reshape(each, [-1, 28, 28, 1]) for each in (images, drawn)], axis=2)


def main(_):
    tf.set_random_seed(0)
    mnist = input_data.read_data_sets(FLAGS.data_dir, seed=0)

    images = tf.placeholder(tf.float32, [None, 784], name="images")
    drawn = decoder(encoder(images))
    loss = tf.losses.mean_squared_error(images, drawn)
    train_step = tf.train.AdamOptimizer(0.001).minimize(loss)

    tf.summary.scalar("test_error", loss)
    tf.summary.image("digits", side_by_side(images, drawn), max_outputs=10)
    summary = tf.summary.merge_all()

    with tf.Session() as sess:
        writer = tf.summary.FileWriter(FLAGS.summaries, sess.graph) if FLAGS.summaries else None
        sess.run(tf.global_variables_initializer())
        for step in range(FLAGS.steps + 1):
            if step % FLAGS.report == 0:
                test = {images: mnist.test.images}
                print(f"step {step:5d}   test error {sess.run(loss, test):.5f}")
                if writer:
                    writer.add_summary(sess.run(summary, test), step)
            batch, _ = mnist.train.next_batch(FLAGS.batch)
            sess.run(train_step, {images: batch})
        if writer:
            writer.close()


if __name__ == "__main__":
    tf.app.run()
