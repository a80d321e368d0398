"""An autoencoder that cleans MNIST digits: it sees them through noise, and draws them without.

    reflow run -m reflow.zoo.autoencoder.denoising [--steps=6000] [--noise=0.5]

The mean squared error of a pixel, which lies between 0 and 1, falls to 0.014, where the noise
itself makes 0.25.
"""

import os
import tempfile

import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

FLAGS = tf.app.flags.FLAGS
tf.app.flags.DEFINE_float("noise", 0.5, "The standard deviation of the noise on each pixel.")
tf.app.flags.DEFINE_integer("steps", 6000, "How many training steps to take.")
tf.app.flags.DEFINE_integer("batch", 100, "Images in a training step.")
tf.app.flags.DEFINE_integer("report", 500, "How many steps lie between two reports.")
tf.app.flags.DEFINE_string(
    "data_dir", os.path.join(tempfile.gettempdir(), "mnist"), "Where the MNIST files are kept."
)


def cleaned(noisy):
    """noisy images [batch, 784] -> the network's idea of them without noise [batch, 784]."""
    hidden = tf.layers.dense(noisy, 256, tf.nn.relu, name="encoder")
    code = tf.layers.dense(hidden, 64, tf.nn.relu, name="code")
    hidden = tf.layers.dense(code, 256, tf.nn.relu, name="decoder")
    return tf.layers.dense(hidden, 784, tf.nn.sigmoid, name="image")


def main(_):
    tf.set_random_seed(0)
    mnist = input_data.read_data_sets(FLAGS.data_dir, seed=0)

    images = tf.placeholder(tf.float32, [None, 784], name="images")
    # Drawn anew in each step: no digit looks the same twice.
    noisy = images + FLAGS.noise * tf.random_normal(tf.shape(images))
    noise = tf.losses.mean_squared_error(images, noisy, loss_collection=None)
    loss = tf.losses.mean_squared_error(images, cleaned(noisy))
    train_step = tf.train.AdamOptimizer(0.001).minimize(loss)

    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for step in range(FLAGS.steps + 1):
            if step % FLAGS.report == 0:
                before, after = sess.run([noise, loss], {images: mnist.test.images})
                print(f"step {step:5d}   test error {after:.5f}   of the noise {before:.5f}")
            batch, _ = mnist.train.next_batch(FLAGS.batch)
            sess.run(train_step, {images: batch})


if __name__ == "__main__":
    tf.app.run()
