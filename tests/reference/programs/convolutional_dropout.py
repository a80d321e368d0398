"""Three convolutions and a layer with dropout, trained by Adam with a decaying learning rate.

Adam takes a whole step for a gradient that is nothing but rounding.  In float32 there are some, and
after ten steps or so the losses depend on the order in which sums are computed.
"""

import math

from tests.reference.programs.mnist import batches
from tests.reference.programs.tutorial import Network


def losses(tf, images, labels, steps, dtype="float32"):
    """The loss of each training step, with dropout, computed in the step that it belongs to."""
    tf.set_random_seed(0)
    network = Network(tf, "convolutional_dropout", dtype)
    rate = 0.0001 + tf.train.exponential_decay(0.003, network.step, 2000, 1 / math.e)
    train_step = tf.train.AdamOptimizer(rate).minimize(network.loss)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return [
            session.run(
                [network.loss, train_step],
                {network.x: x, network.y_: y, network.step: i, **network.for_training},
            )[0]
            for i, (x, y) in enumerate(batches(images, labels, steps))
        ]
