"""Updates of variables behind handles: those of references (state.py, scattering.py)
under other names, with handles in the place of references and no variable as their output."""

from __future__ import annotations

from typing import Any

from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import scattering, state
from reflow.ops.op import op
from reflow.ops.resource_variables import variable_shape

_NUMBERS = "dtype: numbertype"
_ANY = "dtype: type"
_INDICES = "Tindices: {int32, int64}"


def _behind_handles(
    name: str,
    definition: Any,
    inputs: str | None = None,
    outputs: str = "",
    attrs: tuple[str, ...] | None = None,
) -> OpDefinition:
    """The update `definition` of what handles refer to.

    inputs, attrs: where they differ by more than handles in the place of references.
    """
    own: Any = definition.rules
    is_reference = ["Ref(" in text for text in own.inputs.split(", ")]

    def shape(*given: TensorShape, op: Operation) -> Any:
        merged = own.shape(
            *(
                variable_shape(tensor) if behind_handle else known
                for tensor, behind_handle, known in zip(op.inputs, is_reference, given)
            )
        )
        return merged if outputs else ()

    rules: dict[str, Any] = {
        "__doc__": f"{definition.name} of variables behind handles.",
        "inputs": inputs or own.inputs.replace("Ref(T)", "resource"),
        "outputs": outputs,
        "attrs": attrs or own.attrs,
        "stateful": True,
        "updates": True,
        "shape": staticmethod(shape),
        "kernel": staticmethod(own.kernel),
    }
    return op(type(name, (), rules))


# -- Arithmetic ---------------------------------------------------------------------------------


def _arithmetic(name: str, definition: OpDefinition) -> OpDefinition:
    return _behind_handles(name, definition, "resource: resource, value: dtype", attrs=(_ANY,))


AssignAddVariableOp = _arithmetic("AssignAddVariableOp", state.AssignAdd)
AssignSubVariableOp = _arithmetic("AssignSubVariableOp", state.AssignSub)

ResourceCountUpTo = _behind_handles(
    "ResourceCountUpTo", state.CountUpTo, "resource: resource", "output: T"
)


# -- Some elements ------------------------------------------------------------------------------


def _rows(name: str, definition: OpDefinition, types: str = _NUMBERS) -> OpDefinition:
    inputs = "resource: resource, indices: Tindices, updates: dtype"
    return _behind_handles(name, definition, inputs, attrs=(types, _INDICES))


ResourceScatterUpdate = _rows("ResourceScatterUpdate", scattering.ScatterUpdate, _ANY)
ResourceScatterAdd = _rows("ResourceScatterAdd", scattering.ScatterAdd)
ResourceScatterSub = _rows("ResourceScatterSub", scattering.ScatterSub)
ResourceScatterMul = _rows("ResourceScatterMul", scattering.ScatterMul)
ResourceScatterDiv = _rows("ResourceScatterDiv", scattering.ScatterDiv)
ResourceScatterMin = _rows("ResourceScatterMin", scattering.ScatterMin)
ResourceScatterMax = _rows("ResourceScatterMax", scattering.ScatterMax)


def _slices(name: str, definition: OpDefinition) -> OpDefinition:
    return _behind_handles(
        name, definition, attrs=("T: type", _INDICES, "use_locking: bool = true")
    )


ResourceScatterNdUpdate = _slices("ResourceScatterNdUpdate", scattering.ScatterNdUpdate)
ResourceScatterNdAdd = _slices("ResourceScatterNdAdd", scattering.ScatterNdAdd)
ResourceScatterNdSub = _slices("ResourceScatterNdSub", scattering.ScatterNdSub)

ResourceStridedSliceAssign = _behind_handles(
    "ResourceStridedSliceAssign", scattering.StridedSliceAssign
)
