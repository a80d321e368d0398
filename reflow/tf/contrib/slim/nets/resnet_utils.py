"""What residual nets share.  He et al., "Deep residual learning for image recognition" (2015)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from reflow import tf
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Tensor
from reflow.tf._variable_scope import variable_scope
from reflow.tf.contrib import layers
from reflow.tf.contrib.framework import add_arg_scope, arg_scope
from reflow.tf.contrib.layers.utils import collect_named_outputs, convert_collection_to_dict


class Block(NamedTuple):
    """Units of one size of pictures.

    Attributes:
      scope: a name.
      unit_fn: a function of (net, rate, **arguments).
      args: the arguments of each unit, a dict.
    """

    scope: str
    unit_fn: Callable[..., Tensor]
    args: Sequence[dict[str, Any]]


def subsample(inputs: Tensor, factor: int, scope: str | None = None) -> Tensor:
    """Every `factor`th pixel of each row and column."""
    if factor == 1:
        return inputs
    return layers.max_pool2d(inputs, [1, 1], stride=factor, scope=scope)


def conv2d_same(
    inputs: Tensor,
    num_outputs: int,
    kernel_size: int,
    stride: int,
    rate: int = 1,
    scope: Any = None,
) -> Tensor:
    """A convolution whose padding does not depend on the picture's size, unlike "SAME"'s."""
    if stride == 1:
        return layers.conv2d(
            inputs, num_outputs, kernel_size, stride=1, rate=rate, padding="SAME", scope=scope
        )
    padding = (kernel_size - 1) * rate
    both = [padding // 2, padding - padding // 2]
    padded = tf.pad(inputs, [[0, 0], both, both, [0, 0]])
    return layers.conv2d(
        padded, num_outputs, kernel_size, stride=stride, rate=rate, padding="VALID", scope=scope
    )


@add_arg_scope
def stack_blocks_dense(
    net: Tensor,
    blocks: Sequence[Block],
    output_stride: int | None = None,
    outputs_collections: Any = None,
) -> Tensor:
    """The units of all blocks in a row.

    Args:
      net: [batch, height, width, channels].
      output_stride: by what pictures may become smaller; from there on, windows are dilated
        instead.
      outputs_collections: where the blocks' outputs are added.

    Raises:
      ValueError: the strides do not multiply to `output_stride`.
    """
    stride, rate = 1, 1
    for block in blocks:
        with variable_scope(block.scope, "block", [net]) as current:
            for number, unit in enumerate(block.args, 1):
                if output_stride is not None and stride > output_stride:
                    raise ValueError("The target output_stride cannot be reached.")
                with variable_scope(f"unit_{number}", values=[net]):
                    if stride == output_stride:
                        net = block.unit_fn(net, rate=rate, **{**unit, "stride": 1})
                        rate *= unit.get("stride", 1)
                    else:
                        net = block.unit_fn(net, rate=1, **unit)
                        stride *= unit.get("stride", 1)
            net = collect_named_outputs(outputs_collections, current.name, net)
    if output_stride not in (None, stride):
        raise ValueError("The target output_stride cannot be reached.")
    return net


def resnet_arg_scope(
    weight_decay: float = 0.0001,
    batch_norm_decay: float = 0.997,
    batch_norm_epsilon: float = 1e-5,
    batch_norm_scale: bool = True,
) -> Any:
    """The arg_scope to build the nets in; `weight_decay` scales the L2 penalty of weights."""
    batch_norm_params = {
        "decay": batch_norm_decay,
        "epsilon": batch_norm_epsilon,
        "scale": batch_norm_scale,
        "updates_collections": GraphKeys.UPDATE_OPS,
    }
    with arg_scope(
        [layers.conv2d],
        weights_regularizer=layers.l2_regularizer(weight_decay),
        weights_initializer=layers.variance_scaling_initializer(),
        activation_fn=tf.nn.relu,
        normalizer_fn=layers.batch_norm,
        normalizer_params=batch_norm_params,
    ):
        with arg_scope([layers.batch_norm], **batch_norm_params):
            with arg_scope([layers.max_pool2d], padding="SAME") as scope:
                return scope


# -- The two versions ------------------------------------------------------------------------------


def residual_net(
    inputs: Tensor,
    blocks: Sequence[Block],
    num_classes: int | None,
    is_training: Any,
    global_pool: bool,
    output_stride: int | None,
    root: Callable[[Tensor], Tensor] | None,
    last: Callable[[Tensor], Tensor] | None,
    bottleneck: Callable[..., Tensor],
    scope: Any,
    default_scope: str,
    reuse: bool | None,
) -> tuple[Tensor, dict[str, Tensor]]:
    """(output, end points by name) of a residual net.

    Args:
      inputs: [batch, height, width, channels].
      num_classes: None leaves the classifier out.
      global_pool: whether the mean over each picture is taken.
      output_stride: by what pictures may become smaller, a multiple of 4.
      root: the first convolution, which "pool1" follows; None for neither.
      last: what follows the blocks.
      bottleneck: the nets' unit, whose outputs are end points.

    Raises:
      ValueError: `output_stride` can not be reached.
    """
    with variable_scope(scope, default_scope, [inputs], reuse=reuse) as current:
        collection = f"{current.original_name_scope}_end_points"
        with arg_scope(
            [layers.conv2d, bottleneck, stack_blocks_dense], outputs_collections=collection
        ):
            with arg_scope([layers.batch_norm], is_training=is_training):
                net = inputs
                if root is not None:
                    if output_stride is not None:
                        if output_stride % 4:
                            raise ValueError("The output_stride needs to be a multiple of 4.")
                        output_stride //= 4
                    net = layers.max_pool2d(root(net), [3, 3], stride=2, scope="pool1")
                net = stack_blocks_dense(net, blocks, output_stride)
                if last is not None:
                    net = last(net)
                if global_pool:
                    net = tf.reduce_mean(net, [1, 2], name="pool5", keepdims=True)
                if num_classes is not None:
                    net = layers.conv2d(
                        net,
                        num_classes,
                        [1, 1],
                        activation_fn=None,
                        normalizer_fn=None,
                        scope="logits",
                    )
                end_points = convert_collection_to_dict(collection)
                if num_classes is not None:
                    end_points["predictions"] = layers.softmax(net, scope="predictions")
                return net, end_points


def block_of(
    bottleneck: Callable[..., Tensor], scope: str, base_depth: int, num_units: int, stride: int
) -> Block:
    """A block whose last unit makes pictures smaller."""
    unit = {"depth": base_depth * 4, "depth_bottleneck": base_depth}
    return Block(
        scope,
        bottleneck,
        [{**unit, "stride": 1}] * (num_units - 1) + [{**unit, "stride": stride}],
    )


def net_of(
    name: str,
    net: Callable[..., Any],
    block: Callable[..., Block],
    units: tuple[int, int, int, int],
) -> Callable[..., Any]:
    """The net that has so many units in its four blocks."""

    def function(
        inputs: Tensor,
        num_classes: int | None = None,
        is_training: Any = True,
        global_pool: bool = True,
        output_stride: int | None = None,
        reuse: bool | None = None,
        scope: Any = name,
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """(output, end points by name); see `residual_net` for the arguments."""
        strides = (2, 2, 2, 1)
        blocks = [
            block(f"block{i + 1}", base_depth=64 << i, num_units=units[i], stride=strides[i])
            for i in range(4)
        ]
        made: tuple[Tensor, dict[str, Tensor]] = net(
            inputs,
            blocks,
            num_classes,
            is_training,
            global_pool,
            output_stride,
            include_root_block=True,
            reuse=reuse,
            scope=scope,
        )
        return made

    function.__name__ = function.__qualname__ = name
    return function


#: How many units the four blocks have, by the number of layers.
UNITS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3), 200: (3, 24, 36, 3)}
