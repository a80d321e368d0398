"""The dashboard has what the original module has: its names, parameters and defaults."""

import inspect
import struct
import zlib

import pytest

from reflow.visu import tensorflowvisu
from tests.running.processes import reflow_run

# Of tensorflowvisu.py as it came with the tutorials (2018), without matplotlib's callbacks.
FUNCTIONS = {
    "tf_format_mnist_images": "(X, Y, Y_, n=100, lines=10)",
    "probability_distribution": "(data)",
}
METHODS = {
    "__init__": "(self, title1=None, title2=None, title3=None, title4=None, title5=None, "
    "title6=None, histogram4colornum=None, histogram5colornum=None, dpi=70)",
    "append_training_curves_data": "(self, x, accuracy, loss)",
    "append_test_curves_data": "(self, x, accuracy, loss)",
    "get_max_test_accuracy": "(self)",
    "append_data_histograms": "(self, x, datavect1, datavect2, title1=None, title2=None)",
    "update_image1": "(self, im)",
    "update_image2": "(self, im)",
    "is_paused": "(self)",
    "animate": "(self, compute_step, iterations, train_data_update_freq=20, "
    "test_data_update_freq=100, one_test_at_start=True, more_tests_at_start=False, "
    "save_movie=False)",
}
ATTRIBUTES = ["xmax", "y2max", "x1", "y1", "z1", "x2", "y2", "z2", "x3", "w3", "b3", "im1", "im2"]


def parameters(function):
    signature = inspect.signature(function)
    plain = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    return str(signature.replace(parameters=plain, return_annotation=signature.empty))


def test_names_parameters_and_defaults():
    assert tensorflowvisu.HISTOGRAM_BUCKETS == 7
    for name, expected in FUNCTIONS.items():
        assert parameters(getattr(tensorflowvisu, name)) == expected
    for name, expected in METHODS.items():
        assert parameters(getattr(tensorflowvisu.MnistDataVis, name)) == expected
    dashboard = tensorflowvisu.MnistDataVis()
    assert all(hasattr(dashboard, name) for name in ATTRIBUTES)


PROGRAM = """
import sys
if "--without-matplotlib" in sys.argv:
    sys.modules["matplotlib"] = None
import tensorflow as tf
import tensorflowvisu
from tensorflow.examples.tutorials.mnist import input_data
tf.set_random_seed(0)
mnist = input_data.read_data_sets("data", one_hot=True, reshape=False, validation_size=0, seed=0)
X = tf.placeholder(tf.float32, [None, 28, 28, 1])
Y_ = tf.placeholder(tf.float32, [None, 10])
W = tf.Variable(tf.zeros([784, 10]))
b = tf.Variable(tf.zeros([10]))
Y = tf.nn.softmax(tf.matmul(tf.reshape(X, [-1, 784]), W) + b)
loss = -tf.reduce_mean(Y_ * tf.log(Y)) * 1000.0
accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(Y, 1), tf.argmax(Y_, 1)), tf.float32))
train = tf.train.GradientDescentOptimizer(0.005).minimize(loss)
I = tensorflowvisu.tf_format_mnist_images(X, Y, Y_)
It = tensorflowvisu.tf_format_mnist_images(X, Y, Y_, 1000, lines=25)
dashboard = tensorflowvisu.MnistDataVis(dpi=30)
sess = tf.Session()
sess.run(tf.global_variables_initializer())
calls = []

def step(i, update_test, update_train):
    calls.append((i, update_test, update_train))
    batch = mnist.train.next_batch(100)
    if update_train:
        fetches = [accuracy, loss, I, tf.reshape(W, [-1]), b]
        a, c, im, w, d = sess.run(fetches, {X: batch[0], Y_: batch[1]})
        dashboard.append_training_curves_data(i, a, c)
        dashboard.append_data_histograms(i, w, d)
        dashboard.update_image1(im)
    if update_test:
        x, y = mnist.test.images[:1000], mnist.test.labels[:1000]
        a, c, im = sess.run([accuracy, loss, It], {X: x, Y_: y})
        dashboard.append_test_curves_data(i, a, c)
        dashboard.update_image2(im)
    sess.run(train, {X: batch[0], Y_: batch[1]})

dashboard.animate(step, iterations=61, train_data_update_freq=10, test_data_update_freq=50,
                  more_tests_at_start=True)
print(len(calls), [i for i, test, _ in calls if test], [i for i, _, train in calls if train])
print(dashboard.get_max_test_accuracy() > 0.8, dashboard.im1.shape, dashboard.im2.shape)
"""


def png_size(data):
    """Width and height of a PNG file, every chunk of which is checked."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    position, kinds, pixels = 8, [], b""
    while position < len(data):
        (length,) = struct.unpack_from(">I", data, position)
        kind = data[position + 4 : position + 8]
        body = data[position + 8 : position + 8 + length]
        (checksum,) = struct.unpack_from(">I", data, position + 8 + length)
        assert checksum == zlib.crc32(kind + body)
        if kind == b"IHDR":
            width, height, depth, colours = struct.unpack_from(">IIBB", body)
        if kind == b"IDAT":
            pixels += body
        kinds.append(kind)
        position += 12 + length
    assert kinds[0] == b"IHDR" and kinds[-1] == b"IEND"
    channels = {2: 3, 6: 4}[colours]
    assert len(zlib.decompress(pixels)) == height * (1 + width * channels * depth // 8)
    return width, height


@pytest.mark.parametrize("arguments", [[], ["--without-matplotlib"]])
def test_a_whole_program(tmp_path, arguments):
    done = reflow_run(tmp_path, PROGRAM, *arguments)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-2:] == [
        "61 [0, 10, 20, 30, 40, 50, 61] [0, 10, 20, 30, 40, 50, 61]",
        "True (280, 280, 3) (700, 1120, 3)",
    ]
    assert "step 61/61  train accuracy 0." in done.stderr
    picture = tmp_path / "tensorflowvisu.png"
    if arguments:
        assert not picture.exists() and "it takes matplotlib" in done.stderr
    else:
        assert png_size(picture.read_bytes()) == (576, 324)
