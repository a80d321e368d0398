"""Rows looked up in tables that may be split, and combined."""

from tests.reference.spec import FLOATS, case, error, of, script, table, x

IDS = [[3, 0, 3], [5, 2, 1]]

# Two rows of ids, the third one empty: [0: 3, 0], [1: 5], [3: 2, 2, 1].
PLACES = [[0, 0], [0, 1], [1, 0], [2, 0], [2, 1], [2, 2]]
SPARSE_IDS = [3, 0, 5, 2, 2, 1]


def lookup(**options):
    """Of a table in as many parts as there are inputs before the ids."""

    def build(tf, *inputs):
        params = inputs[0] if len(inputs) == 2 else list(inputs[:-1])
        return tf.nn.embedding_lookup(params, inputs[-1], **options)

    return build


def ids(values=IDS, dtype="int32"):
    return of(values, dtype)


LOOKUPS = [
    case(
        "one_part",
        lookup(),
        [x(6, 2), ids()],
        dtypes=(*FLOATS, "int32"),
        grad=(0,),
        grad2=True,
    ),
    case("one_id", lookup(), [x(6, 2), ids(4)], grad=(0,)),
    case("one_part_named", lookup(name="mine"), [x(6, 2), ids(dtype="int64")], grad=(0,)),
    case("max_norm", lookup(max_norm=1.0), [x(6, 2), ids()], grad=(0,)),
    case("max_norm_one_id", lookup(max_norm=1.0), [x(6, 2), ids(4)], grad=(0,)),
    case("mod", lookup(), [x(3, 2), x(3, 2), ids()], grad=True, grad2=True),
    case("mod_of_three", lookup(name="mine"), [x(2, 2), x(2, 2), x(2, 2), ids()], grad=True),
    case("mod_max_norm", lookup(max_norm=0.5), [x(3, 2), x(3, 2), ids()], grad=True),
    case(
        "div",
        lookup(partition_strategy="div"),
        [x(4, 2), x(3, 2), ids(dtype="int64")],
        grad=True,
        variants=("full", "batch"),
    ),
    case(
        "div_of_three",
        lookup(partition_strategy="div"),
        [x(3, 2), x(2, 2), x(2, 2), ids([0, 6, 2, 3])],
        grad=True,
        variants=("full", "batch"),
    ),
    case("no_ids", lookup(), [x(3, 2), x(3, 2), ids([])], variants=("full", "batch")),
    error("bad_strategy", lookup(partition_strategy="both"), [x(3, 2), x(3, 2), ids()]),
    error("no_params", lambda tf: tf.nn.embedding_lookup([], [1])),
    error("none", lambda tf: tf.nn.embedding_lookup(None, [1])),
    error("outside", lookup(), [x(3, 2), ids()]),
]


def sparse_lookup(combiner, weighted, **options):
    def build(tf, params, values, *weights):
        def sparse(v):
            return tf.SparseTensor(PLACES, v, [3, 3])

        return tf.nn.embedding_lookup_sparse(
            params,
            sparse(values),
            sparse(weights[0]) if weighted else None,
            combiner=combiner,
            **options,
        )

    return build


SPARSE = [
    entry
    for combiner in ("sum", "mean", "sqrtn")
    for entry in (
        case(
            f"sparse_{combiner}",
            sparse_lookup(combiner, False),
            [x(6, 2), ids(SPARSE_IDS, "int64")],
            grad=(0,),
        ),
        case(
            f"sparse_{combiner}_weighted",
            sparse_lookup(combiner, True, name="mine"),
            [x(6, 2), ids(SPARSE_IDS, "int64"), x(6, domain="positive")],
            dtypes=("float32", "float64"),
            grad=True,
            grad2=True,
        ),
        case(
            f"sparse_{combiner}_parts",
            lambda tf, a, b, v, combiner=combiner: sparse_lookup(combiner, False, max_norm=1.0)(
                tf, [a, b], v
            ),
            [x(3, 2), x(3, 2), ids(SPARSE_IDS, "int64")],
            grad=True,
            variants=("full",),
        ),
    )
] + [
    case(
        "sparse_float16",
        sparse_lookup("mean", False),
        [x(6, 2, dtype="float16"), ids(SPARSE_IDS, "int64")],
    ),
    error("sparse_bad_combiner", sparse_lookup("max", False), [x(6, 2), ids(SPARSE_IDS, "int64")]),
    error(
        "sparse_dense_ids",
        lambda tf, p, i: tf.nn.embedding_lookup_sparse(p, i, None, combiner="sum"),
        [x(6, 2), ids()],
    ),
    error(
        "sparse_dense_weights",
        lambda tf, p, i: tf.nn.embedding_lookup_sparse(
            p, tf.SparseTensor(PLACES, i, [3, 3]), i, combiner="sum"
        ),
        [x(6, 2), ids(SPARSE_IDS, "int64")],
    ),
]

UNSAFE_IDS = [3, -1, -1, 2, 2, 1]
UNSAFE_PLACES = [[0, 0, 0], [0, 0, 1], [0, 1, 0], [1, 1, 0], [1, 1, 1], [1, 1, 2]]


def safe_lookup(combiner, weighted, **options):
    def build(tf, params, values, *weights):
        def sparse(v):
            return tf.SparseTensor(UNSAFE_PLACES, v, [2, 2, 3])

        return tf.nn.safe_embedding_lookup_sparse(
            params,
            sparse(values),
            sparse(weights[0]) if weighted else None,
            combiner=combiner,
            **options,
        )

    return build


SAFE = [
    entry
    for combiner in ("sum", "mean")
    for entry in (
        case(
            f"safe_{combiner}",
            safe_lookup(combiner, False),
            [x(6, 2), ids(UNSAFE_IDS, "int64")],
            grad=(0,),
        ),
        case(
            f"safe_{combiner}_weighted",
            safe_lookup(combiner, True, name="mine"),
            [x(6, 2), ids(UNSAFE_IDS, "int64"), of([1.0, 2.0, 3.0, -1.0, 0.0, 0.5])],
            grad=(0,),
            no_fd="weights are float32",
        ),
        case(
            f"safe_{combiner}_default",
            safe_lookup(combiner, False, default_id=4, name="mine"),
            [x(6, 2), ids(UNSAFE_IDS, "int64")],
            grad=(0,),
        ),
    )
]


@script("variables")
def variables(tf):
    """Lookups in variables of all kinds, and the gradients, which have rows only."""
    start = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]
    for resource in (False, True):
        with tf.Graph().as_default():
            with tf.variable_scope("tables", use_resource=resource):
                whole = tf.get_variable("whole", initializer=start)
                parts = tf.get_variable(
                    "parts",
                    [4, 2],
                    initializer=tf.constant_initializer(2.0),
                    partitioner=tf.fixed_size_partitioner(3),
                )
            found = tf.nn.embedding_lookup(whole, [3, 1, 3])
            other = tf.nn.embedding_lookup(parts, [3, 0], partition_strategy="div")
            yield [(op.name, op.type) for op in tf.get_default_graph().get_operations()]
            gradients = tf.gradients([found, other], [whole, *parts])
            yield [type(gradient).__name__ for gradient in gradients]
            train = tf.train.GradientDescentOptimizer(0.5).minimize(
                tf.reduce_sum(found) + tf.reduce_sum(other * other)
            )
            with tf.Session() as session:
                session.run(tf.global_variables_initializer())
                yield session.run([found, other])
                session.run(train)
                yield session.run([whole.value(), tf.convert_to_tensor(parts)])


@script("optimizers")
def optimizers(tf):
    """Rows that come twice, with every optimizer."""
    for make in (
        lambda: tf.train.GradientDescentOptimizer(0.5),
        lambda: tf.train.MomentumOptimizer(0.5, 0.9),
        lambda: tf.train.MomentumOptimizer(0.5, 0.9, use_nesterov=True),
        lambda: tf.train.AdamOptimizer(0.5),
    ):
        with tf.Graph().as_default():
            rows = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
            found = tf.nn.embedding_lookup(rows, [2, 0, 2])
            train = make().minimize(tf.reduce_sum(found * found))
            with tf.Session() as session:
                session.run(tf.global_variables_initializer())
                for _ in range(3):
                    session.run(train)
                    yield session.run(rows)


CASES = table(LOOKUPS, SPARSE, SAFE, variables, optimizers)
