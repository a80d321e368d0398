"""What TensorFlow's inner modules mean in reflow: a table, and nothing else.

Programs reach below TensorFlow's public names: `from tensorflow.python.ops import math_ops`.  Each
entry maps such a module, below `tensorflow.`, to the places where its names are looked for, in
order: namespaces below `tf`, and modules of reflow.  A package stands for its modules only, unless
it has an entry of its own.  A place that is not built yet has no names yet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["GENERATED_MODULE", "INNER_MODULES", "SAME_MODULES"]

#: The modules that TensorFlow generates, of functions that each make an op.
GENERATED_MODULE: Final = re.compile(
    r"tensorflow\.(python\.(ops|training)|contrib\.\w+\.ops)\.gen_\w+_ops"
)

#: Modules that are one and the same in reflow, under another name.
SAME_MODULES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "tensorflow": "reflow.tf",
        "tensorflow.compat.v1": "reflow.tf",
        "tensorflow.contrib.learn.python.learn.datasets.base": (
            "reflow.tf.contrib.learn.datasets.base"
        ),
        "tensorflow.contrib.learn.python.learn.datasets.mnist": "reflow.datasets.input_data",
        "tensorflow.contrib.tensorboard.plugins.projector.projector_config_pb2": (
            "tensorboard.plugins.projector.projector_config_pb2"
        ),
        "tensorflow.examples.tutorials.mnist.input_data": "reflow.datasets.input_data",
        "tensorflow.python.framework.test_ops": "reflow.running.tensorflow_tests.test_ops",
        "tensorflow.python.framework.versions": "reflow.running.inner_names.versions",
        "tensorflow.python.lib.io.file_io": "reflow.files.file_io",
        "tensorflow.python.platform.tf_logging": "reflow.tf.logging",
        "tensorflowvisu": "reflow.visu.tensorflowvisu",
    }
)

_FRAMEWORK = "reflow.graph.graph reflow.graph.operation reflow.graph.conversion tf"

_LAYERS = "tf.layers reflow.running.inner_names.layers_old_names"

_DISTRIBUTIONS = (
    "bernoulli",
    "beta",
    "categorical",
    "dirichlet",
    "dirichlet_multinomial",
    "distribution",
    "exponential",
    "gamma",
    "laplace",
    "multinomial",
    "normal",
    "student_t",
    "uniform",
)

_RAGGED = {
    "ragged_array_ops": "_arrays _boolean_mask _tile",
    "ragged_batch_gather_ops": "_batch_gather",
    "ragged_batch_gather_with_default_op": "_batch_gather",
    "ragged_concat_ops": "_concat",
    "ragged_functional_ops": "_functional",
    "ragged_gather_ops": "_gather _gather_nd",
    "ragged_map_ops": "_map_fn",
    "ragged_math_ops": "_math",
    "ragged_squeeze_op": "_squeeze",
    "ragged_tensor": "_tensor _spec _map_fn",
    "ragged_tensor_shape": "_shape",
    "ragged_tensor_value": "_value",
    "ragged_where_op": "_where",
    "segment_id_ops": "_rows",
}

INNER_MODULES: Final[Mapping[str, str]] = MappingProxyType(
    {
        # Its presence tells TensorBoard to use a stand-in of its own for the parts of TensorFlow
        # that it needs, instead of `import tensorflow`.
        "tensorboard.compat.notf": "",
        "tensorflow.examples.tutorials.mnist": "",
        # Where TensorFlow 0.5 to 0.7 had them.
        "tensorflow.models.rnn.rnn": "tf.nn",
        "tensorflow.models.rnn.rnn_cell": "tf.nn.rnn_cell",
        "tensorflow.models.rnn.seq2seq": "tf.contrib.legacy_seq2seq",
        "tensorflow.python": "tf",
        "tensorflow.python.client.device_lib": "reflow.runtime.device_lib",
        "tensorflow.python.client.session": (
            "reflow.runtime.session reflow.runtime.expansions reflow.running.inner_names.session tf"
        ),
        "tensorflow.python.client.timeline": "reflow.runtime.timeline",
        "tensorflow.core.framework.types_pb2": (
            "reflow.running.inner_names.types_pb2 tensorboard.compat.proto.types_pb2"
        ),
        "tensorflow.core.lib.core.error_codes_pb2": (
            "reflow.running.inner_names.error_codes_pb2 reflow.graph.errors"
        ),
        "tensorflow.python.compat.compat": "tf.compat",
        "tensorflow.python.eager.backprop": "reflow.running.inner_names.backprop tf",
        "tensorflow.python.eager.core": "reflow.running.inner_names.eager_core",
        "tensorflow.python.eager.execute": "reflow.running.inner_names.eager_execute",
        "tensorflow.python.data.ops.dataset_ops": "tf.data",
        "tensorflow.python.eager.execution_callbacks": "reflow.runtime.eager.callbacks",
        "tensorflow.python.eager.wrap_function": "tf",
        "tensorflow.python.eager.context": "reflow.runtime.eager.context tf",
        "tensorflow.python.eager.test": "reflow.running.inner_names.eager_test tf.test",
        "tensorflow.python.framework.composite_tensor": "reflow.graph.composite_tensor",
        "tensorflow.python.framework.composite_tensor_utils": (
            "reflow.running.inner_names.composite_tensor_utils"
        ),
        "tensorflow.python.framework.common_shapes": "reflow.running.inner_names.common_shapes",
        "tensorflow.python.framework.config": (
            "reflow.running.inner_names.config tf.config tf.config.experimental tf.config.threading"
        ),
        "tensorflow.python.framework.constant_op": "reflow.running.inner_names.constant_op tf",
        "tensorflow.python.framework.device": (
            "reflow.running.inner_names.device reflow.graph.device tf"
        ),
        "tensorflow.python.framework.device_spec": "reflow.running.inner_names.device_spec",
        "tensorflow.python.framework.dtypes": (
            "reflow.graph.dtypes reflow.running.inner_names.dtypes"
        ),
        "tensorflow.python.framework.errors": "reflow.graph.errors",
        "tensorflow.python.framework.errors_impl": (
            "reflow.running.inner_names.errors_impl reflow.graph.errors"
        ),
        "tensorflow.python.framework.function": "reflow.running.inner_names.function",
        "tensorflow.python.framework.graph_util": "tf.graph_util",
        "tensorflow.python.framework.importer": "tf",
        "tensorflow.python.framework.indexed_slices": "reflow.graph.indexed_slices tf",
        "tensorflow.python.framework.meta_graph": "reflow.tf.train._meta_graph tf.train",
        "tensorflow.python.framework.ops": (
            f"reflow.running.inner_names.framework_ops {_FRAMEWORK}"
        ),
        "tensorflow.python.framework.random_seed": "reflow.graph.seeds",
        "tensorflow.python.framework.sparse_tensor": "reflow.running.inner_names.sparse_tensor tf",
        "tensorflow.python.framework.tensor_shape": "reflow.graph.tensor_shape",
        "tensorflow.python.framework.tensor_util": "reflow.running.inner_names.tensor_util tf",
        "tensorflow.python.framework.test_util": (
            "reflow.tf.test._case reflow.tf.test._comparisons reflow.tf.test._decorators "
            "reflow.tf.test._devices reflow.tf.test._garbage reflow.tf.test._layouts "
            "reflow.tf.test._old_names"
        ),
        "tensorflow.python.framework.tensor_spec": "reflow.graph.tensor_spec",
        "tensorflow.python.framework.type_spec": "reflow.graph.type_spec",
        "tensorflow.python.keras.engine.input_spec": "tf.layers",
        "tensorflow.python.layers.base": "tf.layers",
        "tensorflow.python.layers.convolutional": _LAYERS,
        "tensorflow.python.layers.core": _LAYERS,
        "tensorflow.python.layers.layers": "tf.layers",
        "tensorflow.python.layers.normalization": _LAYERS,
        "tensorflow.python.layers.pooling": _LAYERS,
        "tensorflow.python.layers.utils": "reflow.running.inner_names.layers_utils",
        "tensorflow.python.lib.io.python_io": "tf.python_io",
        "tensorflow.python.lib.io.tf_record": "tf.python_io",
        "tensorflow.python.module.module": "reflow.running.inner_names.module tf",
        "tensorflow.python.ops.array_ops": (
            "reflow.running.inner_names.array_ops tf tf.quantization reflow.tf._gathering "
            "reflow.ops.function_names"
        ),
        "tensorflow.python.ops.bitwise_ops": "tf.bitwise reflow.ops.function_names",
        "tensorflow.python.ops.candidate_sampling_ops": "tf.nn",
        "tensorflow.python.ops.check_ops": "tf tf.debugging",
        "tensorflow.python.ops.clip_ops": "tf",
        "tensorflow.python.ops.clustering_ops": "reflow.ops.function_names",
        "tensorflow.python.ops.confusion_matrix": "reflow.tf._confusion_matrix",
        "tensorflow.python.ops.control_flow_ops": (
            "reflow.running.inner_names.control_flow_ops tf"
        ),
        "tensorflow.python.ops.control_flow_util": ("reflow.running.inner_names.control_flow_util"),
        "tensorflow.python.ops.control_flow_v2_toggles": "tf",
        "tensorflow.python.ops.critical_section_ops": "reflow.tf._critical_section",
        "tensorflow.python.ops.ctc_ops": "tf.nn",
        "tensorflow.python.ops.custom_gradient": "reflow.running.inner_names.custom_gradient tf",
        "tensorflow.python.ops.data_flow_ops": (
            "reflow.tf._barrier reflow.tf._staging tf.queue tf reflow.ops.function_names"
        ),
        **{
            f"tensorflow.python.ops.distributions.{module}": (
                f"reflow.tf.distributions.{module} reflow.tf.distributions.softplus"
            )
            for module in _DISTRIBUTIONS
        },
        "tensorflow.python.ops.distributions.kullback_leibler": (
            "reflow.tf.distributions.divergence"
        ),
        "tensorflow.python.ops.distributions.special_math": (
            "reflow.tf.distributions.special reflow.running.inner_names.special_math"
        ),
        "tensorflow.python.ops.embedding_ops": (
            "reflow.running.inner_names.embedding_ops tf.nn reflow.tf._embedding"
        ),
        "tensorflow.python.ops.functional_ops": "reflow.running.inner_names.functional_ops tf",
        "tensorflow.python.ops.map_fn": "tf",
        "tensorflow.python.ops.gradient_checker": "reflow.tf.test._gradient_checker",
        "tensorflow.python.ops.gradient_checker_v2": (
            "reflow.running.inner_names.gradient_checker_v2 reflow.tf.test._gradient_checker_v2"
        ),
        "tensorflow.python.ops.gradients": "tf",
        "tensorflow.python.ops.gradients_util": "reflow.running.inner_names.gradients_impl tf",
        "tensorflow.python.ops.gradients_impl": "reflow.running.inner_names.gradients_impl tf",
        "tensorflow.python.ops.histogram_ops": "tf",
        "tensorflow.python.ops.image_ops": "reflow.running.inner_names.image_ops tf.image",
        "tensorflow.python.ops.image_ops_impl": "reflow.running.inner_names.image_ops tf.image",
        "tensorflow.python.ops.init_ops": (
            "reflow.running.inner_names.init_ops tf.initializers tf"
        ),
        "tensorflow.python.ops.inplace_ops": "reflow.running.inner_names.inplace_ops",
        "tensorflow.python.ops.io_ops": "tf.io tf",
        "tensorflow.python.ops.linalg.linalg": "tf.linalg",
        "tensorflow.python.ops.linalg.linalg_impl": "tf.linalg reflow.tf._matrix_exponential",
        "tensorflow.python.ops.linalg_ops": "tf.linalg tf reflow.ops.function_names",
        "tensorflow.python.ops.logging_ops": (
            "reflow.tf._printing tf.contrib.deprecated tf.summary tf"
        ),
        "tensorflow.python.ops.lookup_ops": (
            "reflow.tf.lookup._hash_buckets reflow.tf.lookup._initializers "
            "reflow.tf.lookup._mutable_tables reflow.tf.lookup._tables "
            "reflow.tf.lookup._vocabularies tf"
        ),
        "tensorflow.python.ops.losses.losses": "tf.losses",
        "tensorflow.python.ops.losses.losses_impl": "tf.losses",
        "tensorflow.python.ops.losses.util": "tf.losses",
        "tensorflow.python.ops.weights_broadcast_ops": "reflow.tf._weights_broadcast",
        "tensorflow.python.ops.manip_ops": "tf.manip",
        "tensorflow.python.ops.math_ops": (
            "reflow.running.inner_names.math_ops tf tf.math tf.linalg reflow.ops.function_names"
        ),
        "tensorflow.python.ops.metrics": "tf.metrics",
        "tensorflow.python.ops.metrics_impl": (
            "tf.metrics reflow.tf.metrics._streams reflow.tf.metrics._average_precision"
        ),
        "tensorflow.python.ops.nn": "tf.nn",
        "tensorflow.python.ops.nn_impl": (
            "tf.nn reflow.tf._sampled_losses reflow.running.inner_names.nn_v2 "
            "reflow.running.inner_names.conv_v2 tf.linalg"
        ),
        "tensorflow.python.ops.nn_ops": (
            "tf.nn reflow.running.inner_names.nn_v2 reflow.running.inner_names.conv_v2 "
            "reflow.running.inner_names.pooling_v2 reflow.ops.function_names"
        ),
        "tensorflow.python.ops.numerics": "tf",
        "tensorflow.python.ops.parsing_ops": "tf.io tf",
        "tensorflow.python.ops.partitioned_variables": "tf",
        "tensorflow.python.ops.ragged": "tf.ragged",
        **{
            f"tensorflow.python.ops.ragged.{module}": " ".join(
                f"reflow.tf.ragged.{place}" for place in places.split()
            )
            for module, places in _RAGGED.items()
        },
        "tensorflow.python.ops.ragged.ragged_conversion_ops": (
            "reflow.running.inner_names.ragged_conversion_ops"
        ),
        "tensorflow.python.ops.ragged.ragged_factory_ops": (
            "reflow.running.inner_names.ragged_factory_ops reflow.tf.ragged._constants"
        ),
        "tensorflow.python.ops.ragged.ragged_string_ops": (
            "reflow.running.inner_names.ragged_string_ops tf.strings"
        ),
        "tensorflow.python.ops.ragged.ragged_util": (
            "reflow.running.inner_names.ragged_util reflow.tf.ragged._rows"
        ),
        "tensorflow.python.ops.random_grad": "reflow.running.inner_names.random_grad",
        "tensorflow.python.ops.random_ops": "reflow.running.inner_names.random_ops tf.random tf",
        "tensorflow.python.ops.resource_variable_ops": (
            "reflow.running.inner_names.resource_variable_ops tf reflow.ops.function_names"
        ),
        "tensorflow.python.ops.resources": "reflow.tf._resources",
        "tensorflow.python.ops.rnn": "tf.nn",
        "tensorflow.python.ops.rnn_cell": "tf.nn.rnn_cell",
        "tensorflow.python.ops.rnn_cell_impl": "tf.nn.rnn_cell",
        "tensorflow.python.ops.script_ops": "reflow.running.inner_names.script_ops tf",
        "tensorflow.python.ops.seq2seq": "tf.contrib.legacy_seq2seq",
        "tensorflow.python.ops.session_ops": "tf",
        "tensorflow.python.ops.sets": "tf.sets",
        "tensorflow.python.ops.sets_impl": "tf.sets",
        "tensorflow.python.ops.signal.dct_ops": "tf.signal",
        "tensorflow.python.ops.signal.fft_ops": "tf.signal",
        "tensorflow.python.ops.signal.mel_ops": "tf.signal reflow.tf.signal._mel",
        "tensorflow.python.ops.signal.mfcc_ops": "tf.signal",
        "tensorflow.python.ops.signal.reconstruction_ops": "tf.signal",
        "tensorflow.python.ops.signal.shape_ops": "tf.signal",
        "tensorflow.python.ops.signal.spectral_ops": "tf.signal",
        "tensorflow.python.ops.signal.window_ops": "tf.signal",
        "tensorflow.python.ops.signal.signal": "tf.signal",
        "tensorflow.python.ops.sort_ops": "tf",
        "tensorflow.python.ops.sparse_ops": (
            "reflow.running.inner_names.sparse_ops tf.sparse tf reflow.tf._sparse_building "
            "reflow.tf._sparse_math reflow.tf._sparse_serialization"
        ),
        "tensorflow.python.ops.special_math_ops": "tf tf.math",
        "tensorflow.python.ops.standard_ops": "tf",
        "tensorflow.python.ops.state_ops": (
            "reflow.running.inner_names.state_ops tf reflow.ops.function_names"
        ),
        "tensorflow.python.ops.stateless_random_ops": (
            "reflow.running.inner_names.stateless_random_ops"
        ),
        "tensorflow.python.ops.string_ops": "reflow.running.inner_names.string_ops tf.strings tf",
        "tensorflow.python.ops.summary_ops": "tf.summary",
        "tensorflow.python.ops.template": "reflow.running.inner_names.template",
        "tensorflow.python.framework.smart_cond": "reflow.tf._smart_cond",
        "tensorflow.python.ops.tensor_array_grad": "reflow.running.inner_names.tensor_array_grad",
        "tensorflow.python.ops.tensor_array_ops": "tf",
        "tensorflow.python.ops.unconnected_gradients": "tf",
        "tensorflow.python.ops.variable_scope": "reflow.running.inner_names.variable_scope tf",
        "tensorflow.python.ops.variables": "reflow.running.inner_names.variables tf",
        "tensorflow.python.platform.app": "tf.app",
        "tensorflow.python.platform.flags": "tf.flags",
        "tensorflow.python.platform.gfile": "tf.gfile",
        "tensorflow.python.platform.benchmark": "tf.test",
        "tensorflow.python.platform.googletest": (
            "tf.test reflow.tf.test._old_names absl.testing.absltest"
        ),
        "tensorflow.python.platform.resource_loader": "tf.resource_loader",
        "tensorflow.python.platform.sysconfig": "tf.sysconfig",
        "tensorflow.python.platform.test": "tf.test",
        "tensorflow.python.summary.summary": "tf.summary",
        "tensorflow.python.summary.summary_iterator": "tf.train",
        "tensorflow.python.summary.writer.writer": "tf.summary",
        "tensorflow.python.summary.writer.writer_cache": "tf.summary",
        "tensorflow.python.tf2": "reflow.running.inner_names.tf2",
        "tensorflow.python.training.adadelta": "tf.train",
        "tensorflow.python.training.adagrad": "tf.train",
        "tensorflow.python.training.adagrad_da": "tf.train",
        "tensorflow.python.training.adam": "tf.train",
        "tensorflow.python.training.basic_session_run_hooks": (
            "reflow.tf.train.hooks.timers tf.train"
        ),
        "tensorflow.python.training.basic_loops": "tf.train",
        "tensorflow.python.training.checkpoint_management": "tf.train",
        "tensorflow.python.training.checkpoint_ops": ("reflow.running.inner_names.checkpoint_ops"),
        "tensorflow.python.training.checkpoint_utils": "tf.train",
        "tensorflow.python.training.coordinator": "tf.train time",
        "tensorflow.python.training.evaluation": "reflow.running.inner_names.training_evaluation",
        "tensorflow.python.training.ftrl": "tf.train",
        "tensorflow.python.training.gradient_descent": "tf.train",
        "tensorflow.python.training.input": "reflow.running.inner_names.training_input tf.train",
        "tensorflow.python.training.learning_rate_decay": "tf.train",
        "tensorflow.python.training.momentum": "tf.train",
        "tensorflow.python.training.monitored_session": (
            "reflow.running.inner_names.monitored_session tf.train"
        ),
        "tensorflow.python.training.moving_averages": "reflow.tf.train.moving_averages",
        "tensorflow.python.training.optimizer": "tf.train",
        "tensorflow.python.training.proximal_adagrad": "tf.train",
        "tensorflow.python.training.proximal_gradient_descent": "tf.train",
        "tensorflow.python.training.queue_runner": "tf.train",
        "tensorflow.python.training.queue_runner_impl": "tf.train",
        "tensorflow.python.training.rmsprop": "tf.train",
        "tensorflow.python.training.saver": "reflow.running.inner_names.training_saver tf.train",
        "tensorflow.python.training.session_manager": "tf.train",
        "tensorflow.python.training.session_run_hook": "tf.train",
        "tensorflow.python.training.slot_creator": "reflow.tf.train.slots",
        "tensorflow.python.training.summary_io": "tf.summary",
        "tensorflow.python.training.supervisor": "tf.train",
        "tensorflow.python.training.sync_replicas_optimizer": "tf.train",
        "tensorflow.python.training.training": "tf.train",
        "tensorflow.python.training.training_ops": "reflow.ops.function_names",
        "tensorflow.python.training.training_util": (
            "reflow.running.inner_names.training_util tf.train"
        ),
        "tensorflow.python.training.warm_starting_util": (
            "reflow.running.inner_names.warm_starting_util tf.train"
        ),
        "tensorflow.python.util.compat": "tf.compat reflow.running.inner_names.util_compat",
        "tensorflow.python.util.deprecation": (
            "reflow.running.inner_names.deprecation reflow.tf.contrib.framework._deprecation"
        ),
        "tensorflow.python.util.nest": "tf.nest reflow.graph.nest tf.contrib.framework.nest",
        "tensorflow.python.util.tf_contextlib": "reflow.tf._tf_decorator",
        "tensorflow.python.util.tf_decorator": "reflow.tf._tf_decorator",
        "tensorflow.python.util.tf_inspect": "reflow.running.inner_names.tf_inspect inspect",
    }
)
