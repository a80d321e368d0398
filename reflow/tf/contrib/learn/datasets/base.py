"""tf.contrib.learn.datasets.base: data sets in CSV files, and two well-known ones."""

from __future__ import annotations

import csv
from typing import Any

import numpy as np

from reflow.datasets.base import Dataset, Datasets, maybe_download
from reflow.files.file_io import FileIO
from reflow.graph.errors import NotFoundError
from reflow.tf._absence import part_or_error

# Where scikit-learn follows Fisher's paper and TensorFlow an older copy: example -> features.
_OTHER_IRISES = {34: (4.9, 3.1, 1.5, 0.1), 37: (4.9, 3.1, 1.5, 0.1)}


def load_csv_with_header(
    filename: Any, target_dtype: Any, features_dtype: Any, target_column: int = -1
) -> Dataset:
    """The examples of a CSV file whose first line starts with their number and that of features.

    Args:
      target_dtype, features_dtype: NumPy's types.
      target_column: where a line has the target; the other columns are features.
    """
    with FileIO(filename, "r") as file:
        lines = csv.reader(file)
        header = next(lines)
        data = np.zeros((int(header[0]), int(header[1])), dtype=features_dtype)
        target = np.zeros(int(header[0]), dtype=target_dtype)
        for i, line in enumerate(lines):
            target[i] = np.asarray(line.pop(target_column), dtype=target_dtype)
            data[i] = np.asarray(line, dtype=features_dtype)
    return Dataset(data=data, target=target)


def load_csv_without_header(
    filename: Any, target_dtype: Any, features_dtype: Any, target_column: int = -1
) -> Dataset:
    """The examples of a CSV file, all of whose lines are examples; as `load_csv_with_header`."""
    data, target = [], []
    with FileIO(filename, "r") as file:
        for line in csv.reader(file):
            target.append(line.pop(target_column))
            data.append(np.asarray(line, dtype=features_dtype))
    return Dataset(data=np.array(data), target=np.array(target, dtype=target_dtype))


def load_iris(data_path: Any = None) -> Dataset:
    """Fisher's irises: float64 [150, 4] and the species, int64 [150].

    Args:
      data_path: the CSV file that TensorFlow has; without one they come from scikit-learn.

    Raises:
      tf.errors.NotFoundError: there is neither.
    """
    if data_path is not None:
        return load_csv_with_header(data_path, target_dtype=np.int64, features_dtype=np.float64)
    data, target = _of_scikit_learn("load_iris", "iris.csv")
    for example, features in _OTHER_IRISES.items():
        data[example] = features
    return Dataset(data=data, target=target.astype(np.int64))


def load_boston(data_path: Any = None) -> Dataset:
    """Prices of houses in Boston: float64 [506, 13] and [506].

    Args:
      data_path: the CSV file that TensorFlow has; without one they come from scikit-learn, which
        has had them before its version 1.2.

    Raises:
      tf.errors.NotFoundError: there is neither.
    """
    if data_path is not None:
        return load_csv_with_header(data_path, target_dtype=np.float64, features_dtype=np.float64)
    return Dataset(*_of_scikit_learn("load_boston", "boston_house_prices.csv"))


def _of_scikit_learn(function: str, file: str) -> tuple[Any, Any]:
    """What a function of scikit-learn loads: features and targets."""
    try:
        from sklearn import datasets

        loaded = getattr(datasets, function)()
    except (ImportError, AttributeError) as error:
        raise NotFoundError(
            None,
            None,
            f"This data set is not in reflow, and there is no sklearn.datasets.{function}. Give "
            f"the path of {file}, a file of TensorFlow 1.15's contrib/learn, as data_path.",
        ) from error
    return np.array(loaded.data, np.float64), np.array(loaded.target)


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
