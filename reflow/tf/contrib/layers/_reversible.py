"""Reversible residual layers, whose inputs follow from their outputs and need not be kept.

Gomez et al., "The Reversible Residual Network: Backpropagation Without Storing Activations" (2017).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reflow import tf
from reflow.graph import nest
from reflow.graph.gradients import gradients
from reflow.graph.operation import Tensor
from reflow.tf._custom_gradient import custom_gradient
from reflow.tf._gradient_tape import GradientTape
from reflow.tf._variable_scope import get_variable_scope, variable_scope
from reflow.tf.contrib.layers._recomputing import taking
from reflow.tf.layers import Layer

Residual = Callable[..., Tensor]
Pair = tuple[Tensor, Tensor]


class RevBlock(Layer):
    """`num_layers` times y1 = x1 + f(x2), y2 = x2 + g(y1).

    For the gradient, each layer's inputs are computed back from its outputs: the memory of a block
    does not grow with its layers.

    Args:
      f, g: functions of a tensor that give one of the same shape, or a list of them, one for each
        layer.  They may make variables, but must not close over tensors.
      f_side_input, g_side_input: lists of tensors.  Where they are given, f and g are called with
        them as the second argument.
      use_efficient_backprop: False: all values are kept, as in other layers.
      name, **kwargs: see `tf.layers.Layer`.

    Raises:
      ValueError: `f` or `g` is a list of another length than `num_layers`.
    """

    def __init__(
        self,
        f: Residual | Sequence[Residual],
        g: Residual | Sequence[Residual],
        num_layers: int = 1,
        f_side_input: Sequence[Tensor] | None = None,
        g_side_input: Sequence[Tensor] | None = None,
        use_efficient_backprop: bool = True,
        name: Any = "revblock",
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.num_layers = num_layers
        self.f = _each_in_its_scope(f, "f", num_layers)
        self.g = _each_in_its_scope(g, "g", num_layers)
        self.f_side_input = list(f_side_input or ())
        self.g_side_input = list(g_side_input or ())
        self._use_efficient_backprop = use_efficient_backprop

    def forward(self, x1: Any, x2: Any) -> Pair:
        """(y1, y2) of the last layer."""
        return self((x1, x2))  # type: ignore[no-any-return]

    def backward(self, y1: Any, y2: Any) -> Pair:
        """The (x1, x2) from which `forward` gives these."""
        return self((y1, y2), forward=False)  # type: ignore[no-any-return]

    def call(self, inputs: Any, forward: bool = True) -> Pair:
        scope = get_variable_scope()
        before = set(scope.global_variables())
        if not forward:
            pair = self._inputs_of(*inputs)
        elif self._use_efficient_backprop:
            pair = self._with_own_gradient(*inputs)
        else:
            pair = self._outputs_of(*inputs, self.f_side_input, self.g_side_input)
        trained = set(scope.trainable_variables())
        for variable in scope.global_variables():
            if variable not in before:
                self._keep_weight(variable, variable in trained)
        return pair

    def _outputs_of(self, x1: Any, x2: Any, f_side: Sequence[Any], g_side: Sequence[Any]) -> Pair:
        for f, g in zip(self.f, self.g):
            y1 = x1 + _applied(f, x2, f_side)
            y2 = x2 + _applied(g, y1, g_side)
            x1, x2 = tf.tuple([y1, y2]) if self._use_efficient_backprop else (y1, y2)
        return x1, x2

    def _inputs_of(self, y1: Any, y2: Any) -> Pair:
        for f, g in zip(reversed(self.f), reversed(self.g)):
            x2 = y2 - _applied(g, y1, self.g_side_input)
            x1 = y1 - _applied(f, x2, self.f_side_input)
            y1, y2 = x1, x2
        return y1, y2

    def _with_own_gradient(self, x1: Any, x2: Any) -> Pair:
        count = len(self.f_side_input)

        @custom_gradient
        def block(x1: Tensor, x2: Tensor, *sides: Tensor) -> Any:
            f_side, g_side = sides[:count], sides[count:]
            with GradientTape() as tape:
                outputs = self._outputs_of(x1, x2, f_side, g_side)

            def gradient(*dy: Tensor, variables: Sequence[Any] = ()) -> tuple[list[Any], list[Any]]:
                # Nor may the gradients of what is computed again go on to the sides' own.
                stopped = [tf.stop_gradient(side) for side in sides]
                of_inputs, of_others = self._gradients(
                    outputs, (dy[0], dy[1]), stopped[:count], stopped[count:], variables
                )
                return [*of_inputs, *of_others[: len(sides)]], of_others[len(sides) :]

            return outputs, taking(gradient, tape.watched_variables())

        return block(x1, x2, *self.f_side_input, *self.g_side_input)  # type: ignore[no-any-return]

    def _gradients(
        self,
        ys: Pair,
        dys: Pair,
        f_side: Sequence[Tensor],
        g_side: Sequence[Tensor],
        variables: Sequence[Any],
    ) -> tuple[Pair, list[Any]]:
        """The gradients of (x1, x2), and those of the side inputs and variables."""
        others = [*f_side, *g_side, *variables]
        found: list[list[Any]] = [[] for _ in others]
        with variable_scope(self._scope, reuse=True):
            for f, g in zip(reversed(self.f), reversed(self.g)):
                layer = _layer_gradients(f, g, ys, dys, f_side, g_side, others)
                # All of a layer before any of the next: else its values would have to stay.
                ys, dys, of_f, of_g = nest.pack_sequence_as(layer, tf.tuple(nest.flatten(layer)))
                for parts, *more in zip(found, of_f, of_g):
                    parts += [part for part in more if part is not None]
        return dys, [tf.add_n(parts) if parts else None for parts in found]


def _layer_gradients(
    f: Residual,
    g: Residual,
    ys: Pair,
    dys: Pair,
    f_side: Sequence[Tensor],
    g_side: Sequence[Tensor],
    others: Sequence[Any],
) -> tuple[Pair, Pair, list[Any], list[Any]]:
    """A layer's inputs, their gradients, and those of `others` through f and through g."""
    y1, y2 = ys
    dy1, dy2 = dys
    y1_stopped = tf.stop_gradient(y1)
    g_of_y1 = _applied(g, y1_stopped, g_side)
    x2 = y2 - g_of_y1
    x2_stopped = tf.stop_gradient(x2)
    f_of_x2 = _applied(f, x2_stopped, f_side)
    x1 = y1 - f_of_x2
    through_g, *of_g = gradients(g_of_y1, [y1_stopped, *others], dy2)
    dx1 = dy1 if through_g is None else dy1 + through_g
    through_f, *of_f = gradients(f_of_x2, [x2_stopped, *others], dx1)
    dx2 = dy2 if through_f is None else dy2 + through_f
    return (x1, x2), (dx1, dx2), of_f, of_g


def _applied(residual: Residual, x: Any, side: Sequence[Any]) -> Tensor:
    return residual(x, list(side)) if side else residual(x)


def _each_in_its_scope(
    functions: Residual | Sequence[Residual], letter: str, num_layers: int
) -> list[Residual]:
    """The residual functions of the layers, each with its variables in a scope of its own."""
    each = [functions] * num_layers if callable(functions) else list(functions)
    if len(each) != num_layers:
        raise ValueError(
            f"{letter} must be one function, or one for each of the {num_layers} layers. "
            f"Received: {len(each)} functions"
        )

    def in_scope(residual: Residual, scope: str) -> Residual:
        def applied(*args: Any) -> Tensor:
            with variable_scope(scope, use_resource=True):
                return residual(*args)

        return applied

    return [in_scope(one, f"revlayer_{i}/{letter}") for i, one in enumerate(each)]


def rev_block(
    x1: Any,
    x2: Any,
    f: Residual | Sequence[Residual],
    g: Residual | Sequence[Residual],
    num_layers: int = 1,
    f_side_input: Sequence[Tensor] | None = None,
    g_side_input: Sequence[Tensor] | None = None,
    is_training: bool = True,
) -> Pair:
    """(y1, y2) of a `RevBlock`; see there.

    Args:
      is_training: whether values are computed back for the gradient instead of kept.
    """
    block = RevBlock(
        f=f,
        g=g,
        num_layers=num_layers,
        f_side_input=f_side_input,
        g_side_input=g_side_input,
        use_efficient_backprop=is_training,
        _reuse=get_variable_scope().reuse,
    )
    return block.forward(x1, x2)
