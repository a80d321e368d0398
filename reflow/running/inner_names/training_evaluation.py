"""`tensorflow.python.training.evaluation`."""

from reflow.tf.contrib.training._evaluation import StopAfterNEvalsHook as _StopAfterNEvalsHook
from reflow.tf.contrib.training._evaluation import evaluate_once as _evaluate_once
from reflow.tf.contrib.training._evaluation import get_or_create_eval_step

_get_or_create_eval_step = get_or_create_eval_step

__all__ = ["_StopAfterNEvalsHook", "_evaluate_once", "_get_or_create_eval_step"]
