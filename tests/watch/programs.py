"""Small programs of the shapes that are met: what they run to train, and tensors of theirs.

Each is built in the default graph.
"""

import itertools
from dataclasses import dataclass, field
from typing import Any

from reflow import tf


@dataclass
class Program:
    """What a test needs of a program: `train` is what it runs, the rest tensors by their roles."""

    train: Any
    loss: Any = None
    image: Any = None
    labels: Any = None
    logits: Any = None
    prediction: Any = None
    accuracy: Any = None
    variables: list = field(default_factory=list)
    more: dict = field(default_factory=dict)


def accuracy_of(prediction, labels):
    right = tf.equal(tf.argmax(prediction, 1), tf.argmax(labels, 1))
    return tf.reduce_mean(tf.cast(right, tf.float32))


def raw_softmax(rate=0.0005):
    """mnist_1.0: -sum(y * log(softmax)), images [n, 28, 28, 1]."""
    x = tf.placeholder(tf.float32, [None, 28, 28, 1], name="X")
    y_ = tf.placeholder(tf.float32, [None, 10], name="Y_")
    w, b = tf.Variable(tf.zeros([784, 10]), name="W"), tf.Variable(tf.zeros([10]), name="b")
    logits = tf.matmul(tf.reshape(x, [-1, 784]), w) + b
    y = tf.nn.softmax(logits)
    loss = -tf.reduce_mean(y_ * tf.log(y)) * 1000.0
    train = tf.train.GradientDescentOptimizer(rate).minimize(loss)
    return Program(train, loss, x, y_, logits, y, accuracy_of(y, y_), [w, b])


def five_layers(kind="softmax", activation=tf.nn.relu, sizes=(784, 20, 10), flat=True):
    """mnist_2.x: flat images, hidden layers, dropout, Adam with a decaying rate."""
    x = tf.placeholder(tf.float32, [None, 784] if flat else [None, 28, 28], name="X")
    keep = tf.placeholder_with_default(1.0, [], name="keep")
    step = tf.placeholder_with_default(0, [], name="step")
    if kind == "sparse":
        y_ = tf.placeholder(tf.int64, [None], name="labels")
    else:
        y_ = tf.placeholder(tf.float32, [None, sizes[-1]], name="labels")
    hidden, variables = (x if flat else tf.reshape(x, [-1, 784])), []
    for i, (n, m) in enumerate(itertools.pairwise(sizes)):
        w = tf.Variable(tf.truncated_normal([n, m], stddev=0.1, seed=i), name=f"W{i}")
        b = tf.Variable(tf.ones([m]) / 10, name=f"B{i}")
        variables += [w, b]
        logits = tf.matmul(hidden, w) + b
        hidden = tf.nn.dropout(activation(logits), keep, seed=i)
    if kind == "softmax":
        losses = tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=y_)
    elif kind == "sparse":
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(logits=logits, labels=y_)
    else:
        losses = tf.nn.sigmoid_cross_entropy_with_logits(logits=logits, labels=y_)
    loss = tf.reduce_mean(losses, name="loss")
    rate = 0.0001 + tf.train.exponential_decay(0.003, step, 2000, 0.37)
    train = tf.train.AdamOptimizer(rate).minimize(loss)
    prediction = tf.nn.softmax(logits)
    if kind == "sparse":
        right = tf.nn.in_top_k(prediction, y_, 1)
        accuracy = tf.reduce_mean(tf.cast(right, tf.float32))
    else:
        accuracy = accuracy_of(prediction, y_)
    more = {"rate": rate, "keep": keep, "step": step}
    return Program(train, loss, x, y_, logits, prediction, accuracy, variables, more)


def convolutional(use_layers=False):
    """mnist_3.0, or the same with tf.layers."""
    x = tf.placeholder(tf.float32, [None, 28, 28, 1], name="X")
    y_ = tf.placeholder(tf.float32, [None, 10], name="Y_")
    if use_layers:
        hidden = tf.layers.conv2d(x, 4, 5, activation=tf.nn.relu, name="conv1")
        hidden = tf.layers.flatten(tf.layers.max_pooling2d(hidden, 2, 2))
        hidden = tf.layers.dense(hidden, 12, activation=tf.nn.relu, name="dense1")
        logits = tf.layers.dense(hidden, 10, name="dense2")
        variables = tf.trainable_variables()
    else:
        w1 = tf.Variable(tf.truncated_normal([5, 5, 1, 4], stddev=0.1, seed=1), name="W1")
        b1 = tf.Variable(tf.ones([4]) / 10, name="B1")
        w2 = tf.Variable(tf.truncated_normal([14 * 14 * 4, 10], stddev=0.1, seed=2), name="W2")
        b2 = tf.Variable(tf.zeros([10]), name="B2")
        hidden = tf.nn.relu(tf.nn.conv2d(x, w1, [1, 2, 2, 1], "SAME") + b1)
        logits = tf.matmul(tf.reshape(hidden, [-1, 14 * 14 * 4]), w2) + b2
        variables = [w1, b1, w2, b2]
    losses = tf.nn.softmax_cross_entropy_with_logits_v2(logits=logits, labels=y_)
    loss = tf.reduce_mean(losses) * 100
    train = tf.train.AdamOptimizer(0.003).minimize(loss)
    prediction = tf.nn.softmax(logits)
    accuracy = accuracy_of(prediction, y_)
    return Program(train, loss, x, y_, logits, prediction, accuracy, list(variables))


def regression():
    """A line through points: plain placeholders, mean of squares."""
    x = tf.placeholder(tf.float32, name="x")
    y = tf.placeholder(tf.float32, name="y")
    w, b = tf.Variable(0.3, name="w"), tf.Variable(-0.3, name="b")
    loss = tf.reduce_mean(tf.square(w * x + b - y), name="loss")
    train = tf.train.GradientDescentOptimizer(0.01).minimize(loss)
    return Program(train, loss, x, y, variables=[w, b])


def by_hand(use_gradients=True):
    """w -= rate * gradient, the gradient by tf.gradients or by formula."""
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    y = tf.placeholder(tf.float32, [None, 1], name="y")
    w = tf.Variable([[0.1], [0.2], [0.3]], name="w")
    error = tf.matmul(x, w) - y
    loss = tf.reduce_mean(tf.square(error), name="loss")
    if use_gradients:
        (gradient,) = tf.gradients(loss, [w])
    else:
        gradient = 2 / 4 * tf.matmul(tf.transpose(x), error)
    train = tf.assign_sub(w, 0.1 * gradient)
    return Program(train, loss, x, y, variables=[w], more={"gradient": gradient})


def gan():
    """A generator of digits from noise and its discriminator; two losses and training ops."""
    x = tf.placeholder(tf.float32, [None, 784], name="real")
    z = tf.placeholder(tf.float32, [None, 100], name="noise")

    def generator():
        with tf.variable_scope("generator"):
            return tf.layers.dense(tf.layers.dense(z, 8, tf.nn.relu), 784, tf.nn.sigmoid)

    def discriminator(images, reuse):
        with tf.variable_scope("discriminator", reuse=reuse):
            return tf.layers.dense(tf.layers.dense(images, 8, tf.nn.leaky_relu), 1)

    real, fake = discriminator(x, False), discriminator(generator(), True)

    def cross_entropy(logits, labels):
        return tf.reduce_mean(
            tf.nn.sigmoid_cross_entropy_with_logits(logits=logits, labels=labels(logits))
        )

    d_loss = tf.add(
        cross_entropy(real, tf.ones_like), cross_entropy(fake, tf.zeros_like), name="d_loss"
    )
    g_loss = tf.identity(cross_entropy(fake, tf.ones_like), name="g_loss")
    of = {
        name: [v for v in tf.trainable_variables() if v.name.startswith(name)]
        for name in ("discriminator", "generator")
    }
    optimizer = tf.train.AdamOptimizer(0.001)
    d_train = optimizer.minimize(d_loss, var_list=of["discriminator"])
    g_train = optimizer.minimize(g_loss, var_list=of["generator"])
    more = {"g_train": g_train, "g_loss": g_loss, "noise": z, "of": of}
    return Program(d_train, d_loss, x, variables=of["discriminator"], more=more)


def policy(weighting="fed", size=4):
    """A policy's gradient: what is fed as labels are actions, weighted by how good they were."""
    x = tf.placeholder(tf.float32, [None, size], name="observations")
    actions = tf.placeholder(tf.int32, [None], name="actions")
    shape = None if weighting == "scalar" else [None]
    values = tf.placeholder(tf.float32, shape, name="values")
    logits = tf.layers.dense(x, 3)
    prediction = tf.nn.softmax(logits)
    if weighting == "fed":
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(logits=logits, labels=actions)
        loss = tf.reduce_mean(losses * values, name="loss")
    elif weighting == "scalar":  # of a single step, of which no shape is told
        actions = tf.placeholder(tf.int32, None, name="action")
        loss = -tf.reduce_mean(tf.log(prediction[0, actions]) * values, name="loss")
    else:  # by how much better they were than a critic had thought
        taken = tf.reduce_sum(tf.log(prediction) * tf.one_hot(actions, 3), 1)
        better = tf.stop_gradient(values - tf.layers.dense(x, 1)[:, 0])
        loss = -tf.reduce_mean(taken * better, name="loss")
    train = tf.train.AdamOptimizer(0.01).minimize(loss)
    return Program(train, loss, x, actions, logits, prediction, more={"values": values})


def actor_and_critic():
    """DDPG's: the actor learns by the critic's gradient by its action."""
    x = tf.placeholder(tf.float32, [None, 3], name="observations")
    reward = tf.placeholder(tf.float32, [None, 1], name="reward")
    with tf.variable_scope("actor"):
        action = tf.layers.dense(x, 1, tf.nn.tanh, name="a")
    with tf.variable_scope("critic"):
        q = tf.layers.dense(tf.concat([x, action], 1), 1)
    loss = tf.reduce_mean(tf.square(reward - q), name="td_error")
    train = tf.train.AdamOptimizer(0.01).minimize(loss, var_list=tf.trainable_variables("critic"))
    better = tf.gradients(q, action)
    own = tf.trainable_variables("actor")
    gradients = tf.gradients(action, own, grad_ys=better)
    act = tf.train.AdamOptimizer(-0.01).apply_gradients(zip(gradients, own), name="act")
    return Program(train, loss, x, reward, more={"act": act, "own": own})
