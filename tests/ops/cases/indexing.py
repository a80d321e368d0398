"""Taking parts of tensors: Python indexing, slices, gather and scatter, masks, where, one_hot."""

import numpy as np

from tests.reference.spec import ALL, VARIANTS, calls, case, error, f32, flags, i32, of, table, x

TEXT = of([b"a", b"bc", b""], "string")

#: label -> what is taken from a tensor of shape [4, 3, 2].
INDICES = {
    "int": lambda a: a[1],
    "negative_int": lambda a: a[-1],
    "two_ints": lambda a: a[1, 2],
    "all_ints": lambda a: a[1, 2, 0],
    "chained": lambda a: a[1][2],
    "slice": lambda a: a[1:3],
    "slice_from": lambda a: a[2:],
    "slice_to": lambda a: a[:2],
    "slice_all": lambda a: a[:],
    "slice_negative": lambda a: a[-3:-1],
    "slice_step": lambda a: a[::2],
    "slice_step_from": lambda a: a[1::2],
    "slice_backwards": lambda a: a[::-1],
    "slice_backwards_part": lambda a: a[3:0:-2],
    "slice_beyond": lambda a: a[2:100],
    "slice_nothing": lambda a: a[3:1],
    "slice_before": lambda a: a[-100:2],
    "columns": lambda a: a[:, 1],
    "columns_slice": lambda a: a[:, 1:],
    "columns_backwards": lambda a: a[:, ::-1],
    "both": lambda a: a[1:3, :2],
    "mixed": lambda a: a[1, :, 1],
    "mixed_steps": lambda a: a[::2, 1, ::-1],
    "ellipsis": lambda a: a[..., 1],
    "ellipsis_first": lambda a: a[1, ...],
    "ellipsis_middle": lambda a: a[1, ..., 0],
    "ellipsis_alone": lambda a: a[...],
    "ellipsis_of_nothing": lambda a: a[1, 0, ..., 0],
    "ellipsis_slices": lambda a: a[..., 1:, :1],
    "newaxis_first": lambda a: a[None],
    "newaxis_last": lambda a: a[..., None],
    "newaxis_middle": lambda a: a[:, None, 1],
    "newaxis_two": lambda a: a[None, :, None],
    "newaxis_and_int": lambda a: a[1, None, :, 0],
    "newaxis_and_ellipsis": lambda a: a[None, ..., 0, None],
    "numpy_int": lambda a: a[np.int64(1)],
    "numpy_int_0d": lambda a: a[np.array(1)],
    "tuple": lambda a: a[(1, 2)],
    "dimension": lambda a: a[: (a.shape[0].value or 4) // 2],
    "slice_object": lambda a: a[slice(1, 3)],
    "empty_part": lambda a: a[1:1, :],
}

PYTHON = [
    case(
        "index_" + label,
        lambda tf, a, take=take: take(a),
        [x(4, 3, 2)],
        grad=True,
        grad2=label in ("int", "mixed_steps", "newaxis_middle", "ellipsis"),
    )
    for label, take in sorted(INDICES.items())
] + [
    case("index_dtypes", lambda tf, a: a[1:, ::-1], [x(2, 3)], dtypes=ALL, grad=True),
    case("index_text", lambda tf, a: [a[0], a[1:]], [TEXT]),
    case("index_vector", lambda tf, a: [a[0], a[-1], a[1:2]], [x(3)], grad=True),
    case(
        "index_shape", lambda tf, a: [tf.shape(a)[0], tf.shape(a)[1:], tf.shape(a)[-1]], [x(2, 3)]
    ),
    case(
        "index_by_tensor",
        lambda tf, a, i: a[i],
        [x(4, 3), of(2, "int32")],
        grad=(0,),
        no_fd="the index is data",
    ),
    case("index_by_i64", lambda tf, a, i: a[i], [x(4, 3), of(2, "int64")], variants=("full",)),
    case("index_by_negative_tensor", lambda tf, a, i: a[i], [x(4, 3), of(-1, "int32")]),
    case(
        "index_slice_by_tensors",
        lambda tf, a, i, j: a[i:j],
        [x(4, 3), of(1, "int32"), of(3, "int32")],
        grad=(0,),
        no_fd="the bounds are data",
    ),
    case("index_slice_to_tensor", lambda tf, a, i: a[:i, 1], [x(4, 3), of(2, "int32")]),
    case("index_slice_to_size", lambda tf, a: a[: tf.shape(a)[0] - 1], [x(4, 3)], grad=True),
    case("index_step_tensor", lambda tf, a, i: a[::i], [x(4, 3), of(2, "int32")]),
    case("index_newaxis_constant", lambda tf, a: a[:, tf.newaxis], [x(2)]),
    case(
        "index_mask",
        lambda tf, a, m: tf.boolean_mask(a, m),
        [x(4, 2), of([True, False, True, False], "bool")],
        grad=True,
        nodes=False,
    ),
    case("index_unused_rest", lambda tf, a: a[0] * 2.0 + a[1], [x(3, 2)], grad=True),
    error("index_too_large", lambda tf, a: a[4], [f32(4, 3)], shows=("4",)),
    error("index_too_small", lambda tf, a: a[-5], [f32(4, 3)], shows=("-1",)),
    error("index_too_many", lambda tf, a: a[0, 0, 0], [f32(4, 3)]),
    error("index_float", lambda tf, a: a[1.0], [f32(4, 3)], variants=("full",)),
    # A list is read as a tuple.
    case("index_list", lambda tf, a: a[[0, 1]], [f32(4, 3)]),
    error("index_text_key", lambda tf, a: a["a"], [f32(4, 3)], variants=("full",)),
    error(
        "index_bool_tensor", lambda tf, a: a[tf.constant([True])], [f32(4, 3)], variants=("full",)
    ),
    error("index_two_ellipses", lambda tf, a: a[..., 0, ...], [f32(4, 3)], variants=("full",)),
    error("index_zero_step", lambda tf, a: a[::0], [f32(4, 3)]),
    error("index_scalar", lambda tf, a: a[0], [f32()]),
    error("index_assign", lambda tf, a: a.__setitem__(0, 1.0), [f32(3)], variants=("full",)),
    error(
        "index_backwards_and_int",
        lambda tf, a: a[tf.constant([0])],
        [f32(4, 3)],
        variants=("full",),
    ),
]

SLICES = [
    case("slice", calls("slice", [1, 0], [2, 2]), [x(4, 3)], dtypes=ALL, grad=True, grad2=True),
    case("slice_rest", calls("slice", [1, 1], [-1, 2]), [x(4, 3)], grad=True),
    case("slice_nothing", calls("slice", [1, 0], [0, 3]), [x(4, 3)], grad=True),
    case(
        "slice_by_tensors",
        calls("slice"),
        [x(4, 3), of([1, 0], "int32"), of([2, -1], "int32")],
        grad=(0,),
        no_fd="the bounds are data",
    ),
    case("slice_by_i64", calls("slice"), [x(4, 3), of([1, 0], "int64"), of([2, 3], "int64")]),
    case(
        "slice_by_packed",
        lambda tf, a: tf.slice(a, [0, 0], [tf.shape(a)[0], 1]),
        [x(4, 3)],
        grad=True,
    ),
    case(
        "slice_begin_fed",
        lambda tf, a, i: tf.slice(a, tf.stack([i, 0]), [2, 3]),
        [x(4, 3), of(1, "int32")],
    ),
    case(
        "slice_scalar",
        lambda tf, a: tf.slice(a, tf.zeros([0], tf.int32), tf.zeros([0], tf.int32)),
        [x()],
    ),
    case("slice_text", calls("slice", [1], [1]), [TEXT]),
    error("slice_beyond", calls("slice", [3, 0], [2, 3]), [f32(4, 3)]),
    error("slice_before", calls("slice", [-1, 0], [2, 3]), [f32(4, 3)]),
    error("slice_rank", calls("slice", [0], [1]), [f32(4, 3)]),
    error("slice_lengths", calls("slice", [0, 0], [1]), [f32(4, 3)]),
    case(
        "strided_slice",
        calls("strided_slice", [0, 1], [4, 3], [2, 1]),
        [x(4, 3)],
        dtypes=ALL,
        grad=True,
        grad2=True,
    ),
    case("strided_slice_default", calls("strided_slice", [1], [3]), [x(4, 3)], grad=True),
    case(
        "strided_slice_negative",
        calls("strided_slice", [-1, 2], [0, 0], [-1, -1]),
        [x(4, 3)],
        grad=True,
    ),
    case(
        "strided_slice_masks",
        calls(
            "strided_slice", [1, 1], [2, 2], [1, 1], begin_mask=1, end_mask=2, shrink_axis_mask=0
        ),
        [x(4, 3)],
        grad=True,
    ),
    case(
        "strided_slice_shrink",
        calls("strided_slice", [1, 1], [2, 3], shrink_axis_mask=1),
        [x(4, 3)],
        grad=True,
    ),
    case(
        "strided_slice_new_axis",
        calls("strided_slice", [0, 1], [0, 3], new_axis_mask=1),
        [x(4, 3)],
        grad=True,
    ),
    case(
        "strided_slice_ellipsis",
        calls("strided_slice", [0, 1], [0, 2], ellipsis_mask=1),
        [x(4, 3, 2)],
        grad=True,
    ),
    case(
        "strided_slice_fed",
        calls("strided_slice"),
        [x(4, 3), of([1, 0], "int32"), of([3, 2], "int32")],
        grad=(0,),
        no_fd="the bounds are data",
    ),
    error("strided_slice_lengths", calls("strided_slice", [0, 0], [1]), [f32(4, 3)]),
    error("strided_slice_zero", calls("strided_slice", [0], [1], [0]), [f32(4, 3)]),
]

GATHERS = [
    case(
        "gather",
        calls("gather"),
        [x(4, 3), of([2, 0, 2], "int32")],
        dtypes=ALL,
        grad=(0,),
        grad2=True,
        no_fd="the indices are data",
    ),
    case("gather_constant", calls("gather", [3, 0, 0]), [x(4, 3)], grad=True, grad2=True),
    case(
        "gather_i64",
        calls("gather"),
        [x(4, 3), of([2, 0], "int64")],
        grad=(0,),
        no_fd="the indices are data",
    ),
    case("gather_scalar", calls("gather", 1), [x(4, 3)], grad=True),
    case("gather_matrix", calls("gather", [[0, 1], [2, 3]]), [x(4, 3)], grad=True),
    case("gather_vector", calls("gather", [1, 1]), [x(4)], grad=True),
    case(
        "gather_nothing", lambda tf, a: tf.gather(a, tf.zeros([0], tf.int32)), [x(4, 3)], grad=True
    ),
    case("gather_axis_1", calls("gather", [2, 0], axis=1), [x(4, 3)], grad=True, grad2=True),
    case("gather_axis_negative", calls("gather", [1, 1], axis=-1), [x(2, 3, 2)], grad=True),
    case("gather_axis_middle", calls("gather", [[0, 2], [1, 1]], axis=1), [x(2, 3, 2)], grad=True),
    case(
        "gather_axis_tensor",
        lambda tf, a, axis: tf.gather(a, [0, 1], axis=axis),
        [x(4, 3), of(1, "int32")],
        grad=(0,),
        no_fd="the axis is data",
    ),
    case("gather_text", calls("gather", [2, 0]), [TEXT]),
    case("gather_list", lambda tf: tf.gather([10, 20, 30], [2, 1])),
    case(
        "gather_batch_dims",
        calls("gather", [[0, 1], [1, 1]], batch_dims=1),
        [x(2, 3)],
        variants=("full",),
        nodes=False,
    ),
    case(
        "batch_gather",
        lambda tf, a: tf.batch_gather(a, [[0, 1], [2, 1]]),
        [x(2, 3)],
        variants=("full",),
        nodes=False,
    ),
    error("gather_too_large", calls("gather"), [f32(4, 3), of([4], "int32")], shows=("4",)),
    error("gather_negative", calls("gather"), [f32(4, 3), of([-1], "int32")], shows=("-1",)),
    error(
        "gather_float", calls("gather"), [f32(4, 3), f32(2)], variants=("full",), shows=("float32",)
    ),
    error("gather_from_scalar", calls("gather", [0]), [f32()]),
    error("gather_axis_range", calls("gather", [0], axis=2), [f32(4, 3)]),
    case(
        "gather_nd",
        calls("gather_nd", [[0, 1], [2, 2]]),
        [x(4, 3)],
        dtypes=ALL,
        grad=True,
        grad2=True,
    ),
    case("gather_nd_rows", calls("gather_nd", [[1], [1]]), [x(4, 3)], grad=True),
    case("gather_nd_one", calls("gather_nd", [1, 2]), [x(4, 3)]),
    case("gather_nd_deep", calls("gather_nd", [[[0, 1]], [[2, 2]]]), [x(4, 3, 2)], grad=True),
    case("gather_nd_all", lambda tf, a: tf.gather_nd(a, tf.zeros([2, 0], tf.int32)), [x(2, 3)]),
    case(
        "gather_nd_fed",
        calls("gather_nd"),
        [x(4, 3), of([[3, 0]], "int64")],
        grad=(0,),
        no_fd="the indices are data",
    ),
    case("gather_nd_text", calls("gather_nd", [[2], [0]]), [TEXT]),
    error(
        "gather_nd_range", calls("gather_nd"), [f32(4, 3), of([[0, 3]], "int32")], shows=("[0,3]",)
    ),
    error("gather_nd_depth", calls("gather_nd"), [f32(4, 3), of([[0, 0, 0]], "int32")]),
]

SCATTERS = [
    case(
        "scatter_nd",
        lambda tf, i, u: tf.scatter_nd(i, u, [4, 2]),
        [of([[1], [3], [1]], "int32"), x(3, 2)],
        grad=True,
        no_fd="the indices are data",
    ),
    case(
        "scatter_nd_dtypes",
        lambda tf, u: tf.scatter_nd([[1], [3], [1]], u, [4, 2]),
        [x(3, 2)],
        dtypes=ALL,
        grad=True,
        grad2=True,
    ),
    case(
        "scatter_nd_points",
        lambda tf, u: tf.scatter_nd([[0, 1], [2, 2]], u, [3, 3]),
        [x(2)],
        grad=True,
    ),
    error("scatter_nd_range", lambda tf, u: tf.scatter_nd([[4]], u, [4]), [f32(1)]),
    error("scatter_nd_shapes", lambda tf, u: tf.scatter_nd([[1]], u, [4]), [f32(2)]),
    case(
        "tensor_scatter_update",
        lambda tf, a, u: tf.tensor_scatter_update(a, [[1], [3]], u),
        [x(4), x(2)],
        grad=True,
    ),
    case(
        "tensor_scatter_add",
        lambda tf, a, u: tf.tensor_scatter_add(a, [[1], [1]], u),
        [x(4), x(2)],
        grad=True,
    ),
    case(
        "tensor_scatter_sub",
        lambda tf, a, u: tf.tensor_scatter_sub(a, [[1], [1]], u),
        [x(4), x(2)],
        grad=True,
    ),
    case(
        "dynamic_partition",
        lambda tf, a, p: tf.dynamic_partition(a, p, 3),
        [x(4, 2), of([0, 2, 0, 2], "int32")],
        grad=(0,),
        no_fd="the partitions are data",
    ),
    case(
        "dynamic_stitch",
        lambda tf, a, b: tf.dynamic_stitch([[0, 2], [1, 0]], [a, b]),
        [x(2, 3), x(2, 3)],
        grad=True,
        no_fd="an index given twice: the gradient reaches both, the value only one",
    ),
    error(
        "dynamic_partition_range",
        lambda tf, a, p: tf.dynamic_partition(a, p, 2),
        [f32(2), of([0, 2], "int32")],
    ),
]

WHERE = [
    case(
        "where",
        lambda tf, c, a, b: tf.where(c, a, b),
        [flags(2, 3), x(2, 3), x(2, 3)],
        dtypes=ALL,
        grad=True,
        grad2=True,
    ),
    case(
        "where_rows",
        lambda tf, c, a, b: tf.where(c, a, b),
        [of([True, False], "bool"), x(2, 3), x(2, 3)],
        grad=True,
    ),
    case(
        "where_scalar",
        lambda tf, c, a, b: tf.where(c, a, b),
        [of(False, "bool"), x(2, 3), x(2, 3)],
        grad=True,
    ),
    case(
        "where_comparison", lambda tf, a: tf.where(a > 0, a, tf.zeros_like(a)), [x(2, 3)], grad=True
    ),
    case(
        "where_nan_not_taken",
        lambda tf, a: tf.where(a > 0, tf.log(a), a),
        [of([-1.0, 2.0])],
        variants=("full",),
        grad=True,
        no_fd="0 * nan",
    ),
    case("where_text", lambda tf, c, a: tf.where(c, a, a), [of([True, False, True], "bool"), TEXT]),
    case(
        "where_indices",
        lambda tf, c: tf.where(c),
        [of([[True, False, True], [False, False, True]], None)],
        dtypes=("bool", "float32", "int32", "float64", "int64", "uint8", "complex64"),
    ),
    case("where_indices_vector", lambda tf, c: tf.where(c), [of([True, False, True], "bool")]),
    case("where_indices_none", lambda tf, c: tf.where(c), [of([False, False], "bool")]),
    error("where_indices_scalar", lambda tf, c: tf.where(c), [of(True, "bool")]),
    case(
        "where_indices_empty",
        lambda tf, c: tf.where(c),
        [of(np.zeros((0, 2)), "bool")],
        variants=("full",),
    ),
    case(
        "where_indices_nan",
        lambda tf, c: tf.where(c),
        [of([float("nan"), 0.0, -0.0, 1.0])],
        variants=("full",),
    ),
    case(
        "where_squeezed",
        lambda tf, c: tf.squeeze(tf.where(c), [1]),
        [of([True, False, True], "bool")],
    ),
    case(
        "where_v2",
        lambda tf, c, a, b: tf.where_v2(c, a, b),
        [flags(2, 3), x(3), x(2, 1)],
        grad=True,
    ),
    error("where_shapes", lambda tf, c, a, b: tf.where(c, a, b), [flags(2, 3), f32(2, 3), f32(3)]),
    error(
        "where_condition", lambda tf, c, a, b: tf.where(c, a, b), [flags(3), f32(2, 3), f32(2, 3)]
    ),
    error("where_only_x", lambda tf, c, a: tf.where(c, a), [flags(2), f32(2)], variants=("full",)),
    error(
        "where_dtypes",
        lambda tf, c, a, b: tf.where(c, a, b),
        [flags(2), f32(2), i32(2)],
        variants=("full",),
    ),
]

MASKS = [
    case(
        "boolean_mask",
        calls("boolean_mask"),
        [x(4, 3), of([True, False, True, False], "bool")],
        grad=True,
        dtypes=("float32", "int32", "float64", "bool"),
        variants=("full", "batch"),
        nodes=False,
    ),
    case(
        "boolean_mask_matrix",
        calls("boolean_mask"),
        [x(2, 3), of([[True, False, True], [False, True, True]], "bool")],
        grad=True,
        variants=("full", "batch"),
        nodes=False,
    ),
    case(
        "boolean_mask_rows_of_3d",
        calls("boolean_mask"),
        [x(2, 2, 3), of([[True, False], [True, True]], "bool")],
        grad=True,
        variants=("full", "batch"),
        nodes=False,
    ),
    case(
        "boolean_mask_axis",
        calls("boolean_mask", [True, False, True], axis=1),
        [x(2, 3)],
        grad=True,
        nodes=False,
        variants=("full",),
    ),
    case(
        "boolean_mask_numpy",
        calls("boolean_mask", np.array([False, True])),
        [x(2, 3)],
        nodes=False,
        variants=("full", "batch"),
    ),
    case(
        "boolean_mask_nothing",
        calls("boolean_mask", [False, False]),
        [x(2, 3)],
        nodes=False,
        variants=("full", "batch"),
    ),
    case(
        "boolean_mask_nodes",
        calls("boolean_mask"),
        [x(4, 3), of([True, False, True, False], "bool")],
        variants=("full",),
    ),
    error("boolean_mask_shapes", calls("boolean_mask"), [f32(4, 3), flags(3)], variants=("full",)),
    error("boolean_mask_scalar", calls("boolean_mask"), [f32(4, 3), flags()], variants=("full",)),
    case(
        "sequence_mask",
        calls("sequence_mask", 4),
        [of([1, 3, 0], None)],
        dtypes=("int32", "int64", "float32"),
    ),
    case("sequence_mask_no_length", calls("sequence_mask"), [of([1, 3, 0], "int32")]),
    case(
        "sequence_mask_dtype",
        lambda tf, a: tf.sequence_mask(a, 4, dtype=tf.float32),
        [of([[1, 3], [0, 9]], "int32")],
    ),
    case("sequence_mask_list", lambda tf: tf.sequence_mask([1, 2])),
    error(
        "sequence_mask_maxlen", calls("sequence_mask", [3]), [of([1], "int32")], variants=("full",)
    ),
]

ONE_HOT = [
    case(
        "one_hot",
        calls("one_hot", 4),
        [of([0, 3, -1, 7], None)],
        dtypes=("int32", "int64", "uint8", "float32"),
    ),
    case("one_hot_matrix", calls("one_hot", 3), [of([[0, 1], [2, 1]], "int32")]),
    case("one_hot_scalar", calls("one_hot", 3), [of(1, "int32")]),
    case(
        "one_hot_values", calls("one_hot", 3, on_value=5.0, off_value=-1.0), [of([0, 2], "int32")]
    ),
    case("one_hot_integers", calls("one_hot", 3, on_value=5, off_value=0), [of([0, 2], "int32")]),
    case("one_hot_on_only", calls("one_hot", 3, on_value=5), [of([0, 2], "int32")]),
    case(
        "one_hot_bools", calls("one_hot", 3, on_value=True, off_value=False), [of([0, 2], "int32")]
    ),
    case("one_hot_dtype", lambda tf, a: tf.one_hot(a, 3, dtype=tf.int64), [of([0, 2], "int32")]),
    case("one_hot_axis_0", calls("one_hot", 3, axis=0), [of([0, 2], "int32")]),
    case("one_hot_axis_1", calls("one_hot", 3, axis=1), [of([[0, 2], [1, 1]], "int32")]),
    case("one_hot_axis_last", calls("one_hot", 3, axis=-1), [of([[0, 2], [1, 1]], "int32")]),
    case("one_hot_depth_fed", calls("one_hot"), [of([0, 2], "int32"), of(3, "int32")]),
    case("one_hot_list", lambda tf: tf.one_hot([1, 0], 2)),
    case("one_hot_empty", calls("one_hot", 3), [of(np.zeros(0), "int32")]),
    case(
        "one_hot_text", calls("one_hot", 2, on_value="yes", off_value="no"), [of([0, 1], "int32")]
    ),
    error("one_hot_float_indices", calls("one_hot", 3), [f32(2)], variants=("full",)),
    error("one_hot_axis_range", calls("one_hot", 3, axis=3), [i32(2)]),
    error(
        "one_hot_other_dtypes",
        calls("one_hot", 3, on_value=1.0, off_value=0),
        [i32(2)],
        variants=("full",),
    ),
    error("one_hot_negative_depth", calls("one_hot", -1), [i32(2)]),
    error("one_hot_vector_depth", calls("one_hot", [3]), [i32(2)]),
]

SORTING = [
    *[
        case(
            f"{name}_{label}",
            calls(name, **options),
            [x(2, 3, 4)],
            grad=name == "sort",
            grad2=name == "sort" and label == "last",
            dtypes=("float32", "float64", "int32", "int8") if label == "last" else ("float32",),
            # Of an unknown rank, TensorFlow cannot exchange the last axis with itself.
            variants=("full", "batch", "rank") if label == "axis_last" else VARIANTS,
        )
        for name in ("sort", "argsort")
        for label, options in (
            ("last", {}),
            ("descending", {"direction": "DESCENDING"}),
            ("first", {"axis": 0, "name": "mine"}),
            ("middle", {"axis": -2, "direction": "DESCENDING"}),
            ("axis_last", {"axis": 2}),
        )
    ],
    case(
        "argsort_ties",
        lambda tf, a: [tf.argsort(a), tf.argsort(a, direction="DESCENDING", stable=True)],
        [of([[2, 1, 2, 1, 3]])],
    ),
    case("sort_empty", calls("sort"), [x(2, 0)]),
    error("sort_direction", calls("sort", direction="UP"), [f32(2)], shows=("UP",)),
    error("sort_axis_fed", lambda tf, a, axis: tf.sort(a, axis), [f32(2), i32()]),
    error("sort_axis_list", calls("sort", [0]), [f32(2)]),
    error("sort_axis_range", calls("sort", 2), [f32(2, 3)], variants=("full",)),
    error("sort_scalar", calls("sort"), [f32()]),
]

SETS = [
    case(
        "unique",
        calls("unique"),
        [of([3, 1, 3, 2, 1], None)],
        dtypes=("int32", "float32", "int64", "uint8"),
    ),
    case("unique_i64", lambda tf, a: tf.unique(a, out_idx=tf.int64), [of([3, 1, 3], "int32")]),
    case("unique_text", calls("unique"), [of([b"b", b"a", b"b"], "string")]),
    case("unique_empty", calls("unique"), [x(0)]),
    error("unique_matrix", calls("unique"), [f32(2, 2)]),
    case("unique_with_counts", calls("unique_with_counts"), [of([3, 1, 3, 2, 1], "int32")]),
    case("setdiff1d", calls("setdiff1d", [1, 2]), [of([3, 1, 2, 5], "int32")]),
    case("bincount", calls("bincount"), [of([3, 1, 3, 0], "int32")], nodes=False),
    case(
        "searchsorted",
        lambda tf, a, v: [tf.searchsorted(a, v), tf.searchsorted(a, v, side="right")],
        [of([[1.0, 2.0, 2.0, 5.0]]), of([[0.0, 2.0, 9.0]])],
        nodes=False,
    ),
]

SEGMENTS = [
    entry
    for name, grad in (("sum", True), ("mean", True), ("max", True), ("min", True), ("prod", False))
    for entry in (
        case(
            "segment_" + name,
            calls("segment_" + name),
            [x(4, 2), of([0, 0, 1, 3], "int32")],
            dtypes=("float32", "float64", "float16", "int32", "int64", "uint8"),
            grad=(0,) if grad else False,
            no_fd="the segments are data",
        ),
        case(
            "segment_" + name + "_constant", calls("segment_" + name, [0, 1, 1]), [x(3)], grad=grad
        ),
        case(
            "unsorted_segment_" + name,
            calls("unsorted_segment_" + name, num_segments=3),
            [x(4, 2), of([2, 0, 2, -1], "int32")],
            dtypes=("float32", "float64", "float16", "int32", "int64", "uint8"),
            grad=(0,),
            no_fd="the segments are data",
            nodes=name != "mean",
        ),
        case(
            "unsorted_segment_" + name + "_constant",
            calls("unsorted_segment_" + name, [1, 0, 1, 1], 2),
            [x(4)],
            grad=True,
            nodes=name != "mean",
        ),
    )
] + [
    case(
        "unsorted_segment_sum_matrix",
        calls("unsorted_segment_sum", num_segments=3),
        [x(2, 2, 2), of([[0, 2], [2, 1]], "int32")],
        grad=(0,),
        grad2=True,
        no_fd="the segments are data",
    ),
    case(
        "unsorted_segment_sum_second",
        calls("unsorted_segment_sum", [1, 0, 1], 2),
        [x(3, 2)],
        grad=True,
        grad2=True,
    ),
    case("segment_sum_second", calls("segment_sum", [0, 1, 1]), [x(3, 2)], grad=True, grad2=True),
    case(
        "unsorted_segment_sum_fed_count",
        calls("unsorted_segment_sum"),
        [x(3), of([0, 1, 0], "int32"), of(2, "int32")],
        grad=(0,),
        no_fd="the segments are data",
    ),
    case(
        "unsorted_segment_sum_i64",
        calls("unsorted_segment_sum"),
        [x(3), of([0, 1, 0], "int64"), of(2, "int64")],
        grad=(0,),
        no_fd="the segments are data",
    ),
    case(
        "unsorted_segment_sqrt_n",
        calls("unsorted_segment_sqrt_n", [1, 0, 1], 2),
        [x(3, 2)],
        grad=True,
        nodes=False,
    ),
    case(
        "unsorted_segment_max_ties",
        calls("unsorted_segment_max", [0, 0, 1], 2),
        [of([2.0, 2.0, 1.0])],
        grad=True,
        no_fd="ties",
    ),
    case(
        "segment_max_ties",
        calls("segment_max", [0, 0, 1]),
        [of([2.0, 2.0, 1.0])],
        grad=True,
        no_fd="ties",
    ),
    error("segment_sum_unsorted", calls("segment_sum"), [f32(3), of([1, 0, 1], "int32")]),
    error("segment_sum_length", calls("segment_sum"), [f32(3), of([0, 1], "int32")]),
    error(
        "unsorted_segment_sum_range",
        calls("unsorted_segment_sum", num_segments=2),
        [f32(2), of([0, 2], "int32")],
    ),
    error(
        "unsorted_segment_sum_prefix",
        calls("unsorted_segment_sum", num_segments=2),
        [f32(3), of([0, 1], "int32")],
    ),
]

CASES = table(PYTHON, SLICES, GATHERS, SCATTERS, WHERE, MASKS, ONE_HOT, SORTING, SETS, SEGMENTS)
