"""Checkpoints, byte for byte as TensorFlow 1.15.5 writes them, and damaged ones."""

import pathlib

import numpy as np
import pytest

from reflow.files.tables import read_table, table_bytes
from reflow.files.tensor_bundle import BundleReader, SavedTensor, Slice, write_bundle
from reflow.graph.dtypes import float32
from reflow.graph.errors import DataLossError, NotFoundError

RECORDED = pathlib.Path(__file__).parents[1] / "reference" / "checkpoint" / "model"


def test_what_tensorflow_wrote():
    reader = BundleReader(str(RECORDED))
    assert sorted(reader.names()) == [
        "empty", "matrix", "number", "parted", "resource", "texts", "truths",
    ]  # fmt: skip
    np.testing.assert_array_equal(reader.read("matrix"), [[0, 1, 2], [3, 4, 5]])
    np.testing.assert_array_equal(reader.read("parted"), np.full([4, 3], 7, np.float32))
    part = Slice.parse("4 3 2,2:-")
    assert reader.read("parted", part).shape == (2, 3)
    assert reader.read("texts").tolist() == [b"text", b"", b"x" * 300]
    assert reader.read("number") == 3 and reader.read("empty").shape == (0, 3)
    with pytest.raises(NotFoundError, match="Key nothing not found in checkpoint"):
        reader.read("nothing")


def test_it_is_written_as_tensorflow_writes_it(tmp_path):
    reader = BundleReader(str(RECORDED))
    tensors = []
    for name in sorted(reader.names()):
        parts = ["4 3 0,2:0,3", "4 3 2,2:0,3"] if name == "parted" else [""]
        for part in map(Slice.parse, parts):
            tensors.append(SavedTensor(name, reader.read(name, part), reader.dtype(name), part))
    write_bundle(str(tmp_path / "model"), tensors)
    for suffix in (".index", ".data-00000-of-00001"):
        written = (tmp_path / f"model{suffix}").read_bytes()
        assert written == RECORDED.with_name(f"model{suffix}").read_bytes()
    assert len(list(tmp_path.iterdir())) == 2


def test_a_table_of_many_blocks():
    entries = {f"key{i:06d}".encode(): bytes([i % 256]) * 300 for i in range(3000)}
    entries |= {b"": b"header", b"\xff": b"last", b"large": bytes(300_000)}
    assert read_table(table_bytes(entries), "table") == dict(sorted(entries.items()))


@pytest.mark.parametrize("position", [0, 10, 60, -60, -50, -1])
def test_a_damaged_index(tmp_path, position):
    data = bytearray(RECORDED.with_name("model.index").read_bytes())
    data[position] ^= 0x55
    with pytest.raises(DataLossError):
        read_table(bytes(data), "index")
    for cut in (0, 20, len(data) - 50, len(data) - 1):
        with pytest.raises(DataLossError):
            read_table(bytes(data[:cut]), "index")


def test_damaged_data(tmp_path):
    prefix = str(tmp_path / "model")
    write_bundle(prefix, [SavedTensor("a", np.ones([4], np.float32), float32)])
    path = tmp_path / "model.data-00000-of-00001"
    path.write_bytes(b"\1" * 16)
    with pytest.raises(DataLossError, match="Checksum does not match"):
        BundleReader(prefix).read("a")
    path.write_bytes(b"\1" * 8)
    with pytest.raises(DataLossError, match="ends before the data of a"):
        BundleReader(prefix).read("a")
    path.unlink()
    with pytest.raises(NotFoundError):
        BundleReader(prefix).read("a")
    with pytest.raises(NotFoundError, match="Unsuccessful TensorSliceReader constructor"):
        BundleReader(str(tmp_path / "other"))


def test_the_first_format_is_told(tmp_path):
    (tmp_path / "model.ckpt-3").write_bytes(b"a table of slices")
    with pytest.raises(
        NotFoundError, match="TensorFlow's first format, which reflow does not read"
    ):
        BundleReader(str(tmp_path / "model.ckpt-3"))
