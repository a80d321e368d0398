"""What sessions refuse, compared with what TensorFlow 1.15.5 raises for the same programs."""

import json
from pathlib import Path

import pytest

from reflow import tf
from tests.reference import session_programs

RECORDED = json.loads(
    Path(session_programs.__file__).with_name("session.json").read_text(encoding="utf-8")
)

# Where the words differ: those that TensorFlow's message and ours have in common.
COMMON_WORDS = {
    "assign_clash_in_run": ["[3]", "[1]", "both", "shapes"],
    "feed_dict_of_wrong_type": ["must be a dictionary"],
    "feed_dict_value": ["float() argument must be a string or a", "number, not 'dict'"],
    "feed_integer_as_bool": ["Type of feed value 2 with type", "not compatible with Tensor type"],
    "feed_integer_as_text": ["Type of feed value 5 with type", "not compatible with Tensor type"],
    "feed_object": ["float() argument must be a string or a", "number, not 'object'"],
    "feed_ragged": ["setting an array element with a sequence."],
    "feed_variable_as_value": [],
    "fetch_name_not_in_graph": ["The name 'yy:0' refers to a Tensor which does not exist."],
    "fetch_operation_not_in_graph": ["The name 'yy' refers to an Operation not in the graph."],
    "matrix_clash_in_run": ["3", "4"],
    "missing_feed": ["You must feed a value for placeholder tensor 'x' with dtype float"],
    "missing_feed_of_unknown_shape": ["You must feed a value for placeholder tensor 'x' with dty"],
    "partial_run_setup_feed_operation": [],
    "partial_run_with_too_few_feeds": [
        "can't be computed from the feeds that have been fed so far."
    ],
    "reshape_clash_in_run": ["8", "6", "shape"],
    "run_operation_without_session": [
        "Cannot execute operation using `run()`: No default session is registered.",
    ],
    "session_target_is_config": [
        "target must be a string, but got <class '",
        'Did you do "Session(config)" instead of "Session(config=config)"?',
    ],
    "shape_clash_in_run": ["2", "3"],
    "variable_name_clash": [
        "Variable w already exists, disallowed. Did you mean to set reuse=True"
    ],
    **{
        name: ["Cannot assign a device for operation c: node c", "was explicitly assigned to /"]
        for name in RECORDED
        if name.startswith("pinned_")
    },
}

# TensorFlow raises these by accident.
OTHER_CLASSES = {
    "feed_variable_as_value": "TypeError",  # as for a tensor
    "partial_run_setup_feed_operation": "TypeError",
}


def test_recording_has_every_program():
    assert sorted(RECORDED) == sorted(session_programs.PROGRAMS)


@pytest.mark.parametrize("name", sorted(session_programs.PROGRAMS))
def test_raises_as_tensorflow_does(name):
    expected = RECORDED[name]
    actual = session_programs.outcome(tf, name)
    assert actual["class"] == OTHER_CLASSES.get(name, expected["class"])
    for words in COMMON_WORDS.get(name, [expected["message"]]):
        assert words in expected["message"]
        assert words in actual["message"]
    if expected["op"] is not None:
        assert actual["op"] == expected["op"]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        (
            "shape_clash_in_run",
            [
                "[[node y (op: Add) (defined at ",
                "session_programs.py:",
                'in shape_clash_in_run: tf.Session().run(tf.add(a, b, name="y")',
                "inputs: a:0 float32 [2], b:0 float32 [3]",
                "fed: a:0 float32 [2], b:0 float32 [3]",
            ],
        ),
        (
            "uninitialized_variable",
            ["[[node w/read (op: Identity) ", "fed: x:0 float32 [2, 3]"],
        ),
        ("add_to_uninitialized_variable", ["[[node more (op: AssignAdd) ", "w:0 uninitialized"]),
        ("gather_out_of_range", ["[[node y (op: GatherV2) ", "at:0 int32 [2]"]),
        ("fetch_name_not_in_graph", ["Did you mean 'y'?"]),
    ],
)
def test_says_what_met_where(name, parts):
    message = session_programs.outcome(tf, name)["message"]
    for part in parts:
        assert part in message
    assert len(message.splitlines()) <= 5
