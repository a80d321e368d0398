"""`@op`: makes an op type of the class that describes it.  See CONTRIBUTING.md for the recipe."""

from __future__ import annotations

from reflow.graph.op_definition import OpDefinition
from reflow.ops.kernels import evaluate


def op(rules: type) -> OpDefinition:
    """Registers the class as an op type under its own name.

    The class groups the rules of the op and is never instantiated: its functions take no `self`.
    What is left under its name is an OpDefinition; calling that adds a node to the graph.

    The class may have:
      inputs, outputs, attrs: the signature, in TensorFlow's notation (graph/signature.py).
      shape(...): the static shape of the outputs.  One parameter for each input: its
        TensorShape, or its value if annotated `Value`, or the shape that it describes if
        annotated `Dims`; attributes as keyword-only parameters, `op` for the node itself.
      kernel(...): what it computes (ops/kernels.py).  host = True: as NumPy arrays on the host.
      gradient(op, *output_gradients): one tensor or None for each input; `gradient = None`
        for an op that has none.  Without the name, differentiating is an error.
      elementwise = True: what an output holds in one place depends on what the inputs hold there;
        inputs of different shapes broadcast.
      placewise = True: the same, of inputs of one shape.
      export: the public names under tf whose function is the op itself (ops/exports.py).
      sparse_values = True: its public function maps the values of sparse tensors too.
      state(op): what it keeps between the runs of a session, for `kernel`'s parameter `state`.
      state_key(op): operations with equal keys share one state; by default each has its own.
      constant(op, *input_shapes): the output's value where the shapes alone tell it, or None.
      view = True: the output may share memory with the inputs.
      stateful = True: runs every time, in order; never folded or merged with its equals.
      specialised(op, *inputs): a kernel for inputs of exactly these sizes and constant values
        (each a `Known`; a list of them for a list), or None.  It is called with the inputs alone,
        and never for strings or the unsigned integers that torch hardly knows.
      in_place(...): as kernel, for an op with `placewise`: writes over the first input.
      takes_arrays = True: a specialised kernel computes on the host too, with NumPy arrays.
      judges_sizes = True: the kernel takes sizes that `shape` refuses, if the graph does not know
        them: in a run, TensorFlow asks kernels alone.
      unchanged_at_same_shape = True: an output of the first input's shape is that input.
      passthrough = True: each output is the input of the same number; runs cost nothing.
      dimensions(op): for ops that build vectors of dimensions: those that are known.
      reads = True: gives the value of a variable; runs once until the variable is updated.
      updates = True: changes the variables that `kernel` takes as `Ref`.
      keeps: names of inputs that are kept beyond the call: they are copied if they share memory
        with a variable.
      pushes, pops = True: the op remembers its second input, or gives what was remembered last.
      control_flow: what the op does to the flow of control, which is lowered without a kernel.
      may_wait = True: its kernel, of one list, may wait for what another one of the run does.
      remembering(...): as kernel, gives its one output and what its gradient would compute again.
      recalls = "y", recalling(..., memory): for that gradient: where its input y is what an op that
        remembers gives for the same inputs and attributes, this is its kernel.
      per_variable, joined(...): one call for many updates: the inputs that `per_variable` names
        come as lists, one item for each variable; the other inputs are the same for all.
    """
    return OpDefinition(rules, evaluate)
