"""Convolutional networks in TensorFlow 1's API, for whatever `tf` is given.

Each gives (what to run, images, labels, further feeds), as those of graph_programs.py.
Python 3.7 and later.
"""

import math

#: (filter size, outputs, stride) of each convolution of the networks for MNIST.
SMALL = ((5, 4, 1), (5, 8, 2), (4, 12, 2))
BIGGER = ((6, 6, 1), (5, 12, 2), (4, 24, 2))
NORMALISED = ((6, 24, 1), (5, 48, 2), (4, 64, 2))
#: (inputs, outputs, side of the image, how its largest values are taken: size, stride).
YOLO = (
    (3, 16, 416, 2),
    (16, 32, 208, 2),
    (32, 64, 104, 2),
    (64, 128, 52, 2),
    (128, 256, 26, 2),
    (256, 512, 13, 1),
    (512, 1024, 13, None),
    (1024, 1024, 13, None),
)
GAN_BATCH = 64


def _digits(tf):
    images = tf.placeholder(tf.float32, [None, 784])
    labels = tf.placeholder(tf.float32, [None, 10])
    return images, labels, tf.reshape(images, [-1, 28, 28, 1])


def _weights(tf, shape):
    return tf.Variable(tf.truncated_normal(shape, stddev=0.1))


def _trained(tf, logits, labels, step):
    cross_entropy = tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=labels)
    rate = 0.0001 + tf.train.exponential_decay(0.003, step, 2000, 1 / math.e)
    return tf.train.AdamOptimizer(rate).minimize(tf.reduce_mean(cross_entropy) * 100)


def convolutional(tf, layers=SMALL, dropout=False):
    """Three convolutions and a layer of 200: mnist_3.0 of the canon."""
    images, labels, values = _digits(tf)
    keep, step = tf.placeholder(tf.float32), tf.placeholder(tf.int32)
    inputs = 1
    for size, outputs, stride in layers:
        weights = _weights(tf, [size, size, inputs, outputs])
        biases = tf.Variable(tf.ones([outputs]) / 10)
        convolved = tf.nn.conv2d(values, weights, [1, stride, stride, 1], padding="SAME")
        values = tf.nn.relu(convolved + biases)
        inputs = outputs
    flat = tf.reshape(values, [-1, 49 * inputs])
    biases = tf.Variable(tf.ones([200]) / 10)
    values = tf.nn.relu(tf.matmul(flat, _weights(tf, [49 * inputs, 200])) + biases)
    if dropout:
        values = tf.nn.dropout(values, keep)
    logits = tf.matmul(values, _weights(tf, [200, 10])) + tf.Variable(tf.ones([10]) / 10)
    feeds = {keep: 0.75, step: 1} if dropout else {step: 1}
    return _trained(tf, logits, labels, step), images, labels, feeds


def convolutional_dropout(tf):
    """The larger one with dropout: mnist_3.1 of the canon."""
    return convolutional(tf, BIGGER, dropout=True)


def batch_norm(tf):
    """Batch norm in each layer, its averages kept, without dropout: mnist_4.2 of the canon."""
    images, labels, values = _digits(tf)
    step, testing = tf.placeholder(tf.int32), tf.placeholder(tf.bool)
    updates = []

    def normalised(values, outputs, axes):
        averages = tf.train.ExponentialMovingAverage(0.999, step)
        batch_mean, batch_variance = tf.nn.moments(values, axes)
        updates.append(averages.apply([batch_mean, batch_variance]))
        mean = tf.cond(testing, lambda: averages.average(batch_mean), lambda: batch_mean)
        variance = tf.cond(
            testing, lambda: averages.average(batch_variance), lambda: batch_variance
        )
        offset = tf.Variable(tf.constant(0.1, tf.float32, [outputs]))
        return tf.nn.batch_normalization(values, mean, variance, offset, None, 1e-5)

    inputs = 1
    for size, outputs, stride in NORMALISED:
        weights = _weights(tf, [size, size, inputs, outputs])
        convolved = tf.nn.conv2d(values, weights, [1, stride, stride, 1], padding="SAME")
        values = tf.nn.relu(normalised(convolved, outputs, [0, 1, 2]))
        inputs = outputs
    flat = tf.reshape(values, [-1, 49 * inputs])
    values = tf.nn.relu(normalised(tf.matmul(flat, _weights(tf, [49 * inputs, 200])), 200, [0]))
    logits = tf.matmul(values, _weights(tf, [200, 10])) + tf.Variable(tf.ones([10]) / 10)
    train = tf.group(_trained(tf, logits, labels, step), *updates)
    return train, images, labels, {step: 1, testing: False}


def yolo(tf):
    """Tiny YOLO forward, of one image."""
    import numpy as np

    image = tf.placeholder(tf.float32, [None, 416, 416, 3])
    values = image
    for inputs, outputs, _, stride in YOLO:
        weights = _weights(tf, [3, 3, inputs, outputs])
        convolved = tf.nn.conv2d(values, weights, [1, 1, 1, 1], padding="SAME")
        values = convolved + tf.Variable(tf.zeros([outputs]))
        values = tf.maximum(0.1 * values, values)
        if stride:
            strides = [1, stride, stride, 1]
            values = tf.nn.max_pool(values, [1, 2, 2, 1], strides, padding="SAME")
    boxes = tf.nn.conv2d(values, _weights(tf, [1, 1, 1024, 125]), [1, 1, 1, 1], padding="SAME")
    return boxes, None, None, {image: np.full([1, 416, 416, 3], 0.5, np.float32)}


def dcgan(tf):
    """A step of a generator of digits by transposed convolutions, and of its discriminator."""
    import numpy as np

    noise = tf.placeholder(tf.float32, [GAN_BATCH, 100])
    digits = tf.placeholder(tf.float32, [GAN_BATCH, 28, 28, 1])
    generator = [_weights(tf, s) for s in ([100, 6272], [5, 5, 64, 128], [5, 5, 1, 64])]
    discriminator = [_weights(tf, s) for s in ([5, 5, 1, 64], [5, 5, 64, 128], [6272, 1])]

    def drawn(values):
        dense, middle, last = generator
        values = tf.reshape(tf.nn.relu(tf.matmul(values, dense)), [GAN_BATCH, 7, 7, 128])
        for weights, side, outputs in ((middle, 14, 64), (last, 28, 1)):
            shape = [GAN_BATCH, side, side, outputs]
            larger = tf.nn.conv2d_transpose(values, weights, shape, [1, 2, 2, 1])
            values = tf.nn.relu(larger) if outputs > 1 else tf.nn.sigmoid(larger)
        return values

    def judged(values):
        for weights in discriminator[:2]:
            convolved = tf.nn.conv2d(values, weights, [1, 2, 2, 1], padding="SAME")
            values = tf.nn.leaky_relu(convolved)
        return tf.matmul(tf.reshape(values, [GAN_BATCH, 6272]), discriminator[2])

    def loss(logits, truth):
        labels = tf.fill([GAN_BATCH, 1], truth)
        entropy = tf.nn.sigmoid_cross_entropy_with_logits(logits=logits, labels=labels)
        return tf.reduce_mean(entropy)

    real, fake = judged(digits), judged(drawn(noise))
    optimizers = [tf.train.AdamOptimizer(2e-4, 0.5) for _ in range(2)]
    train = tf.group(
        optimizers[0].minimize(loss(real, 1.0) + loss(fake, 0.0), var_list=discriminator),
        optimizers[1].minimize(loss(fake, 1.0), var_list=generator),
    )
    random = np.random.RandomState(0)
    fed = {
        noise: random.rand(GAN_BATCH, 100).astype(np.float32),
        digits: random.rand(GAN_BATCH, 28, 28, 1).astype(np.float32),
    }
    return train, None, None, fed
