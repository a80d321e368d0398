"""What is asked of `tensorflowvisu`, the original and reflow's alike.

Python 3.7 runs this file, because TensorFlow 1.15.5 does.
"""

import numpy as np

#: How many digits on how many lines.
DIGITS, LINES = 20, 2
FIRST_SEED = 7


def distributions():
    """Vectors whose distribution is looked at."""
    rng = np.random.RandomState(FIRST_SEED)
    vectors = [rng.randn(size).astype(dtype) for size in range(7, 40) for dtype in ("f4", "f8")]
    return [*vectors, np.zeros(10, "f4"), rng.randint(0, 3, 50).astype("f4"), rng.randn(7840)]


#: Arguments of MnistDataVis.animate after the first.
ANIMATIONS = [
    {"iterations": 40},
    {"iterations": 2001, "train_data_update_freq": 10, "test_data_update_freq": 50,
     "more_tests_at_start": True},
    {"iterations": 100, "train_data_update_freq": 20, "test_data_update_freq": 100,
     "one_test_at_start": False},
    {"iterations": 55, "train_data_update_freq": 10, "test_data_update_freq": 25,
     "one_test_at_start": False, "more_tests_at_start": True},
    {"iterations": 19, "train_data_update_freq": 20},
    {"iterations": 31.0, "train_data_update_freq": 7, "test_data_update_freq": 3},
]  # fmt: skip


def images(tf, tensorflowvisu):
    """The graph of tf_format_mnist_images, and what it gives for digits that are partly wrong.

    Returns:
      The nodes, each as [name, op type, inputs], and the image.
    """
    graph = tf.get_default_graph()
    X = tf.placeholder(tf.float32, [None, 28, 28, 1])
    Y = tf.placeholder(tf.float32, [None, 10])
    Y_ = tf.placeholder(tf.float32, [None, 10])
    image = tensorflowvisu.tf_format_mnist_images(X, Y, Y_, DIGITS, lines=LINES)
    nodes = [[node.name, node.op, list(node.input)] for node in graph.as_graph_def().node]
    rng = np.random.RandomState(FIRST_SEED)
    labels = rng.randint(0, 10, 30)
    computed = np.where(rng.rand(30) < 0.3, (labels + 1) % 10, labels)
    feeds = {X: rng.rand(30, 28, 28, 1), Y: np.eye(10)[computed], Y_: np.eye(10)[labels]}
    with tf.Session() as session:
        return nodes, session.run(image, feeds)
