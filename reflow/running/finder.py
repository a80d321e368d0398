"""Answers `import tensorflow` and everything below it with reflow.

The public tree is `reflow.tf`: `tensorflow.nn` is the very module `reflow.tf.nn`.  The inner
modules (`tensorflow.python.ops.math_ops`) are made when they are asked for, as `inner_modules`
says.  What there is not gets an error that says whether TensorFlow has it.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import FrameType, ModuleType
from typing import Any

from reflow.graph import source
from reflow.loading import load
from reflow.running.aliases import alias, spec_of
from reflow.running.inner_modules import GENERATED_MODULE, INNER_MODULES, SAME_MODULES
from reflow.tensorflow_names import explain_absence, is_tensorflow_module

__all__ = ["TensorFlowFinder", "set_stand_in"]

_PUBLIC = "reflow.tf"
#: What is below `tensorflow` without being public.
_INNER_PACKAGES = ("core", "examples", "python")
#: Files that programs had beside them: where they lie there, they are taken.
_COMPANIONS = {
    "input_data": "reflow.datasets.input_data",  # TensorFlow's tutorials, copied, until 0.7
    "tensorflowvisu_digits": "reflow.visu.tensorflowvisu_digits",
}
_IMPORT_MACHINERY = ("<frozen importlib", os.path.dirname(importlib.__file__))


class TensorFlowFinder(MetaPathFinder):
    """Finds modules by TensorFlow's names; first in `sys.meta_path`, it wins over TensorFlow."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname in _COMPANIONS:
            return PathFinder.find_spec(fullname) or alias(fullname, _COMPANIONS[fullname])
        if fullname in SAME_MODULES:
            return alias(fullname, SAME_MODULES[fullname])
        if fullname in INNER_MODULES:
            return spec_of(fullname, _InnerLoader())
        if fullname.startswith("tensorflow."):
            spec = _find_below(fullname)
        elif fullname.startswith(f"{_PUBLIC}."):
            # For `from tensorflow.nn import name`: Python looks for a module that it may mean.
            spec = PathFinder.find_spec(fullname, path)
        else:
            return None
        if spec is None:
            _explain_failing_import(fullname)
        return spec


def _find_below(name: str) -> ModuleSpec | None:
    """The spec of a module below `tensorflow` that has no entry in the tables."""
    _, first, *rest = name.split(".")
    if [first, *rest[:1]] == ["compat", "v1"]:
        public = rest[1:]
    elif first in _INNER_PACKAGES:
        return _find_inner(name)
    else:
        public = [first, *rest]
    if public[0] == "contrib" and public[2:] == ["ops"]:  # it holds gen_*_ops
        return spec_of(name, _InnerLoader()) if _public_module(public[:2]) else None
    if "python" in public:  # tensorflow.contrib.layers.python.layers.initializers
        wing = _public_module(public[: public.index("python")])
        return spec_of(name, _InnerLoader()) if wing else _find_package(name)
    module = _public_module(public)
    return alias(name, module.__name__) if module else _find_package(name)


def _find_inner(name: str) -> ModuleSpec | None:
    if name.startswith("tensorflow.core.") and name.endswith("_pb2"):
        message_classes = f"tensorboard.compat.proto.{name.rpartition('.')[2]}"
        found = importlib.util.find_spec(message_classes)
        return alias(name, message_classes) if found else None
    return _find_package(name)


def _find_package(name: str) -> ModuleSpec | None:
    """The spec of a package that holds modules of the tables, or of a module of TensorFlow's that
    is not in them: it can be imported, as programs do that use it in some cases only."""
    is_module = (
        (name.startswith("tensorflow.core") and "_pb2" not in name)
        or any(module.startswith(f"{name}.") for module in (*INNER_MODULES, *SAME_MODULES))
        or GENERATED_MODULE.fullmatch(name) is not None
        or (name.startswith("tensorflow.python.") and is_tensorflow_module(name))
    )
    return spec_of(name, _InnerLoader()) if is_module else None


def _public_module(parts: Sequence[str]) -> ModuleType | None:
    """The namespace `tf.<parts>`, or None."""
    module = load(_PUBLIC)
    for part in parts:
        member = getattr(module, part, None)
        if not isinstance(member, ModuleType) or isinstance(member, _InnerModule):
            path = getattr(module, "__path__", None)
            name = f"{module.__name__}.{part}"
            if path is None or PathFinder.find_spec(name, path) is None:
                return None
            member = importlib.import_module(name)
        module = member
    return module


class _InnerLoader(Loader):
    """Makes one of TensorFlow's inner modules."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _InnerModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing runs: the names are looked up when they are asked for."""


class _InnerModule(ModuleType):
    """A module whose names are those of other places, looked up one by one."""

    _stand_in: Callable[[str], Any] | None = None

    def __getattr__(self, name: str) -> Any:
        path = f"{self.__name__}.{name}"
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        if path in INNER_MODULES or path in SAME_MODULES or _find_package(path):
            return importlib.import_module(path)
        module = _module_of_wing(path)
        if module is not None:
            return module
        for place in _places(self.__name__):
            if hasattr(place, name):
                return getattr(place, name)
        explanation = _absence(path)
        make = _InnerModule._stand_in
        if make is None or importlib.util.find_spec(path) is not None:  # a module is imported then
            raise AttributeError(explanation, name=name)
        return make(explanation)

    def __dir__(self) -> list[str]:
        names = {name for place in _places(self.__name__) for name in dir(place)}
        return sorted({*super().__dir__(), *names})


def set_stand_in(make: Callable[[str], Any]) -> None:
    """Have names that inner modules lack stand for something, instead of being errors.

    Args:
      make: gives what stands for a name, from why it is absent.
    """
    _InnerModule._stand_in = staticmethod(make)


def _places(module: str) -> list[ModuleType]:
    """The places that are built of those where an inner module's names are looked for."""
    if GENERATED_MODULE.fullmatch(module):
        named = ["reflow.ops.function_names", "tf.raw_ops"]
    elif module.startswith("tensorflow.contrib."):
        # Below contrib.slim.python.slim.nets.vgg's "python" the wing's name comes once more.
        wing, _, below = f"tf{module.removeprefix('tensorflow')}".partition(".python.")
        named = [".".join([wing, *below.split(".")[1:]]), wing]
    else:
        named = INNER_MODULES.get(module, "").split()
    return [place for place in map(_place, named) if place is not None]


def _module_of_wing(path: str) -> ModuleType | None:
    """The module of a wing of contrib that an inner module of this name is, if there is one.

    It comes before a function of that name: in tensorflow.contrib.image.python.ops,
    dense_image_warp is the module.
    """
    wing, _, below = path.partition(".python.")
    _, *names = below.split(".")
    is_below_wing = wing.startswith("tensorflow.contrib.") and bool(names)
    return _public_module([*wing.split(".")[1:], *names]) if is_below_wing else None


def _place(name: str) -> ModuleType | None:
    first, *rest = name.split(".")
    return _public_module(rest) if first == "tf" else importlib.import_module(name)


def _explain_failing_import(name: str) -> None:
    """Raise what explains why there is no module `name`, unless somebody only asks whether there is
    one (importlib.util.find_spec), or it is one of reflow's own."""
    is_import = sys._getframe(3).f_code.co_name == "_find_and_load_unlocked"
    is_private = name.rpartition(".")[2].startswith("_")
    if is_import and not is_private:
        # Without the name of the module, which would tell Python to say something shorter.
        raise ModuleNotFoundError(_absence(name.replace(_PUBLIC, "tensorflow", 1)))


def _absence(name: str) -> str:
    """Why reflow has no `name`, and where the program asked for it."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and _is_machinery(frame.f_code.co_filename):
        frame = frame.f_back
    where = f" ({frame.f_code.co_filename}, line {frame.f_lineno})" if frame else ""
    return explain_absence(name) + where


def _is_machinery(filename: str) -> bool:
    return filename.startswith(_IMPORT_MACHINERY) or source.is_internal_file(filename)
