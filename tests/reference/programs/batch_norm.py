"""Three convolutions and a layer, each with batch normalization and dropout, trained by Adam.

The statistics of batches and their moving averages are made by hand, as programs did before there
were layers: moments, an ExponentialMovingAverage, and a conditional that chooses between the two.
Whole channels of the convolutions are dropped out.  In double precision: Adam takes a whole step of
0.02 for a gradient that is nothing but rounding, so that after three steps losses in float32 depend
on the order in which sums are computed.
"""

import math

from tests.reference.programs.mnist import batches

#: (filter size, outputs, stride) of each convolution.
CONVOLUTIONS = ((6, 6, 1), (5, 12, 2), (4, 24, 2))
UNITS = 200
KEPT, KEPT_CHANNELS = 0.75, 0.9


class Network:
    """Placeholders, loss and the updates of moving averages."""

    def __init__(self, tf):
        self.x = tf.placeholder(tf.float64, [None, 28, 28, 1])
        self.y_ = tf.placeholder(tf.float64, [None, 10])
        self.testing = tf.placeholder(tf.bool)
        self.step = tf.placeholder(tf.int32)
        self.keep = tf.placeholder(tf.float64)
        self.keep_channels = tf.placeholder(tf.float64)
        self.updates = []
        inputs, shapes = 1, []
        for size, outputs, _ in CONVOLUTIONS:
            shapes.append([size, size, inputs, outputs])
            inputs = outputs
        shapes += [[7 * 7 * inputs, UNITS], [UNITS, 10]]
        variables = []
        for shape in shapes:
            weights = tf.Variable(tf.truncated_normal(shape, stddev=0.1, dtype=tf.float64))
            variables.append((weights, tf.Variable(tf.constant(0.1, tf.float64, shape[-1:]))))
        layer = self.x
        for (w, b), (_, _, stride) in zip(variables, CONVOLUTIONS):
            convolved = tf.nn.conv2d(layer, w, strides=[1, stride, stride, 1], padding="SAME")
            layer = tf.nn.relu(self._normalized(tf, convolved, b, [0, 1, 2]))
            whole_channels = tf.shape(layer) * [1, 0, 0, 1] + [0, 1, 1, 0]
            layer = tf.nn.dropout(layer, self.keep_channels, whole_channels)
        flat = tf.reshape(layer, [-1, 7 * 7 * inputs])
        product = tf.matmul(flat, variables[3][0])
        layer = tf.nn.relu(self._normalized(tf, product, variables[3][1], [0]))
        logits = tf.matmul(tf.nn.dropout(layer, self.keep), variables[4][0]) + variables[4][1]
        entropy = tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=self.y_)
        self.loss = tf.reduce_mean(entropy) * 100

    def _normalized(self, tf, values, offset, axes):
        average = tf.train.ExponentialMovingAverage(0.999, self.step)
        mean, variance = tf.nn.moments(values, axes)
        self.updates.append(average.apply([mean, variance]))
        mean, variance = (
            tf.cond(self.testing, lambda m=m: average.average(m), lambda m=m: m)
            for m in (mean, variance)
        )
        return tf.nn.batch_normalization(values, mean, variance, offset, None, 1e-5)


def losses(tf, images, labels, steps):
    """The loss of each training step but the last; then that by the averages, without dropout."""
    tf.set_random_seed(0)
    network = Network(tf)
    rate = 0.0001 + tf.train.exponential_decay(0.02, network.step, 1600, 1 / math.e)
    train_step = tf.train.AdamOptimizer(rate).minimize(network.loss)
    update = tf.group(*network.updates)
    training = {network.testing: False, network.keep: KEPT, network.keep_channels: KEPT_CHANNELS}
    testing = {network.testing: True, network.keep: 1.0, network.keep_channels: 1.0}
    found = []
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for i, (x, y) in enumerate(batches(images, labels, steps - 1)):
            feed = {network.x: x, network.y_: y, network.step: i}
            found.append(session.run([network.loss, train_step], {**feed, **training})[0])
            session.run(update, {**feed, **testing, network.testing: False})
        found.append(session.run(network.loss, {**feed, **testing}))
    return found
