"""The op cases while executing eagerly: the values and first gradients that TensorFlow recorded.

The numbers that random ops draw eagerly are compared in tests/tf/test_eager_random_numbers.py.
"""

from functools import cache

import pytest

from reflow import tf
from reflow.graph.execution import eager_mode
from reflow.graph.op_definition import registered
from tests.ops import cases
from tests.reference import compare, observe, spec, store

TABLES = cases.names()

recordings = cache(store.read)


# Cases that make placeholders themselves, give what only the run of a graph finds out, or ask for
# static shapes of tf.gradients.
ONLY_IN_GRAPHS = {
    ("sparse", "placeholders"),
    ("edges", "reduce_matrix_of_axes"),
    ("batch_norm", "shapes_of_gradient_training"),
    ("batch_norm", "shapes_of_gradient_inference"),
    # Functions that Defun makes are called in graphs alone.
    *(("contrib_nn", f"scaled_softplus{how}") for how in ("", "_by_alpha", "_clipped", "_by_all")),
}
# Tables of what a graph's collections hold.
OF_COLLECTIONS = ("contrib_slim",)


def draws(table, case):
    """Whether a case gives random numbers: while executing eagerly they come from other seeds."""
    recorded = recordings(table)[case.name]
    made = [node[1] for node in recorded.get("nodes", ())]
    made += [output[0] for output in recorded["outputs"]]
    known = registered()  # the others are functions of the graph
    return table == "random" or any("seed" in known[op].attrs for op in made if op in known)


CASES = [
    (table, entry)
    for table in TABLES
    if table not in OF_COLLECTIONS
    for entry in cases.load(table)
    if isinstance(entry, spec.Case)
    and (table, entry.name) not in ONLY_IN_GRAPHS
    and not draws(table, entry)
]


def computed(case, tape=None):
    """The inputs, and the leaves of what the case gives for them."""
    inputs = [tf.constant(array) for array in case.arrays()]
    for tensor in inputs:
        if tape is not None:
            tape.watch(tensor)
    return inputs, observe.leaves(tf, case.build(tf, *inputs))


def value_of(leaf):
    return leaf.numpy() if isinstance(leaf, tf.Tensor) else leaf


def each_case(wanted=lambda case: True):
    chosen = [(table, case) for table, case in CASES if wanted(case)]
    return pytest.mark.parametrize(
        ("table", "case"), chosen, ids=[f"{table}:{case.name}" for table, case in chosen]
    )


@each_case()
def test_values(table, case):
    recorded = recordings(table)[case.name]["values"]
    with eager_mode():
        _, leaves = computed(case)
        compare.same(recorded[0], [value_of(leaf) for leaf in leaves], case, "value")


@each_case(lambda case: case.grad)
def test_gradients(table, case):
    recorded = recordings(table)[case.name]["gradients"]
    with eager_mode():
        with tf.GradientTape() as tape:
            inputs, leaves = computed(case, tape)
        ys, weights = [], []
        for leaf in leaves:
            if isinstance(leaf, tf.Tensor) and (leaf.dtype.is_floating or leaf.dtype.is_complex):
                label = f":dy{len(ys)}"
                ys.append(leaf)
                weights.append(
                    tf.constant(observe.weights(case, label, leaf.shape, leaf.dtype.name))
                )
        xs = [inputs[position] for position in case.differentiable_inputs(case.arrays())]
        found = tape.gradient(ys, xs, weights)
        seen = [
            None
            if gradient is None
            else [
                "IndexedSlices" if isinstance(gradient, tf.IndexedSlices) else "Tensor",
                tf.convert_to_tensor(gradient).numpy(),
            ]
            for gradient in found
        ]
        compare.same(recorded, seen, case, "gradient")
