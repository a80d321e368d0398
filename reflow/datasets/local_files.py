"""Which web addresses this machine can answer by itself, and with what.

Looked up in this order:

1. `HOST/PATH` in the data cache folder: what the user put there for this very address;
2. MNIST's old addresses: the embedded files;
3. the address's file name, in the data cache folder, or another name of the same data
   (`known_files`).

The data cache folder is `$REFLOW_DATA`, or else `~/.cache/reflow/data`. An address's query and
fragment are ignored.
"""

from __future__ import annotations

import gzip
import io
import os
import pickle
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final, NamedTuple
from urllib.parse import unquote, urlsplit

import numpy as np
import numpy.typing as npt

from reflow.datasets import mnist
from reflow.datasets.known_files import OTHER_NAMES

__all__ = [
    "LocalFile",
    "advise_where_to_put",
    "cache_folder",
    "find",
    "find_by_name",
    "open_announced",
]

_MNIST_FOLDERS: Final = (
    "yann.lecun.com/exdb/mnist",
    "storage.googleapis.com/cvdf-datasets/mnist",
    "ossci-datasets.s3.amazonaws.com/mnist",
)
_MNIST_OF_KERAS: Final = (
    "s3.amazonaws.com/img-datasets/mnist.npz",
    "storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
)
_MNIST_OF_THEANO: Final = (
    "deeplearning.net/data/mnist/mnist.pkl.gz",
    "www.deeplearning.net/data/mnist/mnist.pkl.gz",
    "www.iro.umontreal.ca/~lisa/deep/data/mnist/mnist.pkl.gz",
)


class LocalFile(NamedTuple):
    """What answers an address: `origin` tells a person where it comes from."""

    origin: str
    open: Callable[[], BinaryIO]


def cache_folder() -> Path:
    """Returns the data cache folder, which need not exist."""
    return Path(os.environ.get("REFLOW_DATA") or "~/.cache/reflow/data").expanduser()


def find(url: str) -> LocalFile | None:
    """Returns what answers the http or https address `url` on this machine, if anything does."""
    address = _address(url)
    if address is None:
        return None
    folder = cache_folder()
    return _in_folder(folder / address) or _EMBEDDED.get(str(address)) or find_by_name(address.name)


def find_by_name(name: str) -> LocalFile | None:
    """Returns the file of this name in the data cache folder, or of another name that it has."""
    files = (_in_folder(cache_folder() / each) for each in (name, *OTHER_NAMES.get(name, ())))
    return next((file for file in files if file is not None), None)


def advise_where_to_put(url: str) -> None:
    """Says on stderr, once, where a file that cannot be downloaded would be found."""
    address = _address(url)
    if address is None or not address.suffix:
        return
    with _announcing:
        if url not in _announced:
            _announced.add(url)
            print(
                f"reflow: {url} cannot be downloaded; with the file in "
                f"{cache_folder() / address.name} it is answered from there",
                file=sys.stderr,
            )


def open_announced(url: str) -> BinaryIO | None:
    """Opens what answers `url`, if anything does, and says so on stderr the first time."""
    file = find(url)
    if file is None:
        return None
    stream = file.open()
    with _announcing:
        if url not in _announced:
            _announced.add(url)
            print(f"reflow: {url} is answered from {file.origin}", file=sys.stderr)
    return stream


_announced: set[str] = set()
_announcing = threading.Lock()


def _address(url: str) -> PurePosixPath | None:
    """HOST/PATH of an address that may be answered, normalised; None for all others."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # not an address at all: whoever asked will say so
        return None
    if parts.scheme not in ("http", "https") or port not in (None, 80, 443):
        return None
    path = unquote(parts.path).lstrip("/")
    if not parts.hostname or not path or "\0" in path:
        return None
    address = PurePosixPath(parts.hostname, path)
    return None if ".." in address.parts else address  # it could lead out of the folder


def _in_folder(path: Path) -> LocalFile | None:
    return LocalFile(str(path), partial(_open, path)) if path.is_file() else None


def _open(path: Path) -> BinaryIO:
    return path.open("rb")


def _open_npz() -> BinaryIO:
    """MNIST as Keras has it: an .npz file of x_train, y_train, x_test and y_test."""
    data = mnist.load()
    archive = io.BytesIO()
    np.savez(
        archive,
        x_train=data.train_images,
        y_train=data.train_labels,
        x_test=data.test_images,
        y_test=data.test_labels,
    )
    archive.seek(0)
    return archive


def _open_pickle() -> BinaryIO:
    """MNIST as Theano's tutorials have it: three pairs, to train, validate and test, of

    images, float32 [50000 or 10000, 784] from 0 to 255/256, and labels, int64.
    """
    data = mnist.load()

    def pair(images: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8]) -> tuple[Any, Any]:
        return images.reshape(-1, 784) / np.float32(256), labels.astype(np.int64)

    held_out = 50000
    parts = (
        pair(data.train_images[:held_out], data.train_labels[:held_out]),
        pair(data.train_images[held_out:], data.train_labels[held_out:]),
        pair(data.test_images, data.test_labels),
    )
    archive = io.BytesIO()
    with gzip.GzipFile(fileobj=archive, mode="wb", compresslevel=1) as file:
        _Pickler(file, protocol=2).dump(parts)
    archive.seek(0)
    return archive


class _Pickler(pickle.Pickler):
    """Writes arrays so that NumPy 1 reads them too: what NumPy 2 names itself, it lacks."""

    def reducer_override(self, value: Any) -> Any:
        if type(value) is not np.ndarray:
            return NotImplemented
        state = value.__reduce__()[2]
        return np.ndarray, ((0,), "b"), state


def _embedded() -> dict[str, LocalFile]:
    origin = "the embedded MNIST"
    files = {
        f"{folder}/{name}": LocalFile(origin, partial(_open, mnist.path(name)))
        for folder in _MNIST_FOLDERS
        for name in mnist.FILES
    }
    archives = {
        address: LocalFile(origin, opened)
        for addresses, opened in ((_MNIST_OF_KERAS, _open_npz), (_MNIST_OF_THEANO, _open_pickle))
        for address in addresses
    }
    return files | archives


_EMBEDDED: Final = _embedded()
