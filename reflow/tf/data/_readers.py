"""Datasets of what files hold: tf.data.FixedLengthRecordDataset, tf.data.TextLineDataset."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.graph.tensor_spec import TensorSpec
from reflow.ops.arrays import Reshape
from reflow.ops.constants import constant
from reflow.ops.data import files, functional
from reflow.tf.data import _structure
from reflow.tf.data._dataset import AUTOTUNE, Dataset

_DEFAULT_BUFFER_BYTES = 256 * 1024
_STRING = TensorSpec([], dtypes.string)


class _FilesDataset(Dataset):
    """The records of several files, read one after the other or by turns.

    Args:
      filenames: strings of any shape, or a dataset of scalar strings.
      read: gives the dataset op of one file's records.
      num_parallel_reads: how many files are read by turns; None: one after the other.
    """

    def __init__(
        self, filenames: Any, read: Callable[[Tensor], Tensor], num_parallel_reads: Any
    ) -> None:
        names = _filenames_dataset(filenames)

        def read_one_file(filename: Tensor) -> Dataset:
            filename = convert_to_tensor(filename, dtypes.string, name="filename")
            return Dataset(read(filename), _STRING)

        if num_parallel_reads is None:
            records = names.flat_map(read_one_file)
        elif num_parallel_reads == AUTOTUNE:
            records = names.interleave(read_one_file, num_parallel_calls=num_parallel_reads)
        else:
            records = interleaved_by_turns(names, read_one_file, num_parallel_reads)
        super().__init__(records._variant_tensor, _STRING, records._inputs, records._functions)


def _filenames_dataset(filenames: Any) -> Dataset:
    if isinstance(filenames, Dataset):
        if filenames.output_types != dtypes.string:
            raise TypeError("`filenames` must be a `tf.data.Dataset` of `tf.string` elements.")
        if not filenames.output_shapes.is_compatible_with(TensorShape([])):
            raise TypeError(
                "`filenames` must be a `tf.data.Dataset` of scalar `tf.string` elements."
            )
        return filenames
    tensor = convert_to_tensor(filenames, dtype=dtypes.string)
    # Already tensors: nothing is put under "normalize_element".
    flat = Reshape(tensor, [-1], name="flat_filenames")
    return Dataset.from_tensor_slices(flat)


def interleaved_by_turns(
    dataset: Dataset,
    map_func: Callable[..., Dataset],
    cycle_length: Any,
    block_length: Any = 1,
    sloppy: Any = False,
    buffer_output_elements: Any = None,
    prefetch_input_elements: Any = None,
) -> Dataset:
    """What tf.data.experimental.parallel_interleave makes of `dataset`.

    Raises:
      TypeError: `map_func` gives no dataset.
    """
    transformation = "tf.data.experimental.parallel_interleave()"
    function, spec = dataset._dataset_function(map_func, transformation)
    ahead = 2 * cycle_length if prefetch_input_elements is None else None
    variant = functional.ParallelInterleaveDataset(
        dataset._variant_tensor,
        function.captured_inputs,
        convert_to_tensor(cycle_length, dtypes.int64, name="cycle_length"),
        convert_to_tensor(block_length, dtypes.int64, name="block_length"),
        convert_to_tensor(sloppy, dtypes.bool, name="sloppy"),
        _tensor("buffer_output_elements", buffer_output_elements, 2 * block_length),
        _tensor("prefetch_input_elements", prefetch_input_elements, ahead),
        f=function.function,
        **_structure.flat_attributes(spec),
    )
    return Dataset(variant, spec, [dataset], [function])


def _tensor(name: str, value: Any, default: Any = 0, dtype: DType = dtypes.int64) -> Tensor:
    """An argument that may be left out, as a tensor of that name."""
    if value is None:
        return constant(default, dtype, name=name)
    tensor: Tensor = convert_to_tensor(value, dtype=dtype, name=name)
    return tensor


class FixedLengthRecordDataset(_FilesDataset):
    """The records of files that consist of a header, records of one length, and a footer.

    Elements are scalar strings of `record_bytes` bytes.

    Args:
      filenames: one or several names, or a dataset of names.
      record_bytes: the length of a record.
      header_bytes: how much to skip at the start of each file (default: nothing).
      footer_bytes: how much to ignore at its end (default: nothing).
      buffer_size: how many bytes TensorFlow reads at once.
      compression_type: "", "ZLIB" or "GZIP".
      num_parallel_reads: how many files are read by turns; None: one after the other.

    Running raises:
      tf.errors.NotFoundError: there is no such file.
      tf.errors.InvalidArgumentError: the records do not fill the file, or a length is wrong.
      tf.errors.DataLossError: the same, of a compressed file.
    """

    _shown_as = "FixedLengthRecordDatasetV1"

    def __init__(
        self,
        filenames: Any,
        record_bytes: Any,
        header_bytes: Any = None,
        footer_bytes: Any = None,
        buffer_size: Any = None,
        compression_type: Any = None,
        num_parallel_reads: Any = None,
    ) -> None:
        def read(filename: Tensor) -> Tensor:
            record = convert_to_tensor(record_bytes, dtype=dtypes.int64, name="record_bytes")
            header = _tensor("header_bytes", header_bytes)
            footer = _tensor("footer_bytes", footer_bytes)
            buffer = _tensor("buffer_size", buffer_size, _DEFAULT_BUFFER_BYTES)
            compression = _tensor("compression_type", compression_type, "", dtypes.string)
            dataset: Tensor = files.FixedLengthRecordDatasetV2(
                filename, header, record, footer, buffer, compression
            )
            return dataset

        super().__init__(filenames, read, num_parallel_reads)


class TextLineDataset(_FilesDataset):
    """The lines of text files, as scalar strings without what ends them.

    Args:
      filenames: one or several names, or a dataset of names.
      compression_type: "", "ZLIB" or "GZIP".
      buffer_size: how many bytes TensorFlow reads at once.
      num_parallel_reads: how many files are read by turns; None: one after the other.

    Running raises:
      tf.errors.NotFoundError: there is no such file.
    """

    _shown_as = "TextLineDatasetV1"

    def __init__(
        self,
        filenames: Any,
        compression_type: Any = None,
        buffer_size: Any = None,
        num_parallel_reads: Any = None,
    ) -> None:
        def read(filename: Tensor) -> Tensor:
            compression = _tensor("compression_type", compression_type, "", dtypes.string)
            buffer = _tensor("buffer_size", buffer_size, _DEFAULT_BUFFER_BYTES)
            dataset: Tensor = files.TextLineDataset(filename, compression, buffer)
            return dataset

        super().__init__(filenames, read, num_parallel_reads)
