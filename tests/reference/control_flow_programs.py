"""Programs with conditionals, loops and arrays of tensors, and what they saw.

Each takes the namespace `tf` and yields plain values: lists of nodes, arrays, and what was refused.
`record_control_flow.py` records what they yield under TensorFlow 1.15.5; tests/tf compares what
they yield under reflow.  Python 3.7 runs this file, because TensorFlow 1.15.5 does.
"""

import collections

import numpy as np

X = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)


def nodes(tf):
    """[name, op, inputs, control inputs, colocation, frame, static shapes] of every operation."""
    return [
        [
            op.name,
            op.type,
            [tensor.name for tensor in op.inputs],
            sorted(control.name for control in op.control_inputs),
            sorted(group.decode() for group in op.colocation_groups()),
            op.get_attr("frame_name").decode() if op.type == "Enter" else "",
            [str(tensor.shape) for tensor in op.outputs],
        ]
        for op in tf.get_default_graph().get_operations()
    ]


def refusal(action):
    """The class and the first line of the message of what `action` raises."""
    try:
        got = action()
    except Exception as error:  # which one it is, is the observation
        return {"refused": type(error).__name__, "message": str(error).split("\n")[0]}
    raise AssertionError(f"not refused: {got!r}")


def failure(action):
    """The class of what `action` raises."""
    return refusal(action)["refused"]


def inputs(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    return x, tf.placeholder(tf.bool, [], name="p")


def started(tf):
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    return session


def on_both(session, fetches, x, p):
    """What is fetched with the predicate true, and with it false."""
    return [session.run(fetches, {x: X, p: taken}) for taken in (True, False)]


# -- Conditionals ---------------------------------------------------------------------------------


def cond_nodes(tf):
    x, p = inputs(tf)
    v = tf.Variable(1.0, name="v")
    tf.cond(p, lambda: tf.reduce_sum(x * x) * v, lambda: tf.reduce_sum(x) + 3.0)
    tf.cond(p, lambda: v.assign_add(10.0), lambda: tf.identity(v), name="update")
    tf.cond(tf.less(x[0, 0], 3.0), lambda: [x, tf.no_op()], lambda: [x + 1.0, tf.no_op()])
    yield nodes(tf)


def cond_structures(tf):
    x, p = inputs(tf)
    Pair = collections.namedtuple("Pair", "a b")
    pair = tf.cond(p, lambda: Pair(x, {"c": (x * 2.0,)}), lambda: Pair(x + 1.0, {"c": (x * 3.0,)}))
    single = tf.cond(p, lambda: [x], lambda: [x * 2.0])
    strict = tf.cond(p, lambda: [x], lambda: [x * 2.0], strict=True)
    slices = tf.cond(
        p,
        lambda: tf.IndexedSlices(x, tf.constant([0, 1]), tf.constant([4, 2])),
        lambda: tf.IndexedSlices(x * 2.0, tf.constant([1, 2]), tf.constant([5, 2])),
    )
    sparse = tf.cond(
        p,
        lambda: tf.SparseTensor([[0, 1]], [2.0], [2, 2]),
        lambda: tf.SparseTensor([[1, 0]], [3.0], [2, 2]),
    )
    yield nodes(tf)
    yield type(pair).__name__, type(single).__name__, type(strict).__name__
    parts = [pair.a, pair.b["c"][0], single, strict[0], slices.values, slices.indices]
    yield on_both(tf.Session(), [*parts, slices.dense_shape, *sparse_parts(sparse)], x, p)


def sparse_parts(sparse):
    return [sparse.indices, sparse.values, sparse.dense_shape]


def cond_nested(tf):
    x, p = inputs(tf)
    q = tf.placeholder(tf.bool, [], name="q")
    inner = lambda: tf.cond(q, lambda: x * 2.0, lambda: x * 3.0)  # noqa: E731
    y = tf.cond(p, inner, lambda: -x)
    yield nodes(tf)
    session = tf.Session()
    gradient = tf.gradients(y, x)[0]
    for p_value in (True, False):
        for q_value in (True, False):
            yield session.run([y, gradient], {x: X, p: p_value, q: q_value})


def cond_gradients(tf):
    x, p = inputs(tf)
    v = tf.Variable(3.0, name="v")
    with tf.variable_scope("resources", use_resource=True):
        r = tf.get_variable("r", initializer=[[1.0, 2.0]])
    y = tf.cond(
        p, lambda: tf.reduce_sum(x * x * x * v) + tf.reduce_sum(r * x), lambda: tf.reduce_sum(x)
    )
    first = tf.gradients(y, [x, v, r])
    second = tf.gradients(first[0], [x, v])
    yield on_both(started(tf), [y, *first, *second], x, p)


def cond_sparse_gradients(tf):
    _, p = inputs(tf)
    table = tf.Variable(np.ones([4, 2], np.float32))
    y = tf.cond(
        p, lambda: tf.reduce_sum(tf.gather(table, [0, 2])), lambda: tf.reduce_sum(table * 2.0)
    )
    gradient = tf.gradients(y, table)[0]
    yield type(gradient).__name__
    session = started(tf)
    yield [session.run(tf.convert_to_tensor(gradient), {p: taken}) for taken in (True, False)]


def cond_runs_one_branch(tf):
    x, p = inputs(tf)
    v = tf.Variable(0.0)

    def checked():
        with tf.control_dependencies([tf.Assert(False, [x])]):
            return tf.identity(x)

    y = tf.cond(p, lambda: v.assign_add(1.0), lambda: v.assign_sub(10.0))
    z = tf.cond(p, lambda: x, checked)
    w = tf.cond(p, lambda: x, lambda: tf.reshape(x, [3, -1]))
    session = started(tf)
    yield session.run([y, z, w], {x: X, p: True}), session.run(v)
    yield failure(lambda: session.run(z, {x: X, p: False}))
    yield failure(lambda: session.run(w, {x: X, p: False}))
    yield session.run(y, {p: False}), session.run(v)


def cond_dead_fetches(tf):
    x, p = inputs(tf)
    if_false, if_true = tf.raw_ops.Switch(data=x, pred=p)
    doubled = if_true * 2.0
    merged = tf.raw_ops.Merge(inputs=[if_false, doubled])
    session = tf.Session()
    yield session.run(doubled, {x: X, p: True}), session.run(merged, {x: X, p: False})
    yield failure(lambda: session.run(doubled, {x: X, p: False}))
    inside = []
    tf.cond(p, lambda: inside.append(x + 1.0) or inside[0], lambda: x)
    yield failure(lambda: session.run(inside[0], {x: X, p: True}))


def cond_refusals(tf):
    x, p = inputs(tf)
    yield refusal(lambda: tf.cond(True, lambda: x, lambda: x))
    yield refusal(lambda: tf.cond(p, lambda: x))
    yield refusal(lambda: tf.cond(p, x, lambda: x))
    yield refusal(lambda: tf.cond(p, lambda: x, lambda: x, fn1=lambda: x))
    yield refusal(lambda: tf.cond(p, lambda: None, lambda: x))
    yield refusal(lambda: tf.cond(p, lambda: x, lambda: tf.cast(x, tf.int32)))
    yield failure(lambda: tf.cond(p, lambda: [x, x], lambda: [x]))
    yield refusal(lambda: tf.cond(p, lambda: [], lambda: []))


def case_nodes(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    tf.case([(x < 1, lambda: x), (x < 2, lambda: x * 2), (x < 3, lambda: x * 3)], lambda: -x)
    tf.case([(x < 1, lambda: x), (x > 2, lambda: x * 2)], exclusive=True)
    tf.case({x < 1: lambda: x, x > 2: lambda: x * 2}, lambda: x, exclusive=True, name="chosen")
    yield nodes(tf)


def case_values(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    first = tf.case([(x < 1, lambda: x), (x < 2, lambda: x * 20)], default=lambda: -x)
    only = tf.case([(x < 1, lambda: x), (x < 2, lambda: x * 20)], exclusive=True)
    session = tf.Session()
    yield [session.run(first, {x: value}) for value in (0.5, 1.5, 2.5)]
    yield session.run(only, {x: 0.5}), session.run(only, {x: 1.5})
    yield failure(lambda: session.run(only, {x: 2.5}))
    yield refusal(lambda: tf.case([(x, lambda: x)]))
    yield refusal(lambda: tf.case(3))
    yield refusal(lambda: tf.case([(x < 1, 2.0)]))


def learning_rates(tf):
    step = tf.placeholder(tf.int32, [], name="step")
    tf.train.piecewise_constant(step, [10, 20], [1.0, 0.5, 0.25])
    tf.train.polynomial_decay(0.1, step, 100, cycle=True)
    tf.train.cosine_decay_restarts(0.1, step, 100)
    yield nodes(tf)


# -- Loops ----------------------------------------------------------------------------------------


def loop_nodes(tf):
    x, _ = inputs(tf)
    W = tf.Variable(np.ones([2, 2], np.float32), name="W")
    tf.while_loop(lambda i, a: i < 10, lambda i, a: (i + 1, tf.matmul(a, W) + 3.0), [0, x])
    tf.while_loop(lambda i: i < 10, lambda i: i + 1, [0], parallel_iterations=1, name="count")
    tf.while_loop(
        lambda i, a: i < 10,
        lambda i, a: [i + 1, tf.concat([a, a], 0)],
        [tf.constant(0), x],
        shape_invariants=[tf.TensorShape([]), tf.TensorShape([None, 2])],
        maximum_iterations=3,
        swap_memory=True,
    )
    yield nodes(tf)


def loop_nested_nodes(tf):
    x, _ = inputs(tf)
    b = tf.constant(3.0)

    def inner(i, a):
        return i + 1, tf.while_loop(lambda j, c: j < i, lambda j, c: (j + 1, c + b), [0, a])[1]

    tf.while_loop(lambda i, a: i < 3, inner, [0, x])
    tf.while_loop(
        lambda i, a: i < 3,
        lambda i, a: (i + 1, tf.cond(i < 2, lambda: a + b, lambda: a * a)),
        [0, x],
    )
    tf.cond(b > 1.0, lambda: tf.while_loop(lambda a: a < 9.0, lambda a: a * 2.0, [b]), lambda: b)
    yield nodes(tf)


def loop_gradient_nodes(tf):
    x, _ = inputs(tf)
    W = tf.Variable(np.ones([2, 2], np.float32), name="W")
    y = tf.while_loop(lambda i, a: i < 10, lambda i, a: (i + 1, tf.matmul(a, W)), [0, x])[1]
    tf.gradients(y, [x, W])
    yield nodes(tf)


def loop_values(tf):
    x, _ = inputs(tf)
    session = tf.Session()
    yield session.run(tf.while_loop(lambda i: i < 10, lambda i: i + 3, [0]))
    fibonacci = tf.while_loop(lambda i, a, b: i < 10, lambda i, a, b: (i + 1, b, a + b), [0, 0, 1])
    yield session.run(fibonacci)
    grown = tf.while_loop(
        lambda i, a: i < 3,
        lambda i, a: (i + 1, tf.concat([a, a], 0)),
        [0, x],
        shape_invariants=[tf.TensorShape([]), tf.TensorShape([None, 2])],
    )
    yield session.run(grown, {x: X})
    never = tf.while_loop(lambda a: tf.constant(False), lambda a: a * 2.0, [x])
    yield session.run([never, tf.gradients(never, x)[0]], {x: X})
    strings = tf.while_loop(
        lambda i, s: i < 3, lambda i, s: (i + 1, tf.string_join([s, tf.as_string(i)])), [0, "s"]
    )
    yield session.run(strings)
    sparse = tf.while_loop(
        lambda i, s: i < 3,
        lambda i, s: (i + 1, tf.SparseTensor(s.indices, s.values * 2.0, s.dense_shape)),
        [0, tf.SparseTensor([[0, 1]], [1.0], [2, 2])],
    )[1]
    yield session.run(sparse_parts(sparse))


def loop_gradients(tf):
    x, _ = inputs(tf)
    W = tf.Variable([[0.1, 0.2], [0.3, -0.4]])
    session = started(tf)

    def observed(y):
        return session.run([y, *tf.gradients(y, [x, W])], {x: X})

    def inner(i, a):
        step = lambda j, c: (j + 1, tf.sin(tf.matmul(c, W) * 2.0))  # noqa: E731
        return i + 1, tf.while_loop(lambda j, c: j < i, step, [0, a])[1]

    def switching(i, a):
        return i + 1, tf.cond(i < 2, lambda: tf.matmul(a, W) + 1.0, lambda: a * a)

    yield observed(
        tf.while_loop(lambda i, a: i < 5, lambda i, a: (i + 1, tf.tanh(tf.matmul(a, W))), [0, x])[1]
    )
    yield observed(tf.while_loop(lambda i, a: i < 3, inner, [0, x])[1])
    yield observed(tf.while_loop(lambda i, a: i < 3, switching, [0, x])[1])
    loop = lambda: tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * x), [0, x])[1]  # noqa: E731
    yield observed(tf.cond(x[0, 0] > 0.0, loop, lambda: x) + tf.reduce_sum(W))
    still = tf.while_loop(lambda i: i < 3, lambda i: i + 1, [0], back_prop=False)
    yield session.run(still)


def loop_sparse_gradients(tf):
    table = tf.Variable(np.ones([5, 2], np.float32))
    session = started(tf)
    y = tf.while_loop(
        lambda i, a: i < 3,
        lambda i, a: (i + 1, a + tf.reduce_sum(tf.gather(table, [i, i + 1]))),
        [0, 0.0],
    )[1]
    gradient = tf.gradients(y, table)[0]
    yield type(gradient).__name__, session.run(tf.convert_to_tensor(gradient))


def loop_updates(tf):
    v = tf.Variable(0.0)

    def step(i):
        with tf.control_dependencies([v.assign_add(tf.cast(i, tf.float32))]):
            return i + 1

    def read(i, total):
        with tf.control_dependencies([v.assign_add(1.0)]):
            return i + 1, total + v.read_value()

    loop = tf.while_loop(lambda i: i < 5, step, [0])
    sums = tf.while_loop(lambda i, t: i < 4, read, [0, 0.0], parallel_iterations=1)
    session = started(tf)
    yield session.run(loop), session.run(v), session.run(loop), session.run(v)
    yield session.run(sums), session.run(v)


def loop_random_numbers(tf):
    def step(i, seen):
        return i + 1, tf.concat([seen, tf.random_uniform([1], seed=3)], 0)

    seen = tf.while_loop(
        lambda i, s: i < 4,
        step,
        [0, tf.zeros([0])],
        shape_invariants=[tf.TensorShape([]), tf.TensorShape([None])],
        parallel_iterations=1,
    )[1]
    session = tf.Session()
    yield session.run(seen), session.run(seen)


def loop_refusals(tf):
    x, _ = inputs(tf)
    W = tf.ones([2, 2])
    yield refusal(lambda: tf.while_loop(1, lambda i: i, [0]))
    yield refusal(lambda: tf.while_loop(lambda i: True, 1, [0]))
    yield refusal(lambda: tf.while_loop(lambda: True, lambda: [], []))
    yield refusal(lambda: tf.while_loop(lambda i: i < 3, lambda i: i, [0], parallel_iterations=0))
    yield refusal(lambda: tf.while_loop(lambda a: True, lambda a: tf.concat([a, a], 0), [W]))
    yield failure(lambda: tf.while_loop(lambda i, j: True, lambda i, j: i, [0, 1]))
    yield refusal(
        lambda: tf.while_loop(
            lambda a: True, lambda a: a, [x], shape_invariants=[tf.TensorShape([3, 2])]
        )
    )
    inside = []
    tf.while_loop(lambda i: i < 3, lambda i: inside.append(i + 1) or inside[0], [0])
    yield failure(lambda: tf.identity(inside[0]))
    yield failure(lambda: tf.Session().run(inside[0]))
    t = tf.constant(2.0)
    loop = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * t), [0, t])[1]
    once = tf.gradients(loop, t)
    yield refusal(lambda: tf.gradients(once, t))


# -- Arrays of tensors ----------------------------------------------------------------------------


def array_nodes(tf):
    x, _ = inputs(tf)
    array = tf.TensorArray(tf.float32, size=3, dynamic_size=True)
    array = array.write(0, x[0]).unstack(tf.ones([4, 2]))
    array.stack()
    array.gather([0, 1])
    array.read(0)
    array.size()
    array.scatter([1], tf.ones([1, 2]))
    array.grad("gradients")
    array.close()
    parts = tf.TensorArray(tf.float32, size=2, infer_shape=False).split(tf.ones([4, 2]), [2, 2])
    parts.concat()
    yield nodes(tf)


def array_values(tf):
    x, _ = inputs(tf)
    session = tf.Session()
    parts = tf.TensorArray(tf.float32, 3, infer_shape=False, clear_after_read=False)
    parts = parts.split(tf.concat([x, x], 0), [1, 3, 0])
    joined = parts.concat()
    yield session.run([joined, parts.size(), tf.gradients(joined * joined, x)[0]], {x: X})
    squares = tf.while_loop(
        lambda i, a: i < 2,
        lambda i, a: (i + 1, a.write(i, x[i] * x[i])),
        [0, tf.TensorArray(tf.float32, 2)],
    )[1].stack()
    yield session.run([squares, tf.gradients(squares, x)[0]], {x: X})
    texts = tf.while_loop(
        lambda i, a: i < 3,
        lambda i, a: (i + 1, a.write(i, tf.as_string(i))),
        [0, tf.TensorArray(tf.string, 3)],
    )[1].stack()
    yield session.run(texts)
    rows = tf.TensorArray(tf.float32, 2, clear_after_read=False).unstack(x)
    both = rows.read(0) + rows.read(0) * rows.read(1)
    yield session.run([both, tf.gradients(both, x)[0]], {x: X})
    zeros = tf.TensorArray(tf.float32, 2, element_shape=[2]).write(0, x[0])
    yield session.run(zeros.stack(), {x: X})


def array_refusals(tf):
    session = tf.Session()

    def refused(make):
        return failure(lambda: session.run(make(tf.TensorArray(tf.float32, 2, infer_shape=False))))

    yield refused(lambda array: array.write(2, 1.0).flow)
    yield refused(lambda array: array.write(-1, 1.0).flow)
    yield refused(lambda array: array.write(0, 1.0).write(0, 1.0).flow)
    yield refused(lambda array: array.read(5))
    yield refused(lambda array: array.write(0, [1.0]).write(1, [1.0, 2.0]).stack())
    yield refused(lambda array: array.write(0, 1.0).write(1, 2.0).concat())
    yield refusal(lambda: tf.TensorArray(tf.float32))
    yield refusal(lambda: tf.TensorArray(tf.float32, 2).write(0, [1.0]).write(1, [1.0, 2.0]))


def rows_nodes(tf):
    x, _ = inputs(tf)
    tf.map_fn(lambda e: e * e, x)
    tf.map_fn(lambda e: (e[0] * 2.0, e[1]), (x, x), dtype=(tf.float32, tf.float32))
    tf.scan(lambda a, e: a + e, x)
    tf.scan(lambda a, e: a * e, x, initializer=tf.ones([2]), reverse=True, back_prop=False)
    tf.foldl(lambda a, e: a + e, x)
    tf.foldr(lambda a, e: a + e, x, initializer=tf.zeros([2]))
    yield nodes(tf)


def rows_values(tf):
    x, _ = inputs(tf)
    session = tf.Session()
    results = [
        tf.map_fn(lambda e: e * tf.sin(e), x),
        tf.scan(lambda a, e: a * e, x),
        tf.scan(lambda a, e: a * e, x, initializer=tf.ones([2]), reverse=True),
        tf.foldl(lambda a, e: a * e, x),
        tf.foldr(lambda a, e: a - e, x),
    ]
    yield session.run(results + tf.gradients(results, x), {x: X})
    typed = tf.map_fn(
        lambda e: (e[0] * 2.0, tf.cast(e[1], tf.int32)), (x, x), dtype=(tf.float32, tf.int32)
    )
    yield session.run(typed, {x: X})
    yield refusal(lambda: tf.map_fn(3, x))
    yield refusal(lambda: tf.map_fn(lambda e: e, tf.constant(1.0)))
    yield failure(lambda: tf.map_fn(lambda e: (e, e), x))


GROUPS = {
    "conditionals": [
        cond_nodes,
        cond_structures,
        cond_nested,
        cond_gradients,
        cond_sparse_gradients,
        cond_runs_one_branch,
        cond_dead_fetches,
        cond_refusals,
    ],
    "cases": [case_nodes, case_values, learning_rates],
    "loops": [
        loop_nodes,
        loop_nested_nodes,
        loop_values,
        loop_updates,
        loop_random_numbers,
        loop_refusals,
    ],
    "loop gradients": [loop_gradient_nodes, loop_gradients, loop_sparse_gradients],
    "arrays of tensors": [array_nodes, array_values, array_refusals],
    "rows": [rows_nodes, rows_values],
}
