"""A perceptron with one hidden layer on MNIST, with dropout: 92.5% of test digits right.

After Trieu's mnist-mlp of https://github.com/thtrieu/essence, which does without TensorFlow.

reflow run -m reflow.zoo.mnist.mlp [--epochs=30] [--data_dir=DIR]
"""

import os
import tempfile

import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

FLAGS = tf.app.flags.FLAGS
tf.app.flags.DEFINE_integer("epochs", 30, "How often to go through the training images.")
tf.app.flags.DEFINE_integer("steps", 0, "How many steps an epoch has; 0: as many as it takes.")
tf.app.flags.DEFINE_integer("batch", 128, "Images in a training step.")
tf.app.flags.DEFINE_string(
    "data_dir", os.path.join(tempfile.gettempdir(), "mnist"), "Where the MNIST files are kept."
)

HIDDEN = 64


def dense(inputs, units, name):
    """inputs [batch, n] -> [batch, units], before the activation."""
    with tf.variable_scope(name):
        shape = [inputs.shape[1], units]
        small = tf.random_normal_initializer(0.0, 1e-3)
        weights = tf.get_variable("weights", shape, inputs.dtype, small)
        biases = tf.get_variable("biases", [units], inputs.dtype, tf.constant_initializer(0.1))
        return tf.matmul(inputs, weights) + biases


def network(images, keep_prob):
    """images [batch, 784] -> logits [batch, 10]."""
    hidden = tf.nn.relu(dense(images, HIDDEN, "hidden"))
    return dense(tf.nn.dropout(hidden, keep_prob), 10, "output")


def main(_):
    tf.set_random_seed(0)
    mnist = input_data.read_data_sets(FLAGS.data_dir, one_hot=True, seed=0)

    images = tf.placeholder(tf.float32, [None, 784], name="images")
    labels = tf.placeholder(tf.float32, [None, 10], name="labels")
    keep_prob = tf.placeholder_with_default(1.0, [], name="keep_prob")
    logits = network(images, keep_prob)

    loss = tf.reduce_mean(
        tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits), name="loss"
    )
    right = tf.equal(tf.argmax(logits, 1), tf.argmax(labels, 1))
    accuracy = tf.reduce_mean(tf.cast(right, tf.float32), name="accuracy")
    train_step = tf.train.GradientDescentOptimizer(0.01).minimize(loss)

    test = {images: mnist.test.images, labels: mnist.test.labels}
    steps = FLAGS.steps or mnist.train.num_examples // FLAGS.batch
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for epoch in range(1, FLAGS.epochs + 1):
            for _ in range(steps):
                batch_images, batch_labels = mnist.train.next_batch(FLAGS.batch)
                feed = {images: batch_images, labels: batch_labels, keep_prob: 0.5}
                _, batch_loss = sess.run([train_step, loss], feed)
            print(
                f"epoch {epoch:2d}   loss {batch_loss:.3f}"
                f"   test accuracy {sess.run(accuracy, test):.2%}"
            )


if __name__ == "__main__":
    tf.app.run()
