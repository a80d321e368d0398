"""Variables of one worker that have companions: one for all workers, and one of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reflow import tf
from reflow.graph.graph_keys import GraphKeys
from reflow.tf._partitioned_variable import PartitionedVariable
from reflow.tf.train.session_run_hook import SessionRunHook

GLOBAL_VARIABLE_NAME = "global_center_variable"


class CompanionsGetter:
    """A custom getter that makes trainable variables local ones of a worker, with companions.

    It is for variables of `tf.get_variable`.

    Args:
      worker_device: where the worker's variables are.
    """

    #: Below which the names of the worker's own companions begin.
    _OWN_NAME: str

    def __init__(self, worker_device: Any) -> None:
        self._worker_device = worker_device
        # The companions of each variable, of a partitioned one those of each part.
        self._global_map: dict[Any, Any] = {}
        self._own_map: dict[Any, Any] = {}

    def __call__(
        self,
        getter: Callable[..., Any],
        name: str,
        trainable: Any,
        collections: Any,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        if not trainable:
            return self._others(getter, name, trainable, collections, *args, **kwargs)
        local = [GraphKeys.LOCAL_VARIABLES]
        with tf.device(self._worker_device):
            variable = getter(name, *args, trainable=True, collections=local, **kwargs)
        if kwargs["reuse"] is True:
            return variable
        kwargs["trainable"] = False
        shared = getter(
            f"{GLOBAL_VARIABLE_NAME}/{name}",
            *args,
            collections=[GraphKeys.GLOBAL_VARIABLES],
            **kwargs,
        )
        with tf.device(self._worker_device):
            own = getter(f"{self._OWN_NAME}/{name}", *args, collections=local, **kwargs)
        self._global_map.update(zip(_parts(variable), _parts(shared)))
        self._own_map.update(zip(_parts(variable), _parts(own)))
        return variable

    def _others(
        self,
        getter: Callable[..., Any],
        name: str,
        trainable: Any,
        collections: Any,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        """A variable that is not trained."""
        return getter(name, *args, trainable=trainable, collections=collections, **kwargs)


def _parts(variable: Any) -> Sequence[Any]:
    return list(variable) if isinstance(variable, PartitionedVariable) else [variable]


def on_worker_if_local(
    getter: Callable[..., Any],
    worker_device: Any,
    name: str,
    trainable: Any,
    collections: Any,
    *args: Any,
    **kwargs: Any,
) -> Any:
    """A variable that is not trained, on the worker's device if it is a local one."""
    kwargs.update(trainable=trainable, collections=collections)
    if GraphKeys.LOCAL_VARIABLES not in collections:
        return getter(name, *args, **kwargs)
    with tf.device(worker_device):
        return getter(name, *args, **kwargs)


def steps_on_worker() -> Any:
    """The variable that counts the worker's own steps."""
    return tf.get_variable(
        initializer=0, trainable=False, collections=[GraphKeys.LOCAL_VARIABLES], name="local_step"
    )


class StartHook(SessionRunHook):
    """Runs an operation at the beginning of a session.

    Args:
      make_start: makes it.
      is_chief: whether this worker initializes the variables for all.
    """

    def __init__(self, make_start: Callable[[], Any], is_chief: bool) -> None:
        self._make_start = make_start
        self._is_chief = is_chief

    def begin(self) -> None:
        # A Scaffold runs initializers of its own; these are for the nodes that TensorFlow makes.
        tf.local_variables_initializer()
        if self._is_chief:
            tf.global_variables_initializer()
        self._start = self._make_start()

    def after_create_session(self, session: Any, coord: Any) -> None:
        session.run(self._start)
