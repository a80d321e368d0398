"""Rows of tables by ids: sequences of words as vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow import tf
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.indexed_slices import SparseTensor
from reflow.graph.operation import Tensor
from reflow.tf._scopes import name_scope
from reflow.tf._variable_scope import variable_scope
from reflow.tf.contrib.framework import model_variable
from reflow.tf.contrib.layers.sparse_ops import dense_to_sparse_tensor


def embedding_lookup_unique(
    params: Any, ids: Any, partition_strategy: str = "mod", name: str | None = None
) -> Tensor:
    """`tf.nn.embedding_lookup` that fetches the row of an id once, however often it occurs."""
    with name_scope(name, "EmbeddingLookupUnique", [params, ids]):
        ids = convert_to_tensor(ids)
        shape = tf.shape(ids)
        flat_ids = tf.reshape(ids, tf.reduce_prod(shape, keepdims=True))
        unique_ids, places = tf.unique(flat_ids)
        unique_rows = tf.nn.embedding_lookup(params, unique_ids, partition_strategy)
        rows = tf.gather(unique_rows, places)
        embeddings: Tensor = tf.reshape(rows, tf.concat([shape, tf.shape(unique_rows)[1:]], 0))
        embeddings.set_shape(ids.shape.concatenate(unique_rows.shape[1:]))
        return embeddings


def safe_embedding_lookup_sparse(
    embedding_weights: Any,
    sparse_ids: SparseTensor,
    sparse_weights: SparseTensor | None = None,
    combiner: str | None = None,
    default_id: int | None = None,
    name: str | None = None,
    partition_strategy: str = "div",
    max_norm: Any = None,
) -> Tensor:
    """`tf.nn.safe_embedding_lookup_sparse`; the combiner is "mean" by default."""
    if embedding_weights is None:
        raise ValueError(f"Missing embedding_weights {embedding_weights}.")
    return tf.nn.safe_embedding_lookup_sparse(  # type: ignore[no-any-return]
        embedding_weights,
        sparse_ids,
        sparse_weights,
        combiner or "mean",
        default_id,
        name,
        partition_strategy,
        max_norm,
    )


def embed_sequence(
    ids: Any,
    vocab_size: int | None = None,
    embed_dim: int | None = None,
    unique: bool = False,
    initializer: Any = None,
    regularizer: Callable[[Any], Any] | None = None,
    trainable: bool = True,
    scope: Any = None,
    reuse: bool | None = None,
) -> Tensor:
    """[batch, length, embed_dim]: the row of each id in the variable "embeddings".

    Args:
      ids: [batch, length].
      vocab_size: how many rows the variable has.
      unique: fetch the row of an id once, however often it occurs.
      scope: a name for the variable scope, default "EmbedSequence".
      reuse: whether to take the variable that the scope has; then the sizes may be left out.

    Raises:
      ValueError: sizes are missing.
    """
    if not (reuse or (vocab_size and embed_dim)):
        raise ValueError(
            "Must specify vocab size and embedding dimension when not reusing. Got "
            f"vocab_size={vocab_size} and embed_dim={embed_dim}"
        )
    with variable_scope(scope, "EmbedSequence", [ids], reuse=reuse):
        is_known = not (reuse and vocab_size is None) and embed_dim is not None
        embeddings = model_variable(
            "embeddings",
            shape=[vocab_size, embed_dim] if is_known else None,
            initializer=initializer,
            regularizer=regularizer,
            trainable=trainable,
        )
        lookup = embedding_lookup_unique if unique else tf.nn.embedding_lookup
        return lookup(embeddings, ids)  # type: ignore[no-any-return]


def bow_encoder(
    ids: Any,
    vocab_size: int,
    embed_dim: int,
    sparse_lookup: bool = True,
    initializer: Any = None,
    regularizer: Callable[[Any], Any] | None = None,
    trainable: bool = True,
    scope: Any = None,
    reuse: bool | None = None,
) -> Tensor:
    """[batch, embed_dim]: the mean of the rows of each example's ids; a bag of words.

    Args:
      ids: [batch, length], dense or sparse.
      vocab_size: how many rows the variable "embeddings" has.
      sparse_lookup: whether ids of 0 do not count.
      scope: a name for the variable scope, default "bow_encoder".

    Raises:
      ValueError: sizes are missing.
      TypeError: sparse ids without `sparse_lookup`.
    """
    if not vocab_size or not embed_dim:
        raise ValueError("Must specify vocab size and embedding dimension")
    with variable_scope(scope, "bow_encoder", [ids], reuse=reuse):
        embeddings = model_variable(
            "embeddings",
            shape=[vocab_size, embed_dim],
            initializer=initializer,
            regularizer=regularizer,
            trainable=trainable,
        )
        if sparse_lookup:
            sparse_ids = ids if isinstance(ids, SparseTensor) else dense_to_sparse_tensor(ids)
            return safe_embedding_lookup_sparse(
                [embeddings], sparse_ids, combiner="mean", default_id=0
            )
        if isinstance(ids, SparseTensor):
            raise TypeError("ids are expected to be dense Tensor, got: %s", ids)
        return tf.reduce_mean(tf.nn.embedding_lookup(embeddings, ids), axis=1)  # type: ignore[no-any-return]
