"""Keywords and methods that scikit-learn's classes have lost."""

from __future__ import annotations

from types import ModuleType

from reflow.running.old_libraries.advising import add_method, take_keywords

__all__ = ["prepare_cluster", "prepare_manifold", "prepare_preprocessing", "prepare_text"]


def prepare_cluster(cluster: ModuleType) -> None:
    take_keywords(cluster.KMeans, "__init__", n_jobs=None, precompute_distances=None)


def prepare_manifold(manifold: ModuleType) -> None:
    take_keywords(manifold.TSNE, "__init__", n_iter="max_iter")


def prepare_preprocessing(preprocessing: ModuleType) -> None:
    take_keywords(preprocessing.OneHotEncoder, "__init__", sparse="sparse_output", n_values=None)


def prepare_text(text: ModuleType) -> None:
    for owner in (text.CountVectorizer, text.TfidfTransformer):
        add_method(owner, "get_feature_names", "vectorizer.get_feature_names_out()")(
            lambda self: list(self.get_feature_names_out())
        )
