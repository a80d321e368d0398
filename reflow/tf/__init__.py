"""The TensorFlow 1 namespace on reflow."""

from __future__ import annotations

from typing import Any

from reflow.graph.conversion import convert_to_tensor, register_tensor_conversion_function
from reflow.graph.device import DeviceSpec
from reflow.graph.dtypes import *  # noqa: F403
from reflow.graph.dtypes import as_dtype
from reflow.graph.errors import OpError
from reflow.graph.graph import Graph, get_default_graph, reset_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.indexed_slices import (
    IndexedSlices,
    IndexedSlicesValue,
    SparseTensor,
    SparseTensorValue,
)
from reflow.graph.indexed_slices_spec import IndexedSlicesSpec
from reflow.graph.operation import Operation, Tensor
from reflow.graph.seeds import get_seed, set_random_seed
from reflow.graph.sparse_tensor_spec import SparseTensorSpec
from reflow.graph.tensor_shape import (
    Dimension,
    TensorShape,
    dimension_at_index,
    dimension_value,
)
from reflow.graph.tensor_spec import TensorSpec
from reflow.graph.type_spec import TypeSpec
from reflow.ops.constants import constant
from reflow.ops.exports import exported
from reflow.tf._absence import part_or_error
from reflow.tf._accumulators import (
    ConditionalAccumulator,
    ConditionalAccumulatorBase,
    SparseConditionalAccumulator,
)
from reflow.tf._arrays import (
    broadcast_dynamic_shape,
    broadcast_static_shape,
    depth_to_space,
    ensure_shape,
    expand_dims,
    matrix_transpose,
    pad,
    placeholder,
    placeholder_with_default,
    rank,
    reverse,
    reverse_sequence,
    shape,
    shape_n,
    size,
    slice,
    space_to_depth,
    squeeze,
    transpose,
)
from reflow.tf._case import case
from reflow.tf._casts import (
    cast,
    saturate_cast,
    to_bfloat16,
    to_complex64,
    to_complex128,
    to_double,
    to_float,
    to_int32,
    to_int64,
)
from reflow.tf._checks import (
    Assert,
    add_check_numerics_ops,
    assert_equal,
    assert_greater,
    assert_greater_equal,
    assert_integer,
    assert_less,
    assert_less_equal,
    assert_near,
    assert_negative,
    assert_non_negative,
    assert_non_positive,
    assert_none_equal,
    assert_positive,
    assert_proper_iterable,
    assert_rank,
    assert_rank_at_least,
    assert_rank_in,
    assert_same_float_dtype,
    assert_scalar,
    assert_type,
    is_non_decreasing,
    is_numeric_tensor,
    is_strictly_increasing,
    verify_tensor_all_finite,
)
from reflow.tf._clip import (
    clip_by_average_norm,
    clip_by_global_norm,
    clip_by_norm,
    clip_by_value,
    global_norm,
)
from reflow.tf._collections import (
    add_to_collection,
    add_to_collections,
    assert_variables_initialized,
    get_collection,
    get_collection_ref,
    global_variables,
    global_variables_initializer,
    is_variable_initialized,
    local_variables,
    local_variables_initializer,
    model_variables,
    moving_average_variables,
    report_uninitialized_variables,
    tables_initializer,
    trainable_variables,
    variables_initializer,
)
from reflow.tf._cond import cond
from reflow.tf._confusion_matrix import confusion_matrix
from reflow.tf._control_flow import group, tuple
from reflow.tf._critical_section import CriticalSection
from reflow.tf._custom_gradient import custom_gradient
from reflow.tf._decode_csv import decode_csv
from reflow.tf._diagonals import matrix_diag, matrix_diag_part, matrix_set_diag, trace
from reflow.tf._distribution import VariableAggregation, VariableSynchronization
from reflow.tf._execution_modes import (
    control_flow_v2_enabled,
    disable_control_flow_v2,
    disable_eager_execution,
    disable_tensor_equality,
    disable_v2_behavior,
    disable_v2_tensorshape,
    enable_eager_execution,
    executing_eagerly,
)
from reflow.tf._filling import (
    eye,
    meshgrid,
    one_hot,
    ones,
    ones_like,
    range,
    sequence_mask,
    zeros,
    zeros_like,
)
from reflow.tf._fingerprints import fingerprint
from reflow.tf._folding import foldl, foldr, scan
from reflow.tf._gathering import (
    batch_gather,
    gather,
    gather_nd,
    searchsorted,
    setdiff1d,
    where,
    where_v2,
)
from reflow.tf._gradient_tape import GradientTape
from reflow.tf._gradient_wrappers import grad_pass_through, recompute_grad
from reflow.tf._gradients import (
    AggregationMethod,
    NoGradient,
    NotDifferentiable,
    RegisterGradient,
    UnconnectedGradients,
    gradients,
    hessians,
    no_gradient,
)
from reflow.tf._histograms import histogram_fixed_width, histogram_fixed_width_bins
from reflow.tf._import import import_graph_def
from reflow.tf._indexing import attach_indexing, boolean_mask, newaxis, strided_slice
from reflow.tf._joining import concat, parallel_stack, split, stack, unstack
from reflow.tf._map_fn import map_fn
from reflow.tf._module import Module
from reflow.tf._operators import attach_operators
from reflow.tf._partitions import (
    fixed_size_partitioner,
    min_max_variable_partitioner,
    variable_axis_size_partitioner,
)
from reflow.tf._patches import extract_image_patches
from reflow.tf._printing import Print
from reflow.tf._printing import print_v2 as print
from reflow.tf._python_functions import numpy_function, py_func, py_function
from reflow.tf._queues import (
    FIFOQueue,
    PaddingFIFOQueue,
    PriorityQueue,
    QueueBase,
    RandomShuffleQueue,
)
from reflow.tf._readers import (
    FixedLengthRecordReader,
    IdentityReader,
    ReaderBase,
    TextLineReader,
    WholeFileReader,
)
from reflow.tf._repeating import repeat
from reflow.tf._scopes import (
    colocate_with,
    container,
    control_dependencies,
    device,
    init_scope,
    name_scope,
    op_scope,
)
from reflow.tf._segments import (
    bincount,
    sparse_segment_mean,
    sparse_segment_sqrt_n,
    sparse_segment_sum,
    unsorted_segment_mean,
    unsorted_segment_sqrt_n,
)
from reflow.tf._session import (
    InteractiveSession,
    Session,
    get_default_session,
    message_class,
)
from reflow.tf._session_tensors import (
    delete_session_tensor,
    get_session_handle,
    get_session_tensor,
)
from reflow.tf._sorting import argsort, sort
from reflow.tf._space_batches import (
    batch_to_space,
    required_space_to_batch_paddings,
    space_to_batch,
)
from reflow.tf._sparse_arranging import (
    sparse_concat,
    sparse_fill_empty_rows,
    sparse_reorder,
    sparse_reset_shape,
    sparse_reshape,
    sparse_retain,
    sparse_slice,
    sparse_split,
    sparse_transpose,
)
from reflow.tf._sparse_building import (
    sparse_mask,
    sparse_merge,
    sparse_placeholder,
    sparse_tensor_to_dense,
    sparse_to_dense,
    sparse_to_indicator,
)
from reflow.tf._sparse_math import (
    edit_distance,
    sparse_add,
    sparse_maximum,
    sparse_minimum,
    sparse_reduce_max,
    sparse_reduce_max_sparse,
    sparse_reduce_sum,
    sparse_reduce_sum_sparse,
    sparse_softmax,
    sparse_tensor_dense_matmul,
)
from reflow.tf._sparse_operators import attach_sparse_operators
from reflow.tf._sparse_serialization import (
    deserialize_many_sparse,
    serialize_many_sparse,
    serialize_sparse,
)
from reflow.tf._state import (
    assign,
    assign_add,
    assign_sub,
    batch_scatter_update,
    count_up_to,
    scatter_add,
    scatter_div,
    scatter_max,
    scatter_min,
    scatter_mul,
    scatter_nd_add,
    scatter_nd_sub,
    scatter_nd_update,
    scatter_sub,
    scatter_update,
)
from reflow.tf._static_values import get_static_value
from reflow.tf._string_splitting import string_split
from reflow.tf._switch_case import switch_case
from reflow.tf._template import make_template
from reflow.tf._tensor_array import TensorArray
from reflow.tf._tensor_like import (
    convert_to_tensor_or_indexed_slices,
    convert_to_tensor_or_sparse_tensor,
    is_tensor,
)
from reflow.tf._tensor_protos import make_ndarray, make_tensor_proto
from reflow.tf._variable_scope import (
    AUTO_REUSE,
    VariableScope,
    create_partitioned_variables,
    get_local_variable,
    get_variable,
    get_variable_scope,
    no_regularizer,
    variable_op_scope,
    variable_scope,
)
from reflow.tf._variables import (
    Variable,
    disable_resource_variables,
    enable_resource_variables,
    resource_variables_enabled,
    variable_creator_scope,
)
from reflow.tf._versions import (
    COMPILER_VERSION,
    CXX11_ABI_FLAG,
    GIT_VERSION,
    GRAPH_DEF_VERSION,
    GRAPH_DEF_VERSION_MIN_CONSUMER,
    GRAPH_DEF_VERSION_MIN_PRODUCER,
    MONOLITHIC_BUILD,
    VERSION,
)
from reflow.tf._while_loop import while_loop
from reflow.tf._wrap_function import wrap_function
from reflow.tf.initializers import constant as constant_initializer
from reflow.tf.initializers import glorot_normal as glorot_normal_initializer
from reflow.tf.initializers import glorot_uniform as glorot_uniform_initializer
from reflow.tf.initializers import ones as ones_initializer
from reflow.tf.initializers import orthogonal as orthogonal_initializer
from reflow.tf.initializers import random_normal as random_normal_initializer
from reflow.tf.initializers import random_uniform as random_uniform_initializer
from reflow.tf.initializers import truncated_normal as truncated_normal_initializer
from reflow.tf.initializers import uniform_unit_scaling as uniform_unit_scaling_initializer
from reflow.tf.initializers import variance_scaling as variance_scaling_initializer
from reflow.tf.initializers import zeros as zeros_initializer
from reflow.tf.io import decode_raw
from reflow.tf.linalg import (
    batch_matmul,
    batch_svd,
    cholesky_solve,
    einsum,
    matmul,
    norm,
    self_adjoint_eig,
    self_adjoint_eigvals,
    svd,
    tensordot,
)
from reflow.tf.linalg import lstsq as matrix_solve_ls
from reflow.tf.logging import get_logger
from reflow.tf.math import (
    abs,
    accumulate_n,
    add,
    add_n,
    angle,
    argmax,
    argmin,
    complex,
    conj,
    count_nonzero,
    cumprod,
    cumsum,
    div,
    divide,
    equal,
    floordiv,
    imag,
    lbeta,
    log_sigmoid,
    logical_xor,
    multiply,
    not_equal,
    pow,
    real,
    reduce_all,
    reduce_any,
    reduce_logsumexp,
    reduce_max,
    reduce_mean,
    reduce_min,
    reduce_prod,
    reduce_sum,
    round,
    scalar_mul,
    subtract,
    truediv,
)
from reflow.tf.math import divide_no_nan as div_no_nan
from reflow.tf.quantization import quantize, quantize_v2
from reflow.tf.ragged._dispatch import register_ragged_dispatch
from reflow.tf.ragged._operators import attach_ragged_operators
from reflow.tf.ragged._spec import RaggedTensorSpec
from reflow.tf.ragged._tensor import RaggedTensor
from reflow.tf.random import (
    multinomial,
    random_crop,
    random_gamma,
    random_normal,
    random_poisson,
    random_shuffle,
    random_uniform,
    truncated_normal,
)
from reflow.tf.strings import reduce_join, regex_replace, substr
from reflow.tf.strings import to_hash_bucket as string_to_hash_bucket
from reflow.tf.strings import to_number as string_to_number

attach_operators()
attach_indexing()
attach_sparse_operators()
attach_ragged_operators()
register_ragged_dispatch()
globals().update(exported(""))

__version__ = VERSION
__git_version__ = GIT_VERSION
__compiler_version__ = COMPILER_VERSION
__cxx11_abi_flag__ = CXX11_ABI_FLAG
__monolithic_build__ = MONOLITHIC_BUILD


def __getattr__(name: str) -> Any:
    return message_class(name) or part_or_error(__name__, name)
