"""HParamDef, the message class for hyperparameters (contrib/training/.../hparam.proto)."""

from __future__ import annotations

import functools
from typing import Any

# The kinds of values: the name, the type in the notation of .proto files, and the numbers of the
# fields for one value and for a list.
_KINDS = (("int64", 1, 4), ("float", 2, 5), ("bytes", 3, 6), ("bool", 7, 8))


@functools.cache
def _message_class() -> Any:
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    file = descriptor_pb2.FileDescriptorProto(
        name="tensorflow/contrib/training/python/training/hparam.proto",
        package="tensorflow",
        syntax="proto3",
    )
    kinds = descriptor_pb2.FieldDescriptorProto
    one, many, message = kinds.LABEL_OPTIONAL, kinds.LABEL_REPEATED, kinds.TYPE_MESSAGE
    definition = file.message_type.add(name="HParamDef")
    path = ".tensorflow.HParamDef"
    value = definition.nested_type.add(name="HParamType")
    value.oneof_decl.add(name="kind")
    for name, number, list_number in _KINDS:
        plain = getattr(kinds, f"TYPE_{name.upper()}")
        values = definition.nested_type.add(name=f"{name.capitalize()}List")
        values.field.add(name="value", number=1, label=many, type=plain)
        value.field.add(name=f"{name}_value", number=number, label=one, type=plain, oneof_index=0)
        field = value.field.add(name=f"{name}_list", number=list_number, label=one, type=message)
        field.type_name, field.oneof_index = f"{path}.{values.name}", 0
    entry = definition.nested_type.add(name="HparamEntry")
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, label=one, type=kinds.TYPE_STRING)
    entry.field.add(name="value", number=2, label=one, type=message, type_name=f"{path}.HParamType")
    definition.field.add(
        name="hparam", number=1, label=many, type=message, type_name=f"{path}.HparamEntry"
    )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("tensorflow.HParamDef"))


def __getattr__(name: str) -> Any:
    if name == "HParamDef":
        return _message_class()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
