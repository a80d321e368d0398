"""dense_to_sparse_batch: batches of elements of different sizes, without filling them up."""

from __future__ import annotations

from typing import Any

from reflow.graph.dtypes import DType
from reflow.graph.sparse_tensor_spec import SparseTensorSpec
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.data import sparse_batches
from reflow.tf.data import _structure
from reflow.tf.data._dataset import Dataset
from reflow.tf.data._padding import shape_tensor
from reflow.tf.data.experimental._transformations import Transformation


def dense_to_sparse_batch(batch_size: Any, row_shape: Any) -> Transformation:
    """Sparse tensors [batch, *row_shape] of several dense elements each.

    Args:
      batch_size: elements in a batch; the last one may hold fewer.
      row_shape: the dense shape of each; None is the largest size in the batch.

    Raises:
      TypeError: elements are not single tensors.

    Running raises:
      tf.errors.DataLossError: an element is larger than that.
    """

    def apply(dataset: Dataset) -> Dataset:
        dtype = dataset.output_types
        if not isinstance(dtype, DType):
            raise TypeError(
                "DenseToSparseDataset requires an input whose elements have a single component, "
                f"whereas the input has {dtype!r}."
            )
        spec = SparseTensorSpec(TensorShape([None]).concatenate(row_shape), dtype)
        variant = sparse_batches.DenseToSparseBatchDataset(
            dataset._variant_tensor,
            batch_size,
            shape_tensor(row_shape, "The given shape"),
            **_structure.flat_attributes(spec),
        )
        return Dataset(variant, spec, [dataset])

    return apply
