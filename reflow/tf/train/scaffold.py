"""Scaffold: what a monitored session needs to begin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reflow import tf
from reflow.graph.graph import get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Operation
from reflow.tf import _resources, logging
from reflow.tf.train.saver import saver_or_default


class Scaffold:
    """The operations that initialize, check, summarize and save a model.

    What is not given is made by `finalize`, or taken from the collection for it.

    Args:
      init_op, init_feed_dict: initialize the global variables.
      init_fn: called as init_fn(scaffold, session) after `init_op`.
      ready_op: gives the names of variables that are not initialized.
      ready_for_local_init_op: those that `local_init_op` waits for.
      local_init_op: initializes local variables and tables.
      summary_op: all summaries merged.
      saver: a Saver.
      copy_from_scaffold: where to take what is not given.
    """

    def __init__(
        self,
        init_op: Any = None,
        init_feed_dict: Mapping[Any, Any] | None = None,
        init_fn: Callable[[Any, Any], Any] | None = None,
        ready_op: Any = None,
        ready_for_local_init_op: Any = None,
        local_init_op: Any = None,
        summary_op: Any = None,
        saver: Any = None,
        copy_from_scaffold: Scaffold | None = None,
    ) -> None:
        other = copy_from_scaffold
        if other is not None:
            if not isinstance(other, Scaffold):
                raise TypeError("copy_from_scaffold is not a Scaffold instance.")
            init_op = _first(init_op, other.init_op)
            init_feed_dict = _first(init_feed_dict, other.init_feed_dict)
            init_fn = _first(init_fn, other._user_init_fn)
            ready_op = _first(ready_op, other.ready_op)
            ready_for_local_init_op = _first(ready_for_local_init_op, other.ready_for_local_init_op)
            local_init_op = _first(local_init_op, other.local_init_op)
            summary_op = _first(summary_op, other.summary_op)
            saver = _first(saver, other.saver)
        self._user_init_fn = init_fn
        self._init_op = init_op
        self._init_feed_dict = init_feed_dict
        self._ready_op = ready_op
        self._ready_for_local_init_op = ready_for_local_init_op
        self._local_init_op = local_init_op
        self._summary_op = summary_op
        self._saver = saver

    def finalize(self) -> Scaffold:
        """Makes what is missing, and the graph final."""
        if self._init_op is None:
            self._init_op = self.get_or_default("init_op", GraphKeys.INIT_OP, _default_init_op)
        if self._ready_op is None:
            self._ready_op = self.get_or_default("ready_op", GraphKeys.READY_OP, _default_ready_op)
        if self._ready_for_local_init_op is None:
            self._ready_for_local_init_op = self.get_or_default(
                "ready_for_local_init_op",
                GraphKeys.READY_FOR_LOCAL_INIT_OP,
                _default_ready_for_local_init_op,
            )
        if self._local_init_op is None:
            self._local_init_op = self.get_or_default(
                "local_init_op", GraphKeys.LOCAL_INIT_OP, self.default_local_init_op
            )
        if self._summary_op is None:
            self._summary_op = self.get_or_default(
                "summary_op", GraphKeys.SUMMARY_OP, tf.summary.merge_all
            )
        if self._saver is None:
            self._saver = saver_or_default()
        self._saver.build()
        get_default_graph().finalize()
        logging.info("Graph was finalized.")
        return self

    @property
    def init_fn(self) -> Callable[[Any], Any] | None:
        """A function of the session."""
        function = self._user_init_fn
        return None if function is None else lambda session: function(self, session)

    @property
    def init_op(self) -> Any:
        return self._init_op

    @property
    def init_feed_dict(self) -> Mapping[Any, Any] | None:
        return self._init_feed_dict

    @property
    def ready_op(self) -> Any:
        return self._ready_op

    @property
    def ready_for_local_init_op(self) -> Any:
        return self._ready_for_local_init_op

    @property
    def local_init_op(self) -> Any:
        return self._local_init_op

    @property
    def summary_op(self) -> Any:
        return self._summary_op

    @property
    def saver(self) -> Any:
        return self._saver

    @staticmethod
    def get_or_default(
        arg_name: str, collection_key: str, default_constructor: Callable[[], Any]
    ) -> Any:
        """The one element of a collection, or what is made for it.

        Raises:
          RuntimeError: there are several.
        """
        elements = tf.get_collection(collection_key)
        if len(elements) > 1:
            raise RuntimeError(
                f'More than one item in the collection "{collection_key}". Please indicate which '
                "one to use by passing it to the tf.Scaffold constructor as:  "
                f"tf.Scaffold({arg_name}=item to use)"
            )
        if elements:
            return elements[0]
        made = default_constructor()
        if made is not None:
            tf.add_to_collection(collection_key, made)
        return made

    @staticmethod
    def default_local_init_op() -> Operation:
        """Initializes local variables, tables and local resources."""
        return tf.group(  # type: ignore[no-any-return]
            tf.local_variables_initializer(),
            tf.tables_initializer(),
            _resources.initialize_resources(_resources.local_resources()),
        )


def _first(value: Any, other: Any) -> Any:
    return other if value is None else value


def _default_init_op() -> Any:
    return tf.group(
        tf.global_variables_initializer(),
        _resources.initialize_resources(_resources.shared_resources()),
    )


def _default_ready_op() -> Any:
    return tf.concat(
        [tf.report_uninitialized_variables(), _resources.report_uninitialized_resources()], 0
    )


def _default_ready_for_local_init_op() -> Any:
    return tf.concat(
        [
            tf.report_uninitialized_variables(tf.global_variables()),
            _resources.report_uninitialized_resources(_resources.shared_resources()),
        ],
        0,
    )
