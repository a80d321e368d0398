"""The measured networks in TensorFlow 1's API, for whatever `tf` is given.

Python 3.7 and later.
"""

import math


def softmax(tf):
    """One layer of ten neurons; gives (training operation, feeds without the batch)."""
    images = tf.placeholder(tf.float32, [None, 784])
    labels = tf.placeholder(tf.float32, [None, 10])
    weights = tf.Variable(tf.zeros([784, 10]))
    biases = tf.Variable(tf.zeros([10]))
    predictions = tf.nn.softmax(tf.matmul(images, weights) + biases)
    loss = -tf.reduce_mean(labels * tf.log(predictions)) * 1000.0
    return tf.train.GradientDescentOptimizer(0.005).minimize(loss), images, labels, {}


def five_layers(tf, dropout=False):
    """784-200-100-60-30-10 with relu, Adam and a learning rate that decays."""
    images = tf.placeholder(tf.float32, [None, 784])
    labels = tf.placeholder(tf.float32, [None, 10])
    keep = tf.placeholder(tf.float32)
    step = tf.placeholder(tf.int32)
    values = images
    sizes = [784, 200, 100, 60, 30, 10]
    for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        weights = tf.Variable(tf.truncated_normal([inputs, outputs], stddev=0.1))
        biases = tf.Variable(tf.ones([outputs]) / 10)
        values = tf.matmul(values, weights) + biases
        if i < len(sizes) - 2:
            values = tf.nn.relu(values)
            if dropout:
                values = tf.nn.dropout(values, keep)
    cross_entropy = tf.nn.softmax_cross_entropy_with_logits(logits=values, labels=labels)
    rate = 0.0001 + tf.train.exponential_decay(0.003, step, 2000, 1 / math.e)
    train = tf.train.AdamOptimizer(rate).minimize(tf.reduce_mean(cross_entropy) * 100)
    return train, images, labels, {keep: 0.75, step: 1} if dropout else {step: 1}


def five_layers_dropout(tf):
    return five_layers(tf, dropout=True)


def embedding(tf, rows=100000):
    """100 rows of a table looked up and trained: what the other rows are must cost nothing."""
    table = tf.Variable(tf.random_uniform([rows, 64]))
    ids = tf.placeholder(tf.int32, [None])
    loss = tf.reduce_mean(tf.square(tf.nn.embedding_lookup(table, ids)))
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    return train, None, None, {ids: [i * rows // 100 for i in range(100)]}


def small_embedding(tf):
    return embedding(tf, rows=100)


def many_ops(tf, count):
    """A graph of about `count` operations: blocks of a dense layer without variables."""
    value = tf.placeholder(tf.float32, [None, 8])
    graph = tf.get_default_graph()
    while len(graph.get_operations()) < count:
        value = tf.nn.relu(tf.matmul(value, tf.zeros([8, 8])) + 1.0)
        value = tf.reshape(value * 2.0 - value, [-1, 8])
    return value
