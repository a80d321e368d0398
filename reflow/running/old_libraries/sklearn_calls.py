"""What scikit-learn has lost: `cross_validation`, with its own arguments, and some more.

This module stands in for `sklearn.cross_validation`: what is not here is `model_selection`'s.
"""

from __future__ import annotations

import importlib
import urllib.request
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reflow.datasets import local_files, mnist

__all__ = [
    "Imputer",
    "KFold",
    "LeaveOneOut",
    "ShuffleSplit",
    "StratifiedKFold",
    "StratifiedShuffleSplit",
    "fetch_mldata",
    "load_boston",
]

_BOSTON: Final = "http://lib.stat.cmu.edu/datasets/boston"
_BOSTON_NAMES: Final = "CRIM ZN INDUS CHAS NOX RM AGE DIS RAD TAX PTRATIO B LSTAT"

_Indices = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(f"module 'sklearn.cross_validation' has no attribute {name!r}")
    return getattr(importlib.import_module("sklearn.model_selection"), name)


class _Folds:
    """Splits that are iterated over: pairs of the indices for training and for testing."""

    def __init__(self, splitter: Any, labels: npt.ArrayLike) -> None:
        self._splits = list(splitter.split(np.zeros(len(np.asarray(labels))), labels))

    def __iter__(self) -> Iterator[_Indices]:
        return iter(self._splits)

    def __len__(self) -> int:
        return len(self._splits)


def _splitter(name: str, *args: Any, **options: Any) -> Any:
    return getattr(importlib.import_module("sklearn.model_selection"), name)(*args, **options)


class KFold(_Folds):
    def __init__(
        self, n: int, n_folds: int = 3, shuffle: bool = False, random_state: Any = None
    ) -> None:
        seed = random_state if shuffle else None
        super().__init__(
            _splitter("KFold", n_folds, shuffle=shuffle, random_state=seed), np.zeros(n)
        )


class StratifiedKFold(_Folds):
    def __init__(
        self, y: npt.ArrayLike, n_folds: int = 3, shuffle: bool = False, random_state: Any = None
    ) -> None:
        seed = random_state if shuffle else None
        super().__init__(
            _splitter("StratifiedKFold", n_folds, shuffle=shuffle, random_state=seed), y
        )


class LeaveOneOut(_Folds):
    def __init__(self, n: int) -> None:
        super().__init__(_splitter("LeaveOneOut"), np.zeros(n))


class ShuffleSplit(_Folds):
    def __init__(
        self,
        n: int,
        n_iter: int = 10,
        test_size: Any = 0.1,
        train_size: Any = None,
        random_state: Any = None,
    ) -> None:
        sizes = {"test_size": test_size, "train_size": train_size, "random_state": random_state}
        super().__init__(_splitter("ShuffleSplit", n_iter, **sizes), np.zeros(n))


class StratifiedShuffleSplit(_Folds):
    def __init__(
        self,
        y: npt.ArrayLike,
        n_iter: int = 10,
        test_size: Any = 0.1,
        train_size: Any = None,
        random_state: Any = None,
    ) -> None:
        sizes = {"test_size": test_size, "train_size": train_size, "random_state": random_state}
        super().__init__(_splitter("StratifiedShuffleSplit", n_iter, **sizes), y)


def Imputer(
    missing_values: Any = "NaN", strategy: str = "mean", axis: int = 0, copy: bool = True, **_: Any
) -> Any:
    """sklearn.impute.SimpleImputer, which works along columns only."""
    if axis != 0:
        raise ValueError(f"Expected axis=0, along which SimpleImputer works. Received: {axis}")
    missing = np.nan if missing_values == "NaN" else missing_values
    impute = importlib.import_module("sklearn.impute")
    return impute.SimpleImputer(missing_values=missing, strategy=strategy, copy=copy)


def fetch_mldata(dataname: str, target_name: str = "label", **options: Any) -> Any:
    """A data set of mldata.org, which is no more: the embedded MNIST, or one of OpenML's."""
    if dataname.lower().replace("-", " ") not in ("mnist original", "mnist (original)"):
        datasets = importlib.import_module("sklearn.datasets")
        return datasets.fetch_openml(dataname, as_frame=False)
    data = mnist.load()
    images = [data.train_images, data.test_images]
    labels = [data.train_labels, data.test_labels]
    # mldata.org had them by digit.
    orders = [np.argsort(each, kind="stable") for each in labels]
    bunch = importlib.import_module("sklearn.utils").Bunch
    return bunch(
        COL_NAMES=["label", "data"],
        DESCR="mldata.org dataset: mnist-original",
        data=np.concatenate(
            [each[order].reshape(len(each), -1) for each, order in zip(images, orders)]
        ),
        target=np.concatenate([each[order] for each, order in zip(labels, orders)]).astype(float),
    )


def load_boston(return_X_y: bool = False) -> Any:
    """Prices of houses in Boston, 1970: [506, 13] features, [506] prices in thousands of dollars.

    scikit-learn holds them no longer; they come from where it had them from.

    Raises:
      OSError: if they cannot be downloaded.
    """
    try:
        with urllib.request.urlopen(_BOSTON) as file:
            text = file.read().decode()
    except OSError as error:
        place = local_files.cache_folder() / "boston"
        raise OSError(f"Expected the data of {_BOSTON} in {place}. Received: {error}") from error
    lines = [line.split() for line in text.splitlines()]
    rows = [line for line in lines if line and all(map(_is_number, line))]
    values = np.array([float(word) for row in rows for word in row]).reshape(-1, 14)
    data, target = values[:, :-1], values[:, -1]
    if return_X_y:
        return data, target
    bunch = importlib.import_module("sklearn.utils").Bunch
    return bunch(
        data=data,
        target=target,
        feature_names=np.array(_BOSTON_NAMES.split()),
        DESCR=text.split("\n\n")[0],
    )


def _is_number(word: str) -> bool:
    return word.replace(".", "", 1).isdigit()
