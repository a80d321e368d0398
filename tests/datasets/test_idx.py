"""IDX files of every dtype and rank are read; whatever is wrong with one is said plainly."""

import gzip
import io
import struct
import tracemalloc

import numpy as np
import pytest

from reflow.datasets import idx

CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def encode(array, code=None):
    """The IDX file of an array."""
    code = CODES[array.dtype.str[1:]] if code is None else code
    head = bytes([0, 0, code, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


def read(content, **options):
    return idx.read_stream(io.BytesIO(content), "a.idx", **options)


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 0, 3), (2, 1, 3, 2, 1)], ids=str)
@pytest.mark.parametrize("dtype", CODES)
def test_every_dtype_and_rank(tmp_path, dtype, shape, compress):
    array = np.random.default_rng(0).normal(0, 100, shape).astype(np.int8).astype(dtype)
    (tmp_path / "a.idx").write_bytes(compress(encode(array)))
    result = idx.read(tmp_path / "a.idx")
    assert result.dtype == np.dtype(dtype) and result.dtype.isnative
    np.testing.assert_array_equal(result, array)
    assert result.flags.writeable


def test_starts_where_the_stream_is():
    stream = io.BytesIO(b"before" + encode(np.arange(3, dtype="i4")))
    stream.seek(6)
    assert idx.read_stream(stream, "a.idx").tolist() == [0, 1, 2]


GOOD = encode(np.arange(12, dtype="u1").reshape(3, 4))
ZIPPED = gzip.compress(GOOD, mtime=0)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "an IDX file, with 4 bytes of magic. Received: 0 bytes"),
        (b"\0\0\x08", "Received: 3 bytes"),
        (b"\0\1" + GOOD[2:], "the magic number of an IDX file. Received: 0x00010802"),
        (b"\0\0\x0a" + GOOD[3:], "the magic number of an IDX file. Received: 0x00000a02"),
        (b"\0\0\x08\xff" + GOOD[4:], "at most 32 dimensions. Received: 255"),
        (GOOD[:7], "2 dimensions of 4 bytes each. Received: 3 bytes"),
        (GOOD[:-1], "12 bytes of values for shape [3, 4]. Received: 11 bytes"),
        (GOOD + b"!", "12 bytes of values for shape [3, 4]. Received: a longer file"),
        (encode(np.zeros((0,), "u1")) + b"!", "0 bytes of values for shape [0]"),
        (b"\0\0\x08\x03" + b"\xff" * 8 + bytes(4), "a shape that an array can have"),
        (ZIPPED[:-5], "a whole gzip file"),
        (ZIPPED[:12], "a whole gzip file"),
        (ZIPPED[:5], "a whole gzip file"),
        (ZIPPED[:-8] + b"crc!" + ZIPPED[-4:], "CRC check failed"),
        (ZIPPED[:-4] + b"size", "Incorrect length"),
        (ZIPPED[:10] + b"\xff" * 10 + ZIPPED[20:], "a whole gzip file"),
        (gzip.compress(GOOD[:-1], mtime=0), "Received: 11 bytes"),
        (gzip.compress(GOOD + b"!", mtime=0), "Received: a longer file"),
    ],
)
def test_what_is_wrong_is_said(content, message):
    with pytest.raises(idx.IdxError) as raised:
        read(content)
    assert isinstance(raised.value, ValueError)
    assert str(raised.value).startswith("a.idx: expected ")
    assert message in str(raised.value)


def test_the_kind_that_is_expected():
    assert read(GOOD, magic=0x0802).shape == (3, 4)
    with pytest.raises(idx.IdxError, match=r"magic number 2051\. Received: 2050"):
        read(GOOD, magic=2051)


def test_declared_sizes_take_no_memory(monkeypatch):
    """A file of 20 bytes that declares gigabytes is read to its end, and no further."""
    huge = b"\0\0\x08\x02" + struct.pack(">2I", 1 << 15, 1 << 15) + b"12345678"
    with pytest.raises(idx.IdxError, match=r"1073741824 bytes of values .* Received: 8 bytes"):
        read(huge)
    overflowing = b"\0\0\x0e\x04" + b"\xff" * 16
    with pytest.raises(idx.IdxError, match=r"at most 1073741824 bytes of values\. Received: shape"):
        read(overflowing)


def test_a_small_file_that_unpacks_to_much_is_read_no_further_than_declared():
    bomb = gzip.compress(encode(np.zeros(5, "u1")) + bytes(1 << 26))
    tracemalloc.start()
    with pytest.raises(idx.IdxError, match="Received: a longer file"):
        read(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 22


def test_the_limit_can_be_moved():
    assert read(GOOD, max_bytes=12).shape == (3, 4)
    with pytest.raises(idx.IdxError, match=r"at most 11 bytes .* Received: shape \[3, 4\]"):
        read(GOOD, max_bytes=11)


def test_every_cut_and_every_changed_byte_ends_in_an_array_or_an_error():
    content = gzip.compress(encode(np.arange(40, dtype="i2").reshape(5, 8)), mtime=0)
    damaged = [content[:end] for end in range(len(content))]
    damaged += [
        content[:at] + bytes([content[at] ^ flip]) + content[at + 1 :]
        for at in range(len(content))
        for flip in (1, 0x80)
    ]
    outcomes = set()
    for data in damaged:
        try:
            outcomes.add(read(data).shape)
        except idx.IdxError:
            outcomes.add("error")
    assert outcomes == {"error", (5, 8)}  # an array where a byte does not matter, as the time


def test_a_missing_file_is_the_systems_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        idx.read(tmp_path / "none.idx")
