"""A stacked autoencoder on MNIST: each layer first learns alone, then all of them together.

    reflow run -m reflow.zoo.autoencoder.stacked [--steps=2000]

Layer n learns to draw again what layer n - 1 says: 784 pixels, 256, 64 and at last 32 numbers.
The decoder of a layer uses the weights of its encoder, transposed.  The mean squared error of a
pixel, which lies between 0 and 1, is 0.008 at the end.
"""

import os
import tempfile

import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

FLAGS = tf.app.flags.FLAGS
tf.app.flags.DEFINE_integer("steps", 2000, "How many training steps each layer takes, and all.")
tf.app.flags.DEFINE_integer("batch", 100, "Images in a training step.")
tf.app.flags.DEFINE_integer("report", 500, "How many steps lie between two reports.")
tf.app.flags.DEFINE_string(
    "data_dir", os.path.join(tempfile.gettempdir(), "mnist"), "Where the MNIST files are kept."
)

SIZES = [784, 256, 64, 32]


class Layer:
    """A layer with tied weights: `encode` [batch, inputs] -> [batch, outputs], `decode` back.

    `activation` is the decoder's: it gives decoded values the range that the inputs have.
    """

    def __init__(self, inputs, outputs, activation, name):
        self.activation = activation
        with tf.variable_scope(name):
            self.weights = tf.get_variable("weights", [inputs, outputs])
            zeros = tf.zeros_initializer()
            self.encoder_biases = tf.get_variable("encoder_biases", [outputs], initializer=zeros)
            self.decoder_biases = tf.get_variable("decoder_biases", [inputs], initializer=zeros)

    @property
    def variables(self):
        return [self.weights, self.encoder_biases, self.decoder_biases]

    def encode(self, values):
        return tf.nn.relu(tf.matmul(values, self.weights) + self.encoder_biases)

    def decode(self, values):
        product = tf.matmul(values, self.weights, transpose_b=True)
        return self.activation(product + self.decoder_biases)


def training(loss, variables):
    """A step that changes these variables only."""
    return tf.train.AdamOptimizer(0.001).minimize(loss, var_list=variables)


def main(_):
    tf.set_random_seed(0)
    mnist = input_data.read_data_sets(FLAGS.data_dir, seed=0)

    images = tf.placeholder(tf.float32, [None, 784], name="images")
    layers = []
    for number, (inputs, outputs) in enumerate(zip(SIZES, SIZES[1:]), start=1):
        activation = tf.nn.relu if layers else tf.nn.sigmoid  # pixels lie between 0 and 1
        layers.append(Layer(inputs, outputs, activation, f"layer{number}"))
    phases = []  # each: its name, its loss and its training step
    values = images
    for number, layer in enumerate(layers, start=1):
        code = layer.encode(values)
        loss = tf.losses.mean_squared_error(values, layer.decode(code))
        phases.append((f"layer {number}", loss, training(loss, layer.variables)))
        values = code
    for layer in reversed(layers):
        values = layer.decode(values)
    error = tf.losses.mean_squared_error(images, values)
    phases.append(("all", error, training(error, tf.trainable_variables())))

    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for name, loss, train_step in phases:
            for step in range(FLAGS.steps + 1):
                if step % FLAGS.report == 0:
                    own, whole = sess.run([loss, error], {images: mnist.test.images})
                    print(f"step {step:5d}   {name:7}   error {own:.5f}   of pixels {whole:.5f}")
                batch, _ = mnist.train.next_batch(FLAGS.batch)
                sess.run(train_step, {images: batch})


if __name__ == "__main__":
    tf.app.run()
