"""Variables behind handles (use_resource=True): reads, updates, gradients, training."""

import functools

import numpy as np

from tests.reference import observe
from tests.reference.spec import error, failure, script, table

CASES = []


def resources(program):
    """A script of this table, named by its function."""
    CASES.append(script(program.__name__)(program))
    return program


def started(tf):
    """A session with all variables initialised."""
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    return session


def variable(tf, value=(1.0, 2.0), name="r", **options):
    return tf.get_variable(name, initializer=np.float32(value), use_resource=True, **options)


def nodes(tf):
    """Every node but gradients, without devices."""
    found = observe.program_nodes(tf, tf.get_default_graph().as_graph_def())
    return [
        [name, kind, sorted(inputs), attributes]
        for name, kind, inputs, _, attributes in found
        if not name.startswith("gradients") and not any("gradients" in i for i in inputs)
    ]


@resources
def properties(tf):
    v = variable(tf)
    yield v.name, v.op.name, v.op.type, v.dtype.name, v.shape.as_list(), v.handle.dtype.name
    yield v.handle.shape.as_list(), v.initializer.name, v.initial_value.name, v.trainable
    yield v.graph is tf.get_default_graph(), v in tf.trainable_variables(), repr(v)
    with tf.variable_scope("s", use_resource=True):
        yield tf.get_variable("w", [2, 3]).op.type, tf.Variable(1.0).op.type
        yield tf.get_variable("x", [], tf.int64, use_resource=False).op.type
    with tf.variable_scope("s", reuse=True):
        yield tf.get_variable("w", [2, 3]).op.type
    yield tf.Variable(1.0, use_resource=True).name, tf.Variable(1.0, use_resource=True).name


@resources
def by_default(tf):
    yield tf.resource_variables_enabled()
    tf.enable_resource_variables()
    try:
        yield tf.resource_variables_enabled(), tf.Variable(1.0).op.type
        yield tf.get_variable("a", [2]).op.type, tf.Variable(1.0, use_resource=False).op.type
        with tf.variable_scope("s", use_resource=False):
            yield tf.get_variable("b", [2]).op.type
    finally:
        tf.disable_resource_variables()
    yield tf.resource_variables_enabled(), tf.get_variable("c", [2]).op.type


@resources
def partitioned(tf):
    with tf.variable_scope("s", use_resource=True):
        v = tf.get_variable(
            "v",
            [4, 2],
            initializer=tf.ones_initializer(),
            partitioner=tf.fixed_size_partitioner(2),
        )
    rows = tf.nn.embedding_lookup(v, [0, 3, 1])
    gradients = tf.gradients(rows * 2.0, list(v))
    session = started(tf)
    yield [part.op.type for part in v], session.run([rows, tf.convert_to_tensor(v)])
    yield [session.run(tf.convert_to_tensor(gradient)) for gradient in gradients]


@resources
def nodes_of_use(tf):
    v = variable(tf)
    results = [v.value(), v.read_value(), v + 1.0, 1.0 - v, v.is_initialized()]
    results += [v.assign_add([1.0, 1.0]), v[0].assign(3.0), tf.assign(v, [3.0, 4.0], name="as")]
    results += [tf.scatter_add(v, [0], [1.0]), tf.scatter_nd_update(v, [[0]], [1.0])]
    results += [v.scatter_update(tf.IndexedSlices(tf.constant([10.0]), tf.constant([0])))]
    results += [v.initialized_value(), tf.gather(v, [0]), tf.nn.embedding_lookup(v, [1, 1])]
    yield [result.name for result in results]
    yield nodes(tf)


@resources
def nodes_of_training(tf):
    v = variable(tf)
    step = tf.get_variable("g", [], tf.int64, tf.zeros_initializer(), use_resource=True)
    for name in ("GradientDescent", "Adam"):
        optimizer = getattr(tf.train, name + "Optimizer")(0.1)
        optimizer.minimize(tf.reduce_sum(v * v), global_step=step, var_list=[v])
    tf.train.MomentumOptimizer(0.1, 0.9).minimize(tf.reduce_sum(tf.gather(v, [0])), var_list=[v])
    yield nodes(tf)


@resources
def uninitialized(tf):
    v = variable(tf)
    session = tf.Session()
    yield failure(lambda: session.run(v), "r", "uninitialized")
    yield session.run(v.initialized_value()), session.run(tf.is_variable_initialized(v))
    yield session.run(tf.report_uninitialized_variables())
    session.run(v.initializer)
    yield session.run(v.initialized_value()), session.run(v.is_initialized())
    yield session.run(tf.report_uninitialized_variables())


@resources
def initial_values_of_others(tf):
    v = variable(tf)
    w = tf.Variable(v.initialized_value() * 3.0, use_resource=True)
    yield started(tf).run([v, w])


@resources
def updates(tf):
    v = variable(tf)
    session = started(tf)
    yield session.run(v.assign([3.0, 4.0])), session.run(v)
    yield session.run(v.assign_add([1.0, 2.0])), session.run(tf.assign_add(v, [1.0, 1.0]))
    yield session.run(v.assign_sub([1.0, 2.0])), session.run(tf.assign_sub(v, [0.5, 0.5]))
    yield session.run(v.assign(v * 2.0, read_value=False)), session.run(v)
    yield session.run(v.assign([5.0, 6.0]).op), v.eval(session)
    yield session.run(v[1].assign(9.0)), session.run(v[:1].assign([7.0]))
    v.load([1.0, 2.0], session)
    yield session.run(v + v), session.run(tf.shape(v)), session.run(v, {v: [8.0, 9.0]})
    yield failure(lambda: v.assign([1.0]), "(2,)", "(1,)")
    yield failure(lambda: v.assign(tf.constant([1, 2])), "int32", "float32")
    yield failure(lambda: v.assign_add([1.0]))
    p = tf.placeholder(tf.float32)
    yield failure(lambda: session.run(v.assign_add(p), {p: [1.0, 2.0, 3.0]}), "[2]", "[3]")
    yield failure(lambda: bool(v)), failure(lambda: iter(v)), failure(lambda: v.set_shape([2]))


@resources
def order_of_reads(tf):
    """A read sees the updates that it waits for, and keeps what it has seen."""
    v = variable(tf)
    session = started(tf)
    before = v.value() * 1.0
    with tf.control_dependencies([before]):
        update = v.assign_add([10.0, 10.0])
    after = update * 1.0
    with tf.control_dependencies([after]):
        again = v.assign_sub([1.0, 1.0])
    yield session.run([again, after, before, update.op])
    with tf.control_dependencies([v.assign([3.0, 4.0])]):
        seen = tf.identity(v), v.read_value(), tf.gather(v, [1])
    yield session.run(seen)


@resources
def scatters(tf):
    for name in ("update", "add", "sub", "mul", "div", "min", "max"):
        v = variable(tf, [[6.0, 8.0], [4.0, 2.0], [3.0, 5.0]], "v_" + name)
        session = started(tf)
        scatter = getattr(tf, "scatter_" + name)
        yield session.run(scatter(v, [0, 2], [[10.0, 1.0], [1.0, 10.0]])), session.run(v)
        slices = tf.IndexedSlices(tf.constant([[2.0, 4.0]]), tf.constant([1]))
        yield session.run(getattr(v, "scatter_" + name)(slices))
        outside = functools.partial(session.run, scatter(v, [3], [[1.0, 1.0]]))
        yield failure(outside, "3")
    for name in ("update", "add", "sub"):
        v = variable(tf, [[2.0, 3.0], [4.0, 5.0]], "nd_" + name)
        session = started(tf)
        scatter = getattr(tf, "scatter_nd_" + name)
        yield session.run(scatter(v, [[0, 1], [1, 0]], [10.0, 20.0]))
        yield session.run(getattr(v, "scatter_nd_" + name)([[1]], [[1.0, 2.0]]))
    yield session.run(tf.batch_scatter_update(v, [[1], [0]], [[7.0], [8.0]])), session.run(v)


@resources
def counters(tf):
    v = tf.Variable(0, use_resource=True)
    session = started(tf)
    up = tf.count_up_to(v, 3)
    yield session.run(up), session.run(up), session.run(v.count_up_to(3)), session.run(v)
    yield failure(lambda: session.run(up), "3")


@resources
def types(tf):
    for value in (1, 2.5, True, b"text", 1 + 2j, np.float64(0.5), np.int8(3)):
        v = tf.Variable(value, use_resource=True)
        yield v.dtype.name, started(tf).run([v, v.assign(v.read_value())])


@resources
def lookups(tf):
    v = variable(tf, np.arange(12.0, dtype=np.float32).reshape(4, 3))
    session = started(tf)
    for found in (
        tf.gather(v, [[0, 3], [1, 1]]),
        tf.gather(v, [2], axis=1),
        tf.gather_nd(v, [[1], [0]]),
        tf.gather_nd(v, [[[1, 2]], [[0, 0]]]),
        tf.nn.embedding_lookup(v, [[0, 3]]),
        tf.nn.embedding_lookup(v, [0, 3], max_norm=1.0),
    ):
        gradient = tf.gradients(found * found, v)[0]
        yield found.shape.as_list(), session.run(found)
        yield type(gradient).__name__, session.run(tf.convert_to_tensor(gradient))
    yield failure(lambda: session.run(tf.gather(v, [4])), "4")


@resources
def gradients(tf):
    v, w = variable(tf), variable(tf, [3.0], "w")
    session = started(tf)
    yield session.run(tf.gradients(v * v * w, [v, w]))
    first = tf.gradients(tf.exp(v) * v, v)[0]
    yield session.run(tf.gradients(first, v)), first.shape.as_list()
    yield tf.gradients(v * 2.0, w), tf.gradients(tf.stop_gradient(v), v)
    yield session.run(tf.gradients(v * 2.0, [v, w], unconnected_gradients="zero"))
    yield session.run(tf.gradients(v * w, [v, w], stop_gradients=[w]))
    read = v.value()
    yield session.run(tf.gradients(read * read, [read, v]))
    yield session.run(tf.gradients(v.assign([5.0, 6.0]) * 2.0, v))
    mixed = tf.gradients(tf.gather(v, [0]) + tf.reduce_sum(v), v)[0]
    yield type(mixed).__name__, session.run(tf.convert_to_tensor(mixed))


@resources
def unknown_shape(tf):
    initial = tf.placeholder_with_default([1.0, 2.0], [None])
    v = tf.Variable(initial, use_resource=True, validate_shape=False)
    session = started(tf)
    yield v.shape.as_list(), session.run(v), session.run(v.assign([1.0, 2.0, 3.0]))
    yield session.run(tf.gradients(v * v, v)), session.run(tf.shape(v))
    gradient = tf.gradients(tf.gather(v, [2, 0]), v)[0]
    yield session.run(tf.convert_to_tensor(gradient))
    yield failure(lambda: tf.Variable(1.0, shape=[2], use_resource=True))


def trained(tf, optimizer, sparse):
    v = variable(tf, np.linspace(-1.0, 1.0, 12, dtype=np.float32).reshape(4, 3))
    b = variable(tf, [0.1, 0.2, 0.3], "b", constraint=lambda b: tf.clip_by_value(b, 0.0, 0.25))
    x = tf.constant(np.arange(8.0).reshape(2, 4), tf.float32)
    y = tf.nn.embedding_lookup(v, [[0, 1], [1, 3]]) if sparse else tf.matmul(x, v) + b
    step = tf.train.get_or_create_global_step()
    train = optimizer.minimize(tf.reduce_mean(tf.tanh(y) - y), global_step=step)
    session = started(tf)
    for _ in range(3):
        session.run(train)
    slots = sorted(slot.name for slot in optimizer.variables())
    return session.run([v, b, step]), slots, session.run(sorted(optimizer.variables(), key=str))


@resources
def training(tf):
    for make in (
        lambda: tf.train.GradientDescentOptimizer(0.1),
        lambda: tf.train.MomentumOptimizer(0.1, 0.9),
        lambda: tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True),
        lambda: tf.train.AdamOptimizer(0.1),
    ):
        for sparse in (False, True):
            with tf.Graph().as_default():
                yield trained(tf, make(), sparse)


@resources
def messages(tf):
    v = variable(tf)
    cached = tf.Variable([1.0], use_resource=True, caching_device="/cpu:0", name="cached")
    session = started(tf)
    for original in (v, cached):
        message = original.to_proto()
        yield message.variable_name, message.is_resource, message.snapshot_name
        yield message.initializer_name, message.initial_value_name, message.trainable
        restored = type(original).from_proto(message)
        yield restored.name, session.run(restored.value()), restored.initializer.name
    yield v.to_proto(export_scope="elsewhere"), session.run(cached.assign_add([1.0]))


NOT_FOUND = "TensorFlow does not find the variable: reflow says of all uses that it has no value"
UNINITIALIZED = [
    error(
        name,
        lambda tf, use=use: use(tf, variable(tf)),
        shows=["r"],
        instead=("run", "FailedPreconditionError"),
        why=NOT_FOUND,
    )
    for name, use in (
        ("uninitialized_add", lambda tf, v: v.assign_add([1.0, 1.0]).op),
        ("uninitialized_gather", lambda tf, v: tf.gather(v, [0])),
    )
]

CASES = table(CASES, UNINITIALIZED)
