"""optimize_loss: an optimizer's step, with all that goes around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reflow import tf
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Tensor
from reflow.tf import initializers, train
from reflow.tf._control_flow import with_dependencies
from reflow.tf._variable_scope import variable_scope

Gradients = list[tuple[Any, Any]]

#: Optimizers that have a name here: functions of the learning rate.
OPTIMIZER_CLS_NAMES: dict[str, Callable[..., Any]] = {
    "Adagrad": train.AdagradOptimizer,
    "Adam": train.AdamOptimizer,
    "Ftrl": train.FtrlOptimizer,
    "Momentum": lambda learning_rate: train.MomentumOptimizer(learning_rate, momentum=0.9),
    "RMSProp": train.RMSPropOptimizer,
    "SGD": train.GradientDescentOptimizer,
}

#: What `optimize_loss` can summarize.
OPTIMIZER_SUMMARIES = [
    "learning_rate",
    "loss",
    "gradients",
    "gradient_norm",
    "global_gradient_norm",
]


def optimize_loss(
    loss: Any,
    global_step: Any,
    learning_rate: Any,
    optimizer: Any,
    gradient_noise_scale: float | None = None,
    gradient_multipliers: Mapping[Any, Any] | None = None,
    clip_gradients: Any = None,
    learning_rate_decay_fn: Callable[[Any, Any], Any] | None = None,
    update_ops: Any = None,
    variables: Sequence[Any] | None = None,
    name: Any = None,
    summaries: Sequence[str] | None = None,
    colocate_gradients_with_ops: bool = False,
    increment_global_step: bool = True,
) -> Tensor:
    """A tensor of the loss that, when it is run, makes a step of an optimizer.

    Args:
      loss: a scalar.
      global_step: a variable; None for the graph's.
      learning_rate: a scalar tensor, or a float, which becomes the variable "learning_rate"; None
        where the optimizer has its own.
      optimizer: a name of OPTIMIZER_CLS_NAMES, an optimizer or its class, or a function of the
        learning rate (of nothing without one) that gives an optimizer.
      gradient_noise_scale: scales normal noise that is added to the gradients.
      gradient_multipliers: factors for gradients, by the variable or its name.
      clip_gradients: a float, the largest norm of all gradients together; or a function of a list
        of (gradient, variable) that gives such a list.
      learning_rate_decay_fn: a function of the learning rate and the global step.
      update_ops: what is to run before the step; default: the collection UPDATE_OPS.
      variables: those to train; default: all trainable ones.
      name: of the variable scope, default "OptimizeLoss".
      summaries: which of OPTIMIZER_SUMMARIES to make; default: the learning rate, the loss and the
        global norm of the gradients.
      colocate_gradients_with_ops: see `tf.gradients`.
      increment_global_step: whether the step counts.

    Raises:
      ValueError: an argument is none of these.
    """
    loss = convert_to_tensor(loss)
    tf.assert_scalar(loss)
    if global_step is None:
        global_step = train.get_global_step()
    else:
        train.assert_global_step(global_step)
    with variable_scope(name, "OptimizeLoss", [loss, global_step]):
        if update_ops is None:
            update_ops = dict.fromkeys(tf.get_collection(GraphKeys.UPDATE_OPS))
        if update_ops:
            loss = with_dependencies(list(update_ops), loss)
        rate = _learning_rate(learning_rate)
        wanted = _checked(summaries)
        if learning_rate is not None and learning_rate_decay_fn is not None:
            if global_step is None:
                raise ValueError("global_step is required for learning_rate_decay_fn.")
            rate = learning_rate_decay_fn(rate, global_step)
            if "learning_rate" in wanted:
                tf.summary.scalar("learning_rate", rate)
        chosen = _optimizer(optimizer, rate, learning_rate is not None)
        gradients: Gradients = chosen.compute_gradients(
            loss,
            tf.trainable_variables() if variables is None else variables,
            colocate_gradients_with_ops=colocate_gradients_with_ops,
        )
        if gradient_noise_scale is not None:
            gradients = _with_noise(gradients, gradient_noise_scale)
        if gradient_multipliers is not None:
            gradients = _multiplied(gradients, gradient_multipliers)
            if not gradients:
                raise ValueError(
                    "Empty list of (gradient, var) pairs encountered. This is most likely to be "
                    "caused by an improper value of gradient_multipliers."
                )
        shows_norm = "global_gradient_norm" in wanted or "gradient_norm" in wanted
        if shows_norm:
            _summarize_norm("global_norm/gradient_norm", gradients)
        gradients = _clipped(gradients, clip_gradients)
        if "loss" in wanted:
            tf.summary.scalar("loss", loss)
        _summarize_gradients(gradients, wanted)
        if clip_gradients is not None and shows_norm:
            _summarize_norm("global_norm/clipped_gradient_norm", gradients)
        counted = global_step if increment_global_step else None
        step = chosen.apply_gradients(gradients, global_step=counted, name="train")
        return with_dependencies([step], loss)


def _learning_rate(given: Any) -> Any:
    if given is None or (isinstance(given, Tensor) and given.shape.ndims == 0):
        return given
    if not isinstance(given, float):
        raise ValueError(
            f"Learning rate should be 0d Tensor or float. Got {given} of type {type(given)}"
        )
    if given < 0.0:
        raise ValueError("Invalid learning_rate %s.", given)
    return tf.get_variable(
        "learning_rate", [], trainable=False, initializer=initializers.Constant(given)
    )


def _checked(summaries: Sequence[str] | None) -> Sequence[str]:
    if summaries is None:
        return ("loss", "learning_rate", "global_gradient_norm")
    for summary in summaries:
        if summary not in OPTIMIZER_SUMMARIES:
            raise ValueError(
                f"Summaries should be one of [{', '.join(OPTIMIZER_SUMMARIES)}], you provided "
                f"{summary}."
            )
    return summaries


def _optimizer(given: Any, rate: Any, has_rate: bool) -> Any:
    if isinstance(given, train.Optimizer):
        return given
    is_class = isinstance(given, type) and issubclass(given, train.Optimizer)
    if isinstance(given, str) or is_class:
        if rate is None:
            kind = "class" if is_class else "string"
            raise ValueError(
                f"Learning rate is None, but should be specified if optimizer is {kind} ({given})."
            )
        if isinstance(given, str) and given not in OPTIMIZER_CLS_NAMES:
            raise ValueError(
                f"Optimizer name should be one of [{', '.join(OPTIMIZER_CLS_NAMES)}], you "
                f"provided {given}."
            )
        return (given if is_class else OPTIMIZER_CLS_NAMES[given])(learning_rate=rate)
    if not callable(given):
        raise ValueError(
            "Unrecognized optimizer: should be string, subclass of Optimizer, instance of "
            f"subclass of Optimizer or function with one argument. Got {given}."
        )
    made = given(rate) if has_rate else given()
    if not isinstance(made, train.Optimizer):
        raise ValueError(
            f"Unrecognized optimizer: function should return subclass of Optimizer. Got {made}."
        )
    return made


# -- Gradients -----------------------------------------------------------------------------------


def _clipped(gradients: Gradients, clip: Any) -> Gradients:
    if clip is None:
        return gradients
    if isinstance(clip, float):
        values, variables = zip(*gradients)
        return list(zip(tf.clip_by_global_norm(values, clip)[0], variables))
    if callable(clip):
        return clip(gradients)  # type: ignore[no-any-return]
    raise ValueError(f"Unknown type {type(clip)} for clip_gradients")


def _with_noise(gradients: Gradients, scale: float) -> Gradients:
    noisy = []
    for gradient, variable in gradients:
        if gradient is not None:
            is_sparse = isinstance(gradient, IndexedSlices)
            shape = gradient.dense_shape if is_sparse else gradient.shape
            gradient = gradient + tf.truncated_normal(shape) * scale
        noisy.append((gradient, variable))
    return noisy


def _multiplied(gradients: Gradients, multipliers: Mapping[Any, Any]) -> Gradients:
    multiplied = []
    for gradient, variable in gradients:
        keys = [key for key in (variable, variable.name) if key in multipliers]
        if gradient is not None and keys:
            factor = multipliers[keys[0]]
            if not isinstance(gradient, IndexedSlices):
                factor = tf.cast(factor, gradient.dtype)
            gradient = _times(gradient, factor)
        multiplied.append((gradient, variable))
    return multiplied


def _times(gradient: Any, factor: Any) -> Any:
    if isinstance(gradient, IndexedSlices):
        return IndexedSlices(gradient.values * factor, gradient.indices, gradient.dense_shape)
    return gradient * factor


def _summarize_norm(name: str, gradients: Gradients) -> None:
    tf.summary.scalar(name, tf.global_norm([gradient for gradient, _ in gradients]))


def _summarize_gradients(gradients: Gradients, wanted: Sequence[str]) -> None:
    for gradient, variable in gradients:
        values = gradient.values if isinstance(gradient, IndexedSlices) else gradient
        if values is None:
            continue
        name = variable.name.replace(":", "_")
        if "gradients" in wanted:
            tf.summary.histogram(f"gradients/{name}", values)
        if "gradient_norm" in wanted:
            tf.summary.scalar(f"gradient_norm/{name}", tf.global_norm([values]))


# -- Clipping that adapts --------------------------------------------------------------------------


def adaptive_clipping_fn(
    std_factor: float = 2.0,
    decay: float = 0.95,
    static_max_norm: float | None = None,
    global_step: Any = None,
    report_summary: bool = False,
    epsilon: float = 1e-8,
    name: Any = None,
) -> Callable[[Gradients], Gradients]:
    """A function for `optimize_loss` that clips gradients whose norm is far above what it was.

    Moving averages of the norm's logarithm and of its square are kept; a norm of more than
    `std_factor` standard deviations above the mean is brought down to the mean.

    Args:
      decay: of the moving averages.
      static_max_norm: a norm that is never exceeded.
      global_step: if given, the decay is that of a plain mean in the beginning.
      report_summary: whether to summarize the largest norm.
      epsilon: keeps logarithms and deviations from 0.
      name: of the variable scope, default "AdaptiveMaxNorm".
    """

    def gradient_clipping(grads_and_vars: Gradients) -> Gradients:
        gradients = [gradient for gradient, _ in grads_and_vars]
        norm = tf.global_norm(gradients)
        max_norm, log_mean = _adaptive_max_norm(norm, std_factor, decay, global_step, epsilon, name)
        if report_summary:
            tf.summary.scalar("global_norm/adaptive_max_gradient_norm", max_norm)
        factor = tf.where(norm < max_norm, tf.ones_like(norm), tf.exp(log_mean) / norm)
        if static_max_norm is not None:
            factor = tf.minimum(static_max_norm / norm, factor)
        return [
            (None if gradient is None else _times(gradient, factor), variable)
            for gradient, variable in grads_and_vars
        ]

    return gradient_clipping


def _adaptive_max_norm(
    norm: Tensor, std_factor: float, decay: Any, global_step: Any, epsilon: float, name: Any
) -> tuple[Tensor, Tensor]:
    """The largest norm that is not clipped, and the mean of its logarithm."""

    def moving_average(name: str, value: Tensor, decay: Any) -> Any:
        average = tf.get_variable(
            name,
            shape=value.shape,
            dtype=value.dtype,
            initializer=initializers.Zeros(),
            trainable=False,
        )
        return train.moving_averages.assign_moving_average(average, value, decay, zero_debias=False)

    with variable_scope(name, "AdaptiveMaxNorm", [norm]):
        log_norm = tf.log(norm + epsilon)
        if global_step is not None:
            count = tf.cast(global_step, tf.float32)
            decay = tf.minimum(decay, count / (count + 1.0))
        mean = moving_average("mean", log_norm, decay)
        mean_of_squares = moving_average("sq_mean", tf.square(log_norm), decay)
        variance = mean_of_squares - tf.square(mean)
        deviation = tf.sqrt(tf.maximum(epsilon, variance))
        return tf.exp(mean + std_factor * deviation), mean
