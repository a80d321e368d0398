"""Variables: values, assignments, scatter updates, counters, what reads what."""

import numpy as np

from tests.reference.spec import ALL, failure, script, table

CASES = []


def state(program):
    """A script of this table, named by its function."""
    CASES.append(script(program.__name__)(program))
    return program


def started(tf):
    """A session with all variables initialised."""
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    return session


@state
def variable_values(tf):
    for value in (1.0, [1, 2], [[True]], "text", np.zeros((2, 0)), np.float64(2.5)):
        v = tf.Variable(value)
        yield v.name, v.dtype.name, v.shape.as_list(), v.op.type, started(tf).run(v)


@state
def variable_names(tf):
    yield tf.Variable(1.0).name, tf.Variable(1.0).name, tf.Variable(1.0, name="w").name
    with tf.name_scope("s"):
        yield tf.Variable(1.0, name="w").name, tf.get_variable("g", []).name
    with tf.variable_scope("t"):
        yield tf.Variable(1.0, name="w").name, tf.get_variable("g", []).name
    yield [[op.name, op.type] for op in tf.get_default_graph().get_operations()]


@state
def variable_nodes(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    parts = (
        v + 1.0,
        v.initial_value,
        v.value(),
        v.read_value(),
        v.initialized_value(),
        v.initializer,
    )
    yield [part.name for part in parts]
    yield [
        [op.name, op.type, [i.name for i in op.inputs]]
        for op in tf.get_default_graph().get_operations()
    ]


@state
def variable_dtypes(tf):
    for dtype in sorted(set(ALL) - {"uint32", "uint64"}):
        v = tf.Variable(tf.zeros([2], dtype))
        yield v.dtype.name, v.dtype.base_dtype.name, started(tf).run(v)


@state
def variable_collections(tf):
    a = tf.Variable(1.0, name="a")
    b = tf.Variable(1.0, trainable=False, name="b")
    c = tf.Variable(1.0, collections=[tf.GraphKeys.LOCAL_VARIABLES], name="c")
    for collection in (
        tf.global_variables(),
        tf.trainable_variables(),
        tf.local_variables(),
        tf.all_variables(),
    ):
        yield [v.op.name for v in collection]
    yield a is tf.global_variables()[0], b.trainable, c.trainable


@state
def uninitialized(tf):
    a, b = tf.Variable(1.0, name="a"), tf.Variable(2.0, name="b")
    session = tf.Session()
    yield failure(lambda: session.run(a), "uninitialized value a")
    yield failure(lambda: session.run(a + b), "uninitialized value")
    yield failure(lambda: session.run(tf.assign_add(a, 1.0)))
    yield session.run(tf.is_variable_initialized(a))
    yield session.run(tf.report_uninitialized_variables())
    session.run(a.initializer)
    yield session.run([tf.is_variable_initialized(a), tf.is_variable_initialized(b)])
    yield session.run(tf.report_uninitialized_variables())
    yield session.run(b.assign(5.0)), session.run(b)
    other = tf.Session()
    yield failure(lambda: other.run(a), "uninitialized value a")


@state
def assign(tf):
    v = tf.Variable([1.0, 2.0])
    session = started(tf)
    yield session.run(tf.assign(v, [3.0, 4.0])), session.run(v)
    yield session.run(v.assign([5.0, 6.0])), session.run(v)
    yield session.run(tf.assign_add(v, [1.0, 1.0])), session.run(v)
    yield session.run(v.assign_add([1.0, 1.0])), session.run(v)
    yield session.run(tf.assign_sub(v, [2.0, 0.5])), session.run(v)
    yield session.run(v.assign_sub([2.0, 0.5])), session.run(v)
    yield session.run(v.assign(v * 2.0)), session.run(v)
    yield session.run(tf.assign(v, [1.0, 1.0], name="named").op), session.run(v)
    yield session.run(v.initializer), session.run(v)
    yield failure(lambda: tf.assign(v, [1.0]), "[2]", "[1]")
    yield failure(lambda: tf.assign(v, tf.constant([1, 2])), "int32", "float32")
    yield failure(lambda: tf.assign_add(v, tf.zeros([3])), "[2]", "[3]")
    yield failure(lambda: tf.assign(tf.constant(1.0), 2.0))
    p = tf.placeholder(tf.float32)
    yield failure(lambda: session.run(tf.assign(v, p), {p: [1.0, 2.0, 3.0]}), "[2]", "[3]")
    yield session.run(tf.assign(v, p), {p: [9.0, 8.0]})


@state
def assign_other_shape(tf):
    v = tf.Variable([1.0, 2.0], validate_shape=False)
    session = started(tf)
    yield v.shape.ndims, session.run(v)
    yield session.run(tf.assign(v, [1.0, 2.0, 3.0], validate_shape=False)), session.run(v)
    yield session.run(tf.shape(v))


@state
def assign_dtypes(tf):
    for dtype in (
        "float32",
        "float64",
        "float16",
        "int32",
        "int64",
        "int16",
        "int8",
        "uint8",
        "complex64",
    ):
        v = tf.Variable(np.array([1, 2], dtype))
        with started(tf) as session:
            yield (
                session.run(tf.assign_add(v, v)),
                session.run(tf.assign_sub(v, np.array([1, 1], dtype))),
            )
    v = tf.Variable(["a", "b"])
    with started(tf) as session:
        yield session.run(tf.assign(v, ["c", "d"])), session.run(v)
    v = tf.Variable([True, False])
    with started(tf) as session:
        yield session.run(tf.assign(v, [False, False]))
        yield failure(lambda: tf.assign_add(v, [True, True]))


@state
def assignments_in_one_run(tf):
    """A fetched assignment gives the variable's value after it."""
    v = tf.Variable(1.0)
    session = started(tf)
    add = tf.assign_add(v, 1.0)
    yield session.run(add), session.run([add.op, add])[1]
    with tf.control_dependencies([add]):
        after = v.read_value()
    yield session.run(after), session.run(after)
    with tf.control_dependencies([after]):
        again = tf.assign_add(v, 10.0)
    # What `after` gives is left open: in TensorFlow it is the variable's memory.
    yield session.run([after, again])[1], session.run(v)


@state
def copies_are_kept(tf):
    """What was computed before an assignment is not changed by it."""
    v = tf.Variable([1.0, 2.0, 3.0])
    session = started(tf)
    copy = v + 0.0
    with tf.control_dependencies([copy]):
        change = tf.assign(v, v * 10.0)
    yield session.run([copy, change])
    view = tf.reshape(v + 0.0, [3, 1])
    with tf.control_dependencies([view]):
        change = tf.assign_add(v, [1.0, 1.0, 1.0])
    yield session.run([view, change])
    fetched = session.run(v)
    session.run(tf.assign(v, [0.0, 0.0, 0.0]))
    yield fetched
    fed = np.array([7.0, 8.0, 9.0], np.float32)
    p = tf.placeholder(tf.float32, [3])
    session.run(tf.assign(v, p), {p: fed})
    fed[:] = 0.0
    yield session.run(v)
    session.run(tf.assign_add(v, [1.0, 1.0, 1.0]))
    yield fed


@state
def sessions_hold_their_own(tf):
    v = tf.Variable(1.0)
    add = tf.assign_add(v, 1.0)
    first, second = started(tf), started(tf)
    yield first.run(add), first.run(add), second.run(add), first.run(v), second.run(v)


@state
def scatters(tf):
    for name in ("update", "add", "sub", "mul", "div", "min", "max"):
        v = tf.Variable([[2.0, 3.0], [4.0, 5.0], [6.0, 7.0]])
        scatter = getattr(tf, "scatter_" + name)
        with started(tf) as session:
            yield session.run(scatter(v, [0, 2], [[10.0, 1.0], [1.0, 10.0]])), session.run(v)
            yield session.run(scatter(v, 1, [1.0, 2.0]))
            yield session.run(scatter(v, [[0], [1]], [[[1.0, 2.0]], [[3.0, 4.0]]]))
            yield session.run(scatter(v, np.zeros([0], np.int32), np.zeros([0, 2], np.float32)))
            yield session.run(scatter(v, np.array([2], np.int64), [[2.0, 2.0]]))
            yield failure(
                lambda v=v, scatter=scatter: session.run(scatter(v, [3], [[1.0, 1.0]])), "3"
            )
            yield failure(lambda v=v, scatter=scatter: scatter(v, [0], [[1.0, 1.0, 1.0]]))


@state
def scatters_twice(tf):
    for name in ("update", "add", "sub", "mul"):
        v = tf.Variable([2.0, 4.0])
        with started(tf) as session:
            yield (
                session.run(getattr(tf, "scatter_" + name)(v, [1, 1, 0], [3.0, 5.0, 7.0])),
                session.run(v),
            )


@state
def scatter_nds(tf):
    for name in ("update", "add", "sub"):
        v = tf.Variable([[2.0, 3.0], [4.0, 5.0]])
        with started(tf) as session:
            yield (
                session.run(getattr(tf, "scatter_nd_" + name)(v, [[0, 1], [1, 0]], [10.0, 20.0])),
                session.run(v),
            )


@state
def variable_scatters(tf):
    v = tf.Variable([1.0, 2.0, 3.0])
    slices = tf.IndexedSlices(tf.constant([10.0, 20.0]), tf.constant([0, 2]))
    session = started(tf)
    yield session.run(v.scatter_sub(slices)), session.run(v)
    yield session.run(v.scatter_add(slices)), session.run(v)
    yield session.run(v.scatter_update(slices)), session.run(v)


@state
def counters(tf):
    v = tf.Variable(0)
    session = started(tf)
    up = tf.count_up_to(v, 3)
    yield session.run(up), session.run(up), session.run(v.count_up_to(3)), session.run(v)
    yield failure(lambda: session.run(up), "3")
    yield failure(lambda: tf.count_up_to(tf.Variable(1.0), 3))


@state
def operators_on_variables(tf):
    v = tf.Variable([4.0, 9.0])
    session = started(tf)
    results = [v + 1.0, 1.0 - v, v * v, v / 2.0, v**0.5, -v, abs(v), v > 5.0, v[1], v // 2.0]
    yield session.run(results)
    yield [result.op.type for result in results]
    yield session.run(tf.sqrt(v)), session.run(tf.convert_to_tensor(v)), v.eval(session)


@state
def variables_need_a_graph(tf):
    v = tf.Variable(1.0)
    session = started(tf)
    yield failure(lambda: bool(v > 0.5))
    yield failure(lambda: iter(v))
    with tf.Graph().as_default():
        yield failure(lambda: v + tf.constant(1.0))
    v.load(7.0, session)
    yield session.run(v)


@state
def initial_values_of_others(tf):
    a = tf.Variable(tf.ones([2]) * 3.0)
    b = tf.Variable(a.initialized_value() * 2.0)
    c = tf.Variable(lambda: tf.constant(5.0), dtype=tf.float32)
    yield started(tf).run([a, b, c])
    yield failure(lambda: tf.Variable(tf.placeholder(tf.float32)))
    yield failure(lambda: tf.Variable(None))
    yield failure(lambda: tf.Variable())
    yield failure(lambda: tf.get_variable("no_shape"))


@state
def temporary_order(tf):
    """Updates that depend on one another run in their order, whatever the order of fetching."""
    v = tf.Variable(1.0)
    session = started(tf)
    first = tf.assign(v, 2.0)
    with tf.control_dependencies([first]):
        second = tf.assign(v, v * 5.0)
        with tf.control_dependencies([second]):
            third = tf.assign_add(v, 1.0)
    session.run([third.op, first.op, second.op])
    yield session.run(v)
    with tf.control_dependencies([tf.assign(v, 100.0)]):
        read = v.read_value()
        same = tf.identity(v)
        outside = v + 1.0
    yield session.run([read, same, outside])


@state
def control_inputs(tf):
    v = tf.Variable(0)
    count = tf.assign_add(v, 1)
    with tf.control_dependencies([count]):
        made_inside = tf.constant(7)
        none = tf.no_op()
        with tf.control_dependencies(None):
            free = tf.constant(8)
    outside = tf.constant(9)
    session = started(tf)
    for fetched in (made_inside, none, free, outside, tf.group(count, made_inside)):
        session.run(fetched)
        yield session.run(v)
    yield (
        [op.name for op in made_inside.op.control_inputs],
        [op.name for op in free.op.control_inputs],
    )
    with tf.control_dependencies([count]), tf.control_dependencies([none]):
        yield sorted(op.name for op in tf.constant(1).op.control_inputs)
        yield sorted(op.name for op in tf.identity(count).op.control_inputs)


@state
def values_of_other_shapes(tf):
    """A new value of another shape lies elsewhere: what was read before stays as it was."""
    for size in (3, 5):
        v = tf.Variable([1.0, 2.0, 3.0], validate_shape=False)
        session = started(tf)
        old = v.value()
        with tf.control_dependencies([old]):
            replaced = tf.assign(v, tf.zeros([size]), validate_shape=False)
        with tf.control_dependencies([replaced]):
            copied = v[:2].assign(old[:2])
        session.run(copied.op)
        yield session.run(v.value())


CASES = table(CASES)
