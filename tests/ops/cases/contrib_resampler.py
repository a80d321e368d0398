"""tf.contrib.resampler: images read at places between their pixels."""

from tests.reference.spec import FLOATS, case, error, of, table, x

# Within the image, at its edges, up to a pixel outside of it, and beyond.
PLACES = [
    [[0.25, 0.75], [1.5, 1.25], [3.25, 2.5]],
    [[-0.5, 0.3], [3.6, -0.4], [2.7, 2.9]],
    [[-1.0, 1.0], [4.0, 0.5], [-7.0, 90.0]],
]
CORNERS = [[[0.0, 0.0]], [[3.0, 2.0]], [[-0.0, 1.0]]]
NO_PLACES = [[[float("nan"), 1.0]], [[float("inf"), 1.0]], [[1.0, float("-inf")]]]
IMAGES = x(3, 3, 4, 2)


def resampled(name, inputs, **options):
    return case(
        name, lambda tf, data, warp: tf.contrib.resampler.resampler(data, warp), inputs, **options
    )


def refused(name, inputs, **options):
    return error(
        name, lambda tf, data, warp: tf.contrib.resampler.resampler(data, warp), inputs, **options
    )


CASES = table(
    resampled("images", [IMAGES, of(PLACES, None)], grad=True, no_fd="edges", dtypes=FLOATS),
    resampled("at_pixels", [IMAGES, of(CORNERS, None)], grad=True, no_fd="corners"),
    resampled("nowhere", [IMAGES, of(NO_PLACES, None)], grad=True, no_fd="no numbers"),
    resampled("many_axes", [x(2, 5, 6, 3), x(2, 2, 3, 4, 2, domain="positive")], grad=True),
    resampled("one_place", [x(2, 2, 2, 1), x(2, 2, domain="unit")], grad=True),
    resampled("no_places", [x(2, 2, 2, 1), x(2, 0, 2)]),
    resampled("not_numbers", [of([[[[float("nan")], [1.0]]]]), of([[[0.5, 0.0], [1.0, 0.0]]])]),
    case(
        "named",
        lambda tf, data, warp: [
            tf.contrib.resampler.resampler(data, warp, name="mine"),
            tf.contrib.resampler.resampler(data, warp, name=None),
        ],
        [IMAGES, of(PLACES)],
    ),
    case(
        "constants",
        lambda tf: tf.contrib.resampler.resampler([[[[1.0], [2.0]], [[3.0], [5.0]]]], [[0.5, 0.5]]),
    ),
    refused("of_volumes", [x(2, 3, 3, 3, 1), x(2, 2)], shows=("Only bilinear interpolation",)),
    refused("vector_of_places", [IMAGES, x(2)], shows=("warp should be at least a matrix",)),
    refused("places_in_space", [IMAGES, x(3, 3)], shows=("warping coordinates must be 2D",)),
    refused("other_batch", [IMAGES, x(2, 2)], shows=("Batch size of data and warp",)),
    refused("scalar", [x(), x(2, 2)], variants=("full",)),
    error(
        "second_gradient",
        lambda tf, data, warp: (
            tf.gradients(tf.gradients(tf.contrib.resampler.resampler(data, warp), warp), data)[0]
            + 0.0
        ),
        [IMAGES, of(PLACES)],
        variants=("full",),
    ),
)
