"""tf.contrib.image: images turned, moved and warped; parts of them that hang together.

Source: TensorFlow 1.15, `tf.contrib.image`; the functions make the nodes that it makes.  Its
`adjust_hsv_in_yiq` and `random_hsv_in_yiq` are no names of the package there: they are in
`tensorflow.contrib.image.python.ops.distort_image_ops`.
"""

from __future__ import annotations

from typing import Any

from reflow.tf._absence import part_or_error
from reflow.tf.contrib.image.dense_image_warp import dense_image_warp
from reflow.tf.contrib.image.image_ops import (
    angles_to_projective_transforms,
    bipartite_match,
    compose_transforms,
    connected_components,
    flat_transforms_to_matrices,
    matrices_to_flat_transforms,
    rotate,
    transform,
    translate,
    translations_to_projective_transforms,
)
from reflow.tf.contrib.image.interpolate_spline import interpolate_spline
from reflow.tf.contrib.image.single_image_random_dot_stereograms import (
    single_image_random_dot_stereograms,
)
from reflow.tf.contrib.image.sparse_image_warp import sparse_image_warp

__all__ = [
    "angles_to_projective_transforms",
    "bipartite_match",
    "compose_transforms",
    "connected_components",
    "dense_image_warp",
    "flat_transforms_to_matrices",
    "interpolate_spline",
    "matrices_to_flat_transforms",
    "rotate",
    "single_image_random_dot_stereograms",
    "sparse_image_warp",
    "transform",
    "translate",
    "translations_to_projective_transforms",
]


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
