"""SessionManager: sessions whose variables are restored from a checkpoint, or initialized."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from reflow.graph import errors
from reflow.graph.graph import Graph, get_default_graph
from reflow.tf import _session, logging
from reflow.tf.train.checkpoint_management import get_checkpoint_state


class SessionManager:
    """Makes sessions that are ready: all that `ready_op` looks at is initialized.

    Args:
      local_init_op: run in each new session, after variables are restored or initialized.
      ready_op: gives the names of the variables that are not initialized.
      ready_for_local_init_op: gives the names of those that `local_init_op` waits for.
      recovery_wait_secs: between two looks at whether others have made a checkpoint or initialized
        the variables.
      local_init_run_options: RunOptions for `local_init_op`.

    Raises:
      ValueError: there is a `ready_for_local_init_op` and no `local_init_op`.
    """

    def __init__(
        self,
        local_init_op: Any = None,
        ready_op: Any = None,
        ready_for_local_init_op: Any = None,
        graph: Graph | None = None,
        recovery_wait_secs: float = 30,
        local_init_run_options: Any = None,
    ) -> None:
        self._local_init_op = local_init_op
        self._ready_op = ready_op
        self._ready_for_local_init_op = ready_for_local_init_op
        self._graph = graph or get_default_graph()
        self._recovery_wait_secs = recovery_wait_secs
        self._local_init_run_options = local_init_run_options
        if ready_for_local_init_op is not None and local_init_op is None:
            raise ValueError(
                "If you pass a ready_for_local_init_op you must also pass a local_init_op , "
                f"ready_for_local_init_op [{ready_for_local_init_op}]"
            )

    # -- Sessions -------------------------------------------------------------------------------

    def prepare_session(
        self,
        master: str,
        init_op: Any = None,
        saver: Any = None,
        checkpoint_dir: str | None = None,
        checkpoint_filename_with_path: str | None = None,
        wait_for_checkpoint: bool = False,
        max_wait_secs: float = 7200,
        config: Any = None,
        init_feed_dict: Mapping[Any, Any] | None = None,
        init_fn: Callable[[Any], Any] | None = None,
    ) -> Any:
        """A session with the latest checkpoint's values, or else initialized by `init_op`.

        Args:
          saver: restores, if there is a checkpoint.
          checkpoint_dir, checkpoint_filename_with_path: where one may be; one of them.
          wait_for_checkpoint: for `max_wait_secs`, until there is one.
          init_fn: called with the session after `init_op`.

        Raises:
          RuntimeError: there is no checkpoint and nothing that initializes, or the session is not
            ready in the end.
          ValueError: both places for checkpoints are given.
        """
        session, is_restored = self._restored_session(
            master,
            saver,
            checkpoint_dir,
            checkpoint_filename_with_path,
            wait_for_checkpoint,
            max_wait_secs,
            config,
        )
        if not is_restored:
            if init_op is None and not init_fn and self._local_init_op is None:
                raise RuntimeError(
                    "Model is not initialized and no init_op or init_fn or local_init_op was given"
                )
            if init_op is not None:
                session.run(init_op, feed_dict=init_feed_dict)
            if init_fn:
                init_fn(session)
        missing = self._run_local_init_op(session)
        if missing is not None:
            raise RuntimeError(
                f"Init operations did not make model ready for local_init.  Init op: "
                f"{_name(init_op)}, init fn: {init_fn}, error: {missing}"
            )
        missing = self._missing_for_model(session)
        if missing is not None:
            raise RuntimeError(
                f"Init operations did not make model ready.  Init op: {_name(init_op)}, init fn: "
                f"{init_fn}, local_init_op: {self._local_init_op}, error: {missing}"
            )
        return session

    def recover_session(
        self,
        master: str,
        saver: Any = None,
        checkpoint_dir: str | None = None,
        checkpoint_filename_with_path: str | None = None,
        wait_for_checkpoint: bool = False,
        max_wait_secs: float = 7200,
        config: Any = None,
    ) -> tuple[Any, bool]:
        """(a session, whether it is ready with a checkpoint's values); see `prepare_session`."""
        session, is_restored = self._restored_session(
            master,
            saver,
            checkpoint_dir,
            checkpoint_filename_with_path,
            wait_for_checkpoint,
            max_wait_secs,
            config,
        )
        missing = self._run_local_init_op(session)
        if not is_restored:
            return session, False
        source = checkpoint_dir or checkpoint_filename_with_path
        for stage, still_missing in (
            ("ready for local init", lambda: missing),
            ("ready", lambda: self._missing_for_model(session)),
        ):
            message = still_missing()
            if message is not None:
                logging.info(
                    "Restoring model from %s did not make model %s: %s", source, stage, message
                )
                return session, False
        logging.info("Restored model from %s", source)
        return session, True

    def wait_for_session(
        self, master: str, config: Any = None, max_wait_secs: float | None = math.inf
    ) -> Any:
        """A session that others have made ready.

        Raises:
          DeadlineExceededError: they have not after `max_wait_secs`.
        """
        limit = math.inf if max_wait_secs is None else max_wait_secs
        start = time.time()
        while True:
            session = _session.Session(master, graph=self._graph, config=config)
            missing = None
            missing_for_local_init = self._run_local_init_op(session)
            if missing_for_local_init is None:
                missing = self._missing_for_model(session)
                if missing is None:
                    return session
            session.close()
            left = max(0.0, limit - (time.time() - start))
            if left < self._recovery_wait_secs:
                raise errors.DeadlineExceededError(
                    None, None, f"Session was not ready after waiting {max_wait_secs} secs."
                )
            logging.info(
                "Waiting for model to be ready.  Ready_for_local_init_op:  %s, ready: %s",
                missing_for_local_init,
                missing,
            )
            time.sleep(self._recovery_wait_secs)

    # -- Steps on the way -----------------------------------------------------------------------

    def _restored_session(
        self,
        master: str,
        saver: Any,
        checkpoint_dir: str | None,
        checkpoint_filename_with_path: str | None,
        wait_for_checkpoint: bool,
        max_wait_secs: float,
        config: Any,
    ) -> tuple[Any, bool]:
        """(a new session, whether a checkpoint was restored)."""
        session = _session.Session(master, graph=self._graph, config=config)
        if checkpoint_dir and checkpoint_filename_with_path:
            raise ValueError(
                "Can not provide both checkpoint_dir and checkpoint_filename_with_path."
            )
        if not saver or not (checkpoint_dir or checkpoint_filename_with_path):
            return session, False
        if checkpoint_filename_with_path:
            saver.restore(session, checkpoint_filename_with_path)
            return session, True
        assert checkpoint_dir is not None
        waited = 0.0
        while True:
            state = get_checkpoint_state(checkpoint_dir)
            if state and state.model_checkpoint_path:
                break
            if not wait_for_checkpoint or waited >= max_wait_secs:
                return session, False
            logging.info("Waiting for checkpoint to be available.")
            time.sleep(self._recovery_wait_secs)
            waited += self._recovery_wait_secs
        saver.restore(session, state.model_checkpoint_path)
        saver.recover_last_checkpoints(state.all_model_checkpoint_paths)
        return session, True

    def _run_local_init_op(self, session: Any) -> str | None:
        """Runs it, or says what it waits for."""
        if self._local_init_op is None:
            return None
        missing = _missing(self._ready_for_local_init_op, session, "Model not ready for local init")
        if missing is None:
            logging.info("Running local_init_op.")
            session.run(self._local_init_op, options=self._local_init_run_options)
            logging.info("Done running local_init_op.")
        return missing

    def _missing_for_model(self, session: Any) -> str | None:
        return _missing(self._ready_op, session, "Model not ready")


def _missing(ready_op: Any, session: Any, what: str) -> str | None:
    """What is not initialized, as `ready_op` says; None if nothing."""
    if ready_op is None:
        return None
    try:
        names = session.run(ready_op)
    except errors.FailedPreconditionError as error:
        if "uninitialized" not in str(error):
            logging.warning("%s : error [%s]", what, str(error))
            raise
        return str(error)
    # Also an operation, or a number, that only must not fail.
    if names is None or names.dtype == np.int32 or names.size == 0:
        return None
    return "Variables not initialized: " + ", ".join(name.decode() for name in names)


def _name(op: Any) -> str:
    if op is None:
        return "None"
    return op.name if hasattr(op, "name") else f"<no name for {type(op)}>"
