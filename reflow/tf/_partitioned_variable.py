"""PartitionedVariable: several variables that are one, cut along an axis."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from reflow.graph.conversion import register_tensor_conversion_function
from reflow.graph.dtypes import DType
from reflow.graph.graph import get_default_graph
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.arrays import Identity
from reflow.tf._joining import concat, split
from reflow.tf._scopes import name_scope
from reflow.tf._variables import Variable


class PartitionedVariable:
    """What `get_variable` gives with a partitioner.  As a tensor: its parts, concatenated.

    Args:
      name: of the whole.
      shape: of the whole.
      dtype: of the whole.
      variable_list: the parts, each with a `SaveSliceInfo`.
      partitions: the number of parts in each dimension.
    """

    def __init__(
        self,
        name: str,
        shape: TensorShape,
        dtype: DType,
        variable_list: Sequence[Variable],
        partitions: Sequence[int],
    ) -> None:
        if not isinstance(variable_list, (list, tuple)):
            raise TypeError(f"variable_list is not a list or tuple: {variable_list}")
        if not isinstance(partitions, (list, tuple)):
            raise TypeError(f"partitions is not a list or tuple: {partitions}")
        if not all(parts >= 1 for parts in partitions):
            raise ValueError(f"partition values must be positive: {partitions}")
        if not variable_list:
            raise ValueError("variable_list may not be empty")
        if len(shape) != len(partitions):
            raise ValueError(f"len(shape) != len(partitions): {shape} vs. {partitions}")
        offsets = {}
        for part in variable_list:
            info = part._get_save_slice_info()
            if info is None:
                names = [v.name for v in variable_list]
                raise ValueError(f"All variables must have a save_slice_info available: {names}")
            if info.full_shape != shape:
                raise ValueError(
                    f"All variables' full shapes must match shape: {shape}; "
                    f"but full shapes were: {[info.full_shape]}"
                )
            offsets[part] = info.var_offset
        self._variable_list = sorted(variable_list, key=offsets.__getitem__)
        self._name = name
        self._shape = shape
        self._dtype = dtype
        self._partitions = partitions

    def __iter__(self) -> Iterator[Variable]:
        return iter(self._variable_list)

    def __len__(self) -> int:
        axes = self._partition_axes()
        if len(axes) > 1:
            raise ValueError(f"Cannot get a length for {len(axes)} > 1 partition axes")
        return len(self._variable_list)

    def _partition_axes(self) -> list[int]:
        return [axis for axis, parts in enumerate(self._partitions) if parts > 1] or [0]

    def _axis(self, action: str) -> int:
        """The axis that is cut; NotImplementedError, as in TensorFlow, when there are several."""
        axes = self._partition_axes()
        if len(axes) > 1:
            raise NotImplementedError(
                f"Cannot {action} along more than one dimension. Received: axes {axes}"
            )
        return axes[0]

    def as_tensor(self) -> Tensor:
        """The whole value.  Every call makes new ops, which wait for nothing around them."""
        with get_default_graph().control_dependencies(None):
            return self._concat()

    def _concat(self) -> Tensor:
        whole: Any = self._variable_list[0]
        if len(self._variable_list) > 1:
            axis = self._axis("concatenate")
            with name_scope(self._name + "/ConcatPartitions/"):
                whole = concat(self._variable_list, axis)
        with name_scope(None):
            value: Tensor = Identity(whole, name=self._name)
            return value

    @property
    def name(self) -> str:
        return self._name

    @property
    def dtype(self) -> DType:
        return self._dtype

    @property
    def shape(self) -> TensorShape:
        return self._shape

    def get_shape(self) -> TensorShape:
        return self._shape

    def _get_variable_list(self) -> list[Variable]:
        return self._variable_list

    def _get_partitions(self) -> Sequence[int]:
        return self._partitions

    # -- Updates: one for each part, of a list of values or of a whole one that is split ---------

    def assign(
        self,
        value: Any,
        use_locking: bool = False,
        name: str | None = None,
        read_value: bool = True,
    ) -> list[Any]:
        return self._update(value, lambda part, v: part.assign(v, use_locking, name, read_value))

    def assign_add(
        self,
        value: Any,
        use_locking: bool = False,
        name: str | None = None,
        read_value: bool = True,
    ) -> list[Any]:
        return self._update(
            value, lambda part, v: part.assign_add(v, use_locking, name, read_value)
        )

    def assign_sub(
        self,
        value: Any,
        use_locking: bool = False,
        name: str | None = None,
        read_value: bool = True,
    ) -> list[Any]:
        return self._update(
            value, lambda part, v: part.assign_sub(v, use_locking, name, read_value)
        )

    def _update(self, value: Any, update: Callable[[Any, Any], Any]) -> list[Any]:
        axis = self._axis("assign")
        if isinstance(value, (list, PartitionedVariable)):
            values = list(value)
            if len(values) != len(self._variable_list):
                raise ValueError(
                    f"Expected {len(self._variable_list)} values, one for each part of "
                    f"{self._name}. Received: {len(values)}"
                )
        else:
            sizes = [part.shape.as_list()[axis] for part in self._variable_list]
            values = split(value, sizes, axis=axis)
        return [update(part, v) for part, v in zip(self._variable_list, values)]


def _convert(
    value: PartitionedVariable,
    dtype: DType | None = None,
    name: str | None = None,
    as_ref: bool = False,
) -> Tensor:
    if dtype is not None and not dtype.is_compatible_with(value.dtype):
        raise ValueError(
            f"Incompatible type conversion requested to type '{dtype.name}' for variable of type "
            f"'{value.dtype.name}'"
        )
    if as_ref:
        raise NotImplementedError(
            f"PartitionedVariable doesn't support being used as a reference. Received: {value.name}"
        )
    return value.as_tensor()


register_tensor_conversion_function(PartitionedVariable, _convert)
