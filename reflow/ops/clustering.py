"""Nearest centres of points, and first choices of centres."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from reflow.graph import errors
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op

# The most distances that are held at once.
_CHUNK = 1 << 22


@op
class NearestNeighbors:
    """For each point, the k centres at the least squared distance, nearest first.

    points: [n, d], centers: [m, d] -> indices and distances [n, min(k, m)].
    """

    inputs = "points: float, centers: float, k: int64"
    outputs = "nearest_center_indices: int64, nearest_center_distances: float"
    gradient = None

    def shape(points: TensorShape, centers: TensorShape, k: TensorShape) -> list[TensorShape]:
        shapes.with_rank(points, 2)
        shapes.with_rank(centers, 2)
        shapes.with_rank(k, 0)
        rows = (points.sizes or (None,))[0]
        return [shapes.of(rows, None)] * 2

    def kernel(
        points: torch.Tensor, centers: torch.Tensor, k: Host
    ) -> tuple[torch.Tensor, torch.Tensor]:
        if points.shape[1] != centers.shape[1]:
            raise _invalid(
                f"Points and centers must have the same dimension. Received: {points.shape[1]} and "
                f"{centers.shape[1]}"
            )
        if k.item() <= 0 or not len(centers):
            raise _invalid(f"k must be positive, and there must be centers. Received: k={k.item()}")
        count = min(int(k.item()), len(centers))
        rows = max(1, _CHUNK // len(centers))
        found = [_nearest(part, centers, count) for part in torch.split(points, rows)]
        return (
            torch.cat([indices for indices, _ in found]),
            torch.cat([distances for _, distances in found]),
        )


def _nearest(
    points: torch.Tensor, centers: torch.Tensor, count: int
) -> tuple[torch.Tensor, torch.Tensor]:
    squares = points.square().sum(1, keepdim=True) + centers.square().sum(1)
    distances = (squares - 2 * points @ centers.t()).clamp_min(0)
    if count == 1:
        indices = distances.argmin(1, keepdim=True)
        return indices, distances.gather(1, indices)
    # Of centres at one distance the first comes first, which `topk` does not promise.
    values, indices = torch.sort(distances, dim=1, stable=True)
    return indices[:, :count].clone(), values[:, :count].clone()


@op
class KmeansPlusPlusInitialization:
    """Points chosen one after the other, each with a probability that grows with the squared
    distance to those before it; of a number of candidates the best is taken.

    points: [n, d] -> [num_to_sample, d].  Arthur, Vassilvitskii, "k-means++: the advantages of
    careful seeding" (2007).
    """

    inputs = "points: float, num_to_sample: int64, seed: int64, num_retries_per_sample: int64"
    outputs = "samples: float"
    gradient = None

    def shape(points: TensorShape, *scalars: TensorShape) -> TensorShape:
        shapes.with_rank(points, 2)
        return shapes.of(None, (points.sizes or (None, None))[1])

    def kernel(points: Host, num_to_sample: Host, seed: Host, num_retries_per_sample: Host) -> Any:
        wanted, retries = int(num_to_sample.item()), int(num_retries_per_sample.item())
        if not 0 < wanted <= len(points):
            raise _invalid(
                f"Expected a number of samples up to that of points, {len(points)}. Received: "
                f"{wanted}"
            )
        random = np.random.RandomState(int(seed.item()) & 0xFFFFFFFF)
        candidates = 1 + (retries if retries >= 0 else int(2 + np.log(wanted)))
        chosen = [random.randint(len(points))]
        least = _distances(points, points[chosen[0]])
        while len(chosen) < wanted:
            total = least.sum()
            weights = least / total if total > 0 else None
            tries = random.choice(len(points), size=candidates, p=weights)
            options = [np.minimum(least, _distances(points, points[each])) for each in tries]
            best = min(range(candidates), key=lambda each: float(options[each].sum()))
            chosen.append(tries[best])
            least = options[best]
        return torch.from_numpy(points[chosen])


def _distances(points: Host, center: Host) -> Host:
    return np.asarray(np.square(points.astype(np.float64) - center).sum(axis=1))


@op
class KMC2ChainInitialization:
    """The point where a Markov chain over points at these distances from the centres ends.

    distances: [n] -> a scalar index.  Bachem et al., "Fast and provably good seedings for
    k-means" (2016).
    """

    inputs = "distances: float, seed: int64"
    outputs = "index: int64"
    gradient = None

    def shape(distances: TensorShape, seed: TensorShape) -> TensorShape:
        shapes.with_rank(distances, 1)
        shapes.with_rank(seed, 0)
        return shapes.SCALAR

    def kernel(distances: Host, seed: Host) -> Any:
        random = np.random.RandomState(int(seed.item()) & 0xFFFFFFFF)
        index = 0
        for candidate in range(1, len(distances)):
            if distances[candidate] > random.uniform() * distances[index]:
                index = candidate
        return torch.tensor(index)


def _invalid(message: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, message)
