"""Programs that build graphs and say what they saw: names, scopes, messages, what was refused.

As variable_programs.py, whose helpers they use: each takes the namespace `tf` and yields plain
values.  `record_graphs.py` records what they yield under TensorFlow 1.15.5; tests/graph and
tests/tf compare what they yield under reflow.  Python 3.7 runs this file.
"""

import threading

import numpy as np
from google.protobuf import text_format

from tests.reference.variable_programs import nodes, refusal


def outcome(action):
    """The class of what `action` raises, where reflow may say it in other words; else "done"."""
    try:
        action()
    except Exception as error:  # which one it is, is the observation
        return type(error).__name__
    return "done"


def told(action):
    """`refusal(action)`, or "done" where nothing is refused."""
    return refusal(action) if outcome(action) != "done" else "done"


def graph_def(tf, **options):
    """The default graph's whole message, as text."""
    return text(tf.get_default_graph().as_graph_def(**options))


def text(message):
    """A message as text, the attributes in the order of their names."""
    return text_format.MessageToString(message)


def operation_names(tf):
    return [op.name for op in tf.get_default_graph().get_operations()]


def controls(tf):
    """[name, names of control inputs] of every operation."""
    return [
        [op.name, sorted(control.name for control in op.control_inputs)]
        for op in tf.get_default_graph().get_operations()
    ]


def devices(tf):
    return [[op.name, op.device] for op in tf.get_default_graph().get_operations()]


def entered(*scopes):
    """Enters scopes; what they refuse is raised at once."""
    for scope in scopes:
        scope.__enter__()


# -- Graph, Operation, Tensor ---------------------------------------------------------------------


def graph_attributes(tf):
    graph = tf.get_default_graph()
    yield (
        graph.version,
        graph.seed,
        graph.finalized,
        graph.building_function,
        graph.get_operations(),
    )
    yield graph.graph_def_versions.producer, graph.graph_def_versions.min_consumer
    tf.set_random_seed(7)
    a = tf.constant(1.0, name="a")
    b = tf.add(a, 2.0, name="b")
    yield graph.seed, graph.version, operation_names(tf)
    yield b.graph is graph, b.op.graph is graph, a.op.outputs[0] is a
    yield graph.is_feedable(a), graph.is_fetchable(a), graph.is_fetchable(a.op)
    graph.prevent_feeding(a)
    graph.prevent_fetching(b.op)
    yield graph.is_feedable(a), graph.is_fetchable(b), graph.is_fetchable(b.op)
    yield outcome(lambda: setattr(graph, "version", 3))


def operation_attributes(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    w = tf.constant(np.ones([3, 2], np.float32), name="w")
    with tf.control_dependencies([x]):
        y = tf.matmul(x, w, transpose_b=False, name="y")
    parts = tf.split(y, 2, axis=1, name="parts")
    op = y.op
    yield op.name, op.type, [t.name for t in op.inputs], [t.name for t in op.outputs]
    yield [c.name for c in op.control_inputs], op.device, [t.name for t in op.values()]
    yield op.get_attr("transpose_b"), op.get_attr("T").name, refusal(lambda: op.get_attr("none"))
    yield repr(op), text(op.node_def), op.op_def.name, text(x.op.get_attr("shape"))
    yield [arg.name for arg in op.op_def.input_arg], [attr.name for attr in op.op_def.attr]
    yield [group.decode() for group in op.colocation_groups()]
    yield [c.name for c in y.consumers()], [c.name for c in parts[0].consumers()]
    yield parts[1].name, parts[1].value_index, len(parts), parts[1].op is parts[0].op
    yield len(op.traceback) > 0, len(op.inputs)
    yield text(w.op.node_def)


def tensor_attributes(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    yield x.name, x.op.name, x.value_index, x.dtype.name, x.device, str(x.shape), str(x.get_shape())
    yield str(x), repr(x), str(tf.placeholder(tf.int64)), repr(tf.placeholder(tf.int64, []))
    with tf.device("/cpu:0"):
        yield str(tf.constant([1], name="placed")), repr(tf.constant([1]))
    x.set_shape([5, None])
    yield x.shape.as_list()
    yield outcome(lambda: x.set_shape([6, 3])), outcome(lambda: x.set_shape([5, 3, 1]))
    yield x.shape.as_list(), outcome(lambda: setattr(x, "shape", [1]))
    yield x == x, x == tf.identity(x), x != x, hash(x) == hash(x), x in {x: 1}
    yield outcome(lambda: bool(x)), outcome(lambda: iter(x).__next__()), outcome(lambda: len(x))
    yield (
        outcome(lambda: list(x)),
        outcome(lambda: x.eval()),
        outcome(lambda: x.op.run()),
    )
    yield outcome(lambda: np.array(x)), outcome(lambda: 1 if x > 0 else 2), outcome(lambda: not x)
    yield outcome(lambda: x and x), outcome(lambda: x in [tf.constant(1) + 0])
    yield outcome(lambda: float(x)), outcome(lambda: int(x)), outcome(lambda: range(x))


def create_op(tf):
    graph = tf.get_default_graph()
    a = tf.constant(1.0)
    op = graph.create_op("Neg", [a], [tf.float32], name="negative")
    yield op.name, op.type, [t.name for t in op.outputs]
    yield graph.create_op("Neg", [a], [tf.float32], name="negative").name
    yield graph.create_op("Neg", [a], [tf.float32]).name
    yield graph.create_op("NoOp", [], [], name="exact/").name
    yield outcome(lambda: graph.create_op("NoOp", [], [], name="exact"))
    yield outcome(lambda: graph.create_op("Neg", [3.0], [tf.float32]))
    yield outcome(lambda: graph.create_op("NoOp", [], [], name="not valid"))
    yield nodes(tf)


def graphs_apart(tf):
    first, second = tf.Graph(), tf.Graph()
    with first.as_default():
        a = tf.constant(1.0, name="a")
        yield tf.get_default_graph() is first
        with second.as_default():
            b = tf.constant(2.0, name="a")
            yield tf.get_default_graph() is second, a.name == b.name
        yield tf.get_default_graph() is first
        yield outcome(lambda: a + b), outcome(lambda: tf.add_n([a, b]))
        yield outcome(lambda: tf.control_dependencies([b]))
        yield (
            outcome(lambda: first.as_graph_element(b)),
            outcome(lambda: first.as_graph_element(b.op)),
        )
        yield outcome(lambda: entered(tf.name_scope(None, "n", [a, b])))
    # Operations follow their inputs.
    yield tf.add(a, 3.0).graph is first, (b * 2.0).graph is second, tf.get_default_graph() is first
    yield [op.name for op in first.get_operations()], [op.name for op in second.get_operations()]


def graph_as_default(tf):
    outermost = tf.get_default_graph()
    graph = tf.Graph()
    scope = graph.as_default()
    try:
        with scope as inside:
            yield inside is graph, tf.get_default_graph() is graph
            with graph.as_default(), tf.Graph().as_default() as other:
                yield tf.get_default_graph() is other
            yield tf.get_default_graph() is graph
            raise KeyError("leaves")
    except KeyError:
        yield tf.get_default_graph() is outermost
    seen = []

    def look():
        seen.append(tf.get_default_graph() in (outermost, graph))
        with graph.as_default():
            seen.append(tf.constant(1, name="threaded").graph is graph)

    with graph.as_default(), tf.name_scope("main"):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    yield seen, [op.name for op in graph.get_operations()]
    yield refusal(tf.reset_default_graph)


def graph_finalized(tf):
    graph = tf.get_default_graph()
    a = tf.constant(1.0)
    v = tf.Variable(1.0)
    graph.finalize()
    yield graph.finalized, refusal(lambda: tf.constant(1.0)), refusal(lambda: a + 1.0)
    yield refusal(lambda: tf.add_to_collection("c", 1)), refusal(lambda: tf.gradients(a, a))
    yield refusal(lambda: tf.global_variables_initializer())
    yield refusal(lambda: graph.create_op("NoOp", [], []))
    yield graph.as_graph_element("Const:0") is a, tf.global_variables()[0] is v
    yield operation_names(tf), len(graph.as_graph_def().node)
    with tf.name_scope("still"), tf.control_dependencies([a]), tf.device("/cpu:0"):
        yield graph.get_name_scope()
    graph._unsafe_unfinalize()
    yield graph.finalized, (a + 1.0).name


# -- Names ----------------------------------------------------------------------------------------


def name_scopes(tf):
    graph = tf.get_default_graph()
    with tf.name_scope("a") as a:
        yield a, graph.get_name_scope(), tf.constant(1).name, tf.constant(1).name
        with tf.name_scope("b") as b:
            yield b, tf.constant(1, name="c").name, graph.unique_name("c", mark_as_used=False)
        with tf.name_scope("b") as b:
            yield b, tf.constant(1, name="c").name
        with tf.name_scope(b) as again:
            yield again, tf.constant(1, name="c").name
        with tf.name_scope("") as top:
            yield top, tf.constant(1, name="c").name, bool(graph.get_name_scope())
        with graph.name_scope(None) as top:
            yield top, tf.constant(1, name="c").name
        with tf.name_scope("x/y") as nested:
            yield nested, tf.constant(1).name
        with tf.name_scope("_inside-1.0") as odd:
            yield odd, tf.constant(1, name="_hidden").name
    with tf.name_scope("a") as a:
        yield a, tf.constant(1).name
    with tf.name_scope("A") as a:
        yield a, tf.constant(1).name, tf.constant(1, name="CONST").name
    with tf.name_scope("a/") as a:
        yield a, tf.constant(1).name
    with tf.name_scope("b/") as b:
        yield b, tf.constant(1).name
    with tf.name_scope(None, "default") as d:
        yield d, tf.constant(1).name
    with tf.name_scope(None, "default", [tf.constant(1)]) as d:
        with tf.name_scope("given", "default") as g:
            yield d, g
    with tf.name_scope(None) as top:
        yield top, bool(graph.get_name_scope())
    scope = tf.name_scope("entered", values=[])
    yield scope.name
    with tf.op_scope([tf.constant(1)], None, "old") as old, tf.op_scope([], "new", "old") as new:
        yield old, new
    with tf.name_scope("a/b/c"), tf.name_scope("a/b/c"):
        yield tf.no_op().name
    yield operation_names(tf)


def name_scope_refusals(tf):
    for name in ("a b", "_a", "a$", "-a", "/a", "a:0", "^a", "\u00e9"):
        yield name, refusal(lambda name=name: entered(tf.name_scope(name)))
        yield name, refusal(lambda name=name: tf.constant(1, name=name))
    yield (
        outcome(lambda: entered(tf.name_scope(3))),
        outcome(lambda: entered(tf.name_scope(None, None, []))),
    )
    with tf.name_scope("inside"):
        yield refusal(lambda: entered(tf.name_scope("a b"))), tf.constant(1, name="_a").name
        yield refusal(lambda: tf.constant(1, name="a b"))
    yield tf.get_default_graph().get_name_scope(), operation_names(tf)
    with tf.name_scope("..//..") as odd:
        yield odd


def unique_names(tf):
    graph = tf.get_default_graph()
    asked = [
        "a",
        "a",
        "A",
        "a_1",
        "a_1",
        "a",
        "a_2_1",
        "a_2",
        "b/c",
        "b",
        "b/c",
        "b/c/",
        "B/C",
        "_x",
    ]
    yield [graph.unique_name(name) for name in asked]
    yield [graph.unique_name(name, mark_as_used=False) for name in asked]
    yield [tf.no_op(name=name).name for name in ("a", "A", "a_1", "n", "N", "n_1", "n", "k/")]
    with graph.name_scope("s"):
        yield [graph.unique_name(name) for name in ("a", "a", "A_1", "a_1", "a")]
        yield [tf.no_op(name=name).name for name in ("t", "q", "t")]
    yield outcome(lambda: tf.no_op(name="k/")), operation_names(tf)


def names_of_many_ops(tf):
    x = tf.placeholder(tf.float32, [2, 3])
    with tf.name_scope("layer"):
        y = tf.nn.relu(tf.matmul(x, tf.ones([3, 4]), name="product") + 1.0)
        with tf.name_scope("loss"):
            loss = tf.reduce_mean(tf.square(y - 2.0)) * 0.5
    tf.gradients(loss + 1.0, [loss], name="slopes")
    yield nodes(tf)


# -- Collections ----------------------------------------------------------------------------------


def collections(tf):
    graph = tf.get_default_graph()
    a, b = tf.constant(1, name="a"), tf.constant(2, name="scope/b")
    for item in (a, b, "text", 3, None):
        tf.add_to_collection("mine", item)
    yield [getattr(item, "name", item) for item in tf.get_collection("mine")]
    yield [item.name for item in tf.get_collection("mine", "scope")]
    yield [item.name for item in tf.get_collection("mine", ".*b")], tf.get_collection("mine", "b")
    yield tf.get_collection("none"), tf.get_collection_ref("made"), graph.get_all_collection_keys()
    tf.get_collection("mine").append("copy")
    tf.get_collection_ref("mine").append("reference")
    yield len(tf.get_collection("mine")), tf.get_collection("mine")[-1]
    tf.add_to_collections(["mine", "yours", "mine"], "each")
    tf.add_to_collections("word", 1)
    graph.add_to_collections(("t", "u"), 1)
    graph.add_to_collection(("no", "text"), 5)
    yield tf.get_collection("mine").count("each"), tf.get_collection("word"), tf.get_collection("t")
    yield sorted(graph.get_all_collection_keys()), len(graph.collections)
    yield graph.get_collection(("no", "text"))
    graph.clear_collection("mine")
    graph.clear_collection("none")
    yield tf.get_collection("mine"), sorted(graph.get_all_collection_keys())
    yield (
        outcome(lambda: tf.get_collection("yours", 3)),
        outcome(lambda: tf.add_to_collection([], 1)),
    )


def graph_keys(tf):
    keys = [name for name in dir(tf.GraphKeys) if name.isupper() and not name.startswith("_")]
    yield [[name, getattr(tf.GraphKeys, name)] for name in sorted(keys)]


# -- Control dependencies -------------------------------------------------------------------------


def control_dependencies(tf):
    a, b, c = (tf.constant(number, name=name) for number, name in enumerate("abc"))
    with tf.control_dependencies([a, b.op]):
        d = tf.constant(3, name="d")
        tf.identity(a, name="takes_a")
        e = tf.identity(d, name="takes_d")
        with tf.control_dependencies([c, a]):
            tf.constant(4, name="nested")
            tf.identity(d, name="nested_takes_d")
            tf.identity(e, name="nested_takes_e")
            with tf.control_dependencies(None):
                f = tf.constant(5, name="free")
                with tf.control_dependencies([b]):
                    tf.constant(6, name="from_free")
            tf.identity(f, name="nested_takes_free")
        with tf.control_dependencies([]):
            tf.constant(7, name="with_nothing")
        with tf.control_dependencies([d]):
            tf.constant(8, name="waits_for_d")
    with tf.control_dependencies(["a", "b:0", a]):
        tf.no_op(name="by_names")
    v = tf.Variable(1.0, name="v")
    with tf.control_dependencies([v]):
        tf.no_op(name="after_v")
    with tf.control_dependencies([tf.IndexedSlices(tf.constant([1.0]), tf.constant([0]))]):
        tf.no_op(name="after_slices")
    with tf.control_dependencies(item for item in [a, b]):
        tf.no_op(name="after_generator")
    tf.group(a, b.op, name="grouped")
    yield controls(tf)


def control_dependency_refusals(tf):
    yield outcome(lambda: tf.control_dependencies([1]))
    yield outcome(lambda: tf.control_dependencies(["missing"]))
    yield outcome(lambda: tf.control_dependencies(["missing:0"]))
    yield (
        outcome(lambda: tf.control_dependencies(["a:b"])),
        outcome(lambda: tf.control_dependencies(3)),
    )
    yield outcome(lambda: tf.control_dependencies([None]))
    with tf.Graph().as_default():
        other = tf.constant(1)
    yield outcome(lambda: tf.control_dependencies([other]))


def control_inputs_by_hand(tf):
    a, b = tf.no_op(name="a"), tf.no_op(name="b")
    b._add_control_input(a)
    b._add_control_inputs([a])
    yield controls(tf)
    b._remove_all_control_inputs()
    yield controls(tf), outcome(lambda: b._add_control_input(3))
    x, y = tf.constant(1.0), tf.constant(2.0)
    z = tf.negative(x)
    z.op._update_input(0, y)
    yield [t.name for t in z.op.inputs], len(x.consumers()), len(y.consumers())
    yield outcome(lambda: z.op._update_input(0, 3)), tf.Session().run(z)
    a._set_attr("_mine", tf.AttrValue(i=3))
    yield a.get_attr("_mine"), text(a.node_def)


# -- Devices --------------------------------------------------------------------------------------


def device_scopes(tf):
    def by_type(op):
        return "/device:GPU:3" if op.type == "Neg" else op.device

    def spec_of(op):
        return tf.DeviceSpec(device_type="CPU", device_index=len(op.name))

    x = tf.constant(1.0, name="nowhere")
    with tf.device("/cpu:0"):
        tf.constant(1, name="cpu")
        with tf.device("/gpu:1"):
            tf.constant(1, name="gpu")
        with tf.device("/job:worker/task:2"):
            tf.constant(1, name="job")
            with tf.device("/device:TPU:*"):
                tf.constant(1, name="tpu")
            with tf.device(None):
                tf.constant(1, name="none")
                with tf.device("/replica:1"):
                    tf.constant(1, name="replica")
        with tf.device(by_type):
            tf.constant(1, name="kept")
            tf.negative(x, name="by_type")
        with tf.device(""):
            tf.constant(1, name="empty")
        with tf.device(lambda op: ""):
            tf.constant(1, name="function_empty")
        tf.constant(1, name="cpu_again")
    with tf.device(by_type), tf.device("/job:ps"):
        tf.negative(x, name="function_outside")
        tf.constant(1, name="other_outside")
    with tf.device(spec_of):
        tf.constant(1, name="spec")
        with tf.device("/gpu:0"):
            tf.constant(1, name="spec_outside")
    with tf.device(tf.DeviceSpec(job="a", task=1)), tf.device("/task:2/cpu:*"):
        tf.constant(1, name="merged")
    with tf.device("/job:a/replica:0/task:0/device:GPU:0"), tf.device("/job:b"):
        tf.constant(1, name="overridden")
    with tf.get_default_graph().device("/CPU:7"):
        tf.constant(1, name="of_graph")
    yield devices(tf)
    for name in ("/cpu:x", "/nothing:0", "/cpu:0/gpu:0", "cpu:0:1", "/device:CPU"):
        yield [name, outcome(lambda name=name: entered(tf.device(name)))]


def device_setter(tf):
    calls = []

    def setter(op):
        calls.append(op.name)
        return f"/job:ps/task:{len(calls)}" if op.type == "VariableV2" else "/job:worker"

    with tf.device(setter):
        v = tf.Variable([1.0], name="v")
        v.assign_add([1.0])
        with tf.device("/gpu:0"):
            tf.add(v, 1.0, name="sum")
    yield devices(tf), len(set(calls)) == len(calls)


def colocation(tf):
    graph = tf.get_default_graph()
    with tf.device("/cpu:0"):
        a = tf.constant(1.0, name="a")
    b = tf.constant(2.0, name="b")
    with tf.colocate_with(a):
        tf.constant(1.0, name="beside_a")
        with tf.device("/gpu:1"):
            tf.constant(1.0, name="beside_a_on_gpu")
            with tf.colocate_with(b):
                tf.constant(1.0, name="beside_both")
        with graph.colocate_with(b, ignore_existing=True):
            tf.constant(1.0, name="beside_b")
        with graph.colocate_with(None, ignore_existing=True):
            c = tf.constant(1.0, name="free")
    with tf.device("/gpu:0"), tf.colocate_with(b.op):
        tf.constant(1.0, name="where_b_is")
        with tf.colocate_with(c):
            d = tf.constant(1.0, name="twice")
    with tf.colocate_with(d):
        tf.constant(1.0, name="group_of_twice")
    v = tf.Variable(1.0, name="v")
    with tf.colocate_with(v):
        tf.constant(1.0, name="beside_v")
    yield nodes(tf)
    yield refusal(lambda: entered(graph.colocate_with(None)))


def containers(tf):
    graph = tf.get_default_graph()
    with tf.container("outer") as name:
        yield name
        a = tf.Variable(1.0)
        with graph.container("inner"):
            b = tf.Variable(1.0)
            q = tf.placeholder(tf.float32)
        c = tf.get_variable("c", [1])
    d = tf.Variable(1.0)
    yield [v.op.get_attr("container") for v in (a, b, c, d)], sorted(q.op.node_def.attr)


def attribute_scopes(tf):
    graph = tf.get_default_graph()
    with graph._attr_scope({"_number": tf.AttrValue(i=3), "_text": tf.AttrValue(s=b"t")}):
        a = tf.no_op(name="a")
        with graph._attr_scope({"_number": None}):
            b = tf.no_op(name="b")
        with graph._attr_scope({"_text": lambda node: tf.AttrValue(s=node.name.encode())}):
            c = tf.no_op(name="c")
    d = tf.no_op(name="d")
    yield [text(op.node_def) for op in (a, b, c, d)]
    yield (
        refusal(lambda: entered(graph._attr_scope(3))),
        outcome(lambda: entered(graph._attr_scope({3: tf.AttrValue()}))),
    )
    with graph.gradient_override_map({"Neg": "Other", "Abs": "Third"}):
        e = tf.negative(1.0)
        with graph.gradient_override_map({"Neg": "Inner"}):
            f = tf.negative(1.0)
            g = tf.abs(f)
    yield (
        [op.get_attr("_gradient_op_type") for op in (e.op, f.op, g.op)],
        sorted(e.op.node_def.attr),
    )
    yield refusal(lambda: entered(graph.gradient_override_map(3)))
    yield outcome(lambda: entered(graph.gradient_override_map({"a": 3})))
    yield outcome(lambda: entered(graph.gradient_override_map({3: "a"})))


# -- Elements -------------------------------------------------------------------------------------


class Convertible:
    def __init__(self, element):
        self._element = element

    def _as_graph_element(self):
        return self._element


def elements(tf):
    graph = tf.get_default_graph()
    a = tf.constant(1.0, name="s/a")
    parts = tf.split(tf.zeros([4]), 2, name="parts")
    v = tf.Variable(1.0, name="v")
    yield graph.get_tensor_by_name("s/a:0") is a, graph.get_operation_by_name("s/a") is a.op
    yield graph.get_tensor_by_name("parts:1") is parts[1]
    yield graph.as_graph_element(a) is a, graph.as_graph_element(a.op) is a.op
    yield graph.as_graph_element("s/a") is a.op, graph.as_graph_element("s/a:0") is a
    yield graph.as_graph_element(b"s/a:0") is a, graph.as_graph_element(v).name
    yield graph.as_graph_element(Convertible(a)) is a, graph.as_graph_element(v.name).name
    with tf.Graph().as_default():
        other = tf.constant(1.0, name="s/a")
    graph_of_names = [
        "", "missing", "missing:0", "s/a:1", "s/a:x", "s/a:0:0", ":0", "s/a:", "parts:2",
        "^s/a", 3, None, 1.5, [], [a], other, other.op, Convertible(None), Convertible(3),
        b"missing", "S/A:0",
    ]  # fmt: skip
    for wanted in graph_of_names:
        yield [
            outcome(lambda wanted=wanted: graph.as_graph_element(wanted)),
            outcome(lambda wanted=wanted: graph.get_tensor_by_name(wanted)),
            outcome(lambda wanted=wanted: graph.get_operation_by_name(wanted)),
        ]
    yield outcome(lambda: graph.get_tensor_by_name("s/a"))
    yield outcome(lambda: graph.get_operation_by_name("s/a:0"))
    yield (
        outcome(lambda: graph.get_tensor_by_name(a)),
        outcome(lambda: graph.get_operation_by_name(a.op)),
    )
    yield outcome(lambda: graph.as_graph_element("s/a", allow_operation=False))
    yield outcome(lambda: graph.as_graph_element("s/a:0", allow_tensor=False))
    yield outcome(lambda: graph.as_graph_element(a, allow_tensor=False))
    yield outcome(lambda: graph.as_graph_element(a.op, allow_operation=False))
    yield outcome(lambda: graph.as_graph_element(a, allow_tensor=False, allow_operation=False))
    yield (
        refusal(lambda: graph.get_operation_by_name(7)),
        refusal(lambda: graph.get_tensor_by_name(7)),
    )


# -- Operators ------------------------------------------------------------------------------------


class Reflecting:
    """What knows itself how to be added to a tensor."""

    def __radd__(self, other):
        return "radd"

    def __rmatmul__(self, other):
        return "rmatmul"


class Preceding:
    """What takes precedence over tensors, when it comes from the left."""

    def __add__(self, other):
        return "add"


def operators(tf):
    x = tf.placeholder(tf.float32, [2, 2], name="x")
    n = tf.placeholder(tf.int32, [2], name="n")
    b = tf.placeholder(tf.bool, [2], name="b")
    array = np.eye(2, dtype=np.float32)
    made = [
        x + 1, 1 + x, x - 1, 1 - x, x * 2, 2 * x, x / 2, 2 / x, x // 2, 2 // x, x % 2, 2 % x,
        x**2, 2**x, -x, abs(x), x @ array, array @ x, x + array, array + x, array - x, array * x,
        array / x, array // x, array % x, array**x, [1.0, 2.0] + x, x + [[1.0, 2.0]], x < 1, x <= 1,
        x > 1, x >= 1, x > 1, x <= 1, array < x, array >= x, np.float32(2) * x, np.float32(2) - x,
        n + 1, n / 2, 3 / n, n // 2, n % 2, n**2, np.int32(3) * n, n + np.array([1, 2], np.int32),
        b & True, True & b, b | False, b ^ True, True ^ b, ~b, b & b, b | b, b ^ b, x + x, x @ x,
    ]  # fmt: skip
    yield nodes(tf)
    yield [[t.name, t.dtype.name, str(t.shape)] for t in made]
    feeds = {x: [[1.0, -2.0], [3.5, 4.0]], n: [5, -7], b: [True, False]}
    yield tf.Session().run(made, feeds)


def operators_reflected(tf):
    x = tf.placeholder(tf.float32, [2, 2], name="x")
    yield x + Reflecting(), Preceding() + x, x @ Reflecting()
    yield outcome(lambda: x - Reflecting()), outcome(lambda: Preceding() - x)
    yield outcome(lambda: Preceding() @ x), outcome(lambda: x + Preceding())
    yield outcome(lambda: None + x), outcome(lambda: x + None), outcome(lambda: "a" + x)
    yield outcome(lambda: x + "a"), outcome(lambda: object() * x), outcome(lambda: divmod(x, 2))
    yield (
        outcome(lambda: x << 1),
        outcome(lambda: +x),
        outcome(lambda: pow(x, 2, 3)),
        outcome(lambda: ~x),
    )
    yield outcome(lambda: x & True), outcome(lambda: x | x), outcome(lambda: round(x))
    yield operation_names(tf)


def operators_on_strings(tf):
    s = tf.placeholder(tf.string, [2], name="s")
    made = [s + "a", "a" + s, s + s, s + ["b", "c"]]
    yield nodes(tf)
    yield tf.Session().run(made, {s: ["x", "y"]})
    yield outcome(lambda: s - "a"), outcome(lambda: s * 2), outcome(lambda: s + 1)


def no_promotion(tf):
    f, d = tf.placeholder(tf.float32, [2]), tf.placeholder(tf.float64, [2])
    i, k = tf.placeholder(tf.int32, [2]), tf.placeholder(tf.int64, [2])
    yield told(lambda: f + d), told(lambda: i + k), told(lambda: tf.add(f, i))
    yield told(lambda: f * np.float64(2)), told(lambda: np.float64(2) * f)
    yield told(lambda: f + np.ones(2)), told(lambda: np.ones(2) + f), told(lambda: i + 1.5)
    yield told(lambda: 1.5 + i), told(lambda: i * np.int64(2)), told(lambda: i / k)
    yield told(lambda: f < d), told(lambda: f @ d), told(lambda: f**i), told(lambda: f & f)
    yield told(lambda: tf.matmul(tf.ones([1, 1]), tf.ones([1, 1], tf.float64)))
    yield told(lambda: tf.concat([f, d], 0)), told(lambda: tf.stack([i, k]))
    yield told(lambda: tf.where(i > 0, f, d)), told(lambda: tf.add_n([f, d]))
    yield told(lambda: tf.nn.bias_add(tf.ones([2, 2]), d)), told(lambda: tf.maximum(i, f))
    yield told(lambda: tf.logical_and(i, i)), told(lambda: tf.fill([2.0], 1))
    yield told(lambda: tf.nn.relu(tf.constant("a"))), told(lambda: tf.reshape(f, [1.0]))
    yield (
        (f + 1).dtype.name,
        (d + 1).dtype.name,
        (i + 1).dtype.name,
        (k + 1).dtype.name,
        (d * 2.5).name,
    )
    yield operation_names(tf)


# -- Conversion -----------------------------------------------------------------------------------


class Box:
    def __init__(self, value):
        self.value = value


class SmallBox(Box):
    pass


class Crate:
    pass


def conversions(tf):
    log = []

    def box_to_tensor(value, dtype=None, name=None, as_ref=False):
        log.append(["box", getattr(dtype, "name", dtype), name, as_ref])
        return tf.constant(value.value, dtype, name=name or "boxed")

    def small_first(value, dtype=None, name=None, as_ref=False):
        log.append(["small", getattr(dtype, "name", dtype), name, as_ref])
        return NotImplemented

    def crate(value, dtype=None, name=None, as_ref=False):
        return 3

    tf.register_tensor_conversion_function(Box, box_to_tensor)
    tf.register_tensor_conversion_function((SmallBox, Crate), small_first, priority=10)
    tf.register_tensor_conversion_function(Crate, crate, 50)
    a = tf.constant([1.0], name="a")
    made = [
        tf.convert_to_tensor(Box(1)),
        tf.convert_to_tensor(Box(2.0), name="named"),
        tf.convert_to_tensor(SmallBox(3), tf.float64),
        tf.convert_to_tensor(Box(4), preferred_dtype=tf.float32),
        tf.convert_to_tensor(Box("text"), preferred_dtype=tf.float32),
        a + Box([2.0]),
        Box([2.0]) + a,
        tf.add(Box(1), Box(2)),
        tf.identity(SmallBox([1])),
    ]
    yield [[t.name, t.dtype.name, str(t.shape)] for t in made], log
    yield outcome(lambda: tf.convert_to_tensor(Box("text"), tf.float32))
    yield outcome(lambda: tf.convert_to_tensor(Crate())), nodes(tf)
    yield outcome(lambda: tf.register_tensor_conversion_function(3, crate))
    yield outcome(lambda: tf.register_tensor_conversion_function(Box, 3))
    yield outcome(lambda: tf.register_tensor_conversion_function(int, crate))
    yield outcome(lambda: tf.register_tensor_conversion_function((Box, np.ndarray), crate))


def conversion_priorities(tf):
    class Base:
        pass

    class Thing(Base):
        pass

    def of(number):
        return lambda value, dtype=None, name=None, as_ref=False: tf.constant(number)

    tf.register_tensor_conversion_function(Thing, of(100))
    first = tf.convert_to_tensor(Thing())
    tf.register_tensor_conversion_function(Thing, of(100.5))
    second = tf.convert_to_tensor(Thing())
    tf.register_tensor_conversion_function(Thing, of(20), 20)
    third = tf.convert_to_tensor(Thing())
    tf.register_tensor_conversion_function(Base, of(1), 1)
    fourth = tf.convert_to_tensor(Thing())
    yield tf.Session().run([first, second, third, fourth])


def converted_values(tf):
    a = tf.constant([1, 2], name="a")
    v = tf.Variable([1.0], name="v")
    values = [
        1, 1.5, True, "text", b"bytes", 1 + 2j, 1 << 40, [1, 2.5], [[1], [2]], (1, 2), [], [[]],
        np.float64(1), np.array([1, 2]), np.array(["a"]), np.int8(3), np.array([], np.int16), a, v,
        [a, a], [a, [3, 4]], [[tf.constant(1), 1], [2, 3]], [v, [2.0]], tf.TensorShape([1, 2]),
        tf.Dimension(3), np.float16(2), [True, False], [np.float64(1), 2], [1, True],
        np.array(1 + 2j),
        memoryview(b"abc"),
    ]  # fmt: skip
    for value in values:
        try:
            tensor = tf.convert_to_tensor(value)
            yield [tensor.name, tensor.dtype.name, str(tensor.shape)]
        except Exception as error:
            yield type(error).__name__
    yield tf.convert_to_tensor(a) is a, tf.convert_to_tensor(a, tf.int32) is a
    yield (
        tf.convert_to_tensor(1, tf.float32).dtype.name,
        tf.convert_to_tensor([], tf.int32).dtype.name,
    )
    yield tf.convert_to_tensor(1, preferred_dtype=tf.int64).dtype.name
    yield tf.convert_to_tensor(1.5, preferred_dtype=tf.int64).dtype.name
    yield tf.convert_to_tensor(1, dtype_hint=tf.float64).dtype.name
    yield tf.convert_to_tensor(1, tf.int32, preferred_dtype=tf.int64, name="one").name
    yield nodes(tf)


def conversion_refusals(tf):
    a = tf.constant(1.0)
    yield refusal(lambda: tf.convert_to_tensor(a, tf.int32))
    values = [
        None, object(), [1, [2]], [[1, 2], [3]], {}, {1: 2}, {1}, a.op, tf.TensorShape([None]),
        tf.TensorShape(None), [None], ["a", 1], [1, "a"], lambda: 1, tf.float32, 1 << 80,
        np.array([object()]), [a, "text"], [a, tf.constant(1)], tf.Dimension(None), slice(1),
        np.array([(1, 2)], [("a", int), ("b", int)]), np.datetime64("2020-01-01"),
    ]  # fmt: skip
    for value in values:
        yield outcome(lambda value=value: tf.convert_to_tensor(value))
    typed = [
        (1.5, tf.int32), ("a", tf.float32), (1, tf.string), (True, tf.int32), (1, tf.bool),
        (1j, tf.float32), (300, tf.uint8), (-1, tf.uint8), ([1, 2.5], tf.int64), (None, tf.float32),
        (b"x", tf.bool), ([["a"], [1]], tf.string), (1e40, tf.float32), (1 << 40, tf.int32),
        (tf.TensorShape([1]), tf.float32), (np.array([1.5]), tf.int32), (np.array(["a"]), tf.int32),
    ]  # fmt: skip
    for value, dtype in typed:
        try:
            yield tf.convert_to_tensor(value, dtype).dtype.name
        except Exception as error:
            yield type(error).__name__
    yield outcome(lambda: tf.convert_to_tensor(1, "nothing"))


# -- Constant values ------------------------------------------------------------------------------


def constant_values(tf):
    static = tf.get_static_value
    x = tf.placeholder(tf.float32, [2, 3], name="x")
    u = tf.placeholder(tf.float32, [None, 3], name="u")
    known = [
        tf.constant([1, 2]), tf.constant("text"), tf.constant(1.5, shape=[2, 2]), tf.shape(x),
        tf.shape(x, out_type=tf.int64), tf.size(x), tf.rank(x), tf.rank(u), tf.range(5),
        tf.range(1, 9, 3), tf.cast(tf.constant([1.7, 2.2]), tf.int32), tf.cast([1, 2], tf.float64),
        tf.concat([[1, 2], [3]], 0), tf.concat([[[1], [2]], [[3], [4]]], 1),
        tf.stack([1, 2, 3]), tf.stack([[1, 2], [3, 4]]), tf.fill([2, 3], 7), tf.fill([2], "a"),
        tf.equal([1, 2], [1, 3]), tf.not_equal([1, 2], [1, 3]), tf.shape_n([x, x])[1],
        tf.stack([tf.shape(x)[0], 4]),
    ]  # fmt: skip
    for tensor in known[:-1]:
        value = static(tensor)
        yield [tensor.op.type, None if value is None else np.asarray(value)]
    unknown = [x, u, tf.shape(u), tf.size(u), tf.fill([2], tf.size(u)), tf.stack([tf.size(u), 1])]
    yield [static(tensor) is None for tensor in unknown]
    yield static(3), static(tf.zeros([2])) is None
    scattered = tf.concat([tf.shape(u), [4]], 0)
    yield static(scattered) is None, str(tf.zeros(scattered).shape)
    shapes = [
        tf.zeros(tf.shape(u)), tf.zeros(tf.stack([-1 + tf.shape(x)[0], 5])), tf.reshape(x, [-1, 2]),
        tf.reshape(x, tf.stack([tf.shape(u)[0], 3])), tf.zeros(tf.shape(u)[1:]),
        tf.zeros(tf.concat([tf.shape(u)[:1], [7]], 0)),
        tf.zeros(tf.cast(tf.shape(u, out_type=tf.int64), tf.int32)), tf.reshape(u, [-1]),
        tf.zeros(tf.placeholder(tf.int32, [3])), tf.zeros(tf.placeholder(tf.int32)),
        tf.reshape(u, tf.shape(x)), tf.tile(x, [2, 1]), tf.slice(x, [0, 1], [-1, 1]),
        tf.placeholder_with_default(tf.zeros([1]), [None]), tf.transpose(u),
        tf.transpose(x, [1, 0]),
    ]  # fmt: skip
    yield [str(tensor.shape) for tensor in shapes]


# -- Shapes that do not fit -----------------------------------------------------------------------


def shape_refusals(tf):
    a, b = tf.zeros([2, 3]), tf.zeros([4, 5])
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    v = tf.Variable(tf.zeros([2]), name="v")
    attempts = [
        lambda: tf.matmul(a, b),
        lambda: a + b,
        lambda: tf.matmul(a, tf.zeros([3])),
        lambda: tf.matmul(x, tf.zeros([4, 2])),
        lambda: tf.reshape(a, [4]),
        lambda: tf.concat([a, b], 0),
        lambda: tf.concat([a, tf.zeros([3])], 0),
        lambda: tf.stack([a, b]),
        lambda: tf.transpose(a, [0]),
        lambda: tf.nn.bias_add(a, tf.zeros([2])),
        lambda: tf.squeeze(a),
        lambda: tf.squeeze(a, [0]),
        lambda: tf.expand_dims(a, 5),
        lambda: tf.reduce_sum(a, 2),
        lambda: tf.argmax(a, 3),
        lambda: tf.where([True], a, a),
        lambda: tf.where(a > 0, a, b),
        lambda: tf.gather(1, [0]),
        lambda: tf.slice(a, [0], [1]),
        lambda: a[0, 0, 0],
        lambda: a[5],
        lambda: tf.unstack(x),
        lambda: tf.tile(a, [1]),
        lambda: tf.fill([[1]], 0),
        lambda: tf.split(a, 2, axis=1),
        lambda: tf.nn.softmax_cross_entropy_with_logits(labels=a, logits=b),
        lambda: tf.add_n([a, b]),
        lambda: tf.one_hot(1, [2]),
        lambda: tf.range([1]),
        lambda: tf.zeros([-2]),
        lambda: v.assign(a),
        lambda: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=a, logits=a),
        lambda: tf.placeholder(tf.float32, [2]).set_shape([3]),
        lambda: tf.ensure_shape(a, [3, 3]),
        lambda: tf.pad(a, [[1, 1]]),
        lambda: tf.gather_nd(a, [[0, 0, 0]]),
        lambda: tf.reverse(a, [2]),
        lambda: tf.nn.in_top_k(a, [1, 2, 3], 1),
        lambda: tf.eye(2, 3) @ tf.eye(2, 3),
        lambda: tf.constant([1, 2, 3], shape=[2]),
        lambda: tf.broadcast_to(a, [2, 2]),
        lambda: tf.nn.l2_normalize(a, 4),
        lambda: tf.nn.embedding_lookup(a, "x"),
        lambda: tf.gradients(a, b, grad_ys=[b]),
    ]
    for attempt in attempts:
        yield outcome(attempt)
    for attempt in attempts[:4] + attempts[5:8] + attempts[9:11]:
        yield told(attempt)
    yield len(set(operation_names(tf))) == len(operation_names(tf))


# -- GraphDef out ---------------------------------------------------------------------------------


def messages(tf):
    """Nodes with attributes of every kind, several outputs, controls, devices and colocation."""
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    tf.placeholder(tf.int64, name="any_shape")
    with tf.name_scope("constants"):
        tf.constant([[1.5, -2.0], [0.0, float("inf")]])
        tf.constant(["text", "more"])
        tf.constant(b"\xff\x00")
        tf.constant(True)
        tf.constant(3, tf.int64, [2, 2])
        tf.constant([], tf.float64)
        tf.constant(1 + 2j)
        tf.constant([1.0, 2.0], tf.float16)
    with tf.device("/cpu:0"), tf.control_dependencies([x]):
        first, second = tf.split(tf.matmul(x, tf.ones([3, 4])), 2, 1, name="parts")
    v = tf.Variable(tf.zeros([2]), name="v")
    with tf.control_dependencies([v.assign_add([1.0, 1.0]), second]):
        tf.strided_slice(first, [0, 1], [2, 2], [1, 1], shrink_axis_mask=2, name="sliced")
    tf.argmax(first, 1, output_type=tf.int32)
    tf.unstack(tf.zeros([3, 2]))
    tf.Print(first, [x, 3, "said"], "message", summarize=5)


def exported(tf):
    messages(tf)
    yield graph_def(tf)
    yield graph_def(tf, add_shapes=True)


def exported_network(tf):
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    w = tf.Variable(tf.truncated_normal([4, 3], stddev=0.1, seed=1), name="w")
    b = tf.Variable(tf.ones([3]) / 10, name="b")
    y = tf.nn.dropout(tf.nn.relu(tf.matmul(x, w) + b), rate=0.25, seed=2)
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=y, labels=tf.ones([1, 3])))
    yield loss.name
    tf.global_variables_initializer()
    yield graph_def(tf)


def serialised(tf):
    """A graph as the library serialises it, and what it gives: the recording is run by reflow."""
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    table = tf.constant(np.arange(12, dtype=np.float32).reshape(4, 3) / 7, name="table")
    with tf.name_scope("layer"), tf.control_dependencies([tf.no_op(name="first")]):
        y = tf.nn.softmax(tf.tanh(tf.matmul(x, table)) - tf.reduce_mean(x, axis=1, keepdims=True))
    parts = tf.split(y, 3, axis=1, name="parts")
    v = tf.Variable([1.0, 2.0], name="v")
    tf.concat([parts[2] * v[0], tf.cast(tf.argmax(y, 1), tf.float32)[:, tf.newaxis]], 1, name="z")
    slope = tf.gradients(y[:, 0], x, name="slope")[0]
    update = v.assign_add([1.0, 1.0], name="update")
    tf.global_variables_initializer()
    fetches = ["z:0", "parts:1", "layer/Softmax:0", slope.name, update.name]
    array = np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4)
    with tf.Session() as session:
        session.run("init")
        values = session.run(fetches[:-1], {"x:0": array}) + [session.run(fetches[-1])]
    message = tf.get_default_graph().as_graph_def(add_shapes=True)
    yield message.SerializeToString(deterministic=True), fetches, array, values


def serialised_functions(tf):
    """The same of a graph that calls functions."""
    numbers = tf.data.Dataset.range(6).filter(lambda x: tf.not_equal(x % 3, 1))
    numbers = numbers.map(lambda x: (x * 2 + 5, tf.cast(x, tf.float32) / 2.0)).batch(2)
    element = tf.data.make_one_shot_iterator(numbers).get_next()
    with tf.Session() as session:
        values = [session.run(element) for _ in range(2)]
    message = tf.get_default_graph().as_graph_def()
    fetches = [tensor.name for tensor in element]
    yield message.SerializeToString(deterministic=True), fetches, values


# -- GraphDef in ----------------------------------------------------------------------------------


def imported(tf):
    with tf.Graph().as_default() as source:
        messages(tf)
        message = source.as_graph_def()
        with_shapes = source.as_graph_def(add_shapes=True)
    yield tf.import_graph_def(message)
    yield tf.import_graph_def(message, name=""), text(message) == text(graph_without_import(tf))
    yield graph_def(tf)
    tf.import_graph_def(message, name="given/scope")
    tf.import_graph_def(message, name="again/")
    with tf.name_scope("outer"), tf.device("/gpu:0"):
        tf.import_graph_def(with_shapes)
    tf.import_graph_def(message)
    yield devices(tf), controls(tf)
    yield [[op.name, [str(t.shape) for t in op.outputs]] for op in list_of_outer(tf)]
    yield tf.no_op(name="import").name, tf.constant(1, name="x").name


def graph_without_import(tf):
    """The default graph's message without what is in the scope "import"."""
    message = tf.get_default_graph().as_graph_def()
    kept = [node for node in message.node if not node.name.startswith("import/")]
    del message.node[:]
    message.node.extend(kept)
    return message


def list_of_outer(tf):
    operations = tf.get_default_graph().get_operations()
    return [op for op in operations if op.name.startswith("outer/")]


def small_message(tf):
    with tf.Graph().as_default() as graph:
        a = tf.placeholder(tf.float32, [2], name="a")
        b = tf.constant([1.0, 2.0], name="b")
        with tf.control_dependencies([b]):
            c = tf.add(a, b, name="c")
        tf.split(c, 2, name="d")
        return graph.as_graph_def()


def imported_elements(tf):
    message = small_message(tf)
    made = tf.import_graph_def(message, return_elements=["c", "d:1", "a:0", b"b", "c"])
    yield [element.name for element in made], [type(element).__name__ for element in made]
    yield tf.import_graph_def(message, return_elements=[]), tf.import_graph_def(message)
    one = tf.constant([5.0, 6.0], name="one")
    made = tf.import_graph_def(
        message, input_map={"a": one, "b:0": [1.0, 1.0]}, return_elements=["c:0", "a:0", "d:0"]
    )
    yield [element.name for element in made], tf.Session().run(made)
    made = tf.import_graph_def(message, {"^b": one}, ["c"], "mapped")
    yield [control.name for control in made[0].control_inputs]
    yield controls(tf)


def imported_refusals(tf):
    message = small_message(tf)
    one = tf.constant([5.0, 6.0], name="one")
    attempts = [
        lambda: tf.import_graph_def(3),
        lambda: tf.import_graph_def(None),
        lambda: tf.import_graph_def(message.SerializeToString()),
        lambda: tf.import_graph_def(message, return_elements=3),
        lambda: tf.import_graph_def(message, return_elements=[3]),
        lambda: tf.import_graph_def(message, return_elements=["missing"]),
        lambda: tf.import_graph_def(message, return_elements=["missing:0"]),
        lambda: tf.import_graph_def(message, return_elements=["c:1"]),
        lambda: tf.import_graph_def(message, return_elements=["c:x"]),
        lambda: tf.import_graph_def(message, return_elements=["a:0:0"]),
        lambda: tf.import_graph_def(message, input_map=3),
        lambda: tf.import_graph_def(message, input_map={3: one}),
        lambda: tf.import_graph_def(message, input_map={"missing:0": one}),
        lambda: tf.import_graph_def(message, input_map={"a:1": one}),
        lambda: tf.import_graph_def(message, input_map={"a": tf.constant([1])}),
        lambda: tf.import_graph_def(message, input_map={"a": tf.zeros([3])}),
        lambda: tf.import_graph_def(message, input_map={"a": "text"}),
        lambda: tf.import_graph_def(message, input_map={"a": [1.0, 2.0]}, name=""),
        lambda: tf.import_graph_def(message, name=3),
        lambda: tf.import_graph_def(message, name="a b"),
    ]
    for attempt in attempts:
        yield outcome(attempt)
    tf.import_graph_def(message, name="")
    yield outcome(lambda: tf.import_graph_def(message, name=""))
    with tf.Graph().as_default():
        other = tf.constant([1.0, 2.0])
    yield outcome(lambda: tf.import_graph_def(message, input_map={"a": other}))


def damaged_messages(tf):
    """Messages that contradict themselves."""

    def refused_after(damage):
        message = small_message(tf)
        damage(message, {node.name: node for node in message.node})
        with tf.Graph().as_default():
            return outcome(lambda: tf.import_graph_def(message, name=""))

    damages = [
        lambda m, n: n["c"].input.pop(),
        lambda m, n: n["c"].input.insert(0, "missing"),
        lambda m, n: n["c"].input.append("^missing"),
        lambda m, n: n["c"].input.insert(0, "a:1"),
        lambda m, n: n["c"].input.insert(0, "d:-1"),
        lambda m, n: n["c"].input.insert(0, "^b"),
        lambda m, n: setattr(n["c"], "op", "NoSuchOp"),
        lambda m, n: setattr(n["c"], "op", ""),
        lambda m, n: setattr(n["c"], "name", "a"),
        lambda m, n: setattr(n["d"], "name", ""),
        lambda m, n: setattr(n["d"], "name", "a b"),
        lambda m, n: setattr(n["d"], "name", "_d"),
        lambda m, n: n["a"].input.append("c"),
        lambda m, n: n["b"].input.append("^c"),
        lambda m, n: n["c"].attr.pop("T"),
        lambda m, n: n["a"].attr.pop("dtype"),
        lambda m, n: n["b"].attr.pop("value"),
        lambda m, n: setattr(n["c"].attr["T"], "type", 3),
        lambda m, n: setattr(n["c"].attr["T"], "type", 0),
        lambda m, n: setattr(n["c"].attr["T"], "type", 99),
        lambda m, n: setattr(n["c"].attr["T"], "i", 1),
        lambda m, n: setattr(n["c"].attr["T"], "s", b"DT_FLOAT"),
        lambda m, n: setattr(n["c"].attr["other"], "i", 1),
        lambda m, n: setattr(n["c"].attr["_other"], "i", 1),
        lambda m, n: setattr(n["d"].attr["num_split"], "i", 0),
        lambda m, n: setattr(n["d"].attr["num_split"], "i", -1),
        lambda m, n: setattr(n["d"].attr["num_split"], "i", 3),
        lambda m, n: setattr(n["b"].attr["dtype"], "type", 3),
        lambda m, n: setattr(n["b"].attr["value"].tensor.tensor_shape.dim[0], "size", 3),
        lambda m, n: setattr(n["b"].attr["value"].tensor.tensor_shape.dim[0], "size", -2),
        lambda m, n: n["a"].attr["shape"].shape.dim.add(size=-5),
        lambda m, n: setattr(n["c"], "device", "/nothing:0"),
        lambda m, n: n["c"].attr["_class"].list.s.append(b"loc:@missing"),
        lambda m, n: n["c"].attr["_class"].list.s.append(b"loc:@b"),
        lambda m, n: setattr(m.versions, "min_consumer", 1000),
        lambda m, n: m.versions.bad_consumers.append(134),
        lambda m, n: setattr(m.versions, "producer", 5000),
    ]
    for damage in damages:
        yield refused_after(damage)


GROUPS = {
    "graph": [
        graph_attributes, operation_attributes, tensor_attributes, create_op, graphs_apart,
        graph_as_default, graph_finalized,
    ],
    "names": [name_scopes, name_scope_refusals, unique_names, names_of_many_ops],
    "collections": [collections, graph_keys],
    "control": [control_dependencies, control_dependency_refusals, control_inputs_by_hand],
    "places": [device_scopes, device_setter, colocation, containers, attribute_scopes],
    "elements": [elements],
    "operators": [operators, operators_reflected, operators_on_strings, no_promotion],
    "conversions": [
        conversions, conversion_priorities, converted_values, conversion_refusals,
    ],
    "constant_values": [constant_values],
    "shape_refusals": [shape_refusals],
    "exports": [exported, exported_network],
    "serialised": [serialised, serialised_functions],
    "imports": [imported, imported_elements, imported_refusals, damaged_messages],
}  # fmt: skip
