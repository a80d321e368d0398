"""The embedded files are the canonical ones, byte for byte."""

import gzip
import hashlib

import pytest

from reflow.datasets import mnist

#: Of the files as published in 1998, and of what they hold.
MD5 = {
    mnist.TRAIN_IMAGES: ("f68b3c2dcbeaaa9fbdd348bbdeb94873", "6bbc9ace898e44ae57da46a324031adb"),
    mnist.TRAIN_LABELS: ("d53e105ee54ea40749a09fcbcd1e9432", "a25bea736e30d166cdddb491f175f624"),
    mnist.TEST_IMAGES: ("9fb629c4189551a2d022fa330f9573f3", "2646ac647ad5339dbf082846283269ea"),
    mnist.TEST_LABELS: ("ec29112dd5afa0611ce80d1b7f02629c", "27ae3e4e09519cfbb04c329615203637"),
}


@pytest.mark.parametrize("name", mnist.FILES)
def test_the_files_are_the_canonical_ones(name):
    content = mnist.path(name).read_bytes()
    unpacked = gzip.decompress(content)
    assert (hashlib.md5(content).hexdigest(), hashlib.md5(unpacked).hexdigest()) == MD5[name]


def test_load():
    data = mnist.load()
    assert [a.shape for a in data] == [(60000, 28, 28), (60000,), (10000, 28, 28), (10000,)]
    assert {a.dtype.name for a in data} == {"uint8"}
    assert data.train_labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert data.test_labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert round(float(data.train_images.mean()), 4) == 33.3184


def test_the_licence_and_source_are_beside_them():
    notice = mnist.path(mnist.TRAIN_IMAGES).with_name("NOTICE.md").read_text()
    assert "CC-BY-SA-3.0" in notice and "Yann LeCun" in notice


def test_other_names_are_refused():
    with pytest.raises(ValueError, match=r"Expected one of .* Received: 'train\.gz'\."):
        mnist.path("train.gz")
