"""Programs that load MNIST: with no network at all, and with files that are damaged."""

import gzip
import re
import shutil

import pytest

from reflow.datasets import mnist
from tests.running.processes import reflow_run

NO_NETWORK = """
import socket
def refuse(*args, **kwargs):
    raise AssertionError("the network was asked")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
"""

READ_DATA_SETS = """
from tensorflow.examples.tutorials.mnist import input_data
data = input_data.read_data_sets("MNIST_data", one_hot=True)
print(data.train.images.shape, data.validation.labels.shape, data.test.num_examples)
"""

# As loaders of the time were written: download, unpack, check the magic number; and tf.data.
OWN_LOADER = """
import gzip, os, urllib.request
import numpy as np
import tensorflow as tf

def maybe_download(filename):
    if not tf.gfile.Exists("MNIST_data"):
        tf.gfile.MakeDirs("MNIST_data")
    path = os.path.join("MNIST_data", filename)
    if not tf.gfile.Exists(path):
        urllib.request.urlretrieve("http://yann.lecun.com/exdb/mnist/" + filename, path)
        with tf.gfile.GFile(path) as f:
            print("downloaded", f.size())
    return path

def read32(stream):
    return int(np.frombuffer(stream.read(4), dtype=np.dtype(np.uint32).newbyteorder(">"))[0])

def extract_images(path):
    with tf.gfile.Open(path, "rb") as f, gzip.GzipFile(fileobj=f) as stream:
        magic = read32(stream)
        if magic != 2051:
            raise ValueError("Invalid magic number %d in MNIST image file: %s" % (magic, path))
        n, rows, cols = read32(stream), read32(stream), read32(stream)
        return np.frombuffer(stream.read(rows * cols * n), np.uint8).reshape(n, rows, cols, 1)

print(extract_images(maybe_download("t10k-images-idx3-ubyte.gz")).shape)

def unpacked(path):
    with gzip.open(path) as packed, open(path[:-3], "wb") as file:
        file.write(packed.read())
    return path[:-3]

def dataset(path, size, header):
    records = tf.data.FixedLengthRecordDataset(unpacked(maybe_download(path)), size, header)
    return records.map(lambda record: tf.decode_raw(record, tf.uint8))

images = dataset("t10k-images-idx3-ubyte.gz", 28 * 28, 16)
labels = dataset("t10k-labels-idx1-ubyte.gz", 1, 8)
pairs = tf.data.Dataset.zip((images, labels)).batch(2500)
batch = pairs.make_one_shot_iterator().get_next()
with tf.Session() as sess:
    while True:
        try:
            print([part.shape for part in sess.run(batch)])
        except tf.errors.OutOfRangeError:
            break
"""

BOTH = f"""
try:
    exec({READ_DATA_SETS!r})
except ValueError as error:
    print(type(error).__name__, error)
{OWN_LOADER}
"""


@pytest.fixture
def folder(tmp_path):
    """Where programs run: with all of MNIST in the folder where they look for it."""
    (tmp_path / "MNIST_data").mkdir()
    for name in mnist.FILES:
        shutil.copy(mnist.path(name), tmp_path / "MNIST_data")
    return tmp_path


def test_read_data_sets_needs_no_network(tmp_path):
    done = reflow_run(tmp_path, NO_NETWORK + READ_DATA_SETS)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "(55000, 784) (5000, 10) 10000"
    assert all(line.endswith("from the embedded MNIST") for line in done.stderr.splitlines())


def test_a_loader_of_the_programs_own_needs_no_network(tmp_path):
    done = reflow_run(tmp_path, NO_NETWORK + OWN_LOADER)
    assert done.returncode == 0, done.stderr
    shapes = ["[(2500, 784), (2500, 1)]"] * 4
    lines = ["downloaded 1648877", "(10000, 28, 28, 1)", "downloaded 4542", *shapes]
    assert done.stdout.splitlines() == lines
    assert all(line.endswith("from the embedded MNIST") for line in done.stderr.splitlines())


def repacked(change):
    return lambda packed: gzip.compress(change(gzip.decompress(packed)), compresslevel=1)


@pytest.mark.parametrize(
    ("damage", "own_error", "error"),
    [
        (lambda packed: packed[:-1000], "EOFError: Compressed file ended", "a whole gzip file"),
        (lambda packed: b"<html>", "BadGzipFile: Not a gzipped file", "with magic number 2051"),
        (
            lambda packed: packed[:5000] + bytes(100) + packed[5100:],
            "(zlib.error|BadGzipFile|EOFError): ",
            "a whole gzip file",
        ),
        (
            repacked(lambda data: data[:-500]),
            "ValueError: cannot reshape array of size 7839500 into shape ",
            "7840000 bytes of values for shape [10000, 28, 28]. Received: 7839500 bytes",
        ),
        (
            repacked(lambda data: bytes([0, 0, 8, 1]) + data[4:]),
            "ValueError: Invalid magic number 2049 in MNIST image file: ",
            "magic number 2051. Received: 2049",
        ),
        (
            repacked(lambda data: data[:4] + (9999).to_bytes(4, "big") + data[8:]),
            None,  # such a loader does not look at what follows
            "7839216 bytes of values for shape [9999, 28, 28]. Received: a longer file",
        ),
    ],
    ids=["truncated", "a web page", "broken gzip", "too short", "wrong magic", "wrong count"],
)
def test_a_damaged_file_is_named(folder, damage, own_error, error):
    path = folder / "MNIST_data" / mnist.TEST_IMAGES
    path.write_bytes(damage(path.read_bytes()))
    done = reflow_run(folder, BOTH)
    line = next(line for line in done.stdout.splitlines() if "expected" in line)
    assert line.startswith(f"IdxError MNIST_data/{mnist.TEST_IMAGES}: expected ")
    assert error in line
    if own_error is not None:
        assert done.returncode == 1
        assert re.search(rf"^(\w+\.)?{own_error}", done.stderr, re.MULTILINE)


def test_a_damaged_file_read_by_tf_data(folder):
    program = OWN_LOADER.replace("file.write(packed.read())", "file.write(packed.read()[:-300])")
    done = reflow_run(folder, program)
    assert done.returncode == 1
    assert done.stderr.startswith(
        "InvalidArgumentError: Excluding the header (16 bytes) and footer (0 bytes), input file "
        '"MNIST_data/t10k-images-idx3-ubyte" has body length 7839700 bytes, which is not an exact '
        "multiple of the record length (784 bytes).\n"
        "\t [[node IteratorGetNext (op: IteratorGetNext) (defined at program.py:"
    )
