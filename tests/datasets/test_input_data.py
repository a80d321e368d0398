"""`input_data` gives what TensorFlow 1.15.5 gave, and finds, keeps and judges its files well."""

import gzip
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from reflow.datasets import idx, input_data, mnist
from reflow.graph import dtypes
from reflow.graph.graph import get_default_graph, reset_default_graph
from tests.reference import input_data_steps

RECORDED = Path(__file__).parents[1] / "reference" / "datasets" / "input_data.json"


@pytest.fixture
def train_dir(tmp_path):
    """A folder with four small files: the images are all of one value, which tells them apart."""
    for value, (images, labels) in enumerate(
        [(mnist.TRAIN_IMAGES, mnist.TRAIN_LABELS), (mnist.TEST_IMAGES, mnist.TEST_LABELS)]
    ):
        pixels = bytes([value + 7]) * (6 * 28 * 28)
        head = bytes.fromhex("00000803 00000006 0000001c 0000001c")
        (tmp_path / images).write_bytes(gzip.compress(head + pixels))
        (tmp_path / labels).write_bytes(
            gzip.compress(bytes.fromhex("00000801 00000006") + bytes(range(6)))
        )
    return tmp_path


def test_gives_what_tensorflow_gave(tmp_path):
    for name in mnist.FILES:
        shutil.copy(mnist.path(name), tmp_path)
    expected = json.loads(RECORDED.read_text())
    answers = input_data_steps.run(
        input_data, get_default_graph, reset_default_graph, str(tmp_path)
    )
    answers = json.loads(json.dumps(answers))
    assert answers.keys() == expected.keys()
    assert [k for k in answers if answers[k] != expected[k]] == []


def test_the_folders_own_files_are_used(train_dir):
    data = input_data.read_data_sets(str(train_dir), dtype=dtypes.uint8, validation_size=2)
    assert [d.num_examples for d in data] == [4, 2, 6]
    assert data.train.images.max() == 7 and data.test.images.max() == 8
    assert data.validation.labels.tolist() == [0, 1]


def test_a_folder_without_files_gets_the_embedded_ones(tmp_path, capsys):
    folder = tmp_path / "new" / "MNIST_data"
    data = input_data.read_data_sets(str(folder), one_hot=True, dtype=dtypes.uint8, reshape=False)
    assert data.train.images.shape == (55000, 28, 28, 1)
    assert data.validation.labels.shape == (5000, 10)
    assert data.test.num_examples == 10000
    assert sorted(p.name for p in folder.iterdir()) == sorted(mnist.FILES)
    for name in mnist.FILES:
        assert (folder / name).read_bytes() == mnist.path(name).read_bytes()
    out = capsys.readouterr().out.splitlines()
    assert out[:2] == [
        "Successfully downloaded train-images-idx3-ubyte.gz 9912422 bytes.",
        f"Extracting {folder / mnist.TRAIN_IMAGES}",
    ]


def test_a_folder_that_cannot_be_made_is_no_obstacle(tmp_path):
    (tmp_path / "file").write_text("in the way")
    data = input_data.read_data_sets(str(tmp_path / "file"), dtype=dtypes.uint8)
    assert data.train.num_examples == 55000


def test_a_folder_that_cannot_be_written_to_is_no_obstacle(tmp_path, monkeypatch):
    monkeypatch.setattr("os.replace", _refuse)
    data = input_data.read_data_sets(str(tmp_path), dtype=dtypes.uint8)
    assert data.train.num_examples == 55000
    assert list(tmp_path.iterdir()) == []


def _refuse(*_args):
    raise PermissionError(13, "Permission denied")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: data[:-3000], "expected a whole gzip file"),
        (lambda data: b"", "expected an IDX file, with 4 bytes of magic. Received: 0 bytes"),
        (lambda data: b"<!DOCTYPE html>", "magic number 2051. Received: 1008813135"),
        (lambda data: data[:-8] + bytes(4) + data[-4:], "CRC check failed"),
    ],
    ids=["truncated", "empty", "a web page", "wrong check sum"],
)
def test_a_damaged_file_is_named(train_dir, damage, message):
    path = train_dir / mnist.TRAIN_IMAGES
    shutil.copy(mnist.path(mnist.TRAIN_IMAGES), path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(idx.IdxError) as raised:
        input_data.read_data_sets(str(train_dir))
    assert isinstance(raised.value, ValueError)
    assert str(raised.value).startswith(f"{path}: ")
    assert message in str(raised.value)


def test_labels_in_the_place_of_images_are_refused(train_dir):
    shutil.copy(train_dir / mnist.TRAIN_LABELS, train_dir / mnist.TRAIN_IMAGES)
    with pytest.raises(ValueError, match=r"magic number 2051\. Received: 2049"):
        input_data.read_data_sets(str(train_dir))


def test_another_number_of_labels_than_of_images_is_refused(train_dir):
    path = train_dir / mnist.TRAIN_LABELS
    path.write_bytes(gzip.compress(bytes.fromhex("00000801 00000005") + bytes(5)))
    with pytest.raises(idx.IdxError, match=r"6 labels, as many as .* Received: 5") as raised:
        input_data.read_data_sets(str(train_dir), validation_size=0)
    assert str(raised.value).startswith(f"{path}: ")


def test_labels_beyond_the_classes_are_refused(train_dir):
    path = train_dir / mnist.TEST_LABELS
    path.write_bytes(gzip.compress(bytes.fromhex("00000801 00000006") + bytes([0, 1, 17, 2, 3, 4])))
    with pytest.raises(idx.IdxError, match=r"expected labels below 10\. Received: 17") as raised:
        input_data.read_data_sets(str(train_dir), one_hot=True, validation_size=0)
    assert str(raised.value).startswith(f"{path}: ")


def test_an_unreadable_file_is_not_replaced(train_dir):
    path = train_dir / mnist.TRAIN_LABELS
    path.unlink()
    path.mkdir()
    with pytest.raises(IsADirectoryError):
        input_data.read_data_sets(str(train_dir))


def test_other_sources_are_not_answered_with_mnist(tmp_path):
    with pytest.raises(OSError, match="refused"):
        input_data.read_data_sets(str(tmp_path), source_url="http://127.0.0.1:9/fashion/")
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_cache_folder_answers_another_source(tmp_path, train_dir, monkeypatch):
    monkeypatch.setenv("REFLOW_DATA", str(tmp_path / "cache"))
    shutil.copytree(train_dir, tmp_path / "cache" / "fashion.example" / "data")
    data = input_data.read_data_sets(
        str(tmp_path / "dir"), source_url="http://fashion.example/data/", validation_size=0
    )
    assert data.test.num_examples == 6


def test_the_forms_of_tensorflow_0_x(tmp_path):
    path = input_data.maybe_download(mnist.TEST_LABELS, str(tmp_path))
    assert path == str(tmp_path / mnist.TEST_LABELS)
    assert input_data.extract_labels(path).shape == (10000,)
    assert input_data.dense_to_one_hot(np.array([2])).tolist() == [[0, 0, 1, 0, 0, 0, 0, 0, 0, 0]]
    assert input_data.SOURCE_URL == "http://yann.lecun.com/exdb/mnist/"


def test_images_to_flatten_have_one_channel():
    with pytest.raises(AssertionError, match=r"Received: \(2, 3, 3, 3\)"):
        input_data.DataSet(np.zeros((2, 3, 3, 3), np.uint8), np.zeros(2))


def test_the_arrays_that_were_given_stay_as_they_were():
    images = np.full((4, 2, 2, 1), 255, np.uint8)
    labels = np.arange(4)
    data = input_data.DataSet(images, labels, seed=0)
    data.next_batch(4)
    assert images.min() == 255 and labels.tolist() == [0, 1, 2, 3]
    assert data.images.max() == np.float32(255) * np.float32(1 / 255)
