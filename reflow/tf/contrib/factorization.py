"""tf.contrib.factorization: k-means clustering."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow import tf
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Operation, Tensor
from reflow.ops.clustering import (
    KMC2ChainInitialization,
    KmeansPlusPlusInitialization,
    NearestNeighbors,
)
from reflow.tf._absence import part_or_error

SQUARED_EUCLIDEAN_DISTANCE = "squared_euclidean"
COSINE_DISTANCE = "cosine"
RANDOM_INIT = "random"
KMEANS_PLUS_PLUS_INIT = "kmeans_plus_plus"
KMC2_INIT = "kmc2"

CLUSTERS_VAR_NAME = "clusters"


class KMeans:
    """The graph of k-means clustering.

    Args:
      inputs: [n, d] points, or a list of such.
      num_clusters: how many clusters.
      initial_clusters: "random", "kmeans_plus_plus", "kmc2", the centres [num_clusters, d], or a
        function of the inputs and the number of centres still to be chosen.
      distance_metric: "squared_euclidean" or "cosine".
      use_mini_batch: points come in batches, and centres move towards the means so far.
      mini_batch_steps_per_iteration: after how many steps the centres take over what they were
        moved to.
      random_seed: of the initial choices.
      kmeans_plus_plus_num_retries: how many more candidates there are for each centre.
      kmc2_chain_length: from how many points each centre is chosen.
    """

    def __init__(
        self,
        inputs: Any,
        num_clusters: Any,
        initial_clusters: Any = RANDOM_INIT,
        distance_metric: str = SQUARED_EUCLIDEAN_DISTANCE,
        use_mini_batch: bool = False,
        mini_batch_steps_per_iteration: int = 1,
        random_seed: int = 0,
        kmeans_plus_plus_num_retries: int = 2,
        kmc2_chain_length: int = 200,
    ) -> None:
        methods = (RANDOM_INIT, KMEANS_PLUS_PLUS_INIT, KMC2_INIT)
        if isinstance(initial_clusters, str) and initial_clusters not in methods:
            raise ValueError(f"Unsupported initialization algorithm '{initial_clusters}'")
        if distance_metric not in (SQUARED_EUCLIDEAN_DISTANCE, COSINE_DISTANCE):
            raise ValueError(f"Unsupported distance metric '{distance_metric}'")
        self._inputs = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
        self._num_clusters = num_clusters
        self._initial_clusters = initial_clusters
        self._cosine = distance_metric == COSINE_DISTANCE
        self._use_mini_batch = use_mini_batch
        self._steps = int(mini_batch_steps_per_iteration)
        self._seed = random_seed
        self._num_retries = kmeans_plus_plus_num_retries
        self._chain_length = kmc2_chain_length

    @property
    def _delayed(self) -> bool:
        """Whether centres that are moved are not yet those that count."""
        return self._use_mini_batch and self._steps > 1

    @property
    def _centers_are_normalized(self) -> bool:
        return self._cosine and (not self._use_mini_batch or self._delayed)

    def training_graph(self) -> tuple[Any, Any, Any, Any, Operation, Any]:
        """The operations of clustering.

        Returns:
          all_scores: of each input, the distances [n, num_clusters].
          cluster_idx: of each input, the nearest centres [n].
          scores: of each input, the distances to these [n].
          cluster_centers_initialized: whether all centres have been chosen.
          init_op: chooses the first centres; to be run until all are chosen.
          training_op: moves the centres.
        """
        initial = self._initial_clusters
        if isinstance(initial, str) or callable(initial):
            count = convert_to_tensor(self._num_clusters)
        else:
            self._initial_clusters = convert_to_tensor(initial)
            count = tf.shape(self._initial_clusters)[0]
        self._create_variables(count)
        init_op = _Initialization(self, count).operation()
        inputs, centers = self._inputs, self._centers
        if self._cosine:
            inputs = [tf.nn.l2_normalize(each, axis=1) for each in inputs]
            if not self._centers_are_normalized:
                centers = tf.nn.l2_normalize(centers, axis=1)
        all_scores, scores, indices = self._infer(inputs, centers)
        if self._use_mini_batch:
            with tf.control_dependencies([self._take_over()]):
                training_op = self._move_by_batch(inputs, indices)
        else:
            training_op = self._move(inputs, indices, count)
        return all_scores, indices, scores, self._initialized, init_op, training_op

    def _create_variables(self, count: Tensor) -> None:
        nothing = tf.constant([], tf.float32)
        self._centers = tf.Variable(
            nothing, name=CLUSTERS_VAR_NAME, validate_shape=False, use_resource=False
        )
        self._initialized = tf.Variable(
            False, dtype=tf.bool, name="initialized", use_resource=False
        )
        self._moved = self._centers
        if self._delayed:
            self._moved = tf.Variable(
                nothing, name="clusters_updated", validate_shape=False, use_resource=False
            )
            self._steps_left = tf.Variable(
                self._steps, dtype=tf.int64, name="update_in_steps", use_resource=False
            )
        if self._use_mini_batch:
            first = tf.zeros if self._delayed else tf.ones
            self._counts = tf.Variable(first([count], tf.int64), use_resource=False)

    def _infer(self, inputs: list[Tensor], centers: Tensor) -> tuple[Any, ...]:
        """Of each input: all distances, the least one, and the index of the centre there."""
        results = []
        if self._cosine and not self._centers_are_normalized:
            centers = tf.nn.l2_normalize(centers, axis=1)
        for points in inputs:
            products = tf.matmul(points, centers, transpose_b=True)
            if self._cosine:
                all_scores = 1 - products
            else:
                squares = tf.reduce_sum(tf.square(centers), 1, keepdims=True)
                all_scores = (
                    tf.reduce_sum(tf.square(points), 1, keepdims=True)
                    - 2 * products
                    + tf.transpose(squares)
                )
            indices, distances = NearestNeighbors(points, centers, 1)
            if self._cosine:  # of unit vectors half the squared distance
                distances = distances * 0.5
            results.append((all_scores, tf.squeeze(distances, [-1]), tf.squeeze(indices, [-1])))
        return tuple(zip(*results))

    def _take_over(self) -> Any:
        """After so many steps, make the centres what they were moved to."""
        if not self._delayed:
            return tf.no_op()

        def take_over() -> Tensor:
            with tf.control_dependencies([tf.assign(self._steps_left, self._steps - 1)]):
                moved = tf.nn.l2_normalize(self._moved, axis=1) if self._cosine else self._moved
                with tf.control_dependencies([tf.assign(self._centers, moved)]):
                    zeros = tf.zeros_like(self._counts)
                    with tf.control_dependencies([tf.assign(self._counts, zeros)]):
                        return tf.identity(self._steps_left)

        return tf.cond(self._steps_left <= 0, take_over, lambda: tf.assign_sub(self._steps_left, 1))

    def _move_by_batch(self, inputs: list[Tensor], indices: list[Tensor]) -> Operation:
        """x += (sum of the new points - k x) / (n + k): the mean of all n + k points so far."""
        updates = []
        for points, nearest in zip(inputs, indices):
            ids, positions = tf.unique(tf.reshape(nearest, [-1]))
            size = tf.size(ids)
            old_counts = tf.gather(self._counts, ids)
            old_centers = tf.gather(self._moved, ids)
            added = tf.unsorted_segment_sum(tf.ones_like(positions, tf.int64), positions, size)
            sums = tf.unsorted_segment_sum(points, positions, size)
            column = tf.stack([size, 1])
            change = sums - tf.cast(tf.reshape(added, column), points.dtype) * old_centers
            rate = tf.reciprocal(tf.cast(old_counts + added, points.dtype))
            change = change * tf.reshape(rate, column)
            updates.append(tf.scatter_add(self._counts, ids, added))
            updates.append(tf.scatter_add(self._moved, ids, change))
        return tf.group(*updates)

    def _move(self, inputs: list[Tensor], indices: list[Tensor], count: Tensor) -> Tensor:
        """Each centre becomes the mean of its points."""
        sums, counts = [], []
        for points, nearest in zip(inputs, indices):
            sums.append(tf.unsorted_segment_sum(points, nearest, count))
            ones = tf.ones(tf.stack([tf.shape(points)[0], 1]))
            counts.append(tf.unsorted_segment_sum(ones, nearest, count))
        centers = tf.add_n(sums) / (tf.cast(tf.add_n(counts), sums[0].dtype) + 1e-6)
        if self._centers_are_normalized:
            centers = tf.nn.l2_normalize(centers, axis=1)
        return tf.assign(self._centers, centers)


class _Initialization:
    """Chooses the first centres, as many as the data at hand allows."""

    def __init__(self, clustering: KMeans, count: Tensor) -> None:
        self._of = clustering
        self._count = count
        self._selected = tf.shape(clustering._centers)[0]
        self._remaining = count - self._selected
        self._num_data = tf.add_n([tf.shape(each)[0] for each in clustering._inputs])

    def operation(self) -> Any:
        """Chooses centres; once all are chosen, only checks that."""
        initialized = self._of._initialized
        return tf.cond(
            tf.equal(self._remaining, 0),
            lambda: tf.assert_equal(initialized, True),
            self._initialize,
        )

    def _initialize(self) -> Any:
        with tf.control_dependencies([tf.assert_positive(self._remaining)]):
            if isinstance(self._of._initial_clusters, str) and (
                self._of._initial_clusters == KMC2_INIT
            ):
                left = self._add_by_chains()
            else:
                left = self._add()
            return tf.cond(
                tf.equal(left, 0),
                lambda: tf.assign(self._of._initialized, True).op,
                tf.no_op,
            )

    def _add(self) -> Tensor:
        """Add centres; gives the number of those still to be chosen."""
        chosen = self._normalized(self._choose())
        centers = tf.cond(
            tf.equal(self._selected, 0),
            lambda: tf.identity(chosen),
            lambda: tf.concat([self._of._centers, chosen], 0),
        )
        return self._count - tf.shape(self._assigned(centers))[0]

    def _normalized(self, points: Tensor) -> Tensor:
        return tf.nn.l2_normalize(points, axis=1) if self._of._cosine else points

    def _assigned(self, centers: Tensor) -> Tensor:
        assigned = tf.assign(self._of._centers, centers, validate_shape=False)
        if self._of._moved is not self._of._centers:
            assigned = tf.assign(self._of._moved, assigned, validate_shape=False)
        return assigned

    def _choose(self) -> Tensor:
        initial: Any = self._of._initial_clusters
        if isinstance(initial, str):
            if initial == RANDOM_INIT:
                too_few = self._num_data <= self._remaining
                return tf.cond(too_few, lambda: tf.concat(self._of._inputs, 0), self._random_points)
            enough = tf.assert_greater_equal(self._num_data, self._remaining)
            with tf.control_dependencies([enough]):
                return self._plus_plus_points()
        if isinstance(initial, Callable):
            return initial(self._of._inputs, self._remaining)
        with tf.control_dependencies([tf.assert_equal(self._remaining, tf.shape(initial)[0])]):
            return tf.identity(initial)

    def _random_points(self) -> Tensor:
        indices = tf.random_uniform(
            tf.reshape(self._remaining, [-1]),
            minval=0,
            maxval=tf.cast(self._num_data, tf.int64),
            seed=self._of._seed,
            dtype=tf.int64,
        )
        return tf.gather(tf.concat(self._of._inputs, 0), indices)

    def _plus_plus_points(self) -> Tensor:
        points = self._normalized(self._of._inputs[0])
        wanted = tf.cast(self._remaining, tf.int64)
        return KmeansPlusPlusInitialization(points, wanted, self._of._seed, self._of._num_retries)

    def _add_by_chains(self) -> Tensor:
        """Add centres, each from a part of the points; gives the number still to be chosen."""
        points, length = self._of._inputs[0], self._of._chain_length
        parts = tf.shape(points)[0] // length
        wanted = tf.maximum(tf.minimum(self._remaining, parts), 1)

        def first() -> Tensor:
            return self._normalized(tf.reshape(points[0], [1, -1]))

        def next_one(i: Tensor) -> Tensor:
            part = points[i * length : (i + 1) * length]
            _, distances = NearestNeighbors(part, self._of._centers, 1)
            index = KMC2ChainInitialization(tf.squeeze(distances, [-1]), self._of._seed)
            chosen = self._normalized(tf.reshape(part[index], [1, -1]))
            return tf.concat([self._of._centers, chosen], 0)

        def body(i: Tensor, _: Tensor) -> tuple[Tensor, Tensor]:
            nothing_yet = tf.equal(tf.shape(self._of._centers)[0], 0)
            centers = tf.cond(nothing_yet, first, lambda: next_one(i))
            return i + 1, self._count - tf.shape(self._assigned(centers))[0]

        return tf.while_loop(lambda i, _: tf.less(i, wanted), body, [0, 0])[1]


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
