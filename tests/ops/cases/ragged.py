"""Ragged tensors: made, gathered, converted, reduced, sliced, joined; their ops and functions."""

import numpy as np

from tests.reference.spec import case, error, of, script, table, x

F32 = "float32"
LENGTHS = [2, 0, 3, 1]
SPLITS = [0, 2, 2, 5, 6]


def floats(count):
    return x(count)


def i32(values):
    return of(values, "int32")


def integers(values):
    return of(values, "int64")


def parts(ragged):
    return [*ragged.nested_row_splits, ragged.flat_values]


def rows(tf, values):
    """A ragged matrix with the rows of LENGTHS."""
    return tf.RaggedTensor.from_row_splits(values, np.array(SPLITS), validate=False)


def deep(tf, values):
    """Three rows of rows: [[a, b], []], [[c, d, e]], [[f]]."""
    return tf.RaggedTensor.from_row_splits(rows(tf, values), np.array([0, 2, 3, 4]), validate=False)


def on_rows(name, function, **options):
    """A case of a ragged matrix of six floats, with gradients by its values."""
    return case(name, lambda tf, v: function(tf, rows(tf, v)), [floats(6)], **options)


MAKING = [
    case(
        "from_value_rowids",
        lambda tf, v, r: parts(tf.RaggedTensor.from_value_rowids(v, r, nrows=4)),
        [floats(6), integers([0, 0, 2, 2, 2, 3])],
    ),
    case(
        "from_row_lengths",
        lambda tf, v, n: parts(tf.RaggedTensor.from_row_lengths(v, n)),
        [floats(6), integers(LENGTHS)],
    ),
    case(
        "from_row_starts",
        lambda tf, v, n: parts(tf.RaggedTensor.from_row_starts(v, n)),
        [floats(6), integers([0, 2, 2, 5])],
    ),
    case(
        "from_row_limits",
        lambda tf, v, n: parts(tf.RaggedTensor.from_row_limits(v, n)),
        [floats(6), integers([2, 2, 5, 6])],
    ),
    case(
        "from_tensor_padding",
        lambda tf, v: parts(tf.RaggedTensor.from_tensor(v, padding=0)),
        [i32([[1, 0, 2, 0], [0, 0, 0, 0], [3, 3, 3, 3]])],
    ),
    case(
        "from_tensor_rank_2",
        lambda tf, v: parts(tf.RaggedTensor.from_tensor(v, ragged_rank=2)),
        [i32(np.arange(12).reshape(2, 2, 3))],
    ),
    case(
        "constant",
        lambda tf: [*parts(tf.ragged.constant([[[1], []], [[2, 3]]])), tf.ragged.constant([4, 5])],
        [],
    ),
]

CONVERSIONS = [
    on_rows("to_tensor", lambda tf, r: r.to_tensor(-1.0), grad=True),
    case("to_tensor_deep", lambda tf, v: deep(tf, v).to_tensor(), [floats(6)], grad=True),
    case(
        "to_sparse",
        lambda tf, v: (
            [r.indices for r in [deep(tf, v).to_sparse()]]
            + [deep(tf, v).to_sparse().values, deep(tf, v).to_sparse().dense_shape]
        ),
        [floats(6)],
        grad=True,
    ),
    case(
        "ragged_tensor_to_tensor",
        lambda tf, v: tf.raw_ops.RaggedTensorToTensor(
            shape=np.array([-1, 2]),
            values=v,
            default_value=9.0,
            row_partition_tensors=[np.array(SPLITS)],
            row_partition_types=["ROW_SPLITS"],
        ),
        [floats(6)],
    ),
    case(
        "through_variants",
        lambda tf, v: parts(
            tf.RaggedTensor._from_variant(deep(tf, v)._to_variant(batched_input=True), v.dtype, 2)
        ),
        [floats(6)],
    ),
    error(
        "splits_beyond_values",
        lambda tf, v, s: tf.RaggedTensor.from_row_splits(v, s, validate=False).to_sparse().values,
        [floats(3), integers([0, 2, 4])],
    ),
]

SELECTING = [
    case(
        "gather",
        lambda tf, v, i: parts(tf.gather(rows(tf, v), i)),
        [floats(6), i32([[2, 0], [1, 2]])],
        grad=True,
    ),
    case("getitem_row", lambda tf, v: rows(tf, v)[2], [floats(6)], grad=True),
    on_rows("getitem_rows", lambda tf, r: parts(r[1:3])),
    on_rows("getitem_columns", lambda tf, r: parts(r[:, 1:])),
    on_rows("getitem_steps", lambda tf, r: parts(r[::2, ::2])),
    on_rows("getitem_new_axes", lambda tf, r: parts(r[:, tf.newaxis])),
    on_rows("boolean_mask", lambda tf, r: parts(tf.ragged.boolean_mask(r, r > 0.5))),
    on_rows("where_coordinates", lambda tf, r: tf.where(r > 0.5)),
    on_rows("where_rows", lambda tf, r: parts(tf.where([True, False, False, True], r, r * 2.0))),
    on_rows(
        "batch_gather",
        lambda tf, r: parts(tf.batch_gather(r, tf.ragged.constant([[1], [], [2, 0], [0]]))),
    ),
    on_rows("gather_nd", lambda tf, r: tf.gather_nd(r, [[0, 1], [2, 2]])),
    error(
        "gather_outside",
        lambda tf, v, i: tf.gather(rows(tf, v), i).flat_values,
        [floats(6), i32([0, 4])],
    ),
]

MATH = [
    case(
        "range",
        lambda tf, a, b: parts(tf.ragged.range(a, b, 2)),
        [i32([0, 5, 3]), i32([4, 5, 8])],
    ),
    case(
        "range_of_floats",
        lambda tf, a, b, d: parts(tf.ragged.range(a, b, d)),
        [of([0, 3], F32), of([1, -2], F32), of([0.1, -1.5], F32)],
    ),
    error(
        "range_without_steps",
        lambda tf, d: tf.ragged.range([0, 1], [3, 3], d).values,
        [i32([1, 0])],
    ),
    on_rows("reduce_sum_rows", lambda tf, r: tf.reduce_sum(r, 1), grad=True),
    on_rows("reduce_sum_columns", lambda tf, r: tf.reduce_sum(r, 0), grad=True),
    on_rows("reduce_sum", lambda tf, r: tf.reduce_sum(r)),
    on_rows("reduce_mean", lambda tf, r: tf.reduce_mean(r, axis=1), nodes=False),
    on_rows("reduce_max", lambda tf, r: tf.reduce_max(r, axis=[0])),
    on_rows("reduce_any", lambda tf, r: tf.reduce_any(r > 1.0, axis=1)),
    on_rows(
        "segment_sum",
        lambda tf, r: parts(tf.math.unsorted_segment_sum(r, [1, 0, 1, 2], 3)),
    ),
    on_rows("exp", lambda tf, r: parts(tf.exp(r)), grad=True),
    on_rows("add", lambda tf, r: parts(tf.add(r, r * 2.0))),
    on_rows("add_number", lambda tf, r: parts(1.0 + r)),
    on_rows(
        "add_column",
        lambda tf, r: parts(r + tf.constant([[1.0], [2.0], [3.0], [4.0]])),
        nodes=False,
    ),
    on_rows("clip", lambda tf, r: parts(tf.clip_by_value(r, 0.5, 1.0))),
    on_rows("cast", lambda tf, r: parts(tf.cast(r, tf.int32))),
    on_rows("map_flat_values", lambda tf, r: parts(tf.ragged.map_flat_values(tf.subtract, r, r))),
]

ARRANGING = [
    on_rows("concat_rows", lambda tf, r: parts(tf.concat([r, r], 0))),
    on_rows("concat_columns", lambda tf, r: parts(tf.concat([r, r], 1))),
    on_rows("stack", lambda tf, r: parts(tf.ragged.stack([r, r], axis=1))),
    on_rows("tile", lambda tf, r: parts(tf.tile(r, [2, 3]))),
    on_rows("expand_dims", lambda tf, r: parts(tf.expand_dims(r, 1))),
    on_rows("size_and_rank", lambda tf, r: [tf.size(r), tf.rank(r)]),
    on_rows("bounding_shape", lambda tf, r: [r.bounding_shape(), r.nrows(), r.row_lengths()]),
    on_rows("one_hot", lambda tf, r: parts(tf.one_hot(tf.cast(r, tf.int32), 3))),
    case(
        "stack_dynamic_partitions",
        lambda tf, v, p: parts(tf.ragged.stack_dynamic_partitions(v, p, 4)),
        [floats(5), i32([3, 0, 3, 1, 0])],
    ),
    case(
        "segment_ids",
        lambda tf, s: [
            tf.ragged.row_splits_to_segment_ids(s),
            tf.ragged.segment_ids_to_row_splits(tf.ragged.row_splits_to_segment_ids(s), 4),
        ],
        [integers(SPLITS)],
    ),
]


def words(values):
    return of(values, "string")


TEXT = [
    case(
        "bytes_split", lambda tf, s: parts(tf.strings.bytes_split(s)), [words([b"ab", b"", b"c"])]
    ),
    case(
        "split_ragged",
        lambda tf, s: parts(tf.strings.split(s, result_type="RaggedTensor")),
        [words([b"a b  c", b"", b"d"])],
    ),
    case(
        "string_split_ragged",
        lambda tf, s: parts(tf.string_split(s, ",", result_type="RaggedTensor")),
        [words([b"a,b,,c", b"", b"d"])],
    ),
    case(
        "unicode_decode",
        lambda tf, s: parts(tf.strings.unicode_decode(s, "UTF-8")),
        [words([b"h\xc3\xa9\xff", b"", b"\xf0\x9f\x98\x80"])],
    ),
    case(
        "unicode_split_with_offsets",
        lambda tf, s: [
            part
            for ragged in tf.strings.unicode_split_with_offsets(s, "UTF-8")
            for part in parts(ragged)
        ],
        [words([b"h\xc3\xa9\xff", b"", b"\xf0\x9f\x98\x80"])],
    ),
    case(
        "unicode_encode",
        lambda tf, c: tf.strings.unicode_encode(
            tf.RaggedTensor.from_row_lengths(c, [2, 0, 1], validate=False), "UTF-16-BE"
        ),
        [i32([104, 233, 128512])],
    ),
    case(
        "unicode_script",
        lambda tf, c: tf.strings.unicode_script(c),
        [i32([65, 48, -1, 0x10FFFF, 0x110000, 0x4E00, 0xD800, 0x640, 0x1F600, 0x300])],
    ),
    case(
        "ngrams",
        lambda tf, s: parts(
            tf.strings.ngrams(
                tf.RaggedTensor.from_row_lengths(s, [3, 1], validate=False), [1, 2], pad_values="-"
            )
        ),
        [words([b"a", b"b", b"c", b"d"])],
    ),
    case(
        "ngrams_of_tensor",
        lambda tf, s: tf.strings.ngrams(s, 2, separator="+"),
        [words([[b"a", b"b", b"c"], [b"d", b"e", b"f"]])],
    ),
    case(
        "lengths_and_joined",
        lambda tf, s: (
            parts(tf.strings.length(tf.strings.bytes_split(s)))
            + [tf.strings.reduce_join(tf.strings.bytes_split(s), axis=1)]
        ),
        [words([b"ab", b"", b"c"])],
    ),
]


@script("fed_and_fetched")
def fed_and_fetched(tf):
    """Ragged values go in and come out as RaggedTensorValues."""
    fed = tf.ragged.placeholder(tf.float32, 1, [])
    value = tf.ragged.constant_value([[1.0, 2.0], [], [3.0]], dtype=np.float32)
    with tf.Session() as session:
        for fetched in (fed, fed * 2.0, {"a": [fed.values, fed]}):
            result = session.run(fetched, {fed: value})
            result = result["a"][1] if isinstance(result, dict) else result
            yield result.to_list(), str(result), result.ragged_rank, str(result.shape)
        yield str(fed.shape), fed.dtype.name, fed.ragged_rank
        yield session.run(tf.nest.flatten(fed, expand_composites=True), {fed: value})


CASES = table(MAKING, CONVERSIONS, SELECTING, MATH, ARRANGING, TEXT, [fed_and_fetched])
