"""Which devices a test may use, and scopes that put operations there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from reflow.runtime.device_lib import LocalDevice, is_built_with_cuda, list_local_devices
from reflow.tf import _scopes


def gpu_device_name() -> str:
    """The name of the first GPU, "/device:GPU:0", or ""."""
    return next((gpu.name for gpu in _gpus()), "")


def is_gpu_available(
    cuda_only: bool = False, min_cuda_compute_capability: tuple[int, int] | None = None
) -> bool:
    """Whether there is a GPU.

    Args:
      cuda_only: without effect: every GPU here is one of CUDA's kind.
      min_cuda_compute_capability: (major, minor) that the GPU must have at least.
    """
    least = min_cuda_compute_capability or (0, 0)
    return any(_compute_capability(gpu) >= least for gpu in _gpus())


def is_built_with_rocm() -> bool:
    """False: not TensorFlow's build for AMD's GPUs."""
    return False


def is_built_with_gpu_support() -> bool:
    """Whether GPUs of any kind can be used, were there any."""
    return is_built_with_cuda() or is_built_with_rocm()


def IsMklEnabled() -> bool:
    """False: not Intel's build of TensorFlow."""
    return False


def GpuSupportsHalfMatMulAndConv() -> bool:
    """Whether a GPU computes with half floats."""
    return is_built_with_cuda()


def is_xla_enabled() -> bool:
    """False: the tests are not compiled."""
    return False


@contextmanager
def device(use_gpu: bool) -> Iterator[None]:
    """Puts operations on the GPU if that is asked for and there is one, else on the CPU."""
    with _scopes.device("/device:GPU:0" if use_gpu and is_gpu_available() else "/device:CPU:0"):
        yield


@contextmanager
def use_gpu() -> Iterator[None]:
    """Puts operations on the GPU if there is one."""
    with device(use_gpu=True):
        yield


@contextmanager
def force_gpu() -> Iterator[None]:
    """Puts operations on the GPU."""
    with _scopes.device("/device:GPU:0"):
        yield


@contextmanager
def force_cpu() -> Iterator[None]:
    """Puts operations on the CPU."""
    with _scopes.device("/device:CPU:0"):
        yield


def _gpus() -> list[LocalDevice]:
    return [found for found in list_local_devices() if found.device_type == "GPU"]


def _compute_capability(gpu: LocalDevice) -> tuple[int, int]:
    match = re.search(r"compute capability: (\d+)\.(\d+)", gpu.physical_device_desc)
    return (int(match[1]), int(match[2])) if match else (0, 0)
