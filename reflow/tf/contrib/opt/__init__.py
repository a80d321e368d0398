"""tf.contrib.opt: more optimizers, and what wraps others."""

from __future__ import annotations

from typing import Any

from reflow.tf._absence import part_or_error
from reflow.tf.contrib.opt.adam_variants import (
    AdaMaxOptimizer,
    AdamGSOptimizer,
    LazyAdamGSOptimizer,
    LazyAdamOptimizer,
    NadamOptimizer,
)
from reflow.tf.contrib.opt.external import ExternalOptimizerInterface, ScipyOptimizerInterface
from reflow.tf.contrib.opt.ggt import GGTOptimizer
from reflow.tf.contrib.opt.lars import LARSOptimizer
from reflow.tf.contrib.opt.moving_average import MovingAverageOptimizer
from reflow.tf.contrib.opt.multitask import (
    MultitaskOptimizerWrapper,
    clip_gradients_by_global_norm,
)
from reflow.tf.contrib.opt.reg_adagrad import RegAdagradOptimizer
from reflow.tf.contrib.opt.shampoo import ShampooOptimizer
from reflow.tf.contrib.opt.signs import AddSignOptimizer, PowerSignOptimizer
from reflow.tf.contrib.opt.variable_clipping import VariableClippingOptimizer
from reflow.tf.contrib.opt.weight_decay import (
    AdamWOptimizer,
    DecoupledWeightDecayExtension,
    MomentumWOptimizer,
    extend_with_decoupled_weight_decay,
)

__all__ = [
    "AdaMaxOptimizer",
    "AdamGSOptimizer",
    "AdamWOptimizer",
    "AddSignOptimizer",
    "DecoupledWeightDecayExtension",
    "ExternalOptimizerInterface",
    "GGTOptimizer",
    "LARSOptimizer",
    "LazyAdamGSOptimizer",
    "LazyAdamOptimizer",
    "MomentumWOptimizer",
    "MovingAverageOptimizer",
    "MultitaskOptimizerWrapper",
    "NadamOptimizer",
    "PowerSignOptimizer",
    "RegAdagradOptimizer",
    "ScipyOptimizerInterface",
    "ShampooOptimizer",
    "VariableClippingOptimizer",
    "clip_gradients_by_global_norm",
    "extend_with_decoupled_weight_decay",
]


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
