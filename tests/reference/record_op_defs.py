"""Records the signature of every op in TensorFlow 1.15.5's registry, into op_defs.json.gz.

    python tests/reference/record_op_defs.py

Run it with Python 3.7 and `pip install tensorflow==1.15.5 'protobuf<3.21'`.

{op type: {"in": [argument, ...], "out": [argument, ...], "attr": [attribute, ...],
"stateful": true, "commutative": true, "deprecated": version}}, what is empty or false left out.
An argument reads `name: type` as in TensorFlow's notation (`N * T` for a list of equal dtypes,
`Ref(T)` for a reference); an attribute is [name, type, default, minimum, allowed values] with
the trailing nulls left out. Dtypes are called by their names, bytes are Latin-1 text.
"""

import gzip
import json
import os
import pathlib
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
warnings.filterwarnings("ignore")

import tensorflow as tf  # noqa: E402
from tensorflow.core.framework import op_def_pb2  # noqa: E402
from tensorflow.python import pywrap_tensorflow  # noqa: E402

TARGET = pathlib.Path(__file__).parent / "op_defs.json.gz"


def argument(arg):
    kind = arg.type_attr or arg.type_list_attr
    if not kind:
        kind = tf.as_dtype(arg.type).name
    if arg.number_attr:
        kind = f"{arg.number_attr} * {kind}"
    if arg.is_ref:
        kind = f"Ref({kind})"
    return f"{arg.name}: {kind}"


def value(attr):
    """An attribute's value as JSON can hold it; None if there is none."""
    field = attr.WhichOneof("value")
    if field is None:
        return None
    if field == "list":
        fields = attr.list.ListFields()
        return [plain(fields[0][0].name, item) for item in fields[0][1]] if fields else []
    return plain(field, getattr(attr, field))


def plain(field, content):
    if field == "s":
        return content.decode("latin-1")
    if field == "type":
        return tf.as_dtype(content).name
    if field == "shape":
        return "unknown" if content.unknown_rank else [dim.size for dim in content.dim]
    if field == "tensor":
        return tf.make_ndarray(content).tolist()
    if field == "func":
        return content.name
    return content


def attribute(attr):
    default = value(attr.default_value) if attr.HasField("default_value") else None
    minimum = attr.minimum if attr.has_minimum else None
    allowed = value(attr.allowed_values) if attr.HasField("allowed_values") else None
    found = [attr.name, attr.type, default, minimum, allowed]
    while found[-1] is None:
        found.pop()
    return found


def signature(op_def):
    found = {
        "in": [argument(arg) for arg in op_def.input_arg],
        "out": [argument(arg) for arg in op_def.output_arg],
        "attr": [attribute(attr) for attr in op_def.attr],
        "stateful": op_def.is_stateful,
        "commutative": op_def.is_commutative,
        "deprecated": op_def.deprecation.version,
    }
    return {field: content for field, content in found.items() if content}


def main():
    dir(tf.contrib)  # Loads the wing, which registers ops of its own.
    tf.contrib.framework.zero_initializer(tf.Variable(0.0))  # So do its ops, when it is called.
    registered = op_def_pb2.OpList.FromString(
        pywrap_tensorflow.TF_GetBuffer(pywrap_tensorflow.TF_GetAllOpList())
    )
    signatures = {op_def.name: signature(op_def) for op_def in registered.op}
    text = json.dumps(signatures, separators=(",", ":"), sort_keys=True)
    with open(str(TARGET), "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        file.write(text.encode("ascii"))
    print(f"{len(signatures)} ops, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
