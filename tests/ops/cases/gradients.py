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
def names(tf):
    """Gradient nodes lie in a scope of their own."""
    a, b = tf.constant(1.0, name="a"), tf.constant(2.0, name="b")
    y = tf.multiply(a, b, name="y")
    first, second = tf.gradients(y, a), tf.gradients(y, b, name="mine")
    yield first[0].op.name.split("/")[0], second[0].op.name.split("/")[0]
    with tf.name_scope("s"):
        yield tf.gradients(y, a)[0].op.name.split("/")[:2]


CASES = table(EXPRESSIONS, SCRIPTS)
