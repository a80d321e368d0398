"""Images resized, cut, turned, recoloured, compared; boxes in them."""

import numpy as np

from tests.reference.spec import case, error, f32, of, table, x

SIZES = ((3, 4), (14, 5), (1, 1), (20, 13))
METHODS = ("BILINEAR", "NEAREST_NEIGHBOR", "BICUBIC", "AREA")
NUMBERS = ("float32", "uint8", "int32", "float64", "float16", "int64", "int8")
BOXES = [[0, 0, 1, 1], [0.1, 0.2, 0.7, 0.9], [0.9, 0.8, 0.2, 0.1], [-0.3, 0.2, 1.4, 0.8]]
ONE_TAP = "not in float64: the op gives float32"


def colors(*shape):
    """Without ties, in which the hue has two slopes."""
    count = int(np.prod(shape)) * 3
    values = np.random.RandomState(1).permutation(count).reshape(*shape, 3)
    return of((values + 1) / (count + 2.0), None)


def seeded(draw):
    def build(tf, a):
        tf.set_random_seed(7)
        return draw(tf, a)

    return build


RESIZED = [
    [
        case(
            "_".join(map(str, ("resize", method, *size, corners))),
            lambda tf, a, method=method, size=size, corners=corners: tf.image.resize_images(
                a, size, getattr(tf.image.ResizeMethod, method), align_corners=corners
            ),
            [x(2, 7, 5, 2)],
            variants=("full", "rank"),
            grad=method != "AREA",
            no_fd=ONE_TAP,
        )
        for method in METHODS
        for size in SIZES
        for corners in (False, True)
    ],
    [
        case(
            f"{name}_half_pixel_centers",
            lambda tf, a, name=name: getattr(tf.image, name)(a, [9, 3], half_pixel_centers=True),
            [x(1, 4, 6, 3)],
            grad=True,
            no_fd=ONE_TAP,
        )
        for name in ("resize_bilinear", "resize_bicubic", "resize_nearest_neighbor")
    ],
    [
        case(
            f"resize_types_{method}",
            lambda tf, a, method=method: tf.image.resize_images(
                a, [3, 5], getattr(tf.image.ResizeMethod, method)
            ),
            [x(1, 4, 3, 2)],
            dtypes=NUMBERS,
            variants=("full",),
        )
        for method in METHODS
    ],
    case("resize_same", lambda tf, a: tf.image.resize_images(a, [4, 6]), [x(4, 6, 3)]),
    case(
        "resize_proportions",
        lambda tf, a: tf.image.resize_images(a, [9, 4], preserve_aspect_ratio=True),
        [x(2, 5, 6, 1)],
        variants=("full", "rank"),
    ),
    case("resize_pad", lambda tf, a: tf.image.resize_image_with_pad(a, 9, 4), [x(5, 6, 1)]),
    [
        case(
            f"crop_or_pad_{height}_{width}",
            lambda tf, a, size=(height, width): tf.image.resize_image_with_crop_or_pad(a, *size),
            [x(5, 6, 2)],
            grad=True,
        )
        for height, width in ((3, 9), (8, 4), (5, 6))
    ],
    case(
        "central_crop",
        lambda tf, a: tf.image.central_crop(a, 0.5),
        [x(2, 7, 6, 1)],
        variants=("full", "rank"),
    ),
    case("pad_to_box", lambda tf, a: tf.image.pad_to_bounding_box(a, 1, 2, 7, 9), [x(4, 5, 2)]),
    case("crop_to_box", lambda tf, a: tf.image.crop_to_bounding_box(a, 1, 2, 3, 2), [x(4, 5, 2)]),
    [
        case(
            f"crop_and_resize_{method}_{size[0]}",
            lambda tf, a, b, method=method, size=size: tf.image.crop_and_resize(
                a, b, [0, 1, 1, 0], size, method=method, extrapolation_value=3
            ),
            [x(2, 6, 5, 2), of(BOXES)],
            variants=("full", "unknown"),
            grad=True,
            no_fd=ONE_TAP,
        )
        for method in ("bilinear", "nearest")
        for size in ((3, 4), (1, 1))
    ],
]

TURNED = [
    *[
        case(name, lambda tf, a, name=name: getattr(tf.image, name)(a), [x(3, 4, 2)], grad=True)
        for name in ("flip_left_right", "flip_up_down", "transpose_image")
    ],
    # Its gradient needs squares, there.
    case("rot90", lambda tf, a: tf.image.rot90(a), [x(3, 3, 2)], grad=True, variants=("full",)),
    case("rot90_thrice", lambda tf, a: tf.image.rot90(a, 3), [x(2, 3, 4, 2)], variants=("full",)),
    *[
        case(
            f"{name}_{len(shape)}",
            seeded(lambda tf, a, name=name: getattr(tf.image, name)(a)),
            [x(*shape)],
            runs=3,
            variants=("full",),
        )
        for name in ("random_flip_left_right", "random_flip_up_down")
        for shape in ((3, 4, 2), (5, 3, 4, 2))
    ],
]

RECOLOURED = [
    case("rgb_to_hsv", lambda tf, a: tf.image.rgb_to_hsv(a), [colors(5, 4)], grad=True),
    case("hsv_to_rgb", lambda tf, a: tf.image.hsv_to_rgb(a), [colors(5, 4)]),
    *[
        case(
            name,
            lambda tf, a, name=name: getattr(tf.image, name)(a),
            [colors(3, 4)],
            grad=True,
            variants=("full",),
        )
        for name in ("rgb_to_yiq", "yiq_to_rgb", "rgb_to_yuv", "yuv_to_rgb")
    ],
    *[
        case(
            name,
            lambda tf, a, name=name, settings=settings: getattr(tf.image, name)(a, *settings),
            [colors(5, 4)],
            dtypes=("float32", "float16"),
        )
        for name, settings in (
            ("adjust_brightness", (0.3,)),
            ("adjust_contrast", (0.4,)),
            ("adjust_hue", (0.3,)),
            ("adjust_saturation", (0.6,)),
            ("adjust_gamma", (0.7, 2.0)),
            ("per_image_standardization", ()),
        )
    ],
    *[
        case(
            name,
            seeded(
                lambda tf, a, name=name, settings=settings: getattr(tf.image, name)(a, *settings)
            ),
            [colors(5, 4)],
            runs=3,
            variants=("full",),
        )
        for name, settings in (
            ("random_brightness", (0.3,)),
            ("random_contrast", (0.4, 1.5)),
            ("random_hue", (0.3,)),
            ("random_saturation", (0.6, 3.0)),
        )
    ],
]

COMPARED = [
    case(
        "total_variation",
        lambda tf, a: tf.image.total_variation(a),
        [x(2, 4, 5, 3)],
        grad=True,
        variants=("full", "rank"),
    ),
    case(
        "image_gradients",
        lambda tf, a: tf.image.image_gradients(a),
        [x(2, 4, 5, 3)],
        grad=True,
        variants=("full", "rank"),
    ),
    case(
        "sobel_edges",
        lambda tf, a: tf.image.sobel_edges(a),
        [x(2, 4, 5, 3)],
        grad=True,
        variants=("full", "rank"),
    ),
    case(
        "psnr",
        lambda tf, a, b: tf.image.psnr(a, b, 4.0),
        [x(2, 4, 5, 3), x(2, 4, 5, 3)],
        variants=("full", "rank"),
    ),
    case(
        "ssim",
        lambda tf, a, b: tf.image.ssim(a, b, 4.0, filter_size=3),
        [x(2, 6, 5, 3), x(2, 6, 5, 3)],
        variants=("full", "rank"),
    ),
    case(
        "ssim_multiscale",
        lambda tf, a, b: tf.image.ssim_multiscale(a, b, 1.0, (0.5, 0.5), filter_size=3),
        [x(2, 9, 8, 3, domain="unit"), x(2, 9, 8, 3, domain="unit")],
        variants=("full", "rank"),
    ),
]

CORNERS = np.sort(np.random.RandomState(2).rand(30, 2, 2), axis=1).reshape(30, 4)
SCORES = np.round(np.random.RandomState(3).rand(30), 1)

BOXED = [
    *[
        case(
            f"non_max_suppression_{threshold}",
            lambda tf, a, b, t=threshold: [
                tf.image.non_max_suppression(a, b, 12, t),
                tf.image.non_max_suppression_padded(a, b, 40, t, 0.3, pad_to_max_output_size=True),
                tf.image.non_max_suppression_with_scores(a, b, 12, t, 0.1, soft_nms_sigma=0.5),
                tf.image.combined_non_max_suppression(
                    tf.reshape(a, [2, 15, 1, 4]), tf.reshape(b, [2, 15, 1]), 5, 7, t
                ),
            ],
            [of(CORNERS), of(SCORES)],
            variants=("full",),
        )
        for threshold in (0.1, 0.5, 0.9)
    ],
    case(
        "non_max_suppression_overlaps",
        lambda tf, a, b: tf.image.non_max_suppression_overlaps(a, b, 12, 0.3),
        [of(np.abs(np.subtract.outer(SCORES, SCORES))), of(SCORES)],
        variants=("full",),
    ),
    *[
        case(
            f"draw_bounding_boxes_{channels}",
            lambda tf, a, b: tf.image.draw_bounding_boxes(a, b),
            [f32(1, 9, 8, channels), of([[*BOXES, [2, 2, 3, 3], [0.5, 0.5, 0.4, 0.4]]])],
        )
        for channels in (1, 3, 4)
    ],
    *[
        case(
            f"sample_distorted_bounding_box_{seed}",
            lambda tf, seed=seed: tf.image.sample_distorted_bounding_box(
                [60, 50 + seed, 3], [[BOXES[1]]], seed=seed, min_object_covered=0.3
            ),
            runs=4,
        )
        for seed in (1, 2, 3)
    ],
    case(
        "extract_glimpse",
        lambda tf, a: tf.image.extract_glimpse(a, [3, 2], [[0.1, 0.2], [-0.1, 0.0]]),
        [f32(2, 7, 6, 2)],
        variants=("full",),
    ),
]

REFUSED = [
    error(
        "resize_rank",
        lambda tf, a: tf.image.resize_images(a, [3, 3]),
        [f32(4, 4)],
        variants=("full",),
    ),
    error("resize_size", lambda tf, a: tf.image.resize_images(a, [3, 3, 3]), [f32(4, 4, 1)]),
    error("resize_zero", lambda tf, a: tf.image.resize_bilinear(a, [0, 3]), [f32(1, 4, 4, 1)]),
    error("resize_nothing", lambda tf, a: tf.image.resize_bilinear(a, [2, 3]), [f32(1, 0, 4, 1)]),
    error(
        "resize_both",
        lambda tf, a: tf.image.resize_bilinear(a, [2, 3], True, half_pixel_centers=True),
        [f32(1, 4, 4, 1)],
        shows=["If half_pixel_centers is True, align_corners must be False."],
    ),
    error("crop_large", lambda tf, a: tf.image.crop_to_bounding_box(a, 2, 0, 3, 3), [f32(4, 4, 1)]),
    error("pad_small", lambda tf, a: tf.image.pad_to_bounding_box(a, 2, 0, 3, 3), [f32(4, 4, 1)]),
    error("hue_gray", lambda tf, a: tf.image.adjust_hue(a, 0.1), [f32(4, 4, 1)]),
    error("hsv_gray", lambda tf, a: tf.image.rgb_to_hsv(a), [f32(4, 4, 1)], variants=("full",)),
    error(
        "box_index",
        lambda tf, a: tf.image.crop_and_resize(a, [[0.0, 0, 1, 1]], [1], [2, 2]),
        [f32(1, 4, 4, 1)],
        shows=["box_index has values outside [0, batch_size)"],
    ),
    error(
        "threshold",
        lambda tf, a: tf.image.non_max_suppression(a, [0.5], 1, 1.5),
        [f32(1, 4)],
        shows=["iou_threshold must be in [0, 1]"],
    ),
    error(
        "no_boxes",
        lambda tf: tf.image.sample_distorted_bounding_box([4, 4, 3], tf.zeros([1, 0, 4])),
        shows=["No bounding boxes provided as input."],
    ),
    error("hue_delta", lambda tf, a: tf.image.random_hue(a, 0.6), [f32(4, 4, 3)]),
]

CASES = table(RESIZED, TURNED, RECOLOURED, COMPARED, BOXED, REFUSED)
