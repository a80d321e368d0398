"""`tf.test`: tests of what graphs compute, and of gradients."""

from __future__ import annotations

import sys as _sys
from typing import Any
from unittest import mock

from absl.testing import absltest as _absltest

from reflow.tf._absence import part_or_error
from reflow.tf.test._benchmark import Benchmark, benchmark_config
from reflow.tf.test._benchmark import requested_benchmarks as _requested_benchmarks
from reflow.tf.test._benchmark import run_benchmarks as _run_benchmarks
from reflow.tf.test._case import TestCase
from reflow.tf.test._comparisons import assert_equal_graph_def
from reflow.tf.test._devices import (
    gpu_device_name,
    is_built_with_cuda,
    is_built_with_gpu_support,
    is_built_with_rocm,
    is_gpu_available,
)
from reflow.tf.test._folders import get_temp_dir, test_src_dir_path
from reflow.tf.test._gradient_checker import compute_gradient, compute_gradient_error
from reflow.tf.test._stubs import StubOutForTesting

__all__ = [
    "Benchmark",
    "StubOutForTesting",
    "TestCase",
    "assert_equal_graph_def",
    "benchmark_config",
    "compute_gradient",
    "compute_gradient_error",
    "get_temp_dir",
    "gpu_device_name",
    "is_built_with_cuda",
    "is_built_with_gpu_support",
    "is_built_with_rocm",
    "is_gpu_available",
    "main",
    "mock",
    "test_src_dir_path",
]


def main(argv: list[str] | None = None) -> None:
    """Runs the tests of the program, and ends the process; with `--benchmarks=PATTERN`, benchmarks.

    Args:
      argv: the program's name and its arguments; by default those of the process.
    """
    argv = _sys.argv if argv is None else argv
    pattern = _requested_benchmarks(argv)
    if pattern is None:
        _absltest.main(argv=argv)
    else:
        _run_benchmarks(pattern)


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
