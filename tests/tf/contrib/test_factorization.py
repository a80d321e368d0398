"""tf.contrib.factorization: k-means clustering."""

import numpy as np
import pytest

import reflow as tf
from reflow.ops.clustering import KmeansPlusPlusInitialization, NearestNeighbors
from reflow.tf.contrib.factorization import KMeans

CENTERS = np.array([[0, 10], [10, 0], [-10, -10]])
POINTS = (np.repeat(CENTERS, 100, 0) + np.random.RandomState(0).randn(300, 2)).astype(np.float32)
#: What TensorFlow 1.15.5 comes to, the mean squared distance to the nearest centre.
MEAN_DISTANCE = 1.9944469


def clustered(**options):
    """The scores and the clusters of POINTS after some steps."""
    with tf.Graph().as_default(), tf.Session() as session:
        points = tf.placeholder(tf.float32, [None, 2])
        graph = KMeans(points, 3, **options).training_graph()
        _, indices, scores, initialized, init_op, training_op = graph
        session.run(tf.global_variables_initializer())
        while not session.run(initialized):
            session.run(init_op, {points: POINTS})
        for _ in range(10):
            session.run(training_op, {points: POINTS})
        return session.run([scores[0], indices[0]], {points: POINTS})


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"initial_clusters": "kmeans_plus_plus"},
        {"initial_clusters": "kmc2", "kmc2_chain_length": 60},
        {"initial_clusters": POINTS[[0, 100, 200]]},
        {"initial_clusters": lambda inputs, count: inputs[0][100:103]},
        {"use_mini_batch": True, "initial_clusters": "kmeans_plus_plus"},
        {
            "use_mini_batch": True,
            "mini_batch_steps_per_iteration": 3,
            "initial_clusters": "kmeans_plus_plus",
        },
        {"distance_metric": "cosine", "initial_clusters": "kmeans_plus_plus"},
    ],
)
def test_it_finds_the_clusters(options):
    scores, indices = clustered(**options)
    assert np.bincount(indices).tolist() == [100, 100, 100]
    if "distance_metric" not in options:
        assert scores.mean() == pytest.approx(MEAN_DISTANCE, rel=2e-3)


def test_what_is_not_known_is_refused():
    with pytest.raises(ValueError, match="Unsupported initialization algorithm 'best'"):
        KMeans(POINTS, 3, initial_clusters="best")
    with pytest.raises(ValueError, match="Unsupported distance metric 'city'"):
        KMeans(POINTS, 3, distance_metric="city")


def test_nearest_neighbors():
    with tf.Graph().as_default(), tf.Session() as session:
        points, centers = [[0.0, 0.0], [4.0, 3.0]], [[3.0, 4.0], [0.0, 1.0]]
        indices, distances = session.run(NearestNeighbors(points, centers, 3))
        assert indices.tolist() == [[1, 0], [0, 1]]
        np.testing.assert_allclose(distances, [[1, 25], [2, 20]], rtol=1e-5)
        with pytest.raises(tf.errors.InvalidArgumentError, match="k must be positive"):
            session.run(NearestNeighbors(points, centers, 0))
        with pytest.raises(tf.errors.InvalidArgumentError, match="number of samples up to"):
            session.run(KmeansPlusPlusInitialization(points, 3, 0, 1))
