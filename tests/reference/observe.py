"""Runs a case under whichever `tf` it is given and says what was seen.

The recorder (TensorFlow 1.15.5) and the comparer (reflow) both use this module, so that the two
answer the same questions. Python 3.7 runs this file.
"""

import collections
import re
import zlib

import numpy as np

from tests.reference import spec

#: Constants up to this many elements are compared by value, larger ones by checksum.
SMALL = 16

Output = collections.namedtuple("Output", "op dtype shape")
Gradient = collections.namedtuple("Gradient", "kind value")
Gradients = collections.namedtuple("Gradients", "first second")


def leaves(tf, result):
    """Flattens what a case returned to tensors, operations and plain Python values."""
    if isinstance(result, dict):
        return [leaf for key in sorted(result) for leaf in leaves(tf, result[key])]
    if isinstance(result, (tf.IndexedSlices, tf.SparseTensor)):
        return [
            part for part in (result.values, result.indices, result.dense_shape) if part is not None
        ]
    if isinstance(result, (list, tuple)):
        return [leaf for item in result for leaf in leaves(tf, item)]
    return [result]


def static_shape(tensor):
    """A list of sizes and None, or None where not even the rank is known."""
    return None if tensor.shape.ndims is None else tensor.shape.as_list()


def weights(case, label, shape, dtype):
    """Deterministic, non-uniform factors: grad_ys and the weights of the second gradient."""
    rng = np.random.RandomState(spec.seed_of(case.name + label))
    return spec.Input(shape).array(rng, dtype)


class Built:
    """A case, built in a graph of its own."""

    def __init__(self, tf, case, dtype=None, variant="full"):
        self.tf = tf
        self.case = case
        self.arrays = case.arrays(dtype)
        self.graph = tf.Graph()
        with self.graph.as_default():
            self.inputs = [
                tf.placeholder(
                    tf.string if array.dtype == object else array.dtype.name,
                    spec.variant_shape(variant, array.shape),
                    name=f"x{position}",
                )
                for position, array in enumerate(self.arrays)
            ]
            self.leaves = leaves(tf, case.build(tf, *self.inputs))

    @property
    def tensors(self):
        return [leaf for leaf in self.leaves if isinstance(leaf, self.tf.Tensor)]

    def outputs(self):
        """Op type, dtype and static shape of every tensor."""
        return [Output(t.op.type, t.dtype.name, static_shape(t)) for t in self.tensors]

    def nodes(self):
        """[name, op, inputs, attributes] of what the case built, in the order of creation."""
        fed = {tensor.op.name for tensor in self.inputs}
        return [
            [node.name, node.op, list(node.input), attributes(self.tf, node)]
            for node in self.graph.as_graph_def().node
            if node.name not in fed
        ]

    def feed(self, arrays=None):
        return dict(zip(self.inputs, self.arrays if arrays is None else arrays))

    def values(self, session, arrays=None):
        """The value of every leaf: None for an operation, itself for a plain Python value."""
        graph_parts = (self.tf.Tensor, self.tf.Operation)
        fetched = [leaf for leaf in self.leaves if isinstance(leaf, graph_parts)]
        found = iter(session.run(fetched, self.feed(arrays)))
        return [next(found) if isinstance(leaf, graph_parts) else leaf for leaf in self.leaves]

    def differentiate(self, out_values, second=False):
        """Adds the gradients to the graph: tensors of `Gradients`, with None where unconnected.

        out_values: the values of `self.leaves`, for the shapes of grad_ys.
        """
        tf, case = self.tf, self.case
        positions = case.differentiable_inputs(self.arrays)
        xs = [self.inputs[position] for position in positions]
        with self.graph.as_default():
            ys, grad_ys = [], []
            for leaf, value in zip(self.leaves, out_values):
                if isinstance(leaf, tf.Tensor) and (
                    leaf.dtype.is_floating or leaf.dtype.is_complex
                ):
                    label = f":dy{len(ys)}"
                    ys.append(leaf)
                    grad_ys.append(
                        tf.constant(weights(case, label, np.shape(value), leaf.dtype.name))
                    )
            first = tf.gradients(ys, xs, grad_ys=grad_ys)
            if not second:
                return Gradients(first, None)
            terms = [
                tf.reduce_sum(
                    tf.convert_to_tensor(gradient)
                    * tf.constant(
                        weights(
                            case,
                            f":w{position}",
                            self.arrays[position].shape,
                            gradient.dtype.name,
                        )
                    )
                )
                for position, gradient in zip(positions, first)
                if gradient is not None
            ]
            ones = [tf.constant(1, term.dtype) for term in terms]
            return Gradients(first, tf.gradients(terms, xs + grad_ys, grad_ys=ones))

    def gradient_values(self, session, gradients, arrays=None):
        """Runs what `differentiate` returned: lists of `Gradient`, None where unconnected."""
        tf = self.tf
        flat = list(gradients.first) + list(gradients.second or ())
        with self.graph.as_default():
            dense = [None if g is None else tf.convert_to_tensor(g) for g in flat]
        found = iter(session.run([d for d in dense if d is not None], self.feed(arrays)))
        seen = [None if g is None else Gradient(type(g).__name__, next(found)) for g in flat]
        split = len(gradients.first)
        return Gradients(seen[:split], None if gradients.second is None else seen[split:])


def attributes(tf, node):
    """A node's attributes, by name."""
    return {name: attribute(tf, node.attr[name]) for name in sorted(node.attr)}


def attribute(tf, value):
    """An attribute's value as JSON can hold it."""
    field = value.WhichOneof("value")
    if field == "list":
        fields = value.list.ListFields()
        if not fields:
            return []
        descriptor, items = fields[0]
        return [_scalar_attribute(tf, descriptor.name, item) for item in items]
    return _scalar_attribute(tf, field, getattr(value, field))


def _scalar_attribute(tf, field, value):
    if field == "s":
        return value.decode("latin-1")
    if field == "type":
        return tf.as_dtype(value).name
    if field == "shape":
        return None if value.unknown_rank else [None if d.size < 0 else d.size for d in value.dim]
    if field == "func":
        return function_name(value.name)
    if field == "tensor":
        return constant(tf.make_ndarray(value))
    return value


def function_name(name):
    """Without what differs from process to process: a running number, or random letters."""
    return re.sub(r"_\d+$|(?<=_make_dataset)_.*$", "", name)


def constant(array):
    """[dtype, shape, values or checksum] of a constant."""
    if array.dtype == object:
        content = [text.decode("latin-1") for text in array.ravel()]
    elif array.size <= SMALL:
        # bfloat16 is written as the float that it is: NumPy has several such types.
        numbers = array.astype("float32") if array.dtype.name == "bfloat16" else array
        content = [str(item) for item in numbers.ravel().tolist()]
    else:
        checksum = zlib.crc32(np.ascontiguousarray(array).tobytes()) & 0xFFFFFFFF
        content = f"crc32 {checksum:08x}"
    return [array.dtype.name, list(array.shape), content]


def program_nodes(tf, graph_def):
    """[name, op, inputs, device, attributes] of every node, in the order of creation."""
    return [
        [node.name, node.op, list(node.input), node.device, attributes(tf, node)]
        for node in graph_def.node
    ]


def script_observations(tf, script):
    """What a script yields, in a default graph of its own."""
    with tf.Graph().as_default():
        return list(script.program(tf))


def failure_of(tf, failing, variant, config=None):
    """(stage, class name, message) of what a failing case raises, or None.

    stage: "build" or "run".
    """
    stage = "build"
    try:
        built = Built(tf, failing, variant=variant)
        stage = "run"
        with tf.Session(graph=built.graph, config=config) as session:
            built.values(session)
    except Exception as raised:  # which class it is, is the observation
        return stage, type(raised).__name__, str(raised)
    return None
