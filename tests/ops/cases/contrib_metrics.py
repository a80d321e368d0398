"""tf.contrib.metrics: each over several batches; their nodes, their variables, their errors."""

from tests.ops.cases.metrics import stream
from tests.reference.spec import error, f32, of, script, table


def metric(metric_name, *positional, **options):
    """The metric of two tensors, and of weights where there is a third input."""

    def build(tf, first, second, weights=None):
        function = getattr(tf.contrib.metrics, metric_name)
        return function(first, second, *positional, weights=weights, **options)

    return build


def concat(**options):
    return lambda tf, values: tf.contrib.metrics.streaming_concat(values, **options)


RENAMED = [
    *[
        stream(name, metric(f"streaming_{name}"), "b6", "b6", "f6")
        for name in ("accuracy", "true_positives", "true_negatives", "false_positives")
        + ("false_negatives", "precision", "recall")
    ],
    *[
        stream(name, metric(f"streaming_{name}"), "f4x3", "f4x3", "f4x1")
        for name in ("mean_absolute_error", "mean_squared_error", "root_mean_squared_error")
    ],
    stream("auc", metric("streaming_auc", num_thresholds=9, curve="PR"), "f9", "b9"),
    stream("cosine", metric("streaming_mean_cosine_distance", 1), "f4x3", "f4x3"),
    stream("mean_iou", metric("streaming_mean_iou", 3), "i6<3", "i6<3"),
    stream(
        "precision_at_thresholds", metric("streaming_precision_at_thresholds", [0.5]), "f6", "b6"
    ),
    stream("recall_at_thresholds", metric("streaming_recall_at_thresholds", [0.5]), "f6", "b6"),
    stream("sensitivity", metric("streaming_sensitivity_at_specificity", 0.6), "f9", "b9"),
    stream("specificity", metric("streaming_specificity_at_sensitivity", 0.6), "f9", "b9"),
    stream("recall_at_k", metric("streaming_recall_at_k", 2), "f4x5", "i4<5"),
    stream("recall_of_sparse_at_k", metric("streaming_sparse_recall_at_k", 2), "f4x5", "i4x2<5"),
    stream("precision_at_k", metric("streaming_sparse_precision_at_k", 2, 1), "f4x5", "i4x2<5"),
    stream(
        "average_precision", metric("streaming_sparse_average_precision_at_k", 2), "f4x5", "i4<5"
    ),
    stream("precision_at_top_k", metric("streaming_sparse_precision_at_top_k"), "i4x3<5", "i4x2<5"),
    stream("recall_at_top_k", metric("sparse_recall_at_top_k", 2), "i4x2<5", "i4x3<5"),
    stream(
        "average_precision_at_top_k",
        metric("streaming_sparse_average_precision_at_top_k"),
        "i4x3<5",
        "i4x2<5",
    ),
]

RATES = [
    *[
        stream(f"{name}_rate{len(inputs)}", metric(f"streaming_{name}_rate"), *inputs)
        for name in ("false_positive", "false_negative")
        for inputs in (("b6", "b6"), ("b4x3", "b4x3", "f4x1"))
    ],
    *[
        stream(
            f"{name}_at_thresholds{len(inputs)}",
            metric(f"streaming_{name}_at_thresholds", [0.2, 0.6]),
            *inputs,
        )
        for name in ("true_positives", "true_negatives", "false_positives", "false_negatives")
        + ("false_positive_rate", "false_negative_rate")
        for inputs in (("f6", "b6"), ("f4x3", "i4x3", "f1x3"))
    ],
    *[
        stream(
            f"curve_points_{curve}",
            metric("streaming_curve_points", num_thresholds=5, curve=curve),
            "b9",
            "f9",
        )
        for curve in ("ROC", "PR")
    ],
    *[
        stream(
            f"recall_at_precision_{strict}",
            metric("recall_at_precision", 0.6, strict_mode=strict, num_thresholds=9),
            "b9",
            "f9",
        )
        for strict in (False, True)
    ],
    stream("precision_at_recall", metric("precision_at_recall", 0.6), "b9", "f9", "f9"),
    stream("f1_score", metric("f1_score"), "b9", "f9"),
    stream("f1_score_weights", metric("f1_score", num_thresholds=9), "b9", "f9", "f9"),
    stream(
        "at_equal_thresholds",
        metric("precision_recall_at_equal_thresholds", num_thresholds=7),
        "b9",
        "f9",
    ),
    stream(
        "at_equal_thresholds_weights",
        metric("precision_recall_at_equal_thresholds", num_thresholds=5),
        "b4x3",
        "f4x3",
        "f4x1",
    ),
]

TOGETHER = [
    *[
        stream(f"{name}{len(inputs)}", metric(f"streaming_{name}"), *inputs)
        for name in ("covariance", "pearson_correlation")
        for inputs in (("f9", "f9"), ("f4x3", "f4x3", "f4x1"))
    ],
    stream("cohen_kappa", metric("cohen_kappa", 3), "i9<3", "i9x1<3"),
    stream("cohen_kappa_weights", metric("cohen_kappa", 3), "i9x1<3", "i9<3", "f9"),
    stream("count", lambda tf, values: tf.contrib.metrics.count(values), "f4x3"),
    stream(
        "count_weights",
        lambda tf, values, weights: tf.contrib.metrics.count(values, weights),
        "f4x3",
        "f4x1",
    ),
]

GROWING = [
    stream("concat", concat(), "f4x3", runs=5),
    stream("concat_last_axis", concat(axis=-1), "f2x3", runs=4),
    stream("concat_few", concat(axis=1, max_size=5), "i2x2x3<9", runs=4),
    *[
        stream(
            f"dynamic_auc_{curve}{len(inputs)}",
            metric("streaming_dynamic_auc", curve=curve),
            *inputs,
        )
        for curve in ("ROC", "PR")
        for inputs in (("i9", "f9"), ("i9", "i9<4", "f9"))
    ],
    stream(
        "confidence_intervals",
        metric("auc_with_confidence_intervals"),
        "i20",
        "f20",
    ),
    stream(
        "confidence_intervals_weights",
        metric("auc_with_confidence_intervals", alpha=0.5, logit_transformation=False),
        "i20",
        "f20",
        "f20",
    ),
    stream(
        "auc_using_histogram",
        lambda tf, labels, scores: tf.contrib.metrics.auc_using_histogram(
            labels, scores, [0.0, 1.0], nbins=7
        ),
        "b9",
        "f9",
    ),
]


@script("one_batch")
def one_batch(tf):
    labels, predictions = tf.constant([1, 2, 3, 4]), tf.constant([1, 2, 0, 0])
    shares = [
        tf.contrib.metrics.accuracy(predictions, labels),
        tf.contrib.metrics.accuracy(predictions, labels, tf.constant([1.0, 0.0, 0.5, 0.5])),
        tf.contrib.metrics.accuracy(tf.constant(["a", "b"]), tf.constant(["a", "c"])),
    ]
    yield [share.name for share in shares]
    yield tf.Session().run(shares)


@script("lists")
def lists(tf):
    metrics = {
        "mean": tf.contrib.metrics.streaming_mean([1.0, 2.0]),
        "accuracy": tf.contrib.metrics.streaming_accuracy([1, 2], [1, 3]),
    }
    values, updates = tf.contrib.metrics.aggregate_metric_map(metrics)
    yield {name: value.name for name, value in values.items()}
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        session.run(updates)
        yield session.run(values)
    listed = tf.contrib.metrics.aggregate_metrics(*metrics.values())
    yield [[tensor.name for tensor in tensors] for tensors in listed]


LABELS = of([0, 1, 1], "int64")

ERRORS = [
    error("curve", metric("streaming_dynamic_auc", curve="TPR"), [LABELS, f32(3)]),
    error("curve_points_curve", metric("streaming_curve_points", curve="TPR"), [f32(3), f32(3)]),
    error("alpha", metric("auc_with_confidence_intervals", alpha=1.0), [LABELS, f32(3)]),
    error("precision_range", metric("recall_at_precision", 1.5), [LABELS, f32(3)]),
    error("recall_range", metric("precision_at_recall", -0.5), [LABELS, f32(3)]),
    error("classes", metric("cohen_kappa", 1), [LABELS, LABELS]),
    error("accuracy_of_floats", metric("accuracy"), [f32(3), f32(3)]),
    error("accuracy_types", metric("accuracy"), [f32(3), LABELS]),
    error("concat_axis", concat(axis=2), [f32(3, 2)], variants=("full",)),
    error("concat_rank", concat(), [f32(3, 2)], variants=("unknown",)),
    error("no_metrics", lambda tf: tf.contrib.metrics.aggregate_metrics()),
]

CASES = table(RENAMED, RATES, TOGETHER, GROWING, [one_batch, lists], ERRORS)
