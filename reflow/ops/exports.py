"""Public names declared at the ops themselves.

An op whose public function has the op's own signature says so with `export = ("nn.relu",)`;
the module of that namespace takes its names from here.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

from reflow.graph.indexed_slices import SparseTensor
from reflow.graph.op_definition import OpDefinition, registered

# Every module that defines ops: importing them all fills the registry.
OP_MODULES = (
    "activations",
    "arrays",
    "bands",
    "batch_norm",
    "bias",
    "bins",
    "bitwise",
    "broadcasting",
    "candidate_sampling",
    "casts",
    "checkpoints",
    "checks",
    "clipping",
    "clustering",
    "comparisons",
    "complex_numbers",
    "constants",
    "control",
    "convolution.conv2d",
    "convolution.conv3d",
    "convolution.depthwise",
    "convolution.dilation",
    "convolution.patches",
    "data.buffering",
    "data.combining",
    "data.directing",
    "data.files",
    "data.folding",
    "data.functional",
    "data.grouping",
    "data.iterators",
    "data.optimizing",
    "data.selecting",
    "data.shuffling",
    "data.sources",
    "data.sparse_batches",
    "data.whole",
    "data.windows",
    "data_flow.accumulator_ops",
    "data_flow.barriers",
    "data_flow.mutexes",
    "data_flow.queue_ops",
    "data_flow.reader_ops",
    "data_flow.staging_ops",
    "data_formats",
    "diagonals",
    "differentiation",
    "edit_distance",
    "einsum",
    "elementwise",
    "event_summaries.audio",
    "event_summaries.histograms",
    "event_summaries.images",
    "event_summaries.scalars",
    "fake_quantization",
    "files",
    "filling",
    "frames",
    "fourier",
    "function_calls",
    "function_branches",
    "functions",
    "gathering",
    "global_batch_norm",
    "image.boxes",
    "image.colors",
    "image.combined_suppression",
    "image.components",
    "image.cropping",
    "image.decoding",
    "image.encoding",
    "image.glimpses",
    "image.matching",
    "image.projecting",
    "image.resampling",
    "image.resizing",
    "image.stereograms",
    "image.suppression",
    "image.translating",
    "image.yiq",
    "joining",
    "linalg",
    "linear_algebra.determinants",
    "linear_algebra.factorizations",
    "linear_algebra.least_squares",
    "linear_algebra.matrix_functions",
    "linear_algebra.old_batches",
    "linear_algebra.solving",
    "linear_algebra.spectral",
    "linear_algebra.tridiagonal",
    "local_response",
    "logic",
    "lookup.making",
    "lookup.using",
    "losses",
    "math",
    "padding",
    "parameterized_normal",
    "permuting",
    "pooling.argmax",
    "pooling.averages",
    "pooling.fractional",
    "pooling.maxima",
    "python_functions",
    "quantization",
    "quantized.activations",
    "quantized.arranging",
    "quantized.elementwise",
    "quantized.pooling",
    "quantized.products",
    "ragged.conversions",
    "ragged.gathering",
    "ragged.ranges",
    "ragged.variants",
    "random",
    "reductions",
    "remapping",
    "repeating",
    "resource_updates",
    "resource_variables",
    "scans",
    "scattering",
    "searching",
    "segments",
    "selection",
    "serialization",
    "session_tensors",
    "set_operations",
    "sets",
    "slicing",
    "softmax",
    "space_batches",
    "sparse.arranging",
    "sparse.crossing",
    "sparse.dense",
    "sparse.maps",
    "sparse.merging",
    "sparse.products",
    "sparse.reducing",
    "sparse.rows",
    "sparse.serialization",
    "sparse_segments",
    "special",
    "splitting",
    "stacks",
    "state",
    "stateless_random",
    "tensor_arrays",
    "tensor_updates",
    "temporary_variables",
    "text.characters",
    "text.comma_separated",
    "text.conversions",
    "text.encodings",
    "text.formatting",
    "text.hashing",
    "text.joining",
    "text.patterns",
    "text.scripts",
    "text.splitting",
    "text.unicode",
    "top_k",
    "training.adagrad",
    "training.adam",
    "training.ftrl",
    "training.gradient_descent",
    "training.moving_squares",
    "training.signs",
    "zero_initializers",
)


def import_ops() -> None:
    for module in OP_MODULES:
        importlib.import_module(f"reflow.ops.{module}")


def on_sparse_values(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of a tensor as one of sparse tensors too, whose values it maps."""

    @functools.wraps(function)
    def call(x: Any, name: str | None = None) -> Any:
        if isinstance(x, SparseTensor):
            return SparseTensor(x.indices, function(x.values, name=name), x.dense_shape)
        return function(x, name=name)

    return call


@functools.cache
def _public(definition: OpDefinition) -> Any:
    """What a program finds under the exported name."""
    takes_sparse = getattr(definition.rules, "sparse_values", False)
    return on_sparse_values(definition) if takes_sparse else definition


def exported(namespace: str) -> dict[str, Any]:
    """The ops exported under a namespace ("" for `tf` itself), by their names in it."""
    import_ops()
    found: dict[str, Any] = {}
    for definition in registered().values():
        for path in getattr(definition.rules, "export", ()):
            parent, _, name = path.rpartition(".")
            if parent == namespace:
                found[name] = _public(definition)
    return found
