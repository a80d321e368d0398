"""Images that are computed with turned around, as seen in a mirror.

torch pads as much after an image as before it, and leaves what it pads out of the products.
TensorFlow's padding SAME often asks for one place more after it: padding by hand takes a pass over
memory, and products with zeros.  In a mirror that place comes before the image, and torch can pad
as much on either side.

What convolutions do to images, their mirror images with turned filters have done to them too, and
what is done to each place, or to all places together, does not see the difference.  So whole
networks are computed in a mirror, and images are turned where they enter and leave it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import torch

from reflow.graph.dtypes import float32
from reflow.ops.convolution import choice
from reflow.ops.convolution.geometry import Geometry
from reflow.ops.convolution.gradients import filter_gradient, input_gradient
from reflow.runtime.exact_shapes import host_constant
from reflow.runtime.moments import moments
from reflow.runtime.product_sums import product_sums
from reflow.runtime.steps import Loop, Step, Value
from reflow.runtime.weighted_sums import added_to, weighted_sum

# What the functions take, and what they give.
_SIGNATURES: dict[Callable[..., Any], tuple[str, ...]] = {
    choice.convolution: ("image", "filter", "bias", "image"),
    input_gradient: ("sizes", "filter", "image", "image"),
    filter_gradient: ("image", "sizes", "image", "filter"),
}
_REDUCTIONS = ("Max", "Mean", "Min", "Sum")
_SPACE = (1, 2)  # the axes of images, which have channels last

# In the time of turning an element around: so many products are saved where one of this number is
# one with what is padded.
_PRODUCTS = 300


class _Reflected(NamedTuple):
    """A step that does to mirror images what it does to images.

    Attributes:
      images: those that it takes.
      image: what it gives, if that is one.
      geometry: that of a convolution or of one of its gradients.
    """

    images: list[Value]
    image: Value | None
    geometry: Geometry | None = None

    @property
    def all_images(self) -> list[Value]:
        return self.images if self.image is None else [*self.images, self.image]


def known_geometry(step: Step) -> Geometry | None:
    """Of a convolution or a gradient of one, in single precision, whose sizes are known."""
    function = step.function
    if not isinstance(function, partial) or function.func not in _SIGNATURES:
        return None
    g: Geometry = function.args[0]
    return g if step.op._outputs[0].dtype == float32 and not g.is_empty else None


def mirror(
    steps: Sequence[Step], kept: set[Value], watched: AbstractSet[Value] = frozenset()
) -> list[Step]:
    """The same computation, in a mirror where that is quicker.

    Args:
      kept: the values that are needed after the last step.
      watched: those of them that are looked at only: they are turned, but not for their sake is
        anything computed otherwise, and rounded otherwise.
    """
    if not any(_gain(known_geometry(step)) for step in steps):
        return list(steps)
    reflected = {step: found for step in steps if (found := _reflected(step)) is not None}
    groups = _groups(list(reflected.values()))
    plain = {value for step in steps for value in _used_as_it_is(step, reflected.get(step))}
    needed = plain | (kept - watched)
    made = {found.image for found in reflected.values()}
    gains: Counter[Value] = Counter()
    for found in reflected.values():
        gains[groups[found.images[0]]] += _gain(found.geometry)
    for value, group in groups.items():
        # It has to be turned on its way in, or on its way out.
        gains[group] -= _elements(value) * ((value not in made) + (value in needed))
    chosen = {value for value, group in groups.items() if gains[group] > 0}
    return _Mirror(chosen, needed | watched).through(steps, reflected) if chosen else list(steps)


def _used_as_it_is(step: Step, found: _Reflected | None) -> list[Any]:
    """What a step takes that is no image to it: an image may be a filter to another one."""
    images = [] if found is None else found.images
    return [value for value in step.values() if value not in images]


def _elements(value: Value) -> int:
    return value.shape.num_elements() or 0


def _gain(g: Geometry | None) -> int:
    """What a mirror saves, in the time of turning elements around."""
    if g is None or g.is_symmetric or g.mirrored is None or not g.mirrored.is_symmetric:
        return 0
    products = math.prod(g.output_sizes) * math.prod(g.filter_sizes[:-1])
    return products // _PRODUCTS + math.prod(g.input_sizes)


def _groups(reflected: Sequence[_Reflected]) -> dict[Value, Value]:
    """For each image one that stands for all those which are turned around together."""
    leaders: dict[Value, Value] = {}

    def leader(value: Value) -> Value:
        while leaders.setdefault(value, value) is not value:
            value = leaders[value]
        return value

    for found in reflected:
        for image in found.all_images:
            leaders[leader(image)] = leader(found.images[0])
    return {image: leader(image) for image in leaders}


# -- What does not see the difference --------------------------------------------------------------


def _reflected(step: Step) -> _Reflected | None:
    if isinstance(step, Loop) or step.guard or step.updates or step.stateful:
        return None
    if len(step.outputs) == 1 and known_geometry(step) is not None:
        return _reflected_convolution(step)
    if any(value.shape.sizes is None for value in step.outputs):
        return None
    return _reflected_reduction(step) or _reflected_elementwise(step)


def _reflected_convolution(step: Step) -> _Reflected | None:
    g, function = known_geometry(step), step.function
    assert g is not None and isinstance(function, partial)
    *kinds, made = _SIGNATURES[function.func]
    images = [value for value, kind in zip(step.inputs, kinds) if kind == "image"]
    if not (g.channels_last and len(g.space) == 2 and g.mirrored and all(map(_is_image, images))):
        return None
    return _Reflected(images, step.outputs[0] if made == "image" else None, g)


def _is_image(value: Any) -> bool:
    return (
        isinstance(value, Value)
        and value.constant is None
        and not value.guard
        and not value.on_host
        and value.shape.ndims == 4
        and value.shape.is_fully_defined()
    )


def _reflected_reduction(step: Step) -> _Reflected | None:
    """Of all places of space."""
    if not _is_image(step.inputs[0] if step.inputs else None):
        return None
    if isinstance(step.function, partial) and step.function.func in (moments, product_sums):
        # Of the first axes: of those before the channels, if no more than these are left.
        *_, channels = step.inputs[0].shape.as_list()
        is_over_space = _elements(step.outputs[0]) <= channels
        is_of_images = all(map(_is_image, step.inputs))
        return _Reflected(step.inputs, None) if is_over_space and is_of_images else None
    if step.op.type not in _REDUCTIONS or step.fused or not step.computes_op:
        return None
    axes = host_constant(step.inputs[1])
    if axes is None or not {*_SPACE} <= {int(axis) % 4 for axis in axes.reshape(-1)}:
        return None
    return _Reflected([step.inputs[0]], None)


def _is_elementwise(step: Step) -> bool:
    rules = step.op.definition.rules
    has_rule = getattr(rules, "elementwise", False) or getattr(rules, "placewise", False)
    return has_rule or step.function in (added_to, weighted_sum)


def _reflected_elementwise(step: Step) -> _Reflected | None:
    if not _is_elementwise(step) or not step.computes_op or len(step.outputs) != 1:
        return None
    (output,) = step.outputs
    if not _is_image(output):
        return None
    images = []
    for value in step.values():
        if not isinstance(value, Value) or value.shape.sizes is None:
            return None
        space = (1, 1, 1, *value.shape.sizes)[-3:-1]
        if space == (1, 1):
            continue  # the same at all places
        if not _is_image(value) or [*space] != output.shape.as_list()[1:3]:
            return None
        images.append(value)
    return _Reflected(images, output) if images else None


# -- Through the mirror ----------------------------------------------------------------------------


class _Mirror:
    """Rewrites steps.

    Args:
      chosen: the images that are turned around.
      needed: those that are needed as they are.
    """

    def __init__(self, chosen: set[Value], needed: set[Any]) -> None:
        self._chosen = chosen
        self._needed = needed
        self._turned: dict[Value, Value] = {}  # images
        self._turned_filters: dict[Value, Value] = {}
        self._steps: list[Step] = []

    def through(self, steps: Sequence[Step], reflected: dict[Step, _Reflected]) -> list[Step]:
        for step in steps:
            found = reflected.get(step)
            if found is None or found.images[0] not in self._chosen:
                self._steps.append(step)
            else:
                self._add(step, found)
        return self._steps

    def _add(self, step: Step, found: _Reflected) -> None:
        if found.geometry is not None:
            self._add_convolution(step, found.geometry)
            return
        inputs = [
            [self._input(step, part) for part in item]
            if isinstance(item, list)
            else self._input(step, item)
            for item in step.inputs
        ]
        outputs = step.outputs if found.image is None else [self._twin(found.image)]
        self._steps.append(replace(step, inputs=inputs, outputs=outputs))
        self._give(step, found.image)

    def _add_convolution(self, step: Step, g: Geometry) -> None:
        function: Any = step.function
        *kinds, made = _SIGNATURES[function.func]
        inputs = [
            self._input(step, value)
            if kind == "image"
            else self._filter(step, value)
            if kind == "filter"
            else value
            for value, kind in zip(step.inputs, kinds)
        ]
        (output,) = step.outputs
        choice.log(f"in a mirror: {step.op.type} of {choice.text(g)}")
        mirrored = partial(function.func, g.mirrored)
        twin = self._twin(output) if made == "image" else _like(output)
        self._steps.append(replace(step, function=mirrored, inputs=inputs, outputs=[twin]))
        if made == "image":
            self._give(step, output)
        else:
            self._turn(step, twin, output, (0, 1))

    def _input(self, step: Step, value: Any) -> Any:
        """What takes a value's place before the mirror."""
        if value not in self._chosen:
            return value
        if value not in self._turned:
            self._turn(step, value, self._twin(value), _SPACE)
        return self._turned[value]

    def _filter(self, step: Step, value: Value) -> Value:
        if value not in self._turned_filters:
            twin = self._turned_filters[value] = _like(value)
            self._turn(step, value, twin, (0, 1))
        return self._turned_filters[value]

    def _give(self, step: Step, image: Value | None) -> None:
        """Has an image that was computed in the mirror as it is too, if it is needed so."""
        if image is not None and image in self._needed:
            self._turn(step, self._turned[image], image, _SPACE)

    def _twin(self, value: Value) -> Value:
        twin = self._turned[value] = _like(value)
        return twin

    def _turn(self, step: Step, value: Value, output: Value, axes: tuple[int, ...]) -> None:
        turn = partial(torch.flip, dims=axes)
        self._steps.append(Step(step.op, turn, [value], [output], rearranges=True))


def _like(value: Value) -> Value:
    """A value of the same shape and the same place in the plan."""
    return Value.beside(value, value.shape, value.tensor)
