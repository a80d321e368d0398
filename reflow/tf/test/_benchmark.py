"""`tf.test.Benchmark`: classes whose `benchmark...` methods report how long something takes."""

from __future__ import annotations

import re
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from reflow.runtime.session import Session
from reflow.tf import logging
from reflow.tf._session import message_class

_FLAG = "--benchmarks"
_METHOD_PREFIX = "benchmark"
_classes: list[type[Benchmark]] = []


class Benchmark:
    """Base of benchmarks.

    `python PROGRAM --benchmarks=PATTERN` runs the methods of its subclasses whose name begins with
    "benchmark", where "Class.method" matches the pattern.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        _classes.append(cls)

    def report_benchmark(
        self,
        iters: int | None = None,
        cpu_time: float | None = None,
        wall_time: float | None = None,
        throughput: float | None = None,
        extras: Mapping[str, Any] | None = None,
        name: str | None = None,
        metrics: Sequence[Mapping[str, Any]] | None = None,
    ) -> None:
        """Logs a result.

        Args:
          iters: how often it was run.
          cpu_time, wall_time: how long a run took, in seconds.
          throughput: in megabytes per second.
          extras: numbers and strings by their names.
          name: by default the name of the method.
          metrics: dicts with a "name" and a "value", and perhaps "min_value" and "max_value".

        Raises:
          TypeError: `extras` is no dict, or `metrics` no list of such dicts.
        """
        if extras is not None and not isinstance(extras, dict):
            raise TypeError(f"extras must be a dict. Received: {extras!r}")
        if metrics is not None and not isinstance(metrics, list):
            raise TypeError(f"metrics must be a list. Received: {metrics!r}")
        for metric in metrics or ():
            if "name" not in metric or "value" not in metric:
                raise TypeError(f"metric must have a 'name' and a 'value'. Received: {metric!r}")
        measured = {
            "iters": iters,
            "wall_time": wall_time,
            "cpu_time": cpu_time,
            "throughput": throughput,
            "extras": extras,
            "metrics": metrics,
        }
        known = [f"{key}: {value}" for key, value in measured.items() if value is not None]
        full_name = f"{type(self).__name__}.{name or self._method_name()}"
        print(f"Benchmark [{full_name}] {', '.join(known)}")

    def run_op_benchmark(
        self,
        sess: Session,
        op_or_tensor: Any,
        feed_dict: Mapping[Any, Any] | None = None,
        burn_iters: int = 2,
        min_iters: int = 10,
        store_trace: bool = False,
        store_memory_usage: bool = True,
        name: str | None = None,
        extras: dict[str, Any] | None = None,
        mbs: float = 0,
    ) -> dict[str, Any]:
        """Times an operation and reports the median.

        Args:
          sess: where it is run.
          op_or_tensor: what is run.
          feed_dict: what is fed.
          burn_iters: runs before those that are timed.
          min_iters: how many runs are timed.
          store_trace: put a trace of one more run into the result, for Chrome's viewer.
          store_memory_usage: without effect.
          name: by default the name of the method.
          extras: reported along with the time.
          mbs: megabytes that a run moves, for the throughput.

        Returns:
          What was reported, by names.
        """
        for _ in range(burn_iters):
            sess.run(op_or_tensor, feed_dict)
        times = []
        for _ in range(min_iters):
            start = time.perf_counter()
            sess.run(op_or_tensor, feed_dict)
            times.append(time.perf_counter() - start)
        wall_time = statistics.median(times) if times else -1.0
        result = {
            "iters": min_iters,
            "wall_time": wall_time,
            "extras": dict(extras or {}),
            "name": name or self._method_name(),
            "throughput": mbs / wall_time,
        }
        self.report_benchmark(**result)
        if store_trace:
            result["extras"]["full_trace_chrome_format"] = _trace(sess, op_or_tensor, feed_dict)
        return result

    def evaluate(self, tensors: Any) -> Any:
        """The values of tensors, in the default session."""
        from reflow.tf._session import get_default_session

        return get_default_session().run(tensors)

    def _method_name(self) -> str:
        """The method of this object that is called outermost."""
        frame, name = sys._getframe(1), ""
        while frame is not None:
            if frame.f_locals.get("self") is self:
                name = frame.f_code.co_name
            frame = frame.f_back
        return name


def benchmark_config() -> Any:
    """A tf.ConfigProto for benchmarks."""
    config = message_class("ConfigProto")()
    rewrites = config.graph_options.rewrite_options
    rewrites.dependency_optimization = type(rewrites).OFF
    return config


def requested_benchmarks(argv: Sequence[str]) -> str | None:
    """The pattern that the command line gives with `--benchmarks`, or None."""
    for word in argv[1:]:
        flag, _, pattern = word.partition("=")
        if flag == _FLAG:
            return ".*" if pattern in ("", "all") else pattern
    return None


def run_benchmarks(pattern: str) -> None:
    """Runs the benchmarks whose "Class.method" matches."""
    for cls in _classes:
        for name in dir(cls):
            full_name = f"{cls.__name__}.{name}"
            if name.startswith(_METHOD_PREFIX) and re.search(pattern, full_name):
                logging.info("Running %s", full_name)
                getattr(cls(), name)()


def _trace(sess: Session, op_or_tensor: Any, feed_dict: Mapping[Any, Any] | None) -> str:
    from reflow.runtime.timeline import Timeline

    options = message_class("RunOptions")(trace_level=message_class("RunOptions").FULL_TRACE)
    metadata = message_class("RunMetadata")()
    sess.run(op_or_tensor, feed_dict, options, metadata)
    return Timeline(metadata.step_stats).generate_chrome_trace_format()
