"""tf.contrib.training: what goes around training, its steps and its evaluation."""

from __future__ import annotations

from typing import Any

from reflow.tf._absence import part_or_error
from reflow.tf.contrib.training._evaluation import (
    StopAfterNEvalsHook,
    SummaryAtEndHook,
    evaluate_once,
    evaluate_repeatedly,
    get_or_create_eval_step,
)
from reflow.tf.contrib.training._gradients import (
    add_gradients_summaries,
    clip_gradient_norms,
    clip_gradient_norms_fn,
    multiply_gradients,
)
from reflow.tf.contrib.training._hparam import HParams, parse_values
from reflow.tf.contrib.training._train_op import create_train_op
from reflow.tf.contrib.training._training import train
from reflow.tf.contrib.training.device_setter import (
    GreedyLoadBalancingStrategy,
    RandomStrategy,
    byte_size_load_fn,
)
from reflow.tf.contrib.training.feeding_queue_runner import FeedingQueueRunner
from reflow.tf.contrib.training.resample import resample_at_rate, weighted_resample
from reflow.tf.contrib.training.sampling_ops import rejection_sample, stratified_sample
from reflow.tf.train.checkpoint_utils import checkpoints_iterator, wait_for_new_checkpoint


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
