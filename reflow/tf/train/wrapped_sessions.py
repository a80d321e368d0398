"""The layers of a monitored session, each a session around the next one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reflow import tf
from reflow.graph import errors
from reflow.tf import logging
from reflow.tf.train.coordinator import Coordinator
from reflow.tf.train.session_run_hook import (
    SessionRunArgs,
    SessionRunContext,
    SessionRunHook,
    SessionRunValues,
)

# What another process's end looks like: a new session is worth a try.
PREEMPTION_ERRORS = (errors.AbortedError, errors.UnavailableError)

_PREEMPTED = (
    "%s This may be due to a preemption in a connected worker or parameter server. The current "
    "session will be closed and a new session will be created. Error: %s"
)


class StepContext:
    """What a function given to `run_step_fn` works with."""

    def __init__(self, session: Any, run_with_hooks_fn: Callable[..., Any]) -> None:
        self._session = session
        self._run_with_hooks_fn = run_with_hooks_fn

    @property
    def session(self) -> Any:
        """The session, without hooks."""
        return self._session

    def run_with_hooks(self, *args: Any, **kwargs: Any) -> Any:
        """As the monitored session's `run`."""
        return self._run_with_hooks_fn(*args, **kwargs)

    def request_stop(self) -> None:
        """Ends the function and the loop around it: raises StopIteration."""
        raise StopIteration("step_fn has requested the iterations to stop.")


class WrappedSession:
    """A session around another one."""

    def __init__(self, sess: Any) -> None:
        self._sess = sess
        self._wrapped_is_stoppable = isinstance(sess, WrappedSession)

    @property
    def graph(self) -> Any:
        return self._sess.graph

    @property
    def sess_str(self) -> Any:
        return self._sess.sess_str

    def should_stop(self) -> bool:
        """Whether this session, or one within, shall not run any more."""
        if self._check_stop() or not self._sess:
            return True
        return self._wrapped_is_stoppable and self._sess.should_stop()

    def _check_stop(self) -> bool:
        return False

    def close(self) -> None:
        if not self._sess:
            return
        try:
            self._sess.close()
        except PREEMPTION_ERRORS as error:
            logging.warning(
                "An error occurred when attempting to close the session. This may be due to a "
                "preemption in a connected worker or parameter server. Error: %s",
                error,
            )
        finally:
            self._sess = None

    def run(self, *args: Any, **kwargs: Any) -> Any:
        return self._sess.run(*args, **kwargs)

    def run_step_fn(
        self,
        step_fn: Callable[[StepContext], Any],
        raw_session: Any,
        run_with_hooks: Callable[..., Any] | None,
    ) -> Any:
        return step_fn(StepContext(raw_session, run_with_hooks or self.run))


class RecoverableSession(WrappedSession):
    """Makes a new session when another process ended.

    Args:
      sess_creator: makes sessions, by `create_session()`.
    """

    def __init__(self, sess_creator: Any) -> None:
        self._sess_creator = sess_creator
        super().__init__(self._create_session())

    def _create_session(self) -> Any:
        while True:
            try:
                return self._sess_creator.create_session()
            except PREEMPTION_ERRORS as error:
                logging.info(_PREEMPTED, "An error was raised while a session was created.", error)

    def _check_stop(self) -> bool:
        try:
            return self._sess._check_stop() if self._sess else True
        except PREEMPTION_ERRORS as error:
            logging.info(
                _PREEMPTED,
                "An error was raised while considering whether the session is complete.",
                error,
            )
            self.close()
            self._sess = self._create_session()
            return False
        except Exception:
            return True

    def run(
        self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None
    ) -> Any:
        return self._recovering(
            lambda session: session.run(
                fetches, feed_dict=feed_dict, options=options, run_metadata=run_metadata
            )
        )

    def run_step_fn(
        self,
        step_fn: Callable[[StepContext], Any],
        raw_session: Any,
        run_with_hooks: Callable[..., Any] | None,
    ) -> Any:
        return self._recovering(
            lambda session: session.run_step_fn(step_fn, raw_session, session.run)
        )

    def _recovering(self, work: Callable[[Any], Any]) -> Any:
        """What `work` does with the session, or with a new one, until it was not interrupted."""
        while True:
            try:
                if not self._sess:
                    self._sess = self._create_session()
                return work(self._sess)
            except PREEMPTION_ERRORS as error:
                logging.info(_PREEMPTED, "An error was raised.", error)
                self.close()


class CoordinatedSession(WrappedSession):
    """Stops with the threads of a coordinator, and stops them."""

    def __init__(self, sess: Any, coord: Coordinator, stop_grace_period_secs: float = 120) -> None:
        super().__init__(sess)
        self._coord = coord
        self._stop_grace_period_secs = stop_grace_period_secs

    def _check_stop(self) -> bool:
        self._coord.raise_requested_exception()
        return self._coord.should_stop()

    def close(self) -> None:
        self._coord.request_stop()
        try:
            self._coord.join(
                stop_grace_period_secs=self._stop_grace_period_secs, ignore_live_threads=True
            )
        finally:
            # What the threads reported matters more.
            with contextlib.suppress(Exception):
                super().close()

    def run(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return self._sess.run(*args, **kwargs)
        except PREEMPTION_ERRORS:
            raise
        except Exception as error:
            # A thread may know better why: if its process was interrupted, the session can go on.
            try:
                self._coord.raise_requested_exception()
            except PREEMPTION_ERRORS:
                raise
            except Exception:
                raise error from None
            raise


class HookedSession(WrappedSession):
    """Calls hooks before and after each run."""

    def __init__(self, sess: Any, hooks: Sequence[SessionRunHook]) -> None:
        super().__init__(sess)
        self._hooks = hooks
        self._should_stop = False

    def _check_stop(self) -> bool:
        return self._should_stop

    def run(
        self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None
    ) -> Any:
        if self.should_stop():
            raise RuntimeError("Run called even after should_stop requested.")
        all_fetches = {"caller": fetches}
        run_context = SessionRunContext(SessionRunArgs(fetches, feed_dict), self._sess)
        options = options or tf.RunOptions()
        feed_dict = self._call_before_run(run_context, all_fetches, feed_dict, options)
        run_metadata = run_metadata or tf.RunMetadata()
        outputs = self._sess.run(
            fetches=all_fetches, feed_dict=feed_dict, options=options, run_metadata=run_metadata
        )
        for hook in self._hooks:
            hook.after_run(run_context, SessionRunValues(outputs.get(hook), options, run_metadata))
        self._should_stop = self._should_stop or run_context.stop_requested
        return outputs["caller"]

    def _call_before_run(
        self, run_context: SessionRunContext, fetches: dict[Any, Any], feeds: Any, options: Any
    ) -> Any:
        """All feeds; what hooks fetch joins `fetches`, what they want of the run `options`.

        Raises:
          RuntimeError: a tensor is fed twice.
        """
        hook_feeds: dict[Any, Any] = {}
        for hook in self._hooks:
            request = hook.before_run(run_context)
            if request is None:
                continue
            if request.fetches is not None:
                fetches[hook] = request.fetches
            if request.feed_dict:
                _check_disjoint(hook_feeds, request.feed_dict, "Same tensor is fed by two hooks.")
                hook_feeds.update(request.feed_dict)
            if request.options:
                _merge(options, request.options)
        if not hook_feeds:
            return feeds
        if not feeds:
            return hook_feeds
        _check_disjoint(feeds, hook_feeds, "Same tensor is fed by a SessionRunHook and user.")
        return {**hook_feeds, **feeds}


def _check_disjoint(feeds: Mapping[Any, Any], others: Mapping[Any, Any], message: str) -> None:
    both = set(feeds) & set(others)
    if both:
        raise RuntimeError(f"{message} Conflict(s): {list(both)}")


def _merge(options: Any, others: Any) -> None:
    """Makes RunOptions ask for what others ask for, too."""
    for name in (
        "trace_level",
        "timeout_in_ms",
        "inter_op_thread_pool",
        "output_partition_graphs",
        "report_tensor_allocations_upon_oom",
    ):
        setattr(options, name, max(getattr(options, name), getattr(others, name)))
    options.debug_options.debug_tensor_watch_opts.extend(
        others.debug_options.debug_tensor_watch_opts
    )
    options.debug_options.reset_disk_byte_usage |= others.debug_options.reset_disk_byte_usage
