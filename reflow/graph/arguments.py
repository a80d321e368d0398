"""The inputs given to an op as tensors, and the attributes that follow from them.

Source: TensorFlow 1.15, `op_def_library.py`, whose texts of errors these are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reflow.graph.conversion import convert_n_to_tensor, convert_to_tensor
from reflow.graph.dtypes import DType
from reflow.graph.operation import Tensor
from reflow.graph.signature import Arg, Attr

_Types = list[DType]


class InputConverter:
    """Converts and checks the inputs of one op type.

    Its methods take the attributes given so far and add those that follow from the inputs.
    """

    def __init__(self, op_type: str, inputs: Sequence[Arg], attrs: Mapping[str, Attr]) -> None:
        self._op_type = op_type
        self._inputs = inputs
        self._attrs = attrs

    def convert(self, values: Sequence[Any], attrs: dict[str, Any]) -> list[Tensor]:
        """The tensors for the values given, one for each input, lists laid out flat.

        Raises:
          TypeError: a value cannot become a tensor of the type that the signature asks for.
          ValueError: a list has another length than it asks for.
        """
        tensors: list[Tensor] = []
        inferred_from: dict[str, str] = {}
        for arg, value in zip(self._inputs, values):
            if arg.is_sequence:
                converted = self._convert_list(arg, value, attrs)
            else:
                converted = [self._convert_one(arg, value, attrs, inferred_from)]
            self._infer(arg, converted, attrs, inferred_from)
            tensors += converted
        return tensors

    def check_types(self, tensors: Sequence[Tensor], attrs: dict[str, Any]) -> None:
        """Infers the attributes from the inputs of an op that takes no lists and no references.

        Raises:
          TypeError: the types do not fit the signature.
        """
        inferred_from: dict[str, str] = {}
        for arg, tensor in zip(self._inputs, tensors):
            self._infer(arg, [tensor], attrs, inferred_from)

    def check_flat(self, tensors: Sequence[Tensor], attrs: dict[str, Any]) -> None:
        """As `check_types`, for any op: `attrs` says how long lists are.

        Raises:
          TypeError: the types, or the number of tensors, do not fit the signature.
          ValueError: a list is shorter than the signature allows.
        """
        inferred_from: dict[str, str] = {}
        position = 0
        for arg in self._inputs:
            count = self._count(arg, attrs)
            group = tensors[position : position + count]
            if len(group) < count:
                break
            self._infer(arg, group, attrs, inferred_from)
            position += count
        else:
            if position == len(tensors):
                return
        raise TypeError(
            f"The inputs of '{self._op_type}' Op are {', '.join(arg.name for arg in self._inputs)}."
            f" Received: {len(tensors)} tensors"
        )

    def _count(self, arg: Arg, attrs: Mapping[str, Any]) -> int:
        attr = arg.number_attr or arg.type_list_attr
        if not attr:
            return 1
        if attr not in attrs:
            raise TypeError(f"No argument for attr {attr} of op '{self._op_type}'")
        return int(attrs[attr]) if arg.number_attr else len(attrs[attr])

    # -- One input --------------------------------------------------------------------------

    def _convert_one(
        self, arg: Arg, value: Any, attrs: dict[str, Any], inferred_from: Mapping[str, str]
    ) -> Tensor:
        dtype, preferred = self._wanted_type(arg, attrs)
        try:
            return convert_to_tensor(value, dtype, arg.name, preferred, as_ref=arg.is_ref)
        except TypeError as error:
            if dtype is None:
                raise
            raise TypeError(
                f"Expected {dtype.name} passed to parameter '{arg.name}' of op '{self._op_type}', "
                f"got {value!r} of type '{type(value).__name__}' instead. Error: {error}"
            ) from error
        except ValueError as error:
            observed = self._observed_type(arg, value)
            if dtype is None:
                raise
            expected = (
                f"expected type of {dtype.name}"
                if arg.dtype is not None
                else f"type {dtype.name} of argument '{inferred_from.get(arg.type_attr, '')}'"
            )
            raise TypeError(
                f"Input '{arg.name}' of '{self._op_type}' Op has type {observed} that does not "
                f"match {expected}."
            ) from error

    @staticmethod
    def _observed_type(arg: Arg, value: Any) -> str:
        """The type that a value has by itself."""
        try:
            return convert_to_tensor(value, as_ref=arg.is_ref).dtype.name
        except ValueError as error:
            raise ValueError(
                f"Tried to convert '{arg.name}' to a tensor and failed. Error: {error}"
            ) from error

    def _wanted_type(self, arg: Arg, attrs: dict[str, Any]) -> tuple[DType | None, DType | None]:
        """The type that the input must have, or that is preferred."""
        if arg.dtype is not None:
            return arg.dtype, None
        known = attrs.get(arg.type_attr)
        if known is not None:
            return known, None
        attr = self._attrs[arg.type_attr]
        return None, attr.default if attr.has_default else None

    # -- A list of inputs -------------------------------------------------------------------

    def _convert_list(self, arg: Arg, value: Any, attrs: dict[str, Any]) -> list[Tensor]:
        if not isinstance(value, (list, tuple)):
            raise TypeError(
                f"Expected list for '{arg.name}' argument to '{self._op_type}' Op, not {value}."
            )
        if arg.type_list_attr:
            return self._convert_typed_list(arg, value, attrs.get(arg.type_list_attr))
        dtype, preferred = self._wanted_type(arg, attrs)
        is_settled = dtype is not None
        if dtype is None:
            # One tensor among the values decides the type of the constants beside it.
            dtype = next((v.dtype.base_dtype for v in value if isinstance(v, Tensor)), None)
        try:
            tensors = convert_n_to_tensor(value, dtype, arg.name, preferred, arg.is_ref)
        except (TypeError, ValueError) as error:
            raise self._list_error(arg, value, dtype if is_settled else None) from error
        if len({tensor.dtype.base_dtype for tensor in tensors}) > 1:
            raise self._list_error(arg, value, dtype if is_settled else None)
        return tensors

    def _convert_typed_list(
        self, arg: Arg, values: Sequence[Any], types: _Types | None
    ) -> list[Tensor]:
        if types is None:
            types = [None] * len(values)  # type: ignore[list-item]
        if len(types) != len(values):
            raise ValueError(
                f"List argument '{arg.name}' to '{self._op_type}' Op with length {len(values)} "
                f"must match length {len(types)} of attr '{arg.type_list_attr}'."
            )
        try:
            return [
                convert_to_tensor(value, dtype, f"{arg.name}_{i}", as_ref=arg.is_ref)
                for i, (value, dtype) in enumerate(zip(values, types))
            ]
        except (TypeError, ValueError) as error:
            raise self._list_error(arg, values, None) from error

    def _list_error(self, arg: Arg, values: Sequence[Any], expected: DType | None) -> TypeError:
        observed = []
        for value in values:
            try:
                observed.append(convert_to_tensor(value, as_ref=arg.is_ref).dtype.base_dtype.name)
            except (TypeError, ValueError):
                observed.append("<NOT CONVERTIBLE TO TENSOR>")
        text = (
            f"Tensors in list passed to '{arg.name}' of '{self._op_type}' Op have types "
            f"[{', '.join(observed)}]"
        )
        if arg.type_list_attr:
            return TypeError(f"{text} that are invalid. Tensors: {values}")
        if expected is None:
            return TypeError(f"{text} that don't all match.")
        if arg.dtype is not None:
            return TypeError(f"{text} that do not match expected type {expected.name}.")
        return TypeError(
            f"{text} that do not match type {expected.name} inferred from earlier arguments."
        )

    # -- Attributes -------------------------------------------------------------------------

    def _infer(
        self,
        arg: Arg,
        tensors: Sequence[Tensor],
        attrs: dict[str, Any],
        inferred_from: dict[str, str],
    ) -> None:
        """Adds the attributes that an input implies, or checks it against what is known."""
        if arg.is_ref:
            self._check_references(arg, tensors)
        types = [tensor.dtype.base_dtype for tensor in tensors]
        if arg.number_attr:
            self._infer_count(arg, len(types), attrs, inferred_from)
        if arg.type_list_attr:
            self._infer_types(arg, types, attrs, inferred_from)
        elif types:
            for dtype in types:
                self._infer_type(arg, dtype, attrs, inferred_from)
        elif arg.type_attr and arg.type_attr not in attrs:
            raise TypeError(
                "Don't know how to infer type variable from empty input list passed to input "
                f"'{arg.name}' of '{self._op_type}' Op."
            )

    def _check_references(self, arg: Arg, tensors: Sequence[Tensor]) -> None:
        for tensor in tensors:
            if not tensor.dtype._is_ref_dtype:
                raise TypeError(
                    f"'{self._op_type}' Op requires that input '{arg.name}' be a mutable tensor "
                    f"(e.g.: a tf.Variable). Received: {tensor}"
                )

    def _infer_count(
        self, arg: Arg, count: int, attrs: dict[str, Any], inferred_from: dict[str, str]
    ) -> None:
        known = attrs.get(arg.number_attr)
        if known is not None and known != count:
            raise ValueError(
                f"List argument '{arg.name}' to '{self._op_type}' Op with length {count} must "
                f"match length {known} of argument "
                f"'{inferred_from.get(arg.number_attr, arg.number_attr)}'."
            )
        minimum = self._attrs[arg.number_attr].minimum
        if minimum is not None and count < minimum:
            raise ValueError(
                f"List argument '{arg.name}' to '{self._op_type}' Op with length {count} shorter "
                f"than minimum length {minimum}."
            )
        attrs[arg.number_attr] = count
        inferred_from.setdefault(arg.number_attr, arg.name)

    def _infer_types(
        self, arg: Arg, types: _Types, attrs: dict[str, Any], inferred_from: dict[str, str]
    ) -> None:
        known = attrs.get(arg.type_list_attr)
        if known is None:
            attr = self._attrs[arg.type_list_attr]
            attrs[arg.type_list_attr] = attr.coerce(types, self._op_type, arg.name)
            inferred_from[arg.type_list_attr] = arg.name
        elif known != types:
            origin = inferred_from.get(arg.type_list_attr, arg.type_list_attr)
            raise TypeError(
                f"Input '{arg.name}' of '{self._op_type}' Op has type list of "
                f"{', '.join(dtype.name for dtype in types)} that does not match type list "
                f"{', '.join(dtype.name for dtype in known)} of argument '{origin}'."
            )

    def _infer_type(
        self, arg: Arg, dtype: DType, attrs: dict[str, Any], inferred_from: dict[str, str]
    ) -> None:
        if arg.dtype is not None:
            if dtype is not arg.dtype:
                raise TypeError(
                    f"Input '{arg.name}' of '{self._op_type}' Op has type {dtype.name} that does "
                    f"not match expected type of {arg.dtype.name}."
                )
            return
        known = attrs.get(arg.type_attr)
        if known is None:
            attr = self._attrs[arg.type_attr]
            attrs[arg.type_attr] = attr.coerce(dtype, self._op_type, arg.name)
            inferred_from[arg.type_attr] = arg.name
        elif known is not dtype:
            origin = inferred_from.get(arg.type_attr, arg.type_attr)
            raise TypeError(
                f"Input '{arg.name}' of '{self._op_type}' Op has type {dtype.name} that does not "
                f"match type {known.name} of argument '{origin}'."
            )
