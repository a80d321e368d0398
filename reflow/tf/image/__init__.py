"""tf.image: images [height, width, channels], or batches of them, resized, changed, compared.

Source: TensorFlow 1.15, `tf.image`; the functions make the nodes that it makes.
"""

from __future__ import annotations

from typing import Any

from reflow.ops.exports import exported
from reflow.tf._absence import part_or_error
from reflow.tf._patches import extract_image_patches, extract_patches
from reflow.tf.image._adjusting import (
    adjust_brightness,
    adjust_contrast,
    adjust_gamma,
    adjust_hue,
    adjust_jpeg_quality,
    adjust_saturation,
    per_image_standardization,
    random_brightness,
    random_contrast,
    random_hue,
    random_jpeg_quality,
    random_saturation,
)
from reflow.tf.image._boxes import (
    combined_non_max_suppression,
    draw_bounding_boxes,
    non_max_suppression,
    non_max_suppression_overlaps,
    non_max_suppression_padded,
    non_max_suppression_with_scores,
    sample_distorted_bounding_box,
)
from reflow.tf.image._coding import decode_image, is_jpeg
from reflow.tf.image._colors import (
    grayscale_to_rgb,
    rgb_to_grayscale,
    rgb_to_yiq,
    rgb_to_yuv,
    yiq_to_rgb,
    yuv_to_rgb,
)
from reflow.tf.image._cropping import (
    central_crop,
    crop_and_resize,
    crop_to_bounding_box,
    extract_glimpse,
    pad_to_bounding_box,
    resize_image_with_crop_or_pad,
)
from reflow.tf.image._differences import image_gradients, sobel_edges, total_variation
from reflow.tf.image._flipping import (
    flip_left_right,
    flip_up_down,
    random_flip_left_right,
    random_flip_up_down,
    rot90,
    transpose,
)
from reflow.tf.image._quality import psnr, ssim, ssim_multiscale
from reflow.tf.image._resizing import (
    ResizeMethod,
    resize_bicubic,
    resize_bilinear,
    resize_image_with_pad,
    resize_images,
    resize_nearest_neighbor,
)
from reflow.tf.image._types import convert_image_dtype
from reflow.tf.random import random_crop

globals().update(exported("image"))

resize = resize_images
resize_with_crop_or_pad = resize_image_with_crop_or_pad
transpose_image = transpose


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
