"""tf.contrib.image: images turned, moved, warped; parts that hang together; rows matched."""

import numpy as np

from tests.reference.spec import case, error, f32, of, script, table, x

INTERPOLATIONS = ("NEAREST", "BILINEAR")
PIXELS = ("float32", "uint8", "int32", "int64", "float16", "float64")
ANGLES = [0.3, -1.2]
PERSPECTIVE = [[0.9, 0.2, -0.4, -0.1, 1.1, 0.3, 0.05, -0.1], [1, 0, 1.5, 0, 1, -0.5, 0, 0]]
AT_INFINITY = [1, 0, 0, 0, 1, 0, -1, 0]
TINY = [0.5, 0, 1.25, 0.25, 0.5, -0.5, 0, 0]
ROUGH = "the gradient is an approximation"
SINGLE = "only in float32"
FLOW = np.random.RandomState(2).uniform(-3, 3, (2, 4, 5, 2))
# Of these numbers and of their sums nothing lies where the slopes change.
POINTS = np.random.RandomState(3).uniform(0, 5, (2, 6, 2))
QUERIES = np.random.RandomState(4).uniform(0, 5, (2, 4, 2))
SOLVED = "a solved system, whose condition numbers are some hundreds"
PARTS = [
    [[1, 1, 0, 2, 2], [0, 1, 0, 0, 2], [3, 0, 1, 1, 0], [3, 3, 3, 1, 1]],
    [[0, 0, 0, 0, 5], [5, 5, 5, 0, 5], [5, 0, 5, 0, 5], [5, 0, 5, 5, 5]],
]


def image(name):
    """A function of tf.contrib.image."""
    return lambda tf: getattr(tf.contrib.image, name)


def called(name, *arguments, **options):
    """tf.contrib.image's NAME of the first input, the arguments and the further inputs."""
    return lambda tf, first, *inputs: image(name)(tf)(first, *arguments, *inputs, **options)


TURNED = [
    [
        case(
            f"rotate_{interpolation}_{len(shape)}",
            called("rotate", 0.7, interpolation=interpolation),
            [x(*shape)],
            variants=("full", "batch", "rank"),
            grad=True,
            no_fd=ROUGH,
        )
        for interpolation in INTERPOLATIONS
        for shape in ((5, 4), (5, 4, 2), (2, 5, 6, 3))
    ],
    [
        case(
            f"rotate_each_{interpolation}",
            called("rotate", interpolation=interpolation),
            [x(2, 7, 6, 2), of(ANGLES)],
            variants=("full", "rank"),
            grad=(0,),
            grad2=True,
            no_fd=ROUGH,
            dtypes=PIXELS,
            rtol=1e-5,
            atol=2e-6,
            why="in float32 whatever the type, through an inverse",
        )
        for interpolation in INTERPOLATIONS
    ],
    case("rotate_quarters", called("rotate", np.pi / 2), [x(2, 5, 5, 1)]),
    [
        case(
            f"translate_{interpolation}_{len(np.shape(by))}",
            called("translate", by, interpolation=interpolation),
            [x(2, 4, 5, 2)],
            variants=("full", "rank"),
            grad=True,
            no_fd=ROUGH,
        )
        for interpolation in INTERPOLATIONS
        for by in ([1.5, -0.75], [[2, 1], [-0.5, 0.5]])
    ],
    case("translate_one", called("translate", [1, 2]), [x(4, 5)], variants=("full", "rank")),
    [
        case(
            f"transform_{interpolation}",
            called("transform", PERSPECTIVE, interpolation=interpolation.lower()),
            [x(2, 6, 5, 2)],
            grad=True,
            variants=("full", "batch", "rank"),
            no_fd=ROUGH,
            dtypes=PIXELS,
            rtol=1e-5,
            atol=2e-6,
            why="in float32 whatever the type, through an inverse",
        )
        for interpolation in INTERPOLATIONS
    ],
    [
        case(
            f"transform_{interpolation}_of_another_size",
            called("transform", TINY, interpolation, (7, 3)),
            [x(3, 6, 5, 1)],
            grad=True,
            variants=("full", "rank"),
            no_fd=ROUGH,
        )
        for interpolation in INTERPOLATIONS
    ],
    [
        case(
            f"transform_at_infinity_{interpolation}",
            called("transform", AT_INFINITY, interpolation),
            [x(4, 4, 1)],
            variants=("full",),
        )
        for interpolation in INTERPOLATIONS
    ],
    case(
        "transform_to_fed_size",
        called("transform", TINY, "NEAREST"),
        [x(2, 6, 5, 1), of([3, 4], "int32")],
        variants=("full", "rank"),
    ),
    case("transform_of_no_images", called("transform", TINY), [x(0, 3, 4, 2)], variants=("full",)),
    case("transform_of_nothing", called("transform", TINY, "BILINEAR", (2, 2)), [x(1, 0, 4, 2)]),
]

TRANSFORMS = [
    case(
        "angles_to_projective_transforms",
        called("angles_to_projective_transforms", 5.0, 7.0),
        [of(ANGLES)],
        variants=("full", "rank"),
        grad=True,
        no_fd=SINGLE,
    ),
    case("angle_to_projective_transform", called("angles_to_projective_transforms", 5, 7), [f32()]),
    case(
        "translations_to_projective_transforms",
        called("translations_to_projective_transforms"),
        [f32(3, 2)],
        variants=("full", "rank"),
        grad=True,
        no_fd=SINGLE,
    ),
    [
        case(
            f"flat_transforms_to_matrices_{len(shape)}",
            called("flat_transforms_to_matrices"),
            [f32(*shape)],
            variants=("full", "batch", "rank"),
            grad=True,
            no_fd=SINGLE,
        )
        for shape in ((8,), (3, 8))
    ],
    [
        case(
            f"matrices_to_flat_transforms_{len(shape)}",
            called("matrices_to_flat_transforms"),
            [x(*shape, domain="positive")],
            variants=("full", "batch", "rank"),
            grad=True,
            grad2=True,
        )
        for shape in ((3, 3), (2, 3, 3))
    ],
    case("compose_transforms_1", called("compose_transforms"), [f32(8)], variants=("full",)),
    case(
        "compose_transforms_3",
        called("compose_transforms"),
        [f32(2, 8, domain="positive") for _ in range(3)],
        variants=("full", "rank"),
        grad=True,
        no_fd=SINGLE,
    ),
]

WARPED = [
    case(
        "dense_image_warp",
        called("dense_image_warp"),
        [x(2, 4, 5, 3), of(FLOW, None)],
        variants=("full", "batch", "rank"),
        grad=True,
        grad2=True,
        dtypes=("float32", "float64", "float16"),
    ),
    case(
        "dense_image_warp_of_two_types",
        called("dense_image_warp"),
        [x(2, 4, 5, 1), of(FLOW, "float64")],
        variants=("full",),
        nodes=False,
        grad=(0,),
    ),
    [
        case(
            f"interpolate_spline_{order}_{weight}",
            called("interpolate_spline", order=order, regularization_weight=weight),
            [of(POINTS), f32(2, 6, 3), of(QUERIES)],
            variants=("full", "batch"),
            nodes=not weight or order == 2,
            grad=True,
            rtol=2e-3 if order < 6 else 5e-3,
            atol=2e-3 if order < 6 else 5e-2,
            why=SOLVED,
            no_fd=SINGLE,
        )
        for order in (1, 2, 3, 4, 6)
        for weight in (0.0, 0.01)
    ],
    [
        case(
            f"sparse_image_warp_{order}_{boundary}",
            lambda tf, a, b, c, order=order, boundary=boundary: tf.contrib.image.sparse_image_warp(
                a, b, c, order, regularization_weight=0.1, num_boundary_points=boundary
            ),
            [f32(1, 6, 7, 2), of(POINTS[:1]), of(POINTS[:1] + 0.1 * FLOW[:1, 0, :1])],
            variants=("full",),
            nodes=(order, boundary) == (1, 3),
            grad=(0,),
            rtol=2e-3,
            atol=2e-3,
            why=SOLVED,
            no_fd=SINGLE,
        )
        for order in (1, 2, 3)
        for boundary in (0, 1, 3)
    ],
]

MATCHED = [
    [
        case(
            f"bipartite_match_{rows}_{columns}_{valid}_{top_k}",
            called("bipartite_match", valid, top_k),
            [f32(rows, columns)],
            variants=("full", "unknown"),
        )
        for rows, columns, valid, top_k in (
            (3, 4, -1.0, -1),
            (7, 2, 5.0, -1),
            (5, 5, [3.0], 2),
            (4, 6, 0.0, 0),
            (0, 3, -1.0, -1),
        )
    ],
    # Of equal distances the order of a C++ queue decides.
    [
        case(
            f"bipartite_match_ties_{rows}_{columns}",
            called("bipartite_match", -1.0),
            [f32(rows, columns, domain="ties")],
            variants=("full",),
        )
        for rows, columns in ((4, 4), (9, 5), (12, 30))
    ],
    case("bipartite_match_all_equal", called("bipartite_match", -1.0), [of(np.ones([6, 9]))]),
    case(
        "connected_components",
        called("connected_components"),
        [of(PARTS, None)],
        variants=("full", "rank"),
        dtypes=("int32", "float32", "uint8", "uint16", "int64", "bool", "float64", "int8"),
    ),
    case("connected_components_of_one", called("connected_components"), [of(PARTS[0], "int32")]),
    case(
        "connected_components_of_noise",
        called("connected_components"),
        [f32(3, 12, 17, domain="bits")],
        variants=("full",),
    ),
    case(
        "connected_components_without_zeros", called("connected_components"), [of(np.ones([3] * 3))]
    ),
    case("connected_components_of_zeros", called("connected_components"), [of(np.zeros([2] * 3))]),
    case(
        "connected_components_of_nothing",
        called("connected_components"),
        [f32(2, 0, 3)],
        variants=("full",),
    ),
    case(
        "connected_components_of_strings",
        called("connected_components"),
        [of([[b"a", b"a", b""], [b"b", b"a", b"b"], [b"b", b"", b"b"]], "string")],
        variants=("full",),
    ),
]


@script("stereograms")
def stereograms(tf):
    """Which pixels are alike; what they are is drawn anew in each run, all alike together."""
    depths = np.array([[1, 2, 3, 3, 2, 1], [1, 2, 3, 4, 5, 2], [6, 5, 4, 4, 5, 5]])
    small = {"output_image_shape": [60, 40, 1], "output_data_window": [50, 30]}
    settings = (
        {},
        {"number_colors": 300, "hidden_surface_removal": False, "mu": 0.5, **small},
        {"convergence_dots_size": 5, "border_level": 0.3, **small},
        {"normalize_max": 5.0, "normalize_min": 2.0, "convergence_dots_size": 0, **small},
        {"normalize": False, "dots_per_inch": 30, "eye_separation": 1.5, **small},
        {"number_colors": 2, **small},
    )
    for options in settings:
        given = tf.placeholder("int64" if "normalize" in options else "float32", [3, 6])
        picture = tf.contrib.image.single_image_random_dot_stereograms(
            given, **{"eye_separation": 0.5, **options}
        )
        yield str(picture.shape)
        with tf.Session() as session:
            seen = [session.run(picture, {given: depths})[:, :, 0] for _ in range(6)]
        yield seen[0].shape
        if options.get("number_colors") == 2:
            yield np.unique(seen)
            continue
        # Six colours are one number of 48 bits: two dots hardly ever have the same.
        numbers = sum(colors.astype(np.int64) << 8 * i for i, colors in enumerate(seen))
        yield [alike(row) for row in numbers[:: 10 if options else 100]]


def alike(row):
    """For each element the position of the first that is equal."""
    _, firsts, positions = np.unique(row, return_index=True, return_inverse=True)
    return firsts[positions]


# Of what no rank is known TensorFlow says only that.
KNOWN = ("full",)
ERRORS = [
    error(
        "rotate_rank_5",
        called("rotate", 1.0),
        [x(1, 2, 3, 4, 5)],
        variants=KNOWN,
        shows=["rank between 2 and 4"],
    ),
    error("rotate_bools", called("rotate", 1.0), [x(3, 3)], dtype="bool", shows=["Invalid dtype"]),
    error(
        "rotate_by_matrix",
        called("rotate", [[1.0]]),
        [x(3, 3)],
        variants=KNOWN,
        shows=["Angles should have rank"],
    ),
    error(
        "translate_by_scalar",
        called("translate", 1.0),
        [x(3, 3)],
        shows=["Translations should have rank"],
    ),
    error(
        "transform_of_rank_3",
        called("transform", [[[1.0]]]),
        [x(3, 3)],
        variants=KNOWN,
        shows=["Transforms should have rank"],
    ),
    error(
        "transform_output_shape",
        called("transform", TINY, "NEAREST", [1, 2, 3]),
        [x(3, 3)],
        variants=KNOWN,
        shows=["output_shape must be a 1-D"],
    ),
    error(
        "transform_of_seven",
        called("transform", [1.0] * 7),
        [x(3, 3)],
        variants=KNOWN,
        shows=["num_images x 8 or 1 x 8"],
    ),
    error(
        "transform_of_another_batch",
        called("transform", [TINY] * 3),
        [x(2, 3, 3, 1)],
        variants=KNOWN,
        shows=["num_images x 8 or 1 x 8"],
    ),
    error(
        "transform_to_nothing",
        called("transform", TINY, "NEAREST", [0, 2]),
        [x(2, 3, 3, 1)],
        variants=KNOWN,
        shows=["output dimensions must be positive"],
    ),
    error(
        "flat_transforms_rank", called("flat_transforms_to_matrices"), [x(1, 1, 8)], shows=["1D"]
    ),
    error("matrices_rank", called("matrices_to_flat_transforms"), [x(9)], shows=["2D or 3D"]),
    error(
        "components_rank",
        called("connected_components"),
        [x(9)],
        variants=KNOWN,
        shows=["rank 2 (HW) or 3"],
    ),
    error("match_rank", called("bipartite_match", -1.0), [x(9)], shows=["rank"]),
    error(
        "match_rows",
        called("bipartite_match", 4.0),
        [x(3, 5)],
        shows=["There should be at least 4 rows in distance_mat, but only got 3 rows."],
    ),
    error(
        "match_counts",
        called("bipartite_match", [1.0, 2.0]),
        [x(3, 5)],
        shows=["tensor with 1 element, but got 2"],
    ),
    error("warp_rank", called("dense_image_warp"), [x(3, 4, 1), x(3, 4, 2)]),
    error(
        "warp_small",
        called("dense_image_warp"),
        [x(1, 1, 4, 1), x(1, 1, 4, 2)],
        variants=KNOWN,
        shows=["Grid height must be at least 2."],
    ),
    error(
        "spline_of_unknown",
        called("interpolate_spline", order=2),
        [x(1, 4, 2), x(1, 4, 1), x(1, 3, 2)],
        variants=("rank",),
        shows=["must be statically-inferrable"],
    ),
]


CASES = table(TURNED, TRANSFORMS, WARPED, MATCHED, stereograms, ERRORS)
