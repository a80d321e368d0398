"""Gradient descent without a network: the circle that fits noisy points best.

reflow run -m reflow.zoo.circle
"""

import numpy as np
import tensorflow as tf

CENTRE, RADIUS = (2.0, -1.0), 3.0


def noisy_circle(count=200, noise=0.1, seed=0):
    """Points [count, 2] near the circle."""
    random = np.random.RandomState(seed)
    angles = random.uniform(0, 2 * np.pi, count)
    points = np.stack([np.cos(angles), np.sin(angles)], 1) * RADIUS + CENTRE
    return (points + random.normal(0, noise, points.shape)).astype(np.float32)


def main(_):
    points = tf.constant(noisy_circle(), name="points")
    centre = tf.Variable(tf.zeros([2]), name="centre")
    radius = tf.Variable(1.0, name="radius")

    distance = tf.sqrt(tf.reduce_sum(tf.square(points - centre), 1))
    loss = tf.reduce_mean(tf.square(distance - radius), name="loss")
    train_step = tf.train.GradientDescentOptimizer(0.1).minimize(loss)

    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for step in range(201):
            if step % 20 == 0:
                error, (x, y), r = sess.run([loss, centre, radius])
                print(
                    f"step {step:3d}: centre ({x:6.3f}, {y:6.3f}), radius {r:.3f}, "
                    f"mean error {error:.5f}"
                )
            sess.run(train_step)


if __name__ == "__main__":
    tf.app.run()
