"""tf.GradientTape: derivatives of what a program computes, step after step."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from reflow.graph import nest
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.execution import current, executing_eagerly
from reflow.graph.gradients import (
    UnconnectedGradients,
    checked_unconnected,
    dense_gradient,
    is_trainable,
    zero_gradient,
)
from reflow.graph.handles import handle_of
from reflow.graph.operation import Tensor
from reflow.graph.tape import Tape
from reflow.ops.arrays import Reshape
from reflow.ops.constants import constant
from reflow.tf import logging
from reflow.tf._joining import stack


class GradientTape:
    """`with tf.GradientTape() as tape:` records what is computed inside, to differentiate it.

    Trainable variables that are read inside are watched, and so are the tensors that the program
    names.  It works while executing eagerly as well as in graphs, there with resource variables.

    Args:
      persistent: whether `gradient` may be called several times.
      watch_accessed_variables: False leaves it to the program which variables to watch.
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        self._persistent = persistent
        self._watches_variables = watch_accessed_variables
        self._tape: Tape | None = None
        self._recording = False
        # The variables of a tape that has been used up.
        self._watched_variables: list[Any] = []

    def __enter__(self) -> GradientTape:
        self._push()
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._recording:
            self._pop()

    def _push(self) -> None:
        if self._recording:
            raise ValueError(
                "Tape is still recording, This can happen if you try to re-enter an already-active "
                "tape."
            )
        if self._tape is None:
            self._tape = Tape(self._watches_variables)
        current.tapes = (*current.tapes, self._tape)
        self._recording = True

    def _pop(self) -> None:
        if not self._recording:
            raise ValueError("Tape is not recording.")
        current.tapes = tuple([tape for tape in current.tapes if tape is not self._tape])
        self._recording = False

    def watch(self, tensor: Any) -> None:
        """Has derivatives by `tensor`, or by each of a nest of tensors or variables, traced.

        Raises:
          ValueError: it is no tensor.
          RuntimeError: the tape is not active.
        """
        for item in nest.flatten(tensor):
            handle = handle_of(item)
            watched = item if handle is None else handle
            if not isinstance(watched, Tensor):
                raise ValueError(f"Passed in object of type {type(item)}, not tf.Tensor")
            if self._tape is None:
                raise RuntimeError("A tape watches nothing before it is entered, or once used.")
            _warn_unless_differentiable(item, "watched tensor")
            if handle is None:
                self._tape.watch(watched)
            else:
                self._tape.watch_variable(item)

    @contextmanager
    def stop_recording(self) -> Iterator[None]:
        """What is computed inside is not recorded.

        Raises:
          RuntimeError: the tape is not recording.
        """
        if self._tape is None:
            raise RuntimeError("Trying to stop recording a tape which is not recording.")
        self._pop()
        try:
            yield
        finally:
            self._push()

    def reset(self) -> None:
        """Forgets what was recorded and watched, and begins again."""
        self._pop()
        self._tape = None
        self._push()

    def watched_variables(self) -> tuple[Any, ...]:
        """The variables that it watches, in the order in which they were made."""
        if self._tape is not None:
            self._watched_variables = self._tape.watched_variables()
        return tuple(self._watched_variables)

    # -- Derivatives ----------------------------------------------------------------------------

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: UnconnectedGradients | str = UnconnectedGradients.NONE,
    ) -> Any:
        """The sum of the derivatives of all elements of `target` by each of `sources`.

        Args:
          target: a tensor, or a nest of them.
          sources: tensors or variables, or a nest of them.
          output_gradients: for each target the weights of its elements; default ones.
          unconnected_gradients: None or zeros for a source that no target depends on.

        Returns:
          In the structure of `sources`: tensors, IndexedSlices, or None.

        Raises:
          RuntimeError: the tape has been used, and is not persistent.
          ValueError: `unconnected_gradients` is no known value.
        """
        tape = self._used()
        unconnected = checked_unconnected(unconnected_gradients)
        targets = [self._target(item) for item in nest.flatten(target)]
        flat_sources = [_source(item) for item in nest.flatten(sources)]
        weights = None if output_gradients is None else nest.flatten(output_gradients)
        found = tape.gradients(targets, flat_sources, weights)
        self._finish()
        if unconnected is UnconnectedGradients.ZERO:
            found = [
                zero_gradient(source) if gradient is None else gradient
                for source, gradient in zip(flat_sources, found)
            ]
        return nest.pack_sequence_as(sources, found)

    def _used(self) -> Tape:
        """The tape, which is about to be used."""
        if self._tape is None:
            raise RuntimeError(
                "GradientTape.gradient can only be called once on non-persistent tapes."
            )
        if self._recording:
            if not self._persistent:
                self._pop()
            else:
                logging.log_first_n(
                    logging.WARN,
                    "Calling GradientTape.gradient on a persistent tape inside its context is "
                    "significantly less efficient than calling it outside the context (it causes "
                    "the gradient ops to be recorded on the tape, leading to increased CPU and "
                    "memory usage). Only call GradientTape.gradient inside the context if you "
                    "actually want to trace the gradient in order to compute higher order "
                    "derivatives.",
                    1,
                )
        return self._tape

    def _finish(self) -> None:
        """A tape that is not persistent has done its work."""
        if not self._persistent and self._tape is not None:
            self._watched_variables = self._tape.watched_variables()
            self._tape = None

    def _target(self, item: Any) -> Tensor:
        if handle_of(item) is None:
            _warn_unless_differentiable(item, "target tensor")
            return item if isinstance(item, Tensor) else convert_to_tensor(item)
        if self._recording:
            return convert_to_tensor(item)
        with self:
            return convert_to_tensor(item)

    def jacobian(
        self,
        target: Tensor,
        sources: Any,
        unconnected_gradients: UnconnectedGradients | str = UnconnectedGradients.NONE,
        parallel_iterations: int | None = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """The derivatives of each element of `target` by each element of each source.

        Args:
          target: a tensor of fully known shape.
          sources: tensors or variables, or a nest of them.
          unconnected_gradients: as for `gradient`.
          parallel_iterations, experimental_use_pfor: how TensorFlow computes it.

        Returns:
          In the structure of `sources` tensors of shape [*target.shape, *source.shape], or None.

        Raises:
          ValueError: the shape of `target` is not known.
          RuntimeError: `experimental_use_pfor` is False, and the tape is not persistent.
        """
        self._check_persistence(experimental_use_pfor)
        sizes = _known_sizes(target)
        count = math.prod(sizes)
        weights = [_unit(count, i).reshape(sizes) for i in range(count)]
        columns = self._weighted(target, nest.flatten(sources), weights, unconnected_gradients)
        jacobians = [
            None
            if column[0] is None
            else Reshape(stack(column), [*sizes, *column[0].shape.as_list()])
            for column in columns
        ]
        return nest.pack_sequence_as(sources, jacobians)

    def batch_jacobian(
        self,
        target: Tensor,
        source: Tensor,
        unconnected_gradients: UnconnectedGradients | str = UnconnectedGradients.NONE,
        parallel_iterations: int | None = None,
        experimental_use_pfor: bool = True,
    ) -> Tensor:
        """The jacobians of target[i] by source[i], for each i of a batch of independent parts.

        Args:
          target: [batch, ...], of fully known shape.
          source: [batch, ...].
          unconnected_gradients: as for `gradient`.
          parallel_iterations, experimental_use_pfor: how TensorFlow computes it.

        Returns:
          [batch, *target.shape[1:], *source.shape[1:]].

        Raises:
          ValueError: the first dimensions differ, or `target` does not depend on `source`.
        """
        self._check_persistence(experimental_use_pfor)
        sizes = _known_sizes(target)
        target.shape.with_rank_at_least(2)
        source.shape.with_rank_at_least(2)
        if sizes[:1] != source.shape.as_list()[:1]:
            raise ValueError(
                f"Need first dimension of target shape ({target.shape}) and source shape "
                f"({source.shape}) to match."
            )
        count = math.prod(sizes[1:])
        weights = [np.broadcast_to(_unit(count, i).reshape(sizes[1:]), sizes) for i in range(count)]
        sizes_of_jacobian = [*sizes, *source.shape.as_list()[1:]]
        if not weights:
            return constant(np.zeros(sizes_of_jacobian), target.dtype)
        (column,) = self._weighted(target, [source], weights, unconnected_gradients)
        if column[0] is None:
            raise ValueError(
                f"The target does not depend on the source. Received: {target} and {source}"
            )
        jacobian: Tensor = Reshape(stack(column, axis=1), sizes_of_jacobian)
        return jacobian

    def _check_persistence(self, experimental_use_pfor: bool) -> None:
        if executing_eagerly() and not self._persistent and not experimental_use_pfor:
            raise RuntimeError(
                "GradientTape must be created with persistent=True to compute the jacobian with "
                "eager execution enabled and with  experimental_use_pfor set to False."
            )

    def _weighted(
        self,
        target: Tensor,
        sources: Sequence[Any],
        weights: Iterable[np.ndarray[Any, Any]],
        unconnected_gradients: UnconnectedGradients | str,
    ) -> list[list[Any]]:
        """For each source its gradients by the target under each of the weights, dense."""
        tape = self._used()
        zeros = checked_unconnected(unconnected_gradients) is UnconnectedGradients.ZERO
        flat = [_source(source) for source in sources]
        rows = []
        for weight in weights:
            found = tape.gradients([target], flat, [constant(weight, target.dtype)])
            rows.append(
                [
                    (zero_gradient(source) if zeros else None) if g is None else dense_gradient(g)
                    for g, source in zip(found, flat)
                ]
            )
        self._finish()
        return [list(column) for column in zip(*rows)]


def _source(item: Any) -> Tensor:
    """The tensor by which the derivatives of a source are taken."""
    handle = handle_of(item)
    if handle is not None:
        return handle
    _warn_unless_differentiable(item, "source tensor")
    source: Tensor = item
    return source


def _warn_unless_differentiable(item: Any, what: str) -> None:
    if not is_trainable(item.dtype):
        logging.log_first_n(
            logging.WARN,
            "The dtype of the %s must be floating (e.g. tf.float32) when calling "
            "GradientTape.gradient, got %r",
            5,
            what,
            item.dtype,
        )


def _known_sizes(target: Tensor) -> list[int]:
    if not target.shape.is_fully_defined():
        raise ValueError(f"A jacobian needs a target of fully known shape. Received: {target}")
    sizes: list[int] = target.shape.as_list()
    return sizes


def _unit(count: int, index: int) -> np.ndarray[Any, Any]:
    """A vector of zeros but for a one."""
    unit = np.zeros(count)
    unit[index] = 1
    return unit
