"""Six programs that build the graphs of the canon's MNIST tutorial, node for node.

Complete programs: they fetch and read MNIST with tf.data, train, and drive the dashboard.

    reflow run tutorial.py VARIANT [ITERATIONS]

VARIANT: softmax, sigmoid, relu or dropout; convolutional, or convolutional_dropout (larger).

`graph_of` builds a program's graph alone, to compare it with what was recorded of the tutorial.
"""

import gzip
import math
import os
import shutil
import sys
import urllib.request

import numpy as np

SOURCE = "https://storage.googleapis.com/cvdf-datasets/mnist/"
FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
LAYERS = ((784, 200), (200, 100), (100, 60), (60, 30), (30, 10))
#: (filter size, outputs, stride) of each convolution.
CONVOLUTIONS = {
    "convolutional": ((5, 4, 1), (5, 8, 2), (4, 12, 2)),
    "convolutional_dropout": ((6, 6, 1), (5, 12, 2), (4, 24, 2)),
}


class Batches:
    """All examples of a dataset as arrays, given out in batches."""

    def __init__(self, tf, dataset):
        self._tf = tf
        self._next = 0
        images, labels = dataset.batch(10000).repeat(1).make_one_shot_iterator().get_next()
        self._nodes = [tf.reshape(images, [-1, 28, 28, 1]), tf.one_hot(labels, 10)]

    def load(self):
        """Reads the dataset into `images` [count, 28, 28, 1] and `labels` [count, 10]."""
        chunks = []
        with self._tf.Session() as session:
            while True:
                try:
                    chunks.append(session.run(self._nodes))
                except self._tf.errors.OutOfRangeError:
                    break
        self.images, self.labels = (np.concatenate(parts) for parts in zip(*chunks))

    def next_batch(self, size):
        if self._next + size > len(self.images):
            self._next = 0
        chosen = slice(self._next, self._next + size)
        self._next += size
        return self.images[chosen], self.labels[chosen]


def datasets(tf, folder):
    """The training set, shuffled, and the test set: pairs of an image [784] and a digit."""

    def read_image(record):
        return tf.cast(tf.decode_raw(record, tf.uint8), tf.float32) / 256.0

    def read_label(record):
        return tf.reshape(tf.decode_raw(record, tf.uint8), [])

    def records(name, length, header):
        path = os.path.join(folder, name)
        return tf.data.FixedLengthRecordDataset(path, length, header, buffer_size=1 << 14)

    def pairs(images, labels):
        images = records(images, 28 * 28, 16).map(read_image)
        labels = records(labels, 1, 8).map(read_label)
        return tf.data.Dataset.zip((images, labels))

    train = pairs(*FILES[:2]).shuffle(60000)
    return train, pairs(*FILES[2:])


class Network:
    """Placeholders, loss and accuracy of one of the programs, without what trains it.

    dtype: of what is fed and learnt, where the programs have convolutions; float32 as in these.
    """

    def __init__(self, tf, variant, dtype="float32"):
        self.x = tf.placeholder(dtype, [None, 28, 28, 1])
        self.y_ = tf.placeholder(dtype, [None, 10])
        self.for_training, self.for_testing = {}, {}
        if variant == "softmax":
            self._one_layer(tf)
        elif variant in CONVOLUTIONS:
            self._convolutional(tf, variant, dtype)
        else:
            self._five_layers(tf, variant)
        right = tf.equal(tf.argmax(self.y, 1), tf.argmax(self.y_, 1))
        self.accuracy = tf.reduce_mean(tf.cast(right, tf.float32))

    def _one_layer(self, tf):
        self.weights, self.biases = (
            [tf.Variable(tf.zeros([784, 10]))],
            [tf.Variable(tf.zeros([10]))],
        )
        flat = tf.reshape(self.x, [-1, 784])
        self.y = tf.nn.softmax(tf.matmul(flat, self.weights[0]) + self.biases[0])
        self.loss = -tf.reduce_mean(self.y_ * tf.log(self.y)) * 1000.0

    def _five_layers(self, tf, variant):
        if variant == "dropout":
            tf.placeholder(tf.float32)
            keep = tf.placeholder(tf.float32)
            self.for_training, self.for_testing = {keep: 0.75}, {keep: 1.0}
        if variant != "sigmoid":
            self.step = tf.placeholder(tf.int32)
        self.weights, self.biases = [], []
        for inputs, outputs in LAYERS:
            weights = tf.truncated_normal([inputs, outputs], stddev=0.1)
            self.weights.append(tf.Variable(weights))
            zeros = variant == "sigmoid" or outputs == 10
            start = tf.zeros([outputs]) if zeros else tf.ones([outputs]) / 10
            self.biases.append(tf.Variable(start))
        activation = tf.nn.sigmoid if variant == "sigmoid" else tf.nn.relu
        layer = tf.reshape(self.x, [-1, 784])
        for w, b in zip(self.weights[:-1], self.biases[:-1]):
            layer = activation(tf.matmul(layer, w) + b)
            if variant == "dropout":
                layer = tf.nn.dropout(layer, keep)
        self._end(tf, layer)

    def _convolutional(self, tf, variant, dtype):
        with_dropout = variant == "convolutional_dropout"
        if with_dropout:
            tf.placeholder(dtype)
            keep = tf.placeholder(dtype)
            self.for_training, self.for_testing = {keep: 0.75}, {keep: 1.0}
        self.step = tf.placeholder(tf.int32)
        convolutions, inputs, shapes = CONVOLUTIONS[variant], 1, []
        for size, outputs, _ in convolutions:
            shapes.append([size, size, inputs, outputs])
            inputs = outputs
        shapes += [[7 * 7 * inputs, 200], [200, 10]]
        self.weights, self.biases = [], []
        for shape in shapes:
            self.weights.append(tf.Variable(tf.truncated_normal(shape, stddev=0.1, dtype=dtype)))
            count = shape[-1:]
            start = tf.constant(0.1, dtype, count) if with_dropout else tf.ones(count, dtype) / 10
            self.biases.append(tf.Variable(start))
        layer = self.x
        for w, b, (_, _, stride) in zip(self.weights, self.biases, convolutions):
            strides = [1, stride, stride, 1]
            layer = tf.nn.relu(tf.nn.conv2d(layer, w, strides=strides, padding="SAME") + b)
        flat = tf.reshape(layer, shape=[-1, 7 * 7 * inputs])
        layer = tf.nn.relu(tf.matmul(flat, self.weights[3]) + self.biases[3])
        self._end(tf, tf.nn.dropout(layer, keep) if with_dropout else layer)

    def _end(self, tf, layer):
        """The layer of softmax, and the loss."""
        logits = tf.matmul(layer, self.weights[-1]) + self.biases[-1]
        self.y = tf.nn.softmax(logits)
        entropy = tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=self.y_)
        self.loss = tf.reduce_mean(entropy) * 100


class Views:
    """What the dashboard shows of a network."""

    def __init__(self, tf, tensorflowvisu, network):
        if len(network.weights) == 1:
            self.weights = tf.reshape(network.weights[0], [-1])
            self.biases = tf.reshape(network.biases[0], [-1])
        else:
            self.weights = tf.concat([tf.reshape(w, [-1]) for w in network.weights], 0)
            self.biases = tf.concat([tf.reshape(b, [-1]) for b in network.biases], 0)
        shown = network.x, network.y, network.y_
        self.batch = tensorflowvisu.tf_format_mnist_images(*shown)
        self.test = tensorflowvisu.tf_format_mnist_images(*shown, n=1000, lines=25)


def build(tf, tensorflowvisu, variant, folder, before_training=lambda: None):
    """(training set, test set, network, views, train step), in the order of the tutorial.

    before_training: called when all is built that `minimize` is to differentiate.
    """
    tf.set_random_seed(0)
    train, test = (Batches(tf, dataset) for dataset in datasets(tf, folder))
    network = Network(tf, variant)
    if variant == "softmax":
        before_training()
        train_step = tf.train.GradientDescentOptimizer(0.005).minimize(network.loss)
        return train, test, network, Views(tf, tensorflowvisu, network), train_step
    views = Views(tf, tensorflowvisu, network)
    rate = 0.003
    if variant != "sigmoid":
        decayed = tf.train.exponential_decay(0.003, network.step, 2000, 1 / math.e)
        rate = 0.0001 + decayed
    before_training()
    return train, test, network, views, tf.train.AdamOptimizer(rate).minimize(network.loss)


def graph_of(tf, tensorflowvisu, variant):
    """GraphDefs of a program: before the optimizer, and whole."""
    graphs = []

    def remember():
        graphs.append(tf.get_default_graph().as_graph_def())

    with tf.Graph().as_default():
        build(tf, tensorflowvisu, variant, "data", remember)
        tf.global_variables_initializer()
        remember()
    return graphs


def download(folder):
    """Fetches the files of MNIST that are not in the folder yet."""
    os.makedirs(folder, exist_ok=True)
    for name in FILES:
        target = os.path.join(folder, name)
        if not os.path.exists(target):
            packed, _ = urllib.request.urlretrieve(SOURCE + name + ".gz", target + ".gz")
            with gzip.open(packed) as source, open(target, "wb") as file:
                shutil.copyfileobj(source, file)


def main(variant, iterations=10000):
    import tensorflow as tf
    import tensorflowvisu

    download("data")
    train, test, network, views, train_step = build(tf, tensorflowvisu, variant, "data")
    train.load()
    test.load()
    dashboard = tensorflowvisu.MnistDataVis()
    session = tf.Session()
    session.run(tf.global_variables_initializer())

    def training_step(i, update_test, update_train):
        images, labels = train.next_batch(100)
        step = {network.step: i} if hasattr(network, "step") else {}
        feed = {network.x: images, network.y_: labels, **step}
        measures = [network.accuracy, network.loss]
        if update_train:
            shown = [*measures, views.batch, views.weights, views.biases]
            found = session.run(shown, {**feed, **network.for_testing})
            dashboard.append_training_curves_data(i, *found[:2])
            dashboard.update_image1(found[2])
            dashboard.append_data_histograms(i, *found[3:])
        if update_test:
            feed_test = {network.x: test.images, network.y_: test.labels, **network.for_testing}
            accuracy, loss, image = session.run([*measures, views.test], feed_test)
            dashboard.append_test_curves_data(i, accuracy, loss)
            dashboard.update_image2(image)
        session.run(train_step, {**feed, **network.for_training})

    dashboard.animate(
        training_step,
        iterations=iterations + 1,
        train_data_update_freq=20,
        test_data_update_freq=100,
        more_tests_at_start=True,
    )
    print(f"max test accuracy: {dashboard.get_max_test_accuracy()}")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
