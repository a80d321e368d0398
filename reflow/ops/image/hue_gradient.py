"""The gradient of RGBToHSV."""

from __future__ import annotations

from reflow.graph.operation import Tensor
from reflow.ops.casts import Cast
from reflow.ops.comparisons import Greater, GreaterEqual, Less, LessEqual
from reflow.ops.constants import constant
from reflow.ops.joining import Pack, Unpack
from reflow.ops.logic import LogicalAnd
from reflow.ops.math import Add, DivNoNan, Mul, Square, Sub
from reflow.ops.reductions import Sum


def gradient_of_hsv(rgb: Tensor, dy: Tensor) -> Tensor:
    """`dy`, of (hue, saturation, value), by `rgb`.  Both are [..., 3].

    Of equal colours red counts as the brightest and blue as the darkest.  With the masks of the
    brightest and the darkest colour,
      value = brightest
      saturation = 1 - darkest / brightest
      hue = (constant + (colour after the brightest - colour before it) / spread) / 6
    on the circle red, green, blue, where spread is brightest - darkest.
    """
    is_brightest, is_darkest = _extremes(rgb)
    brightest, darkest = (_along_colors(Mul(mask, rgb)) for mask in (is_brightest, is_darkest))
    red, green, blue = Unpack(is_brightest, num=3, axis=-1)
    neighbours = Pack([Sub(blue, green), Sub(red, blue), Sub(green, red)], axis=-1)
    difference = _along_colors(Mul(neighbours, rgb))
    spread = Sub(brightest, darkest)
    of_spread = Sub(is_brightest, is_darkest)

    of_value = is_brightest
    of_saturation = Sub(
        DivNoNan(Mul(is_brightest, darkest), Square(brightest)), DivNoNan(is_darkest, brightest)
    )
    of_hue = DivNoNan(
        Sub(Mul(neighbours, spread), Mul(difference, of_spread)),
        Mul(Square(spread), _number(6, rgb)),
    )
    hue, saturation, value = (_column(dy, i) for i in range(3))
    parts = Add(
        Mul(saturation, Mul(of_saturation, _positive(rgb))),
        Mul(hue, Mul(of_hue, _positive(brightest))),
    )
    return Add(Mul(value, of_value), parts)


def _extremes(rgb: Tensor) -> tuple[Tensor, Tensor]:
    """Masks [..., 3] of the brightest and of the darkest colour: one each."""
    red, green, blue = Unpack(rgb, num=3, axis=-1)
    brightest = (
        LogicalAnd(GreaterEqual(red, blue), GreaterEqual(red, green)),
        LogicalAnd(Greater(green, red), GreaterEqual(green, blue)),
        LogicalAnd(Greater(blue, red), Greater(blue, green)),
    )
    darkest = (
        LogicalAnd(Less(red, blue), Less(red, green)),
        LogicalAnd(LessEqual(green, red), Less(green, blue)),
        LogicalAnd(LessEqual(blue, red), LessEqual(blue, green)),
    )
    first, second = (
        Cast(Pack(list(masks), axis=-1), DstT=rgb.dtype) for masks in (brightest, darkest)
    )
    return first, second


def _along_colors(x: Tensor) -> Tensor:
    """[..., 3] -> [..., 1]"""
    return Sum(x, constant([-1]), keep_dims=True)


def _column(x: Tensor, index: int) -> Tensor:
    """[..., 3] -> [..., 1]"""
    return Pack([Unpack(x, num=3, axis=-1)[index]], axis=-1)


def _number(value: int, like: Tensor) -> Tensor:
    return constant(value, like.dtype)


def _positive(x: Tensor) -> Tensor:
    return Cast(Greater(x, _number(0, x)), DstT=x.dtype)
