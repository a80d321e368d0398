"""The names around sessions under tf."""

import pytest

from reflow import tf

MESSAGES = [
    "AttrValue",
    "ConfigProto",
    "Event",
    "GPUOptions",
    "GraphDef",
    "GraphOptions",
    "HistogramProto",
    "LogMessage",
    "MetaGraphDef",
    "NameAttrList",
    "NodeDef",
    "OptimizerOptions",
    "RunMetadata",
    "RunOptions",
    "SessionLog",
    "Summary",
    "SummaryMetadata",
    "TensorInfo",
]


@pytest.mark.parametrize("name", MESSAGES)
def test_message_classes(name):
    message = getattr(tf, name)
    assert message.DESCRIPTOR.name == name
    assert message.FromString(message().SerializeToString()) == message()


def test_sessions():
    assert issubclass(tf.InteractiveSession, tf.Session.__base__)
    assert tf.get_default_session() is None
