"""Records the names of TensorFlow 1.15: what the messages about names not built rest on.

    python -m tests.reference.record_names      (Python 3.7, tensorflow==1.15.5 'protobuf<3.21')

Writes reflow/tensorflow_names.txt, a line for each module: its name, then its public
names.  Of the public tree, `tensorflow.compat` is left out, which repeats the rest.
"""

import importlib
import os
import pkgutil
import types

import tensorflow as tf

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RECORDED = os.path.join(PROJECT, "reflow", "tensorflow_names.txt")
#: The folder of the sources of tensorflow.python and tensorflow.contrib.
SOURCES = os.path.dirname(tf.python.__file__)
FUTURE = {"absolute_import", "division", "print_function"}
LEFT_OUT = {"compat", "compiler", "core", "examples", "lite", "python", "tools"}
#: A package of contrib that only a TensorFlow built with MPI has.
WITH_MPI = "tensorflow.contrib.mpi_collectives"
#: Sources made from op definitions (tensorflow.raw_ops has the ops), of tests, and repetitions.
LEFT_OUT_SOURCES = ("gen_", "pywrap_tensorflow_internal", "test_", "parameterized", "standard_ops")
#: The packages of sources that programs reach into; of the others only the modules' names are kept.
WITH_NAMES = {
    "tensorflow.python." + package
    for package in (
        *("client", "eager", "framework", "layers", "lib.io", "ops", "platform"),
        *("saved_model", "summary", "tools", "training", "util"),
    )
}


def public(names):
    return {n for n in names if not n.startswith("_") and not n.endswith("_eager_fallback")}


def record_public_tree(module, path, namespaces):
    """The names below a public namespace; `namespaces` receives them by the namespace's path."""
    names = namespaces[path] = public(dir(module)) - FUTURE
    for name in sorted(names - LEFT_OUT):
        member = getattr(module, name, None)
        below = path + "." + name
        if isinstance(member, types.ModuleType) and is_namespace(member.__name__, below):
            record_public_tree(member, below, namespaces)


def is_namespace(name, path):
    """Whether the module `name`, seen at `path`, belongs there, and was not just imported there."""
    if path.startswith("tensorflow.contrib"):
        name = name.replace("tensorflow_core", "tensorflow")
        return name in (path, "contrib") or name.startswith(path + ".")  # contrib.eager.python.tfe
    return "._api." in name or ".api._v1." in name


def record_contrib(namespaces):
    """The packages of contrib that it does not import itself: programs import them by name."""
    known = namespaces["tensorflow.contrib"]
    for _, name, _ in pkgutil.iter_modules(tf.contrib.__path__):
        path = "tensorflow.contrib." + name
        known.add(name)
        if path not in namespaces:
            record_public_tree(importlib.import_module(path), path, namespaces)
    known.add(WITH_MPI.rpartition(".")[2])
    namespaces[WITH_MPI] = set()


def record_sources(package, namespaces):
    """The modules of a package, and of those that programs reach into the names."""
    root = os.path.join(os.path.dirname(SOURCES), package)
    for folder, _, files in os.walk(root):
        parts = ["tensorflow", package, *os.path.relpath(folder, root).split(os.sep)]
        parts = [part for part in parts if part != "."]
        for file in files:
            stem, extension = os.path.splitext(file)
            if extension == ".py" and not stem.startswith(LEFT_OUT_SOURCES):
                path = ".".join(parts + [stem] * (stem != "__init__"))
                namespaces[path] = own_names(path) if ".".join(parts) in WITH_NAMES else set()


def own_names(path):
    """The names of a module that are not modules themselves."""
    module = importlib.import_module(path)
    members = ((name, getattr(module, name)) for name in public(dir(module)) - FUTURE)
    return {name for name, member in members if not isinstance(member, types.ModuleType)}


if __name__ == "__main__":
    namespaces = {}
    record_public_tree(tf, "tensorflow", namespaces)
    record_contrib(namespaces)
    record_sources("python", namespaces)
    with open(RECORDED, "w") as file:
        for path, names in sorted(namespaces.items()):
            file.write(" ".join([path, *sorted(names)]) + "\n")
