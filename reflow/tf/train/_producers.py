"""Queues that threads keep filled with rows of a tensor: tf.train.input_producer and its kin."""

from __future__ import annotations

from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import float32, int64, string
from reflow.graph.graph import get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Tensor
from reflow.ops.arrays import Identity
from reflow.ops.constants import constant
from reflow.tf import math, summary
from reflow.tf import random as random_functions
from reflow.tf._arrays import shape, size
from reflow.tf._casts import cast
from reflow.tf._checks import Assert
from reflow.tf._filling import range
from reflow.tf._gathering import gather
from reflow.tf._queues import FIFOQueue
from reflow.tf._scopes import name_scope
from reflow.tf._variables import Variable
from reflow.tf.train._batching import as_tensors, refuse_eager
from reflow.tf.train.queue_runner import QueueRunner, add_queue_runner


def limit_epochs(tensor: Any, num_epochs: int | None = None, name: str | None = None) -> Any:
    """`tensor`, which can be had only `num_epochs` times; then tf.errors.OutOfRangeError is raised.

    A local variable counts the times.

    Args:
      num_epochs: None for no limit.

    Raises:
      ValueError: it is not positive.
    """
    if num_epochs is None:
        return tensor
    if num_epochs <= 0:
        raise ValueError(f"num_epochs must be > 0 not {num_epochs}.")
    with name_scope(name, "limit_epochs", [tensor]) as scope:
        epochs = Variable(
            constant(0, int64),
            name="epochs",
            trainable=False,
            collections=[GraphKeys.LOCAL_VARIABLES],
        )
        with get_default_graph().control_dependencies([epochs.count_up_to(num_epochs)]):
            return Identity(tensor, name=scope)


def input_producer(
    input_tensor: Any,
    element_shape: Any = None,
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    capacity: int = 32,
    shared_name: str | None = None,
    summary_name: str | None = None,
    name: str | None = None,
    cancel_op: Any = None,
) -> FIFOQueue:
    """A queue of the rows of a tensor, which a QueueRunner puts in again and again.

    Args:
      input_tensor: its parts along the first axis are the elements.
      element_shape: the shape of one, if that is not known.
      num_epochs: how often each row is put in before the queue is closed (`limit_epochs`).
      shuffle: in another random order each time, of which `seed` is the seed.
      capacity: the most elements in the queue.
      shared_name: queues of one shared name are one.
      summary_name: of a summary that says how full the queue is; None for none.
      name: of the queue.
      cancel_op: what closes the queue if the program stops.

    Raises:
      ValueError: the shape of an element is not known.
      RuntimeError: eager execution is enabled.
    """
    refuse_eager(RuntimeError)
    with name_scope(name, "input_producer", [input_tensor]):
        input_tensor = convert_to_tensor(input_tensor, name="input_tensor")
        element_shape = input_tensor.shape[1:].merge_with(element_shape)
        if not element_shape.is_fully_defined():
            raise ValueError(
                "Either `input_tensor` must have a fully defined shape or `element_shape` must be "
                "specified"
            )
        if shuffle:
            input_tensor = random_functions.random_shuffle(input_tensor, seed=seed)
        input_tensor = limit_epochs(input_tensor, num_epochs)
        queue = FIFOQueue(
            capacity=capacity,
            dtypes=[input_tensor.dtype.base_dtype],
            shapes=[element_shape],
            shared_name=shared_name,
            name=name,
        )
        enqueue = queue.enqueue_many([input_tensor])
        add_queue_runner(QueueRunner(queue, [enqueue], cancel_op=cancel_op))
        if summary_name is not None:
            summary.scalar(summary_name, cast(queue.size(), float32) * (1.0 / capacity))
        return queue


def string_input_producer(
    string_tensor: Any,
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    capacity: int = 32,
    shared_name: str | None = None,
    name: str | None = None,
    cancel_op: Any = None,
) -> FIFOQueue:
    """A queue of strings, such as the names of files.

    Args:
      string_tensor: a vector of them.
      The others: as for `input_producer`.

    Raises:
      ValueError: there is none; if that is not known, tf.errors.InvalidArgumentError in the run.
      RuntimeError: eager execution is enabled.
    """
    message = "string_input_producer requires a non-null input tensor"
    if not isinstance(string_tensor, Tensor) and not string_tensor:
        raise ValueError(message)
    with name_scope(name, "input_producer", [string_tensor]) as scope:
        string_tensor = convert_to_tensor(string_tensor, dtype=string)
        is_given = Assert(math.greater(size(string_tensor), 0), [message])
        with get_default_graph().control_dependencies([is_given]):
            string_tensor = Identity(string_tensor)
        return input_producer(
            string_tensor,
            [],
            num_epochs,
            shuffle,
            seed,
            capacity,
            shared_name,
            f"fraction_of_{capacity}_full",
            scope,
            cancel_op,
        )


def range_input_producer(
    limit: Any,
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    capacity: int = 32,
    shared_name: str | None = None,
    name: str | None = None,
) -> FIFOQueue:
    """A queue of the integers from 0 to `limit` - 1.  Arguments and errors: `input_producer`."""
    with name_scope(name, "input_producer", [limit]) as scope:
        return input_producer(
            range(limit),
            [],
            num_epochs,
            shuffle,
            seed,
            capacity,
            shared_name,
            f"fraction_of_{capacity}_full",
            scope,
        )


def slice_input_producer(
    tensor_list: Any,
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    capacity: int = 32,
    shared_name: str | None = None,
    name: str | None = None,
) -> list[Tensor]:
    """One row of each tensor, the same of all, another in each run.

    Args:
      tensor_list: tensors with as many rows each.
      The others: as for `input_producer`.

    Raises:
      ValueError: there are no tensors.
      RuntimeError: eager execution is enabled.
    """
    with name_scope(name, "input_producer", tensor_list):
        tensors = as_tensors(tensor_list)
        if not tensors:
            raise ValueError("Expected at least one tensor in slice_input_producer().")
        rows = range_input_producer(
            shape(tensors[0])[0],
            num_epochs=num_epochs,
            shuffle=shuffle,
            seed=seed,
            capacity=capacity,
            shared_name=shared_name,
        )
        index = rows.dequeue()
        return [gather(tensor, index) for tensor in tensors]
