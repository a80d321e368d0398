"""One layer of ten softmax neurons, trained by gradient descent."""

from tests.reference.programs.mnist import batches


def losses(tf, images, labels, steps):
    """The loss of each training step, computed in the step that it belongs to."""
    tf.set_random_seed(0)
    x = tf.placeholder(tf.float32, [None, 28, 28, 1])
    y_ = tf.placeholder(tf.float32, [None, 10])
    w = tf.Variable(tf.zeros([784, 10]))
    b = tf.Variable(tf.zeros([10]))
    y = tf.nn.softmax(tf.matmul(tf.reshape(x, [-1, 784]), w) + b)
    loss = -tf.reduce_mean(y_ * tf.log(y)) * 1000.0
    train_step = tf.train.GradientDescentOptimizer(0.005).minimize(loss)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return [
            session.run([loss, train_step], {x: batch_x, y_: batch_y})[0]
            for batch_x, batch_y in batches(images, labels, steps)
        ]
