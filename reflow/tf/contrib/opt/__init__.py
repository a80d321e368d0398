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
from reflow.tf.contrib.opt.agn import AGNCustomGetter, AGNOptimizer
from reflow.tf.contrib.opt.drop_stale import DropStaleGradientOptimizer
from reflow.tf.contrib.opt.elastic_average import (
    ElasticAverageCustomGetter,
    ElasticAverageOptimizer,
)
from reflow.tf.contrib.opt.external import ExternalOptimizerInterface, ScipyOptimizerInterface
from reflow.tf.contrib.opt.ggt import GGTOptimizer
from reflow.tf.contrib.opt.lars import LARSOptimizer
from reflow.tf.contrib.opt.model_average import (
    ModelAverageCustomGetter,
    ModelAverageOptimizer,
)
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
    "AGNCustomGetter",
    "AGNOptimizer",
    "AdaMaxOptimizer",
    "AdamGSOptimizer",
    "AdamWOptimizer",
    "AddSignOptimizer",
    "DecoupledWeightDecayExtension",
    "DropStaleGradientOptimizer",
    "ElasticAverageCustomGetter",
    "ElasticAverageOptimizer",
    "ExternalOptimizerInterface",
    "GGTOptimizer",
    "LARSOptimizer",
    "LazyAdamGSOptimizer",
    "LazyAdamOptimizer",
    "ModelAverageCustomGetter",
    "ModelAverageOptimizer",
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
