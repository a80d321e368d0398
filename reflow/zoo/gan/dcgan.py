"""A DCGAN that draws MNIST digits out of random numbers.

    reflow run -m reflow.zoo.gan.dcgan [--steps=2000] [--summaries=DIR]

After Radford, Metz and Chintala, https://arxiv.org/abs/1511.06434.  The discriminator learns to
tell real digits from drawn ones, the generator to mislead it; where both are good, `taken for
real` stays between 0.2 and 0.8 for both sorts.  With --summaries, TensorBoard shows what is drawn.
"""

import os
import tempfile

import numpy as np
import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

FLAGS = tf.app.flags.FLAGS
tf.app.flags.DEFINE_integer("steps", 2000, "How many training steps to take.")
tf.app.flags.DEFINE_integer("batch", 64, "Images of each sort in a training step.")
tf.app.flags.DEFINE_integer("report", 250, "How many steps lie between two reports.")
tf.app.flags.DEFINE_string("summaries", "", "Where to write some, if anywhere.")
tf.app.flags.DEFINE_string(
    "data_dir", os.path.join(tempfile.gettempdir(), "mnist"), "Where the MNIST files are kept."
)

SEEDS = 64  # numbers that a drawing starts from


def normalized(values, training):
    return tf.layers.batch_normalization(values, momentum=0.9, training=training)


def generator(seeds, training):
    """seeds [batch, SEEDS] -> images [batch, 28, 28, 1], from -1 (black) to 1."""
    with tf.variable_scope("generator", reuse=tf.AUTO_REUSE):
        values = tf.layers.dense(seeds, 7 * 7 * 64, use_bias=False)
        values = tf.nn.relu(normalized(values, training))
        values = tf.reshape(values, [-1, 7, 7, 64])
        values = tf.layers.conv2d_transpose(values, 32, 5, 2, "same", use_bias=False)
        values = tf.nn.relu(normalized(values, training))
        return tf.layers.conv2d_transpose(values, 1, 5, 2, "same", activation=tf.tanh)


def discriminator(images):
    """images [batch, 28, 28, 1] -> logits [batch, 1]: how likely they are real."""
    with tf.variable_scope("discriminator", reuse=tf.AUTO_REUSE):
        values = tf.layers.conv2d(images, 32, 5, 2, "same", activation=tf.nn.leaky_relu)
        values = tf.layers.conv2d(values, 64, 5, 2, "same", use_bias=False)
        values = tf.nn.leaky_relu(normalized(values, training=True))
        return tf.layers.dense(tf.layers.flatten(values), 1)


def cross_entropy(logits, real):
    """That of the discriminator's opinion on images that all are, or are to pass for, real."""
    return tf.losses.sigmoid_cross_entropy(tf.fill(tf.shape(logits), real), logits)


def sheet(images, rows=8):
    """images [rows * rows, 28, 28, 1] -> one picture of all [1, rows * 28, rows * 28, 1]."""
    images = tf.reshape(images, [rows, rows, 28, 28])
    return tf.reshape(tf.transpose(images, [0, 2, 1, 3]), [1, rows * 28, rows * 28, 1])


def training(loss, scope):
    """A step of one of the networks, which leaves the other alone."""
    variables = tf.trainable_variables(scope)
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS, scope)):
        return tf.train.AdamOptimizer(2e-4, beta1=0.5).minimize(loss, var_list=variables)


def main(_):
    tf.set_random_seed(0)
    mnist = input_data.read_data_sets(FLAGS.data_dir, reshape=False, seed=0)

    real = tf.placeholder(tf.float32, [None, 28, 28, 1], name="real")
    seeds = tf.placeholder(tf.float32, [None, SEEDS], name="seeds")
    real_logits = discriminator(real * 2 - 1)
    drawn_logits = discriminator(generator(seeds, training=True))

    told_apart = cross_entropy(real_logits, 0.9) + cross_entropy(drawn_logits, 0.0)
    misled = cross_entropy(drawn_logits, 1.0)
    discriminator_step = training(told_apart, "discriminator")
    generator_step = training(misled, "generator")
    opinions = [tf.reduce_mean(tf.sigmoid(each)) for each in (real_logits, drawn_logits)]

    tf.summary.scalar("discriminator", told_apart)
    tf.summary.scalar("generator", misled)
    tf.summary.image("drawn", sheet(generator(seeds, training=False)))
    summary = tf.summary.merge_all()

    random = np.random.RandomState(0)
    some_seeds = random.normal(size=[64, SEEDS])
    with tf.Session() as sess:
        writer = tf.summary.FileWriter(FLAGS.summaries, sess.graph) if FLAGS.summaries else None
        sess.run(tf.global_variables_initializer())
        for step in range(FLAGS.steps + 1):
            batch, _ = mnist.train.next_batch(FLAGS.batch)
            if step % FLAGS.report == 0:
                some = {real: batch, seeds: some_seeds}
                losses, (of_real, of_drawn) = sess.run([[told_apart, misled], opinions], some)
                print(
                    f"step {step:5d}   discriminator {losses[0]:.3f}   generator {losses[1]:.3f}"
                    f"   taken for real: real {of_real:.3f}, drawn {of_drawn:.3f}"
                )
                if writer:
                    writer.add_summary(sess.run(summary, some), step)
            drawing = {seeds: random.normal(size=[FLAGS.batch, SEEDS])}
            sess.run(discriminator_step, {real: batch, **drawing})
            sess.run(generator_step, drawing)
        if writer:
            writer.close()


if __name__ == "__main__":
    tf.app.run()
