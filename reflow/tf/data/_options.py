"""tf.data.Options: how a dataset may be rewritten and run.

Of what can be set here, only `noop_elimination`, `shuffle_and_repeat_fusion` and
`apply_default_optimizations` change what a program sees (reflow.ops.data.optimizing).  The rest is
passed on in the graph, for TensorFlow to read.
"""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

OptionsType = TypeVar("OptionsType", bound="OptionsBase")

_DEFAULT_OPTIMIZATIONS = ("map_and_batch_fusion", "noop_elimination", "shuffle_and_repeat_fusion")


class OptionsBase:
    """Named settings, each of one type; one that was not made is None, or an object of its own.

    Attributes:
      _types: the settings that there are.
    """

    _types: ClassVar[dict[str, type]] = {}

    def __init__(self) -> None:
        object.__setattr__(self, "_set", {})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name not in self._types:
            raise AttributeError(f"{type(self).__name__} has no setting {name!r}")
        if name not in self._set and issubclass(self._types[name], OptionsBase):
            self._set[name] = self._types[name]()
        return self._set.get(name)

    def __setattr__(self, name: str, value: Any) -> None:
        wanted = self._types.get(name)
        if wanted is None:
            raise AttributeError(f"Cannot set the property {name} on {type(self).__name__}.")
        if not isinstance(value, wanted):
            raise TypeError(
                f'Property "{name}" must be of type {wanted}, got: {value!r} '
                f"(type: {type(value)!r})"
            )
        self._set[name] = value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, type(self)):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self._types)

    __hash__ = None  # type: ignore[assignment]

    def merge(self: OptionsType, options: OptionsType) -> OptionsType:
        """The settings of both.

        Raises:
          TypeError: `options` are others.
          ValueError: the two set the same thing in different ways.
        """
        if not isinstance(options, type(self)):
            raise TypeError(f"Incompatible options type: {type(options)!r} vs {type(self)!r}")
        default, result = type(self)(), type(self)()
        for name in self._types:
            mine, theirs, unset = (getattr(o, name) for o in (self, options, default))
            if theirs == unset:
                merged = mine
            elif mine == unset:
                merged = theirs
            elif isinstance(mine, OptionsBase):
                merged = mine.merge(theirs)
            elif mine == theirs:
                merged = mine
            else:
                raise ValueError(
                    f"Cannot merge incompatible values ({mine!r} and {theirs!r}) of option: {name}"
                )
            if merged is not None:
                setattr(result, name, merged)
        return result


class MapVectorizationOptions(OptionsBase):
    """How maps are vectorised (tf.data.experimental.MapVectorizationOptions)."""

    _types: ClassVar[dict[str, type]] = {"enabled": bool, "use_choose_fastest": bool}


class OptimizationOptions(OptionsBase):
    """How a dataset is rewritten (tf.data.experimental.OptimizationOptions)."""

    _types: ClassVar[dict[str, type]] = {
        "apply_default_optimizations": bool,
        "autotune": bool,
        "autotune_algorithm": int,
        "autotune_buffers": bool,
        "autotune_cpu_budget": int,
        "filter_fusion": bool,
        "filter_with_random_uniform_fusion": bool,
        "hoist_random_uniform": bool,
        "map_and_batch_fusion": bool,
        "map_and_filter_fusion": bool,
        "map_fusion": bool,
        "map_parallelization": bool,
        "map_vectorization": MapVectorizationOptions,
        "noop_elimination": bool,
        "parallel_batch": bool,
        "shuffle_and_repeat_fusion": bool,
    }

    def names(self) -> list[str]:
        """The rewritings that are on, by their names in the graph."""
        switches = [n for n in self._types if n.endswith(("_fusion", "_elimination", "_batch"))]
        switches += ["hoist_random_uniform", "map_parallelization"]
        chosen = {name for name in switches if getattr(self, name)}
        if self.apply_default_optimizations is not False:
            chosen |= {n for n in _DEFAULT_OPTIMIZATIONS if getattr(self, n) is not False}
        if self.map_vectorization.enabled:
            chosen.add("map_vectorization")
        if self.autotune is not False and self.autotune_buffers:
            chosen.add("inject_prefetch")
        return sorted(chosen)

    def configurations(self) -> list[str]:
        choose_fastest = "true" if self.map_vectorization.use_choose_fastest else "false"
        return [f"map_vectorization:use_choose_fastest:{choose_fastest}"]


class ThreadingOptions(OptionsBase):
    """How many threads a dataset may use (tf.data.experimental.ThreadingOptions)."""

    _types: ClassVar[dict[str, type]] = {
        "max_intra_op_parallelism": int,
        "private_threadpool_size": int,
    }


class Options(OptionsBase):
    """How a dataset is rewritten and run; see `Dataset.with_options`."""

    _types: ClassVar[dict[str, type]] = {
        "experimental_deterministic": bool,
        "experimental_optimization": OptimizationOptions,
        "experimental_slack": bool,
        "experimental_threading": ThreadingOptions,
        "experimental_stateful_whitelist": list,
    }

    def rewritings(self) -> list[str]:
        """The rewritings that are on, by their names in the graph."""
        names: list[str] = self.experimental_optimization.names()
        if self.experimental_deterministic is False:
            names.append("make_sloppy")
        if self.experimental_slack:
            names.append("slack")
        return names

    def configurations(self) -> list[str]:
        configurations: list[str] = self.experimental_optimization.configurations()
        if self.experimental_slack:
            configurations.append("slack:slack_period:1")
        return configurations
