"""Shapes: asking for them, changing them, joining and splitting, repeating and padding."""

import numpy as np

from tests.reference.spec import ALL, calls, case, error, f32, failure, i32, of, script, table, x

TEXT = of([[b"a", b"bc"], [b"", b"d"]], "string")
# TensorFlow repeats no large unsigned integers; reflow does.
TILED = tuple(dtype for dtype in ALL if dtype not in ("uint16", "uint32", "uint64"))
# No errors here: tf.concat(axis, values) and tf.split(axis, number, value), the orders of
# TensorFlow 0.x. TensorFlow 1 refuses them, reflow takes them: tests/tf/test_old_orders.py.


ASKING = [
    case("shape", calls("shape"), [x(2, 3)], dtypes=ALL),
    case("shape_i64", lambda tf, a: tf.shape(a, out_type=tf.int64), [x(2, 3)]),
    case("shape_scalar", calls("shape"), [x()]),
    case("shape_empty", calls("shape"), [x(0, 2)]),
    case("shape_text", calls("shape"), [TEXT]),
    case("shape_named", calls("shape", name="s"), [x(2, 3)]),
    case("shape_list", lambda tf: tf.shape([[1, 2], [3, 4]])),
    case("shape_n", lambda tf, a, b: tf.shape_n([a, b]), [x(2, 3), x(4)]),
    case("shape_n_i64", lambda tf, a, b: tf.shape_n([a, b], out_type=tf.int64), [x(2, 3), x(4)]),
    case("rank", calls("rank"), [x(2, 3)]),
    case("rank_scalar", calls("rank"), [x()]),
    case("size", calls("size"), [x(2, 3)]),
    case("size_i64", lambda tf, a: tf.size(a, out_type=tf.int64), [x(2, 3)]),
    case("size_empty", calls("size"), [x(0, 3)]),
    case("size_scalar", calls("size"), [x()]),
    case("shape_used", lambda tf, a: tf.reshape(a, [tf.shape(a)[0], -1]), [x(2, 3, 2)], grad=True),
    case(
        "static_shape",
        lambda tf, a: [a, str(a.shape), str(a.get_shape()), a.shape.ndims],
        [x(2, 3)],
        variants=("full",),
    ),
    case(
        "broadcast_static_shape",
        lambda tf, a, b: [a, str(tf.broadcast_static_shape(a.shape, b.shape))],
        [x(2, 1), x(3)],
        variants=("full",),
    ),
    case(
        "broadcast_dynamic_shape",
        lambda tf, a, b: tf.broadcast_dynamic_shape(tf.shape(a), tf.shape(b)),
        [x(2, 1), x(3)],
    ),
    error(
        "broadcast_dynamic_shape_differs",
        lambda tf, a, b: tf.broadcast_dynamic_shape(tf.shape(a), tf.shape(b)),
        [f32(2), f32(3)],
    ),
    error(
        "broadcast_static_shape_differs",
        lambda tf, a, b: tf.broadcast_static_shape(a.shape, b.shape),
        [f32(2), f32(3)],
        variants=("full",),
    ),
]

IDENTITIES = [
    case("identity", calls("identity"), [x(2, 3)], dtypes=ALL, grad=True, grad2=True),
    case("identity_text", calls("identity"), [TEXT]),
    case("identity_named", calls("identity", name="me"), [x(2)]),
    case("identity_n", lambda tf, a, b: tf.identity_n([a, b]), [x(2), i32(3)], grad=True),
    case(
        "stop_gradient",
        lambda tf, a: a * tf.stop_gradient(a),
        [x(2, 3)],
        grad=True,
        no_fd="the gradient is stopped on purpose",
    ),
    case("stop_gradient_integers", calls("stop_gradient"), [i32(2, 3)]),
    case("stop_gradient_named", calls("stop_gradient", name="stop"), [x(2)]),
    case("tuple", lambda tf, a, b: tf.tuple([a, b]), [x(2), x(3)], grad=True),
    case("no_op", lambda tf: [tf.no_op(), tf.constant(1)]),
    case("group", lambda tf, a: [tf.group(tf.identity(a), tf.negative(a)), tf.constant(1)], [x(2)]),
    case("control_dependencies", lambda tf, a: controlled(tf, a), [x(2)]),
    case("guarantee_const", calls("guarantee_const"), [x(2)]),
]


def controlled(tf, a):
    with tf.control_dependencies([tf.negative(a, name="first")]):
        return tf.identity(a, name="then")


RESHAPES = [
    case("reshape", calls("reshape", [3, 4]), [x(2, 6)], dtypes=ALL, grad=True, grad2=True),
    case("reshape_inferred", calls("reshape", [-1, 4]), [x(2, 6)], grad=True),
    case("reshape_flat", calls("reshape", [-1]), [x(2, 3)], grad=True, grad2=True),
    case("reshape_rank_up", calls("reshape", (1, 2, -1, 1)), [x(2, 3)], grad=True),
    case("reshape_to_scalar", calls("reshape", []), [x(1, 1)], grad=True),
    case("reshape_scalar", calls("reshape", [1, 1]), [x()], grad=True),
    case("reshape_empty", calls("reshape", [3, 0]), [x(0, 2)], grad=True),
    case("reshape_empty_inferred", calls("reshape", [2, -1]), [x(2, 0)], grad=True),
    case("reshape_by_tensor", calls("reshape"), [x(2, 6), of([4, -1], "int32")], grad=True),
    case("reshape_by_i64", calls("reshape"), [x(2, 6), of([4, 3], "int64")], grad=True),
    case(
        "reshape_by_packed",
        lambda tf, a: tf.reshape(a, [tf.shape(a)[0], 2, 3]),
        [x(2, 6)],
        grad=True,
    ),
    case(
        "reshape_by_stack",
        lambda tf, a: tf.reshape(a, tf.stack([-1, tf.shape(a)[1] * 2])),
        [x(2, 6)],
        grad=True,
    ),
    case(
        "reshape_by_concat",
        lambda tf, a: tf.reshape(a, tf.concat([tf.shape(a)[:1], [2, 3]], 0)),
        [x(2, 6)],
        grad=True,
    ),
    case(
        "reshape_by_shape",
        lambda tf, a, b: tf.reshape(a, tf.shape(b)),
        [x(2, 6), x(3, 4)],
        grad=(0,),
        no_fd="only one input takes part",
    ),
    case("reshape_text", calls("reshape", [4]), [TEXT]),
    case("reshape_static_shape", lambda tf, a: tf.reshape(a, tf.TensorShape([3, 4])), [x(2, 6)]),
    error("reshape_size", calls("reshape", [4, 2]), [f32(2, 3)], shows=("[4,2]",)),
    error("reshape_not_divisible", calls("reshape", [4, -1]), [f32(2, 3)]),
    error("reshape_two_unknown", calls("reshape", [-1, -1]), [f32(2, 3)]),
    error("reshape_negative", calls("reshape", [-2, 3]), [f32(2, 3)]),
    error("reshape_float_shape", calls("reshape", [2.0, 3.0]), [f32(2, 3)], variants=("full",)),
    error("reshape_matrix_shape", calls("reshape"), [f32(2, 3), of([[2, 3]], "int32")]),
]

TRANSPOSES = [
    case("transpose", calls("transpose"), [x(2, 3, 4)], dtypes=ALL, grad=True, grad2=True),
    case("transpose_matrix", calls("transpose"), [x(2, 3)], grad=True),
    case("transpose_vector", calls("transpose"), [x(3)]),
    case("transpose_scalar", calls("transpose"), [x()]),
    case("transpose_perm", calls("transpose", [1, 2, 0]), [x(2, 3, 4)], grad=True, grad2=True),
    case("transpose_perm_keyword", calls("transpose", perm=(0, 2, 1)), [x(2, 3, 4)], grad=True),
    case(
        "transpose_by_tensor",
        calls("transpose"),
        [x(2, 3), of([1, 0], "int32")],
        grad=(0,),
        no_fd="the permutation is data",
    ),
    case(
        "transpose_by_i64", lambda tf, a: tf.transpose(a, tf.constant([1, 0], tf.int64)), [x(2, 3)]
    ),
    case(
        "transpose_conjugate",
        calls("transpose", conjugate=True),
        [x(2, 3)],
        dtypes=("complex64", "float32"),
        grad=True,
        no_fd="complex",
    ),
    case("transpose_text", calls("transpose"), [TEXT]),
    case("transpose_empty", calls("transpose"), [x(0, 3)]),
    case("matrix_transpose", calls("matrix_transpose"), [x(2, 3, 4)], grad=True),
    case("adjoint", lambda tf, a: tf.linalg.adjoint(a), [x(2, 3)], dtypes=("complex64", "float32")),
    error("transpose_perm_length", calls("transpose", [0, 1]), [f32(2, 3, 4)]),
    error("transpose_perm_range", calls("transpose", [0, 3, 1]), [f32(2, 3, 4)], shows=("3",)),
    error("transpose_perm_twice", calls("transpose", [0, 0]), [f32(2, 3)]),
    error("matrix_transpose_vector", calls("matrix_transpose"), [f32(3)], variants=("full",)),
]

EXPANSIONS = [
    case(
        "expand_dims_" + str(axis).replace("-", "minus_"),
        calls("expand_dims", axis),
        [x(2, 3)],
        grad=True,
    )
    for axis in (0, 1, 2, -1, -2, -3)
] + [
    case("expand_dims_dtypes", calls("expand_dims", 0), [x(2)], dtypes=ALL, grad=True, grad2=True),
    case("expand_dims_dim", calls("expand_dims", dim=1), [x(2, 3)]),
    case("expand_dims_axis", calls("expand_dims", axis=1, name="wide"), [x(2, 3)]),
    case("expand_dims_scalar", calls("expand_dims", 0), [x()], grad=True),
    case("expand_dims_by_tensor", calls("expand_dims"), [x(2, 3), of(1, "int32")]),
    error("expand_dims_too_large", calls("expand_dims", 3), [f32(2, 3)]),
    error("expand_dims_too_small", calls("expand_dims", -4), [f32(2, 3)]),
    error("expand_dims_both", calls("expand_dims", axis=0, dim=0), [f32(2)], variants=("full",)),
    case("squeeze", calls("squeeze"), [x(1, 2, 1, 3)], dtypes=ALL, grad=True, grad2=True),
    case("squeeze_axis", calls("squeeze", [0]), [x(1, 2, 1)], grad=True),
    case("squeeze_number", calls("squeeze", 0), [x(1, 2, 1)]),
    case("squeeze_negative", calls("squeeze", axis=[-1]), [x(1, 2, 1)], grad=True),
    case("squeeze_dims", calls("squeeze", squeeze_dims=[0, 2]), [x(1, 2, 1)]),
    case("squeeze_nothing", calls("squeeze"), [x(2, 3)]),
    case("squeeze_to_scalar", calls("squeeze"), [x(1, 1)], grad=True),
    case("squeeze_text", calls("squeeze"), [of([[b"a"]], "string")]),
    error("squeeze_not_one", calls("squeeze", [1]), [f32(1, 2)], shows=("1",)),
    error("squeeze_range", calls("squeeze", [2]), [f32(1, 2)], shows=("2",)),
    error(
        "squeeze_both",
        calls("squeeze", axis=[0], squeeze_dims=[0]),
        [f32(1, 2)],
        variants=("full",),
    ),
]

CONCATS = [
    case(
        "concat_0",
        lambda tf, a, b: tf.concat([a, b], 0),
        [x(2, 3), x(1, 3)],
        dtypes=ALL,
        grad=True,
        grad2=True,
    ),
    case("concat_1", lambda tf, a, b: tf.concat([a, b], 1), [x(2, 3), x(2, 1)], grad=True),
    case(
        "concat_negative",
        lambda tf, a, b: tf.concat([a, b], axis=-1),
        [x(2, 2, 3), x(2, 2, 1)],
        grad=True,
    ),
    case(
        "concat_middle",
        lambda tf, a, b, c: tf.concat([a, b, c], -2),
        [x(2, 1, 2), x(2, 2, 2), x(2, 3, 2)],
        grad=True,
        grad2=True,
    ),
    case("concat_one", lambda tf, a: tf.concat([a], 0), [x(2, 3)], grad=True),
    case("concat_one_unlisted", lambda tf, a: tf.concat(a, 0), [x(2, 3)]),
    case("concat_empty", lambda tf, a, b: tf.concat([a, b], 0), [x(0, 3), x(2, 3)], grad=True),
    case("concat_numbers", lambda tf: tf.concat([[1, 2], [3]], 0)),
    case("concat_constant", lambda tf, a: tf.concat([a, [[7.0]]], 1), [x(1, 3)], grad=True),
    case(
        "concat_tensor_axis",
        lambda tf, a, b, axis: tf.concat([a, b], axis),
        [x(2, 3), x(2, 3), of(1, "int32")],
        grad=(0, 1),
        no_fd="the axis is data",
    ),
    case("concat_text", lambda tf, a: tf.concat([a, a], 1), [TEXT]),
    case("concat_same", lambda tf, a: tf.concat([a, a], 0), [x(2)], grad=True),
    case("concat_named", lambda tf, a: tf.concat([a, a], 0, name="joined"), [x(2)]),
    case(
        "concat_of_slices",
        lambda tf, a, b: tf.concat([tf.gather(a, [0, 1]), b], 0),
        [x(3, 2), x(1, 2)],
        grad=True,
    ),
    error(
        "concat_shapes",
        lambda tf, a, b: tf.concat([a, b], 0),
        [f32(2, 3), f32(2, 4)],
        shows=("[2,3]", "[2,4]"),
    ),
    error(
        "concat_ranks",
        lambda tf, a, b: tf.concat([a, b], 0),
        [f32(2, 3), f32(2)],
        shows=("[2,3]", "[2]"),
    ),
    error("concat_scalars", lambda tf, a, b: tf.concat([a, b], 0), [f32(), f32()]),
    error("concat_axis_too_large", lambda tf, a, b: tf.concat([a, b], 2), [f32(2, 3), f32(2, 3)]),
    error("concat_axis_too_small", lambda tf, a, b: tf.concat([a, b], -3), [f32(2, 3), f32(2, 3)]),
    error(
        "concat_dtypes",
        lambda tf, a, b: tf.concat([a, b], 0),
        [f32(2), i32(2)],
        variants=("full",),
        shows=("float32", "int32"),
    ),
    error("concat_nothing", lambda tf: tf.concat([], 0)),
]

STACKS = [
    case(
        "stack",
        lambda tf, a, b: tf.stack([a, b]),
        [x(2, 3), x(2, 3)],
        dtypes=ALL,
        grad=True,
        grad2=True,
    ),
    case("stack_1", lambda tf, a, b: tf.stack([a, b], axis=1), [x(2, 3), x(2, 3)], grad=True),
    case("stack_last", lambda tf, a, b: tf.stack([a, b], -1), [x(2, 3), x(2, 3)], grad=True),
    case("stack_negative", lambda tf, a, b: tf.stack([a, b], -3), [x(2, 3), x(2, 3)], grad=True),
    case("stack_scalars", lambda tf, a, b: tf.stack([a, b, 1.0]), [x(), x()], grad=True),
    case("stack_numbers", lambda tf: tf.stack([1, 2, 3])),
    case("stack_mixed_shape", lambda tf, a: tf.stack([tf.shape(a)[0], 3, -1]), [x(2, 3)]),
    case("stack_one", lambda tf, a: tf.stack([a]), [x(2)], grad=True),
    case("stack_text", lambda tf, a: tf.stack([a, a], 1), [TEXT]),
    case("stack_named", lambda tf, a: tf.stack([a, a], name="pile"), [x(2)]),
    case(
        "parallel_stack",
        lambda tf, a, b: tf.parallel_stack([a, b]),
        [x(2, 3), x(2, 3)],
        variants=("full",),
    ),
    error(
        "stack_shapes",
        lambda tf, a, b: tf.stack([a, b]),
        [f32(2, 3), f32(3, 2)],
        shows=("[2,3]", "[3,2]"),
    ),
    error("stack_axis_too_large", lambda tf, a, b: tf.stack([a, b], 3), [f32(2, 3), f32(2, 3)]),
    error("stack_axis_too_small", lambda tf, a, b: tf.stack([a, b], -4), [f32(2, 3), f32(2, 3)]),
    error("stack_dtypes", lambda tf, a, b: tf.stack([a, b]), [f32(2), i32(2)], variants=("full",)),
    case("stack_nothing", lambda tf: tf.stack([])),
    case(
        "unstack",
        calls("unstack"),
        [x(2, 3)],
        variants=("full",),
        dtypes=ALL,
        grad=True,
        grad2=True,
    ),
    case("unstack_1", calls("unstack", axis=1), [x(2, 3)], variants=("full", "batch"), grad=True),
    case(
        "unstack_negative",
        calls("unstack", axis=-2),
        [x(2, 2, 3)],
        variants=("full", "batch"),
        grad=True,
    ),
    case("unstack_num", calls("unstack", 2), [x(2, 3)], grad=True),
    case("unstack_vector", calls("unstack"), [x(3)], variants=("full",), grad=True),
    case("unstack_empty", lambda tf, a: [a, tf.unstack(a)], [x(0, 3)], variants=("full",)),
    case("unstack_part", lambda tf, a: tf.unstack(a)[1], [x(3, 2)], variants=("full",), grad=True),
    error(
        "unstack_unknown",
        lambda tf, a: tf.unstack(tf.placeholder_with_default(a, [None, 3])),
        [f32(2, 3)],
        variants=("full",),
    ),
    error("unstack_num_differs", calls("unstack", 3), [f32(2, 3)]),
    error("unstack_scalar", calls("unstack"), [f32()], variants=("full",)),
    error("unstack_axis", calls("unstack", axis=2), [f32(2, 3)], variants=("full",)),
]

SPLITS = [
    case("split_number", calls("split", 3), [x(6, 2)], dtypes=ALL, grad=True, grad2=True),
    case("split_axis_1", calls("split", 2, 1), [x(2, 6)], grad=True),
    case("split_negative", calls("split", 2, axis=-1), [x(2, 6)], grad=True),
    case("split_sizes", calls("split", [1, 3, 2]), [x(6, 2)], dtypes=ALL, grad=True, grad2=True),
    case("split_sizes_axis", calls("split", [4, 1], 1), [x(2, 5)], grad=True),
    case("split_sizes_inferred", calls("split", [1, -1, 2], 1), [x(2, 5)], grad=True),
    case("split_sizes_zero", calls("split", [0, 3]), [x(3, 2)], grad=True),
    case("split_one", calls("split", 1), [x(2, 3)], grad=True),
    case("split_used_in_part", lambda tf, a: tf.split(a, 3)[1], [x(6, 2)], grad=True),
    case(
        "split_sizes_tensor", lambda tf, a: tf.split(a, tf.constant([1, 2])), [x(3, 2)], grad=True
    ),
    case(
        "split_sizes_fed",
        lambda tf, a, sizes: tf.split(a, sizes, num=2),
        [x(3, 2), of([1, 2], "int32")],
        grad=(0,),
        no_fd="the sizes are data",
    ),
    case("split_named", calls("split", num_or_size_splits=2, name="parts"), [x(4)]),
    error("split_uneven", calls("split", 4), [f32(6, 2)]),
    error("split_sizes_sum", calls("split", [1, 2]), [f32(6, 2)]),
    error("split_axis", calls("split", 2, 2), [f32(6, 2)]),
    error(
        "split_sizes_unknown",
        lambda tf, a, sizes: tf.split(a, sizes),
        [f32(3, 2), of([1, 2], "int32")],
        variants=("unknown",),
    ),
]

REPEATS = [
    case("tile", calls("tile", [2, 3]), [x(2, 3)], dtypes=TILED, grad=True, grad2=True),
    case("tile_vector", calls("tile", [3]), [x(2)], grad=True),
    case("tile_once", calls("tile", [1, 1]), [x(2, 3)], grad=True),
    case("tile_zero", calls("tile", [0, 2]), [x(2, 3)], grad=True),
    case("tile_scalar", calls("tile", []), [x()]),
    case(
        "tile_by_tensor",
        calls("tile"),
        [x(2, 3), of([2, 1], "int32")],
        grad=(0,),
        no_fd="the counts are data",
    ),
    case("tile_by_i64", calls("tile"), [x(2, 3), of([2, 1], "int64")]),
    case("tile_by_packed", lambda tf, a: tf.tile(a, [1, tf.shape(a)[0]]), [x(2, 3)], grad=True),
    case("tile_list", lambda tf: tf.tile([1.0, 2.0], [2])),
    case("tile_text", calls("tile", [1, 2]), [TEXT]),
    error("tile_length", calls("tile", [2]), [f32(2, 3)]),
    error("tile_negative", calls("tile", [-1, 1]), [f32(2, 3)]),
    case("broadcast_to", calls("broadcast_to", [2, 3]), [x(3)], dtypes=ALL, grad=True, grad2=True),
    case("broadcast_to_column", calls("broadcast_to", [2, 3]), [x(2, 1)], grad=True),
    case("broadcast_to_scalar", calls("broadcast_to", [2, 3]), [x()], grad=True),
    case("broadcast_to_tensor", calls("broadcast_to"), [x(3), of([2, 3], "int32")]),
    case("broadcast_to_same", calls("broadcast_to", [2, 3]), [x(2, 3)]),
    error("broadcast_to_shape", calls("broadcast_to", [2, 3]), [f32(2)], shows=("[2,3]", "[2]")),
    error("broadcast_to_smaller", calls("broadcast_to", [3]), [f32(2, 3)]),
    case("repeat", lambda tf, a: tf.repeat(a, 2, axis=0), [x(2, 3)], nodes=False),
    case("meshgrid", lambda tf, a, b: tf.meshgrid(a, b), [x(2), x(3)], grad=True),
    case("meshgrid_ij", lambda tf, a, b: tf.meshgrid(a, b, indexing="ij"), [x(2), x(3)]),
    case("meshgrid_three", lambda tf, a, b, c: tf.meshgrid(a, b, c), [x(2), x(3), x(2)]),
    case("meshgrid_numbers", lambda tf: tf.meshgrid([1, 2], [3, 4, 5])),
    error(
        "meshgrid_indexing",
        lambda tf, a: tf.meshgrid(a, a, indexing="yx"),
        [f32(2)],
        variants=("full",),
    ),
]

PADS = [
    case("pad", calls("pad", [[1, 2], [0, 1]]), [x(2, 3)], dtypes=ALL, grad=True, grad2=True),
    case("pad_value", calls("pad", [[1, 0], [0, 2]], constant_values=7), [x(2, 3)], grad=True),
    case("pad_value_float", calls("pad", [[1, 0], [0, 2]], constant_values=0.5), [x(2, 3)]),
    case(
        "pad_reflect", calls("pad", [[1, 1], [2, 0]], "REFLECT"), [x(2, 3)], dtypes=ALL, grad=True
    ),
    case(
        "pad_symmetric",
        calls("pad", [[2, 1], [3, 0]], mode="SYMMETRIC"),
        [x(2, 3)],
        dtypes=ALL,
        grad=True,
    ),
    case("pad_lower_case", calls("pad", [[1, 1]], mode="reflect"), [x(3)], grad=True),
    case("pad_nothing", calls("pad", [[0, 0], [0, 0]]), [x(2, 3)], grad=True),
    case(
        "pad_by_tensor",
        calls("pad"),
        [x(2, 3), of([[1, 0], [2, 1]], "int32")],
        grad=(0,),
        no_fd="the paddings are data",
    ),
    case("pad_by_i64", calls("pad"), [x(2, 3), of([[1, 0], [2, 1]], "int64")]),
    case("pad_array", calls("pad", np.array([[1, 0], [2, 1]])), [x(2, 3)]),
    case("pad_rank_4", calls("pad", [[0, 0], [1, 1], [2, 0], [0, 0]]), [x(1, 2, 2, 1)], grad=True),
    case("pad_text", calls("pad", [[0, 1], [0, 0]]), [TEXT]),
    error("pad_rank", calls("pad", [[1, 1]]), [f32(2, 3)]),
    error("pad_negative", calls("pad", [[-1, 1], [0, 0]]), [f32(2, 3)]),
    error("pad_reflect_too_far", calls("pad", [[2, 0], [0, 0]], "REFLECT"), [f32(2, 3)]),
    error("pad_symmetric_too_far", calls("pad", [[3, 0], [0, 0]], "SYMMETRIC"), [f32(2, 3)]),
    error(
        "pad_mode", calls("pad", [[1, 1]], "WRAP"), [f32(3)], shows=("WRAP",), variants=("full",)
    ),
]

REVERSALS = [
    case("reverse", calls("reverse", [0]), [x(3, 2)], dtypes=ALL, grad=True, grad2=True),
    case("reverse_axes", calls("reverse", [0, -1]), [x(3, 2)], grad=True),
    case("reverse_v2", calls("reverse_v2", [1]), [x(3, 2)], grad=True),
    case("reverse_nothing", calls("reverse", []), [x(3, 2)], variants=("full",)),
    case("reverse_by_tensor", calls("reverse"), [x(3, 2), of([1], "int32")]),
    case("reverse_text", calls("reverse", [0]), [TEXT]),
    error("reverse_range", calls("reverse", [2]), [f32(3, 2)]),
    error("reverse_twice", calls("reverse", [0, 0]), [f32(3, 2)]),
    error("reverse_number", calls("reverse", 0), [f32(3, 2)]),
    case(
        "reverse_sequence",
        lambda tf, a, n: tf.reverse_sequence(a, n, seq_axis=1, batch_axis=0),
        [x(2, 3, 2), of([2, 3], "int32")],
        grad=(0,),
        no_fd="the lengths are data",
    ),
    case(
        "reverse_sequence_dims",
        lambda tf, a: tf.reverse_sequence(a, [1, 2], seq_dim=0, batch_dim=1),
        [x(3, 2)],
        grad=True,
    ),
    case("roll", lambda tf, a: tf.roll(a, shift=1, axis=0), [x(3, 2)], grad=True),
    case("roll_axes", lambda tf, a: tf.roll(a, shift=[1, -2], axis=[0, 1]), [x(3, 4)], grad=True),
    case(
        "invert_permutation",
        calls("invert_permutation"),
        [of([3, 4, 0, 2, 1], None)],
        dtypes=("int32", "int64"),
    ),
    error("invert_permutation_twice", calls("invert_permutation"), [of([0, 0], "int32")]),
    error("invert_permutation_range", calls("invert_permutation"), [of([0, 2], "int32")]),
]

DIAGONALS = [
    case("diag", calls("diag"), [x(3)], dtypes=ALL, grad=True, grad2=True),
    case("diag_matrix", calls("diag"), [x(2, 2)], grad=True),
    case("diag_part", calls("diag_part"), [x(3, 3)], dtypes=ALL, grad=True),
    case("diag_part_rank_4", calls("diag_part"), [x(2, 2, 2, 2)], grad=True),
    error("diag_part_shape", calls("diag_part"), [f32(2, 3)]),
    case("matrix_diag", calls("matrix_diag"), [x(2, 3)], dtypes=ALL, grad=True, grad2=True),
    case("matrix_diag_part", calls("matrix_diag_part"), [x(2, 3, 3)], dtypes=ALL, grad=True),
    case("matrix_diag_part_wide", calls("matrix_diag_part"), [x(2, 2, 3)], grad=True),
    case("matrix_diag_part_tall", calls("matrix_diag_part"), [x(3, 2)], grad=True),
    case(
        "matrix_set_diag",
        lambda tf, a, d: tf.matrix_set_diag(a, d),
        [x(2, 3, 3), x(2, 3)],
        dtypes=ALL,
        grad=True,
        grad2=True,
    ),
    case(
        "matrix_set_diag_wide",
        lambda tf, a, d: tf.matrix_set_diag(a, d),
        [x(2, 3), x(2)],
        grad=True,
    ),
    error("matrix_set_diag_shape", lambda tf, a, d: tf.matrix_set_diag(a, d), [f32(2, 3), f32(3)]),
    case("matrix_band_part", calls("matrix_band_part", 1, 1), [x(3, 4)], dtypes=ALL, grad=True),
    case(
        "matrix_band_part_lower",
        calls("matrix_band_part", -1, 0),
        [x(2, 3, 3)],
        grad=True,
        grad2=True,
    ),
    case("matrix_band_part_upper", calls("matrix_band_part", 0, -1), [x(3, 3)], grad=True),
    case(
        "matrix_band_part_tensor",
        lambda tf, a, n: tf.matrix_band_part(a, n, n),
        [x(3, 3), of(1, "int64")],
    ),
    error("matrix_band_part_range", calls("matrix_band_part", 5, 0), [f32(3, 3)]),
    case("trace", calls("trace"), [x(2, 3, 3)], grad=True),
]

SPACES = [
    case("space_to_depth", calls("space_to_depth", 2), [x(1, 4, 2, 1)], grad=True),
    case("depth_to_space", calls("depth_to_space", 2), [x(1, 2, 1, 4)], grad=True),
    case(
        "space_to_batch_nd",
        lambda tf, a: tf.space_to_batch_nd(a, [2, 2], [[0, 0], [0, 0]]),
        [x(1, 4, 2, 1)],
        grad=True,
    ),
    case(
        "batch_to_space_nd",
        lambda tf, a: tf.batch_to_space_nd(a, [2, 2], [[0, 0], [0, 0]]),
        [x(4, 2, 1, 1)],
        grad=True,
    ),
]


@script("set_shape")
def set_shape(tf):
    a = tf.placeholder(tf.float32)
    a.set_shape([None, 3])
    yield str(a.shape)
    a.set_shape([2, None])
    yield str(a.shape), a.shape.as_list(), a.shape.num_elements(), a.shape.is_fully_defined()
    yield failure(lambda: a.set_shape([3, 3]))
    yield str(tf.matmul(a, tf.zeros([3, 4])).shape)


CASES = table(
    ASKING,
    IDENTITIES,
    RESHAPES,
    TRANSPOSES,
    EXPANSIONS,
    CONCATS,
    STACKS,
    SPLITS,
    REPEATS,
    PADS,
    REVERSALS,
    DIAGONALS,
    SPACES,
    set_shape,
)
