"""InputSpec: what a layer asks of its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reflow.graph import nest
from reflow.graph.dtypes import as_dtype


class InputSpec:
    """The type, the shape or the rank that an input must have; None leaves it open.

    Args:
      dtype: the element type.
      shape: a list of sizes, None among them for any.
      ndim, max_ndim, min_ndim: the rank, or limits of it.
      axes: sizes by axis.
    """

    def __init__(
        self,
        dtype: Any = None,
        shape: Any = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: Mapping[int, int | None] | None = None,
    ) -> None:
        self.dtype = None if dtype is None else as_dtype(dtype).name
        self.shape = shape
        self.ndim = ndim if shape is None else len(shape)
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.axes = dict(axes or {})

    def __repr__(self) -> str:
        names = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")
        set_ones = [f"{name}={getattr(self, name)}" for name in names if getattr(self, name)]
        return f"InputSpec({', '.join(set_ones)})"

    def fault_of(self, tensor: Any) -> str:
        """What is wrong with an input, "" if nothing is."""
        rank = tensor.shape.ndims
        limits = (self.ndim, self.min_ndim, self.max_ndim)
        if rank is None:
            if limits != (None, None, None):
                return "its rank is undefined, but the layer requires a defined rank."
            return ""
        sizes = tensor.shape.as_list()
        if self.ndim is not None and rank != self.ndim:
            return f"expected ndim={self.ndim}, found ndim={rank}. Full shape received: {sizes}"
        if self.max_ndim is not None and rank > self.max_ndim:
            return f"expected max_ndim={self.max_ndim}, found ndim={rank}"
        if self.min_ndim is not None and rank < self.min_ndim:
            return (
                f": expected min_ndim={self.min_ndim}, found ndim={rank}. Full shape received: "
                f"{sizes}"
            )
        if self.dtype is not None and tensor.dtype.base_dtype.name != self.dtype:
            return f"expected dtype={self.dtype}, found dtype={tensor.dtype}"
        for axis, size in self.axes.items():
            if size is not None and sizes[axis] not in (size, None):
                return (
                    f"expected axis {axis} of input shape to have value {size} but received input "
                    f"with shape {sizes}"
                )
        if any(None not in pair and pair[0] != pair[1] for pair in zip(self.shape or (), sizes)):
            return f"expected shape={self.shape}, found shape={sizes}"
        return ""


def check_inputs(input_spec: Any, inputs: Any, layer_name: str) -> None:
    """ValueError unless the inputs of a layer are what its InputSpecs ask for."""
    if not input_spec:
        return
    tensors, specs = nest.flatten(inputs), nest.flatten(input_spec)
    if len(tensors) != len(specs):
        raise ValueError(
            f"Layer {layer_name} expects {len(specs)} inputs, but it received {len(tensors)} input "
            f"tensors. Inputs received: {tensors}"
        )
    for index, (tensor, spec) in enumerate(zip(tensors, specs)):
        fault = "" if spec is None else spec.fault_of(tensor)
        if fault:
            raise ValueError(
                f"Input {index} of layer {layer_name} is incompatible with the layer: {fault}"
            )
