"""Compares reflow's modules with what was recorded from TensorFlow 1.15.5."""

from reflow.graph import device, dtypes, errors, nest, tensor_proto, tensor_shape
from tests.reference import graph_base


def disagreements(section):
    """{expression: (TensorFlow's outcome, reflow's)} for each expression where they differ."""
    modules = {
        "dtypes": dtypes,
        "tensor_shape": tensor_shape,
        "device": device,
        "errors": errors,
        "nest": nest,
        "DeviceSpec": device.DeviceSpec,
        "broadcast_static_shape": tensor_shape.broadcast_static_shape,
        "make_tensor_proto": tensor_proto.make_tensor_proto,
        "make_ndarray": tensor_proto.make_ndarray,
    }
    return graph_base.disagreements(section, graph_base.names(modules))
