"""tf.contrib.learn.datasets: small data sets by their names."""

from __future__ import annotations

from typing import Any

from reflow.datasets import input_data as mnist
from reflow.tf._absence import part_or_error
from reflow.tf.contrib.learn.datasets import base
from reflow.tf.contrib.learn.datasets.base import load_boston, load_iris

#: By their names, the functions that load them.
DATASETS = {"iris": load_iris, "boston": load_boston, "mnist": mnist.load_mnist}


def load_dataset(name: str, size: str = "small", test_with_fake_data: bool = False) -> Any:
    """The data set of this name: a `Dataset`, or `Datasets` of MNIST.

    Args:
      name: one of `DATASETS`.
      size, test_with_fake_data: have no meaning for any of them.

    Raises:
      ValueError: there is none of that name.
    """
    if name not in DATASETS:
        raise ValueError(
            f"Name of dataset is not found: {name}. Expected one of {', '.join(DATASETS)}."
        )
    return DATASETS[name]()


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
