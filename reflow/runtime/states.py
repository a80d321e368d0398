"""What the ops of one session keep between runs: variables, random streams, iterators, tables."""

from __future__ import annotations

import threading
from typing import Any

from reflow.graph.operation import Operation


class States:
    """The states of one session's ops, each made when a plan first needs it."""

    def __init__(self) -> None:
        self._states: dict[Any, Any] = {}
        self._lock = threading.Lock()

    def of(self, op: Operation) -> Any:
        """The state of `op`; None for an op that keeps none."""
        rules = op.definition.rules
        make = getattr(rules, "state", None)
        if make is None:
            return None
        key = rules.state_key(op) if hasattr(rules, "state_key") else op
        with self._lock:
            if key not in self._states:
                self._states[key] = make(op)
            return self._states[key]

    def known(self, op: Operation) -> Any:
        """As `of`, but None where no plan has needed the state yet."""
        rules = op.definition.rules
        key = rules.state_key(op) if hasattr(rules, "state_key") else op
        with self._lock:
            return self._states.get(key)

    def clear(self) -> None:
        with self._lock:
            for state in self._states.values():
                close = getattr(state, "close", None)
                if close is not None:
                    close()
            self._states.clear()
