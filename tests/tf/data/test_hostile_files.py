"""Files that are not what they should be: what is there is given, then an error is raised.

TensorFlow 1.15 ends the sequence without a word where compressed records are damaged.
"""

import gzip
import os
import zlib

import pytest

import reflow as tf

CONTENT = b"".join(b"%07d\n" % number for number in range(1000))
COMPRESSED = {"GZIP": gzip.compress(CONTENT), "ZLIB": zlib.compress(CONTENT)}


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default():
        yield


@pytest.fixture
def written(tmp_path):
    def write(content):
        path = tmp_path / "file"
        path.write_bytes(content)
        return str(path)

    return write


def walked(dataset):
    """The elements before the error, and the error."""
    get_next = dataset.make_one_shot_iterator().get_next()
    elements = []
    with tf.Session() as session:
        try:
            while True:
                elements.append(session.run(get_next))
        except tf.errors.OpError as error:
            return elements, error


def records(path, compression="", **sizes):
    return tf.data.FixedLengthRecordDataset(path, 8, compression_type=compression, **sizes)


@pytest.mark.parametrize("compression", ["GZIP", "ZLIB"])
@pytest.mark.parametrize("read", ["records", "lines"])
def test_not_compressed(written, compression, read):
    path = written(CONTENT)
    dataset = (
        records(path, compression)
        if read == "records"
        else tf.data.TextLineDataset(path, compression)
    )
    elements, error = walked(dataset)
    assert not elements
    assert isinstance(error, tf.errors.DataLossError)
    assert "incorrect header check" in error.message


@pytest.mark.parametrize("compression", ["GZIP", "ZLIB"])
def test_truncated(written, compression):
    packed = COMPRESSED[compression]
    elements, error = walked(records(written(packed[: len(packed) // 2]), compression))
    assert isinstance(error, tf.errors.DataLossError)
    assert "truncated" in error.message
    assert 0 < len(elements) < 1000
    assert b"".join(elements) == CONTENT[: 8 * len(elements)]


@pytest.mark.parametrize("compression", ["GZIP", "ZLIB"])
def test_damaged(written, compression):
    packed = bytearray(COMPRESSED[compression])
    packed[-2] ^= 255  # of the checksum, or of the length behind it
    elements, error = walked(records(written(bytes(packed)), compression))
    assert isinstance(error, tf.errors.DataLossError)
    assert "inflate() failed" in error.message
    assert b"".join(elements) == CONTENT[: 8 * len(elements)]


def test_compressed_record_is_cut(written):
    elements, error = walked(records(written(gzip.compress(CONTENT[:-3])), "GZIP"))
    assert len(elements) == 999
    assert isinstance(error, tf.errors.DataLossError)
    assert "7997 bytes, which is not an exact multiple of the record length (8" in error.message


@pytest.mark.parametrize("sizes", [{"header_bytes": 10}, {"footer_bytes": 10}])
def test_compressed_file_is_shorter_than_header_and_footer(written, sizes):
    elements, error = walked(records(written(gzip.compress(b"abc")), "GZIP", **sizes))
    assert not elements
    assert isinstance(error, tf.errors.DataLossError)
    assert "body length -7 bytes" in error.message


def test_record_is_cut(written):
    elements, error = walked(records(written(CONTENT[:-3])))
    assert not elements
    assert isinstance(error, tf.errors.InvalidArgumentError)
    assert "7997 bytes, which is not an exact multiple of the record length (8" in error.message


def test_file_is_shorter_than_its_header(written):
    _, error = walked(records(written(b"abc"), header_bytes=10))
    assert isinstance(error, tf.errors.InvalidArgumentError)
    assert "body length -7 bytes" in error.message


def test_no_file(tmp_path):
    _, error = walked(records(os.path.join(tmp_path, "gone")))
    assert isinstance(error, tf.errors.NotFoundError)
    assert "gone" in error.message
