"""tf.metrics: each over several batches, with and without weights; their nodes, their variables."""

import numpy as np

from tests.reference.spec import error, f32, of, script, table

BATCHES = 3
DTYPES = {"f": np.float32, "i": np.int64, "b": np.bool_}


def stream(name, build, *inputs, runs=BATCHES):
    """A metric of inputs such as "f4x3" (in [0, 1)), "i4<5" (below 5), "b4", over several runs.

    Observed: the nodes, the local variables, the value before the first and after each update, and
    the update.
    """

    @script(name)
    def program(tf):
        random = np.random.RandomState(len(name))
        arrays = [[batch_of(kind, random) for kind in inputs] for _ in range(runs)]
        fed = [tf.placeholder(first.dtype, first.shape) for first in arrays[0]]
        value, update = build(tf, *fed)
        graph = tf.get_default_graph()
        yield [f"{node.name} {node.op}" for node in graph.as_graph_def().node]
        for collection in ("LOCAL_VARIABLES", "METRIC_VARIABLES", "GLOBAL_VARIABLES"):
            yield [v.name for v in tf.get_collection(getattr(tf.GraphKeys, collection))]
        value = getattr(value, "_asdict", lambda: value)()
        with tf.Session() as session:
            session.run(tf.local_variables_initializer())
            for batch in arrays:
                yield session.run(value, dict(zip(fed, batch)))
                yield session.run(update, dict(zip(fed, batch)))
            yield session.run(value, dict(zip(fed, arrays[-1])))

    return program


def batch_of(kind, random):
    """An array of a type and a shape such as "f4x3", of whole numbers below n after "<n"."""
    kind, _, below = kind.partition("<")
    shape = [int(size) for size in kind[1:].split("x") if size]
    if kind[0] == "f":
        return random.uniform(size=shape).astype(np.float32)
    return random.randint(int(below or 2), size=shape).astype(DTYPES[kind[0]])


def metric(metric_name, *positional, **options):
    """The metric of labels and predictions, and of weights where there is a third input."""

    def build(tf, labels, predictions, weights=None):
        function = getattr(tf.metrics, metric_name)
        return function(labels, predictions, *positional, weights=weights, **options)

    return build


def of_values(name, *positional):
    return lambda tf, values, weights=None: getattr(tf.metrics, name)(values, *positional, weights)


def sparse_labels(name, *positional, **options):
    """A metric at k whose labels are sparse: [4, 3], of which some are missing."""

    def build(tf, labels, predictions, weights=None):
        indices = [[0, 0], [0, 2], [1, 0], [2, 1], [3, 0], [3, 1], [3, 2]]
        labels = tf.SparseTensor(indices, labels, [4, 3])
        function = getattr(tf.metrics, name)
        return function(labels, predictions, *positional, weights=weights, **options)

    return build


ERRORS = ("mean_absolute_error", "mean_squared_error", "root_mean_squared_error")
COUNTS = ("true_positives", "false_negatives", "true_negatives", "false_positives")
RATES = ("precision", "recall")

MEANS = [
    stream("mean", of_values("mean"), "f4x3"),
    stream("mean_weights", of_values("mean"), "f4x3", "b4x1"),
    stream("mean_weights_scalar", of_values("mean"), "f4x3", "f"),
    stream("mean_integers", of_values("mean"), "i4x3<9"),
    stream("mean_tensor", of_values("mean_tensor"), "f4x3"),
    stream("mean_tensor_weights", of_values("mean_tensor"), "f4x3", "f1x3"),
    stream("percentage_below", of_values("percentage_below", 0.4), "f4x3"),
    stream("percentage_below_weights", of_values("percentage_below", 0.4), "f4x3", "f4x3"),
    stream("accuracy", metric("accuracy"), "i6<3", "i6<3"),
    stream("accuracy_column", metric("accuracy"), "i6x1<3", "i6<3", "f6x1"),
    stream("accuracy_other_type", metric("accuracy"), "i6<2", "f6"),
    *[stream(name, metric(name), "f4x3", "f4x3") for name in ERRORS],
    *[stream(f"{name}_weights", metric(name), "f4x3", "f4x3", "f4x1") for name in ERRORS],
    stream(
        "mean_relative_error",
        lambda tf, labels, predictions, normalizer: tf.metrics.mean_relative_error(
            labels, predictions, tf.cast(normalizer, tf.float32)
        ),
        "f5",
        "f5",
        "i5<3",
    ),
    stream("mean_cosine_distance", metric("mean_cosine_distance", 1), "f4x3", "f4x3"),
    stream(
        "mean_cosine_distance_weights", metric("mean_cosine_distance", -1), "f4x3", "f4x3", "f4x1"
    ),
]

CLASSES = [
    stream("mean_per_class_accuracy", metric("mean_per_class_accuracy", 4), "i6<4", "i6<4"),
    stream(
        "mean_per_class_accuracy_weights",
        metric("mean_per_class_accuracy", 4),
        "i2x3<3",
        "f2x3",
        "f2x3",
    ),
    stream("mean_iou", metric("mean_iou", 4), "i6<4", "i6<4"),
    stream("mean_iou_weights", metric("mean_iou", 4), "i2x3<3", "i2x3<3", "f2x3"),
]

POSITIVES = [
    *[stream(name, metric(name), "b6", "b6") for name in COUNTS + RATES],
    *[stream(f"{name}_weights", metric(name), "f4x3", "b4x3", "f4x1") for name in COUNTS + RATES],
    *[stream(f"{name}_weights_scalar", metric(name), "b6x1", "i6", "f") for name in COUNTS],
    *[
        stream(f"{name}_at_thresholds", metric(f"{name}_at_thresholds", [0.2, 0.5]), "b6", "f6")
        for name in COUNTS + RATES
    ],
    *[
        stream(
            f"{name}_at_thresholds_weights",
            metric(f"{name}_at_thresholds", [0.2, 0.5, 0.9]),
            "i4x3",
            "f4x3",
            "f1x3",
        )
        for name in COUNTS + RATES
    ],
    stream("sensitivity", metric("sensitivity_at_specificity", 0.7), "b9", "f9"),
    stream("sensitivity_weights", metric("sensitivity_at_specificity", 0.3), "b9", "f9", "f9"),
    stream("specificity", metric("specificity_at_sensitivity", 0.7), "b9", "f9"),
    stream(
        "specificity_few",
        metric("specificity_at_sensitivity", 0.4, num_thresholds=5),
        "b9",
        "f9",
        "f9",
    ),
]

AREAS = [
    *[
        stream(
            f"auc_{curve}_{method}",
            metric("auc", curve=curve, summation_method=method, num_thresholds=20),
            "b9",
            "f9",
            *weights,
        )
        for curve in ("ROC", "PR")
        for method, weights in (
            ("trapezoidal", ()),
            ("careful_interpolation", ("f9",)),
            ("minoring", ()),
            ("majoring", ("f",)),
        )
    ],
    stream("auc", metric("auc"), "b9", "f9"),
    stream("auc_thresholds", metric("auc", thresholds=[0.8, 0.1, 0.5]), "b9", "f9"),
]

AT_K = [
    *[
        stream(f"{name}_{labels}{'_class' if options else ''}", metric(name, 3, **options), *inputs)
        for name in ("recall_at_k", "precision_at_k")
        for labels, inputs in (
            ("dense", ("i4x2<6", "f4x6")),
            ("one_label", ("i4<6", "f4x6", "f4")),
            ("cube", ("i2x4x2<6", "f2x4x6", "f2x4")),
        )
        for options in ({}, {"class_id": 2})
    ],
    *[
        stream(
            f"{name}_sparse{'_class' if options else ''}",
            sparse_labels(name, 2, **options),
            "i7<5",
            "f4x5",
            *weights,
        )
        for name in ("recall_at_k", "precision_at_k")
        for options, weights in (({}, ("f4",)), ({"class_id": 1}, ("f",)))
    ],
    *[
        stream(name, metric(name, class_id=1), "i4x2<5", "i4x3<5")
        for name in ("recall_at_top_k", "precision_at_top_k")
    ],
    stream("sparse_precision_at_k", metric("sparse_precision_at_k", 1, name="own"), "i4<5", "f4x5"),
]

AVERAGE_PRECISION = [
    stream("average_precision", metric("average_precision_at_k", 3), "i4x2<6", "f4x6"),
    stream("average_precision_others", metric("average_precision_at_k", 3), "i4x2<9", "f4x6"),
    stream("average_precision_one", metric("average_precision_at_k", 1), "i4<6", "f4x6", "f4"),
    stream("average_precision_cube", metric("average_precision_at_k", 2), "i2x4x3<6", "f2x4x6"),
    stream(
        "average_precision_sparse",
        sparse_labels("sparse_average_precision_at_k", 2),
        "i7<9",
        "f4x5",
        "f4",
    ),
]

ERRORS_RAISED = [
    error("shapes", metric("accuracy"), [f32(4), f32(3)], variants=("full",)),
    error(
        "shapes_weights", metric("accuracy"), [f32(4, 3), f32(4, 3), f32(2, 3)], variants=("full",)
    ),
    error(
        "ranks_weights",
        metric("mean_squared_error"),
        [f32(4, 3), f32(4, 3), f32(3, 1, 1)],
        variants=("full",),
    ),
    error(
        "counts_ranks",
        metric("true_positives"),
        [f32(4, 3), f32(4, 3), f32(1, 1, 4, 3)],
        variants=("full",),
    ),
    error("mean_tensor_unknown", of_values("mean_tensor"), [f32(3)], variants=("unknown",)),
    error("no_curve", metric("auc", curve="TPR"), [f32(3), f32(3)], shows=["TPR unknown"]),
    error("no_method", metric("auc", summation_method="sum"), [f32(3), f32(3)], shows=["sum"]),
    error("specificity_range", metric("sensitivity_at_specificity", 1.1), [f32(3), f32(3)]),
    error("sensitivity_range", metric("specificity_at_sensitivity", -0.1), [f32(3), f32(3)]),
    error("k", metric("average_precision_at_k", 0), [of([[1]], "int64"), f32(1, 3)]),
    error(
        "labels_rank",
        metric("recall_at_k", 1),
        [of([[[1]]], "int64"), f32(1, 3)],
        variants=("full",),
        shows=["Unexpected labels shape"],
    ),
]


@script("not_in_range")
def not_in_range(tf):
    predictions = tf.placeholder(tf.float32, [2])
    _, update = tf.metrics.auc([1.0, 0.0], predictions)
    for value in (-0.5, 1.5):
        with tf.Session() as session:
            session.run(tf.local_variables_initializer())
            try:
                session.run(update, {predictions: [0.5, value]})
            except tf.errors.InvalidArgumentError as raised:
                yield "predictions must be in [0, 1]" in str(raised)


@script("no_such_class")
def no_such_class(tf):
    _, update = tf.metrics.mean_iou(tf.constant([0, 3]), tf.constant([0, 1]), 3)
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        try:
            session.run(update)
        except tf.errors.InvalidArgumentError as raised:
            yield "`labels` out of bound" in str(raised)


@script("collections")
def collections(tf):
    tf.metrics.mean([1.0], None, ["values", "all"], "updates")
    tf.metrics.precision([1.0], [1.0], None, "values", ["updates"])
    tf.metrics.root_mean_squared_error([1.0], [1.0], None, "values", ["updates"], "rmse")
    for name in ("values", "all", "updates"):
        yield [tensor.name for tensor in tf.get_collection(name)]


@script("in_a_scope_that_reuses")
def in_a_scope_that_reuses(tf):
    with tf.variable_scope("evaluation", use_resource=True):
        value, update = tf.metrics.mean([1.0, 3.0])
    with tf.variable_scope("evaluation", reuse=True):
        other, _ = tf.metrics.mean([1.0, 3.0])
    yield [variable.name for variable in tf.local_variables()], value.name, other.name
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        yield session.run(update), session.run([value, other])


CASES = table(
    MEANS,
    CLASSES,
    POSITIVES,
    AREAS,
    AT_K,
    AVERAGE_PRECISION,
    ERRORS_RAISED,
    [not_in_range, no_such_class, collections, in_a_scope_that_reuses],
)
