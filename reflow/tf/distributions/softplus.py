"""Distributions whose positive parameters are the softplus of what is given: any numbers."""

from __future__ import annotations

from typing import Any

import reflow.tf as tf
from reflow.tf.distributions.beta import Beta
from reflow.tf.distributions.exponential import Exponential
from reflow.tf.distributions.gamma import Gamma
from reflow.tf.distributions.laplace import Laplace
from reflow.tf.distributions.normal import Normal
from reflow.tf.distributions.student_t import StudentT


class BetaWithSoftplusConcentration(Beta):
    """Beta of the softplus of both concentrations."""

    def __init__(
        self,
        concentration1: Any,
        concentration0: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "BetaWithSoftplusConcentration",
    ) -> None:
        with tf.name_scope(name, values=[concentration1, concentration0]) as name:
            first = tf.nn.softplus(concentration1, name="softplus_concentration1")
            second = tf.nn.softplus(concentration0, name="softplus_concentration0")
            super().__init__(first, second, validate_args, allow_nan_stats, name)


class ExponentialWithSoftplusRate(Exponential):
    """Exponential of softplus(rate)."""

    def __init__(
        self,
        rate: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "ExponentialWithSoftplusRate",
    ) -> None:
        with tf.name_scope(name, values=[rate]) as name:
            rate = tf.nn.softplus(rate, name="softplus_rate")
            super().__init__(rate, validate_args, allow_nan_stats, name)


class GammaWithSoftplusConcentrationRate(Gamma):
    """Gamma of softplus(concentration) and softplus(rate)."""

    def __init__(
        self,
        concentration: Any,
        rate: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "GammaWithSoftplusConcentrationRate",
    ) -> None:
        with tf.name_scope(name, values=[concentration, rate]) as name:
            concentration = tf.nn.softplus(concentration, name="softplus_concentration")
            rate = tf.nn.softplus(rate, name="softplus_rate")
            super().__init__(concentration, rate, validate_args, allow_nan_stats, name)


class LaplaceWithSoftplusScale(Laplace):
    """Laplace of softplus(scale)."""

    def __init__(
        self,
        loc: Any,
        scale: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "LaplaceWithSoftplusScale",
    ) -> None:
        with tf.name_scope(name, values=[loc, scale]) as name:
            scale = tf.nn.softplus(scale, name="softplus_scale")
            super().__init__(loc, scale, validate_args, allow_nan_stats, name)


class NormalWithSoftplusScale(Normal):
    """Normal of softplus(scale)."""

    def __init__(
        self,
        loc: Any,
        scale: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "NormalWithSoftplusScale",
    ) -> None:
        with tf.name_scope(name, values=[scale]) as name:
            scale = tf.nn.softplus(scale, name="softplus_scale")
            super().__init__(loc, scale, validate_args, allow_nan_stats, name)


class StudentTWithAbsDfSoftplusScale(StudentT):
    """StudentT of floor(abs(df)) and softplus(scale)."""

    def __init__(
        self,
        df: Any,
        loc: Any,
        scale: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "StudentTWithAbsDfSoftplusScale",
    ) -> None:
        with tf.name_scope(name, values=[df, scale]) as name:
            df = tf.floor(tf.abs(df))
            scale = tf.nn.softplus(scale, name="softplus_scale")
            super().__init__(df, loc, scale, validate_args, allow_nan_stats, name)
