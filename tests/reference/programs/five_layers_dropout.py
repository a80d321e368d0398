"""Five layers of relu with dropout, trained by Adam with a decaying learning rate."""

import math

from tests.reference.programs.mnist import batches

#: (inputs, outputs)
LAYERS = ((784, 200), (200, 100), (100, 60), (60, 30), (30, 10))


def losses(tf, images, labels, steps):
    """The loss of each training step, with dropout, computed in the step that it belongs to."""
    tf.set_random_seed(0)
    x = tf.placeholder(tf.float32, [None, 28, 28, 1])
    y_ = tf.placeholder(tf.float32, [None, 10])
    keep = tf.placeholder(tf.float32)
    step = tf.placeholder(tf.int32)
    weights, biases = [], []
    for inputs, outputs in LAYERS:
        weights.append(tf.Variable(tf.truncated_normal([inputs, outputs], stddev=0.1)))
        start = tf.zeros([outputs]) if outputs == 10 else tf.ones([outputs]) / 10
        biases.append(tf.Variable(start))
    layer = tf.reshape(x, [-1, 784])
    for w, b in zip(weights[:-1], biases[:-1]):
        layer = tf.nn.dropout(tf.nn.relu(tf.matmul(layer, w) + b), keep)
    logits = tf.matmul(layer, weights[-1]) + biases[-1]
    entropy = tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=y_)
    loss = tf.reduce_mean(entropy) * 100
    rate = 0.0001 + tf.train.exponential_decay(0.003, step, 2000, 1 / math.e)
    train_step = tf.train.AdamOptimizer(rate).minimize(loss)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return [
            session.run([loss, train_step], {x: batch_x, y_: batch_y, keep: 0.75, step: i})[0]
            for i, (batch_x, batch_y) in enumerate(batches(images, labels, steps))
        ]
