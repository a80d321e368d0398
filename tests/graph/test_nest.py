"""reflow.graph.nest: TensorFlow 1.15.5's answers, and what is reflow's own."""

import collections

import pytest

from reflow.graph import nest
from tests.graph.recorded import disagreements

Pair = collections.namedtuple("Pair", "x y")


def test_structures_are_as_recorded_from_tensorflow():
    assert disagreements("nest") == {}


@pytest.mark.parametrize("function", [nest.flatten, lambda x: nest.pack_sequence_as(x, [1, 2])])
def test_keys_that_cannot_be_sorted_are_a_type_error(function):
    with pytest.raises(TypeError, match=r"nest only supports dicts with sortable keys\."):
        function({"b": 1, 3: 2})


# TensorFlow 1.15 looks these up by a key that is not there, and fails with KeyError.
@pytest.mark.parametrize(
    ("shallow", "tree"),
    [((0, 0), Pair(1, [2])), (Pair(0, 0), [1, [2]]), ([0, 0], {"b": [2], "a": 1})],
)
def test_sequences_of_other_types_go_together_by_position(shallow, tree):
    assert nest.flatten_up_to(shallow, tree, check_types=False) == [1, [2]]


def test_a_leaf_may_be_anything_even_what_cannot_be_compared():
    leaf = object()
    assert nest.map_structure(lambda x: x, {"a": [leaf]})["a"][0] is leaf
