"""MNIST as programs of TensorFlow's tutorials load it.

Stands for `tensorflow.examples.tutorials.mnist.input_data` and, where that came from,
`tensorflow.contrib.learn.python.learn.datasets.mnist`. Same batches as TensorFlow's for the same
seed; what came with it in TensorFlow 0.x (`SOURCE_URL`, reading by path) is here too.

Source: TensorFlow 1.15; 0.5 to 0.12 for the older forms.
"""

from __future__ import annotations

import os
from typing import Any, BinaryIO, Final, TypeAlias

import numpy
import numpy.typing as npt

from reflow.datasets import base, idx, local_files, mnist
from reflow.graph import dtypes
from reflow.graph.seeds import get_seed

__all__ = [
    "DEFAULT_SOURCE_URL",
    "SOURCE_URL",
    "DataSet",
    "dense_to_one_hot",
    "extract_images",
    "extract_labels",
    "load_mnist",
    "maybe_download",
    "read_data_sets",
]

DEFAULT_SOURCE_URL: Final = "https://storage.googleapis.com/cvdf-datasets/mnist/"
SOURCE_URL: Final = "http://yann.lecun.com/exdb/mnist/"

_NUM_CLASSES: Final = 10
_PIXELS: Final = 784
_FAKE_EXAMPLES: Final = 10000

IdxSource: TypeAlias = str | os.PathLike[str] | BinaryIO
"""A path (TensorFlow 0.5 to 0.7) or an open file (later)."""


class DataSet:
    """Examples to be learned from batch by batch, shuffled anew for each epoch."""

    def __init__(
        self,
        images: Any,
        labels: Any,
        fake_data: bool = False,
        one_hot: bool = False,
        dtype: Any = dtypes.float32,
        reshape: bool = True,
        seed: int | None = None,
    ) -> None:
        """Takes the examples in; seeds NumPy's global random numbers, which `next_batch` uses.

        Args:
          images: uint8 [n, rows, columns, 1].
          labels: [n, ...].
          fake_data: pretend to have 10,000 examples; `images` and `labels` are not looked at.
          one_hot: the form of the labels of fake data.
          dtype: float32 scales the images from [0, 255] to [0, 1]; uint8 leaves them as they are.
          reshape: flattens the images to [n, rows * columns].
          seed: NumPy's seed; the graph's is used when it is None, and chance when there is none.

        Raises:
          TypeError: `dtype` is neither float32 nor uint8.
          AssertionError: not as many labels as images; or images to flatten that have channels.
        """
        graph_seed, own_seed = get_seed(seed)
        numpy.random.seed(graph_seed if seed is None else own_seed)
        image_dtype = dtypes.as_dtype(dtype).base_dtype
        if image_dtype not in (dtypes.uint8, dtypes.float32):
            raise TypeError(f"Invalid image dtype {image_dtype!r}, expected uint8 or float32")
        if fake_data:
            self._num_examples = _FAKE_EXAMPLES
            self.one_hot = one_hot
        else:
            images = _prepared(images, labels, image_dtype, reshape)
            self._num_examples = images.shape[0]
        self._images = images
        self._labels = labels
        self._epochs_completed = 0
        self._index_in_epoch = 0

    @property
    def images(self) -> Any:
        """All images, in the order of the current epoch."""
        return self._images

    @property
    def labels(self) -> Any:
        """All labels, in the order of the current epoch."""
        return self._labels

    @property
    def num_examples(self) -> int:
        return self._num_examples

    @property
    def epochs_completed(self) -> int:
        return self._epochs_completed

    def next_batch(
        self, batch_size: int, fake_data: bool = False, shuffle: bool = True
    ) -> tuple[Any, Any]:
        """Returns the next images and labels; a batch may end one epoch and begin the next.

        Args:
          batch_size: how many; a batch never takes more than the rest of this epoch and the next.
          fake_data: answer with constant examples.
          shuffle: shuffle where an epoch begins.
        """
        if fake_data:
            return self._fake_batch(batch_size)
        start = self._index_in_epoch
        if shuffle and start == 0 and self._epochs_completed == 0:
            self._shuffle()
        end = start + batch_size
        if end <= self._num_examples:
            self._index_in_epoch = end
            return self._images[start:end], self._labels[start:end]

        images_rest, labels_rest = self._images[start:], self._labels[start:]
        self._epochs_completed += 1
        if shuffle:
            self._shuffle()
        end -= self._num_examples
        self._index_in_epoch = end
        return (
            numpy.concatenate((images_rest, self._images[:end])),
            numpy.concatenate((labels_rest, self._labels[:end])),
        )

    def _shuffle(self) -> None:
        # TensorFlow's way, to the letter: other uses of NumPy's random numbers see the same stream.
        order = numpy.arange(self._num_examples)
        numpy.random.shuffle(order)
        self._images = self._images[order]
        self._labels = self._labels[order]

    def _fake_batch(self, batch_size: int) -> tuple[list[list[int]], list[Any]]:
        image = [1] * _PIXELS
        label = [1] + [0] * (_NUM_CLASSES - 1) if self.one_hot else 0
        return [image for _ in range(batch_size)], [label for _ in range(batch_size)]


def _prepared(images: Any, labels: Any, dtype: dtypes.DType, reshape: bool) -> Any:
    assert images.shape[0] == labels.shape[0], (
        f"images.shape: {images.shape} labels.shape: {labels.shape}"
    )
    if reshape:
        count, rows, columns, channels = images.shape
        assert channels == 1, f"Expected images [n, rows, columns, 1]. Received: {images.shape}."
        images = images.reshape(count, rows * columns)
    if dtype == dtypes.float32:
        images = images.astype(numpy.float32)
        images *= numpy.float32(1.0 / 255.0)
    return images


def extract_images(f: IdxSource) -> npt.NDArray[numpy.uint8]:
    """Returns the images of an IDX file as uint8 [n, rows, columns, 1].

    Raises:
      reflow.datasets.idx.IdxError: it is not a whole IDX file of images; a ValueError.
    """
    return _extract(f, mnist.IMAGES_MAGIC)[..., numpy.newaxis]


def extract_labels(f: IdxSource, one_hot: bool = False, num_classes: int = _NUM_CLASSES) -> Any:
    """Returns the labels of an IDX file as uint8 [n], or one-hot as float64 [n, num_classes].

    Raises:
      reflow.datasets.idx.IdxError: it is not a whole IDX file of labels; a ValueError.
    """
    labels = _extract(f, mnist.LABELS_MAGIC)
    if not one_hot:
        return labels
    greatest = labels.max(initial=0)
    if greatest >= num_classes:
        raise idx.IdxError(_name(f), f"labels below {num_classes}", str(greatest))
    return dense_to_one_hot(labels, num_classes)


def _name(f: IdxSource) -> str:
    return os.fspath(f) if isinstance(f, str | os.PathLike) else str(f.name)


def _extract(f: IdxSource, magic: int) -> npt.NDArray[Any]:
    name = _name(f)
    print("Extracting", name)
    if isinstance(f, str | os.PathLike):
        return idx.read(f, magic=magic)
    return idx.read_stream(f, name, magic=magic)


def dense_to_one_hot(
    labels_dense: npt.NDArray[Any], num_classes: int = _NUM_CLASSES
) -> npt.NDArray[numpy.float64]:
    """Returns float64 [n, num_classes] with a 1 where each of the n labels says."""
    labels_one_hot = numpy.zeros((labels_dense.shape[0], num_classes))
    labels_one_hot[numpy.arange(labels_dense.shape[0]), labels_dense.ravel()] = 1
    return labels_one_hot


def maybe_download(filename: str, work_directory: str, source_url: str | None = None) -> str:
    """Returns the file's path in the folder, where it is put first if it is not there.

    Args:
      filename: one of MNIST's four, unless `source_url` says otherwise.
      work_directory: the folder; created if need be.
      source_url: the file's whole address; by default MNIST's.
    """
    return base.maybe_download(filename, work_directory, source_url or SOURCE_URL + filename)


def read_data_sets(
    train_dir: str,
    fake_data: bool = False,
    one_hot: bool = False,
    dtype: Any = dtypes.float32,
    reshape: bool = True,
    validation_size: int = 5000,
    seed: int | None = None,
    source_url: str = DEFAULT_SOURCE_URL,
) -> base.Datasets:
    """Returns the `train`, `validation` and `test` data sets.

    The four files in `train_dir` are used where they are there. Those that are not are put there:
    MNIST's own without the network, those of another `source_url` (Fashion-MNIST's, say) from it.
    A folder that cannot be written to is no obstacle to MNIST's own.

    Args:
      train_dir: the folder of the files.
      fake_data: return data sets of constant examples instead.
      one_hot: labels as float64 [n, 10] rather than uint8 [n].
      dtype, reshape, seed: as `DataSet`'s.
      validation_size: how many of the training examples, from the first, to set apart.
      source_url: the address of the folder that the files come from, with its final slash.

    Raises:
      ValueError: `validation_size` is out of range, or a file is damaged (`idx.IdxError`).
      OSError: a file can neither be read nor obtained.
    """
    if fake_data:
        fake = [
            DataSet([], [], fake_data=True, one_hot=one_hot, dtype=dtype, seed=seed)
            for _ in base.Datasets._fields
        ]
        return base.Datasets(*fake)

    def opened(name: str) -> BinaryIO:
        return _open(name, train_dir, (source_url or DEFAULT_SOURCE_URL) + name)

    def examples(images_name: str, labels_name: str) -> tuple[Any, Any]:
        with opened(images_name) as f:
            images = extract_images(f)
        with opened(labels_name) as f:
            labels = extract_labels(f, one_hot=one_hot)
            if len(labels) != len(images):
                expected = f"{len(images)} labels, as many as there are images in {images_name}"
                raise idx.IdxError(_name(f), expected, str(len(labels)))
        return images, labels

    train_images, train_labels = examples(mnist.TRAIN_IMAGES, mnist.TRAIN_LABELS)
    test_images, test_labels = examples(mnist.TEST_IMAGES, mnist.TEST_LABELS)

    size = validation_size
    if not 0 <= size <= len(train_images):
        raise ValueError(
            f"Validation size should be between 0 and {len(train_images)}. Received: {size}."
        )

    def data_set(images: Any, labels: Any) -> DataSet:
        return DataSet(images, labels, dtype=dtype, reshape=reshape, seed=seed)

    return base.Datasets(
        train=data_set(train_images[size:], train_labels[size:]),
        validation=data_set(train_images[:size], train_labels[:size]),
        test=data_set(test_images, test_labels),
    )


def _open(name: str, train_dir: str, address: str) -> BinaryIO:
    """Opens the file in `train_dir`, put there if need be; or what answers its address here."""
    try:
        return open(base.maybe_download(name, train_dir, address), "rb")
    except OSError:
        local = local_files.find(address)
        if local is None or os.path.exists(os.path.join(train_dir, name)):
            raise
        return local.open()


def load_mnist(train_dir: str = "MNIST-data") -> base.Datasets:
    """Returns `read_data_sets(train_dir)`."""
    return read_data_sets(train_dir)
