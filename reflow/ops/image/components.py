"""Parts of images that hang together.

Source: tensorflow/contrib/image/kernels/segmentation_ops.h of TensorFlow 1.15 says what is joined.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.image.resizing import invalid
from reflow.ops.op import op

_BITS = {torch.uint16: torch.int16}


def _first_of_each(count: int, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """For each node of a graph with edges from `a` to `b` the first node that it hangs together
    with.

    Of what each node points at, the two ends of an edge, and what they point at, take the lesser,
    until nothing changes: Zhang, Azad, Hu, "FastSV", 2020.
    """
    parents = torch.arange(count, device=a.device)
    if not a.numel():
        return parents
    grandparents = parents
    while True:
        of_a, of_b = grandparents.take(a), grandparents.take(b)
        joined = parents.clone()
        for places, candidates in (
            (parents.take(a), of_b),
            (parents.take(b), of_a),
            (a, of_b),
            (b, of_a),
        ):
            joined.scatter_reduce_(0, places, candidates, "amin")
        parents = torch.minimum(joined, grandparents)
        now = parents.take(parents)
        if torch.equal(now, grandparents):
            return now
        grandparents = now


def _components(images: torch.Tensor) -> torch.Tensor:
    """[batch, h, w] of numbers: 1 + the first pixel of the component, 0 for pixels that are 0."""
    filled = images != 0
    # Equal pixels side by side are a run; only where one of two runs begins can a new pair meet.
    begins = torch.ones_like(filled)
    begins[:, :, 1:] = images[:, :, 1:] != images[:, :, :-1]
    meets = torch.zeros_like(filled)
    meets[:, :-1] = images[:, 1:] == images[:, :-1]
    meets[:, :-1] &= filled[:, 1:] & (begins[:, 1:] | begins[:, :-1])
    firsts, above = (found.reshape(-1).nonzero()[:, 0] for found in (begins, meets))
    runs = begins.reshape(-1).cumsum(0).sub_(1)
    roots = _first_of_each(len(firsts), runs.take(above), runs.take(above + images.shape[2]))
    numbers = (firsts.take(roots) + 1).index_select(0, runs)
    return numbers.reshape(images.shape).mul_(filled)


@op
class ImageConnectedComponents:
    """A number for each pixel that is not zero (empty, false): the same for neighbours above,
    below, left and right that are equal; 0 for zeros.  [batch, h, w]

    Which numbers is up to the op: here 1 + the position of the component's first pixel.
    """

    inputs = "image: dtype"
    outputs = "components: int64"
    attrs = (
        "dtype: {int64, int32, uint16, int16, uint8, int8, half, float, double, bool, string}",
    )
    gradient = None

    def shape(image: TensorShape) -> TensorShape:
        return image

    def kernel(image: Any) -> torch.Tensor:
        if image.ndim != 3:
            received = shapes.text(shapes.of(*image.shape))
            raise invalid(f"Input images must have rank 3. Received shape: {received}")
        if not isinstance(image, torch.Tensor):
            image = _numbered(image)
        if not image.numel():
            return torch.zeros(image.shape, dtype=torch.int64, device=image.device)
        return _components(image.view(_BITS.get(image.dtype, image.dtype)))


def _numbered(strings: Any) -> torch.Tensor:
    """A number for each string: 0 for empty ones."""
    texts, numbers = np.unique(strings, return_inverse=True)
    is_first_empty = bool(texts.size) and not texts[0]
    return torch.from_numpy(numbers.reshape(strings.shape) + (0 if is_first_empty else 1))
