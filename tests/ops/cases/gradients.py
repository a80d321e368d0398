"""tf.gradients itself: what it accepts, aggregates, stops and refuses; registered gradients."""

import numpy as np

from tests.reference.spec import case, failure, script, table, x

EXPRESSIONS = [
    case("fan_out", lambda tf, a: a * a + tf.exp(a) - 3.0 * a, [x(2, 3)], grad=True, grad2=True),
    case("diamond", lambda tf, a, b: (a + b) * (a - b) * a, [x(2), x(2)], grad=True, grad2=True),
    case("deep", lambda tf, a: deep(tf, a, 30), [x(2)], grad=True),
    case("unused_input", lambda tf, a, b: a * 2.0, [x(2), x(3)], grad=True),
    case(
        "through_integers",
        lambda tf, a: tf.cast(tf.cast(a, tf.int32), a.dtype) * a,
        [x(4)],
        grad=True,
    ),
    case(
        "two_outputs", lambda tf, a: [a * 2.0, tf.reduce_sum(a * a)], [x(3)], grad=True, grad2=True
    ),
    case("one_part_of_many", lambda tf, a: tf.split(a * a, 3)[1], [x(3, 2)], grad=True, grad2=True),
    case(
        "gathered_twice",
        lambda tf, a: tf.gather(a, [0, 1]) + tf.gather(a, [1, 1]),
        [x(3, 2)],
        grad=True,
    ),
    case(
        "gathered_and_used",
        lambda tf, a: tf.reduce_sum(tf.gather(a, [0, 1])) + a * a,
        [x(3, 2)],
        grad=True,
        grad2=True,
    ),
    case(
        "network",
        lambda tf, a, w, b, v: tf.matmul(tf.nn.relu(tf.matmul(a, w) + b), v),
        [x(3, 4), x(4, 5), x(5), x(5, 2)],
        grad=True,
        grad2=True,
    ),
    case(
        "softmax_by_hand",
        lambda tf, a: -tf.reduce_mean(tf.log(tf.nn.softmax(a))),
        [x(3, 4)],
        grad=True,
        grad2=True,
    ),
    case(
        "broadcast_everywhere",
        lambda tf, a, b, c: (a * b + c) / (a * a + 1.0),
        [x(2, 1), x(3), x()],
        grad=True,
        grad2=True,
    ),
]


def deep(tf, a, depth):
    for _ in range(depth):
        a = tf.sin(a) + a * 0.1
    return a


SCRIPTS = []


def described(program):
    SCRIPTS.append(script(program.__name__)(program))
    return program


def run(tf, fetches, feed=None):
    with tf.Session() as session:
        return session.run(fetches, feed)


@described
def arguments(tf):
    a, b = tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])
    y, z = a * b, a + b
    yield run(tf, tf.gradients(y, a))
    yield run(tf, tf.gradients([y, z], [a, b]))
    yield run(
        tf, tf.gradients([y, z], [a, b], grad_ys=[tf.constant([2.0, 3.0]), tf.constant([5.0, 7.0])])
    )
    yield run(tf, tf.gradients([y, z], [a, b], grad_ys=[None, tf.constant([5.0, 7.0])]))
    yield run(tf, tf.gradients(y, (a, b)))
    yield run(tf, tf.gradients(y, [a, a]))
    yield run(tf, tf.gradients(y, y))
    yield run(tf, tf.gradients([y, y], [a]))
    yield run(
        tf, tf.gradients(ys=y, xs=[b], grad_ys=[np.array([1.0, 10.0], np.float32)], name="mine")
    )
    yield tf.gradients(y, []), len(tf.gradients(y, [a, b], gate_gradients=True))
    yield run(tf, tf.gradients(y, a, aggregation_method=tf.AggregationMethod.ADD_N))
    yield run(tf, tf.gradients(y, a, colocate_gradients_with_ops=True))
    yield failure(lambda: tf.gradients(y, a, grad_ys=[tf.constant([1.0, 1.0])] * 2))
    yield failure(lambda: tf.gradients(y, a, grad_ys=[tf.constant([1, 1])]))
    yield failure(lambda: tf.gradients(y, a, grad_ys=[tf.constant([1.0])]))
    yield failure(lambda: tf.gradients(y, a, unconnected_gradients="nonsense"))
    yield failure(lambda: tf.gradients(y, a, aggregation_method=99))


@described
def unconnected(tf):
    a, b = tf.constant([1.0, 2.0]), tf.constant([[3.0]])
    integers = tf.constant([1, 2])
    y = a * 2.0
    yield tf.gradients(y, [b])
    yield tf.gradients(y, [a, b], unconnected_gradients=tf.UnconnectedGradients.NONE)[1]
    yield run(tf, tf.gradients(y, [a, b], unconnected_gradients=tf.UnconnectedGradients.ZERO))
    yield run(tf, tf.gradients(y, [b], unconnected_gradients="zero"))
    yield tf.gradients(tf.cast(a, tf.int32), a), tf.gradients(integers * 2, integers)
    yield tf.gradients(tf.argmax(a), a), tf.gradients(tf.shape(a), a)
    yield tf.gradients(tf.stop_gradient(a) * 1.0, a), tf.gradients(tf.floor(a), a)


@described
def stopped(tf):
    a, b = tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])
    c = a * b
    d = c * c + a
    yield run(tf, tf.gradients(d, [a, b, c]))
    yield run(tf, tf.gradients(d, [a, c], stop_gradients=[c]))
    yield run(tf, tf.gradients(d, [a, c], stop_gradients=c))
    yield tf.gradients(d, [b], stop_gradients=[c])
    yield run(tf, tf.gradients(a + b, [a, b], stop_gradients=[a, b]))
    yield run(tf, tf.gradients(tf.stop_gradient(c) * a, a))


@described
def intermediate(tf):
    """Gradients by tensors in the middle, and by an input of an input."""
    a = tf.constant(3.0)
    b = a * 2.0
    c = b * b
    yield run(tf, tf.gradients(c, [a, b, c]))
    yield run(tf, tf.gradients(c + a, [a]))
    yield run(tf, tf.gradients([c, b], [b, a]))
    p = tf.placeholder(tf.float32, [None])
    yield run(tf, tf.gradients(tf.reduce_sum(p * p), p), {p: [1.0, 2.0, 3.0]})
    yield run(tf, tf.gradients(c, a), {b: 10.0})


@described
def shapes_and_dtypes(tf):
    for dtype in (tf.float16, tf.float32, tf.float64):
        a = tf.placeholder(dtype, [None, 3])
        gradient = tf.gradients(tf.reduce_sum(a * a, 1), a)[0]
        yield gradient.dtype.name, gradient.shape.as_list(), run(tf, gradient, {a: np.ones((2, 3))})
    a = tf.placeholder(tf.float32)
    gradient = tf.gradients(tf.reduce_mean(a), a)[0]
    yield gradient.shape.ndims, run(tf, gradient, {a: np.ones((2, 2, 2))})


@described
def slices(tf):
    """Gradients of gather are IndexedSlices where they are not needed dense."""
    a = tf.Variable(np.arange(8.0, dtype=np.float32).reshape(4, 2))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        once = tf.gradients(tf.gather(a, [1, 3]) * 2.0, a)[0]
        yield type(once).__name__, session.run(once)
        yield once.values.dtype.name, once.indices.dtype.name, session.run(once.dense_shape)
        twice = tf.gradients(tf.gather(a, [1, 3]) + tf.gather(a, [1, 0]), a)[0]
        yield type(twice).__name__, session.run(tf.convert_to_tensor(twice))
        mixed = tf.gradients(tf.reduce_sum(tf.gather(a, [1])) + tf.reduce_sum(a), a)[0]
        yield type(mixed).__name__, session.run(tf.convert_to_tensor(mixed))
        looked_up = tf.gradients(tf.nn.embedding_lookup(a, [[0, 2], [2, 2]]), a)[0]
        yield type(looked_up).__name__, session.run(looked_up)
        through = tf.gradients(tf.gather(a * 3.0, [0]), a)[0]
        yield type(through).__name__, session.run(through)
        yield type(tf.gradients(tf.gather(a, [0], axis=1), a)[0]).__name__
        yield (
            session.run(tf.train.GradientDescentOptimizer(0.5).minimize(tf.gather(a, [1, 1]))),
            session.run(a),
        )


@described
def second_and_third(tf):
    a = tf.constant([0.5, 1.5])
    y = tf.exp(a) * tf.sin(a)
    for _ in range(3):
        y = tf.gradients(y, a)[0]
        yield run(tf, y)
    b = tf.constant([[1.0, 2.0]])
    product = tf.gradients(tf.gradients(tf.matmul(b * b, tf.transpose(b)), b), b)[0]
    yield run(tf, product), run(tf, tf.hessians(tf.reduce_sum(a * a * a), a))


@described
def registered(tf):
    @tf.RegisterGradient("TimesTen")
    def times_ten(op, gradient):
        return 10.0 * gradient

    @tf.RegisterGradient("WrongCount")
    def wrong_count(op, gradient):
        return gradient, gradient

    a = tf.constant([1.0, 2.0])
    graph = tf.get_default_graph()
    with graph.gradient_override_map({"Square": "TimesTen", "Identity": "TimesTen"}):
        squared, same = tf.square(a), tf.identity(a)
    yield run(tf, tf.gradients([squared, same, tf.square(a)], a))
    with graph.gradient_override_map({"Square": "WrongCount"}):
        wrong = tf.square(a)
    yield failure(lambda: tf.gradients(wrong, a), "Square")
    with graph.gradient_override_map({"Square": "NeverRegistered"}):
        unknown = tf.square(a)
    yield failure(lambda: tf.gradients(unknown, a))
    yield failure(lambda: tf.RegisterGradient("TimesTen")(times_ten))
    yield failure(lambda: tf.RegisterGradient("Square")(times_ten))


@described
def custom(tf):
    @tf.custom_gradient
    def clipped(v):
        def grad(dy):
            return tf.clip_by_value(dy, -1.0, 1.0)

        return tf.identity(v), grad

    @tf.custom_gradient
    def log1pexp(v):
        e = tf.exp(v)

        def grad(dy):
            return dy * (1.0 - 1.0 / (1.0 + e))

        return tf.log(1.0 + e), grad

    a = tf.constant([-3.0, 0.5, 100.0])
    yield run(tf, tf.gradients(clipped(a) * 5.0, a))
    yield run(tf, log1pexp(a)), run(tf, tf.gradients(log1pexp(a), a))

    @tf.custom_gradient
    def pair(v, w):
        return (v * w, v + w), lambda dy, dz: (dy * 100.0, dz * 1000.0)

    yield run(tf, tf.gradients(pair(a, a * 2.0), a))


@described
def refusals(tf):
    a = tf.constant([1.0, 2.0])
    yield failure(lambda: tf.gradients(tf.constant([1 + 1j]), a))
    yield failure(lambda: tf.gradients(a > 1.0, a))
    yield failure(lambda: tf.gradients(tf.truncatediv(tf.cast(a, tf.int32), 2), a))
    yield failure(lambda: tf.gradients(tf.segment_prod(a, [0, 1]), a))
    with tf.Graph().as_default():
        foreign = tf.constant(1.0)
    yield failure(lambda: tf.gradients(a, foreign)), failure(lambda: tf.gradients(foreign, a))


@described
def weights_of_slices(tf):
    """IndexedSlices as ys and as grad_ys."""
    a = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    looked_up = tf.gather(a, [2, 0, 2])
    slices = tf.IndexedSlices(tf.constant([[1.0, 10.0]]), tf.constant([1]), tf.constant([3, 2]))
    yield run(tf, tf.gradients(looked_up, a, grad_ys=slices)[0])
    weighted = tf.gradients(tf.identity(a), a, grad_ys=slices)[0]
    yield type(weighted).__name__, run(tf, tf.convert_to_tensor(weighted))
    yield failure(lambda: tf.convert_to_tensor(tf.IndexedSlices(a, tf.constant([0, 1, 2]))))


@described
def sums_of_slices(tf):
    """Slices add up to slices, and to a dense tensor where one part is dense."""
    a = tf.Variable(np.arange(8.0, dtype=np.float32).reshape(4, 2))
    rows = [tf.gather(a, [1, 3]), tf.gather(a, np.array([0, 1], np.int64)), tf.gather(a, [1, 1])]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        total = tf.gradients([rows[0], rows[2]], a)[0]
        yield type(total).__name__, session.run([total.values, total.indices])
        mixed = tf.gradients(rows, a)[0]
        yield type(mixed).__name__, mixed.indices.dtype.name, session.run(mixed.indices)
        yield session.run(tf.convert_to_tensor(mixed))
        for method in (
            tf.AggregationMethod.ADD_N,
            tf.AggregationMethod.EXPERIMENTAL_TREE,
            tf.AggregationMethod.EXPERIMENTAL_ACCUMULATE_N,
        ):
            dense = tf.gradients([rows[0], a * 2.0, a], a, aggregation_method=method)[0]
            yield type(dense).__name__, session.run(dense)
        second = tf.gradients(tf.gradients(rows[0] * rows[0], a)[0].values, a)[0]
        yield type(second).__name__, session.run(tf.convert_to_tensor(second))


@described
def gates(tf):
    a, b = tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])
    y = tf.multiply(a, b, name="y") * a
    for options in ({"gate_gradients": True}, {"gate_gradients": False}):
        yield run(tf, tf.gradients(y, [a, b], **options))


@described
def colocated(tf):
    with tf.device("/cpu:0"):
        a = tf.constant([1.0, 2.0], name="a")
        y = tf.multiply(a, a, name="y")
    beside = tf.gradients(y, a, colocate_gradients_with_ops=True, name="beside")[0]
    yield beside.op.device, run(tf, beside)
    yield sorted(
        {
            group
            for op in tf.get_default_graph().get_operations()
            for group in op.colocation_groups()
            if op.name.startswith("beside/y_grad/")
        }
    )
    yield tf.gradients(y, a, name="anywhere")[0].op.inputs[0].device


@described
def by_ys_and_xs(tf):
    """Gradients of x by itself, between xs, and by a tensor that y is."""
    a = tf.constant([2.0, 3.0])
    b = a * a
    c = b * a
    yield run(tf, tf.gradients(a, a)), run(tf, tf.gradients([a, a], [a]))
    yield run(tf, tf.gradients(c, [a, b])), run(tf, tf.gradients([c, b], [b, c]))
    yield run(tf, tf.gradients(c, [b, a], stop_gradients=[b]))
    yield run(tf, tf.gradients(c, [a], stop_gradients=[a]))
    yield tf.gradients(b, c), run(tf, tf.gradients(c, c, grad_ys=[[5.0, 7.0]]))
    yield run(tf, tf.gradients([b, c], a, grad_ys=[[1.0, 0.0], [0.0, 1.0]]))


@described
def complex_numbers(tf):
    a = tf.constant([1 + 2j, 3 - 1j], tf.complex64)
    weights = tf.constant([1 + 1j, 2 - 1j], tf.complex64)
    yield failure(lambda: tf.gradients(a * a, a))
    yield run(tf, tf.gradients(a * a, a, grad_ys=weights))
    yield run(tf, tf.gradients(tf.abs(a), a)), run(tf, tf.gradients(tf.real(a * a), a))
    yield failure(lambda: tf.gradients(a * a, a, grad_ys=tf.constant([1.0, 2.0])))
    yield failure(lambda: tf.gradients(tf.abs(a), a, grad_ys=weights))
    x = tf.constant([0.5, 2.0])
    yield run(tf, tf.gradients(tf.abs(tf.complex(x, x * x)), x))


@described
def integers(tf):
    a, b = tf.constant([1.0, 2.0]), tf.constant([1, 2])
    yield run(tf, tf.gradients(b, b, grad_ys=tf.constant([1, 1]))), tf.gradients(b * b, a)
    yield tf.gradients(b, a, grad_ys=tf.constant([1.0, 1.0]))
    yield failure(lambda: tf.gradients(tf.constant("text"), a))
    yield failure(lambda: tf.gradients(a * a, a, grad_ys=tf.constant(["x", "y"])))
    yield failure(lambda: tf.gradients(a > 0.0, a, grad_ys=tf.constant([True, True])))
    yield tf.gradients(tf.cast(b, tf.float32) * a, [a, b])[1], tf.gradients(b * b, b)


@described
def unconnected_zeros(tf):
    a, b = tf.constant([1.0, 2.0]), tf.placeholder(tf.float32, [None, 2])
    y = a * 2.0
    zeros = tf.gradients(y, [b, a], unconnected_gradients=tf.UnconnectedGradients.ZERO)
    yield zeros[0].shape.as_list(), run(tf, zeros, {b: np.ones((3, 2))})
    yield run(tf, tf.gradients(y, tf.constant([1, 2]), unconnected_gradients="zero"))
    second = tf.gradients(tf.gradients(y, a), a, unconnected_gradients="zero")
    yield run(tf, second), tf.gradients(tf.gradients(y, a), a)


@described
def overridden(tf):
    """The innermost map counts; a gradient may be overridden by that of another op type."""

    @tf.RegisterGradient("OverriddenByFive")
    def five(op, gradient):
        return 5.0 * gradient

    @tf.RegisterGradient("OverriddenByNothing")
    def nothing(op, gradient):
        return None

    a = tf.constant([1.0, 2.0])
    graph = tf.get_default_graph()
    with graph.gradient_override_map({"Square": "OverriddenByFive"}):
        outer = tf.square(a)
        with graph.gradient_override_map({"Square": "OverriddenByNothing"}):
            inner = tf.square(a)
        again = tf.square(a)
        other = tf.exp(a)
    yield run(tf, tf.gradients([outer, again], a)), tf.gradients(inner, a)
    yield run(tf, tf.gradients(other, a))
    with graph.gradient_override_map({"Floor": "Identity"}):
        yield run(tf, tf.gradients(tf.floor(a * 1.5) * 2.0, a))
    yield outer.op.get_attr("_gradient_op_type")
    yield failure(lambda: graph.gradient_override_map({"Square": 1}).__enter__())
    yield failure(lambda: tf.RegisterGradient(3)), failure(lambda: tf.NotDifferentiable(3))


@described
def custom_with_variables(tf):
    with tf.variable_scope("s", use_resource=True):
        w = tf.get_variable("w", initializer=[3.0, 4.0])

        @tf.custom_gradient
        def scaled(x):
            def grad(dy, variables=None):
                assert [v.name for v in variables] == ["s/w:0"]
                return dy * 10.0, [dy * 100.0]

            return x * w, grad

        a = tf.constant([1.0, 2.0])
        y = scaled(a)

        @tf.custom_gradient
        def forgets(x):
            return x * w, lambda dy: dy

        @tf.custom_gradient
        def too_few(x):
            return x * w, lambda dy, variables=None: (dy, [])

        yield failure(lambda: forgets(a))
        yield failure(lambda: tf.gradients(too_few(a), a))
    with tf.Session() as session:
        session.run(w.initializer)
        yield session.run(y), session.run(tf.gradients(y, [a, w]))
        yield session.run(tf.gradients(y * w, [a, w]))

    @tf.custom_gradient
    def makes_one(x):
        return x * tf.get_variable("made", [2]), lambda dy, variables=None: (dy, [dy])

    @tf.custom_gradient
    def wants_one(x):
        return x * 2.0, lambda dy, variables=None: (dy, [])

    yield failure(lambda: makes_one(a)), failure(lambda: wants_one(a))


@described
def custom_in_custom(tf):
    """Nested, differentiated twice, of structures, with constants."""

    @tf.custom_gradient
    def inner(x):
        return x * x, lambda dy: dy * 10.0 * x

    @tf.custom_gradient
    def outer(x):
        y = inner(x)
        return y * 3.0, lambda dy: tf.gradients(y, x, grad_ys=dy)[0] * x

    @tf.custom_gradient
    def structure(x):
        return {"a": x * 2.0, "b": [x * 3.0]}, lambda da, db: da + db * x

    @tf.custom_gradient
    def no_inputs_gradient(x, y):
        return x * y, lambda dz: (dz * y, None)

    a = tf.constant([1.0, 2.0])
    y = outer(a)
    first = tf.gradients(y, a)[0]
    yield run(tf, [y, first]), run(tf, tf.gradients(inner(a), a)), run(tf, outer([3.0]))
    once = tf.gradients(inner(a), a)[0]
    yield run(tf, tf.gradients(once, a))
    parts = structure(a)
    yield sorted(parts), run(tf, parts["b"]), run(tf, tf.gradients([parts["a"], parts["b"][0]], a))
    x, y = tf.constant(2.0), tf.constant(3.0)
    yield (
        tf.gradients(no_inputs_gradient(x, y), y),
        run(tf, tf.gradients(no_inputs_gradient(x, y), x)),
    )
    yield inner.__name__, failure(lambda: inner(x=a))

    @tf.custom_gradient
    def wrong_count(x):
        return x * 1.0, lambda dy: (dy, dy)

    yield failure(lambda: tf.gradients(wrong_count(a), a))


@described
def second_derivatives(tf):
    a, b = tf.constant([1.0, 2.0]), tf.constant([[1.0], [3.0]])
    yield [run(tf, h) for h in tf.hessians(tf.reduce_sum(a * a * a) * b[0, 0], [a])]
    product = tf.reduce_sum(tf.matmul(tf.reshape(a, [1, 2]) ** 2, b) ** 2)
    yield run(tf, tf.hessians(product, [a, b]))
    yield run(tf, tf.hessians([a * a, a * a * a], a))


@described
def names(tf):
    """Gradient nodes lie in a scope of their own."""
    a, b = tf.constant(1.0, name="a"), tf.constant(2.0, name="b")
    y = tf.multiply(a, b, name="y")
    first, second = tf.gradients(y, a), tf.gradients(y, b, name="mine")
    yield first[0].op.name.split("/")[0], second[0].op.name.split("/")[0]
    with tf.name_scope("s"):
        yield tf.gradients(y, a)[0].op.name.split("/")[:2]


CASES = table(EXPRESSIONS, SCRIPTS)
