"""From operations to steps: shapes made exact, constants folded, host and device told apart.

A plan is made for the shapes that were fed, so nearly every shape in it is known: what a
gradient computes with shapes (Shape, BroadcastGradientArgs, Reshape, Tile) is done here, once.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
import torch

from reflow.graph import errors
from reflow.graph.control_flow import kind_of
from reflow.graph.dtypes import resource
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.kernels import KernelSignature, Known, evaluate, kernel_signature
from reflow.ops.shapes import text as shape_text
from reflow.ops.values import COMMON_TYPES, HOST_TYPES, to_numpy, to_torch
from reflow.ops.variable_slot import VariableSlot, refers_to_variable
from reflow.runtime.branch_lowering import LOWERINGS
from reflow.runtime.branches import NEVER, both, holds_within, negations, refuse_dead, truth
from reflow.runtime.complaints import complaint_of_kernel
from reflow.runtime.failures import explain
from reflow.runtime.frames import Frame
from reflow.runtime.functions import compile_function
from reflow.runtime.loops import lower_loop
from reflow.runtime.reads import Reads
from reflow.runtime.states import States
from reflow.runtime.steps import ALWAYS, Block, Flag, Guard, Step, Value

# Constants larger than this are computed in each run rather than kept (TensorFlow: 10 MB).
_MAX_FOLDED_ELEMENTS = 1 << 20

_UNKNOWN = TensorShape(None)


class Lowering:
    """Lowers operations one after the other, in running order.

    Attributes:
      values: what each tensor became.
      guards: when a tensor is not dead, if it may be.
      op_guards: when an operation runs, if it may not.
      block: where steps are being added.
      guard: when the steps being added run.
      reads: which reads of variables are still good.
    """

    def __init__(
        self,
        fed_shapes: Mapping[Tensor, TensorShape],
        fetched: frozenset[Tensor],
        states: States,
        device: torch.device,
    ) -> None:
        self.values: dict[Tensor, Value] = {}
        self.guards: dict[Tensor, Guard] = {}
        self.op_guards: dict[Operation, Guard] = {}
        self.guard: Guard = ALWAYS
        self.block = self._outermost = Block()
        self.reads = Reads()
        self._fed = frozenset(fed_shapes)
        self._fetched = fetched
        self._states = states
        self._device = device
        self._device_forms: dict[Value, Value] = {}
        self._host_forms: dict[Value, Value] = {}
        self._flags: dict[Value, Flag] = {}
        self._flag_count = 0
        # What was last read of a variable behind a handle, until the next update.
        self.current: dict[VariableSlot, Value] = {}
        for tensor, shape in fed_shapes.items():
            on_host = tensor.dtype.base_dtype in HOST_TYPES
            self.values[tensor] = Value(tensor, shape, on_host, roots=frozenset(("feed",)))

    @property
    def steps(self) -> list[Step]:
        """What is to be run, in order."""
        return self._outermost.steps

    def lower(self, item: Operation | Frame) -> None:
        """Adds the steps for an operation or a loop; all that it depends on is lowered already."""
        if isinstance(item, Frame):
            lower_loop(self, item)
            return
        self.reads.enter(item)
        self.guard = self.guard_of(item) if self.guards or self.op_guards else ALWAYS
        lower_kind = LOWERINGS.get(kind_of(item))
        if self.guard == NEVER and kind_of(item) not in ("merge", "trigger"):
            self.skip([item])
        elif lower_kind is not None:
            lower_kind(self, item)
        else:
            self._lower_operation(item)
            if self.guard:
                self.op_guards[item] = self.guard
                for tensor in item._outputs:
                    self.set_guard(tensor, self.guard)

    def _lower_operation(self, op: Operation) -> None:
        inputs = [self._input(op, tensor) for tensor in op._inputs]
        try:
            shapes = self.output_shapes(op, inputs)
        except errors.OpError as error:
            if not self.guard and self.block is self._outermost:
                raise
            self._fail_when_run(op, error)
            return
        rules = op.definition.rules
        constant = getattr(rules, "constant", None)
        if constant is not None:
            known = constant(op, *(value.shape for value in inputs))
            if known is not None:
                self.set(op, [Value(op.outputs[0], TensorShape.of(known.shape), constant=known)])
                return
        signature = kernel_signature(op.definition)
        if signature is None:
            self._lower_without_kernel(op, shapes)
        elif getattr(rules, "passthrough", False):
            self._pass_through(op, inputs)
        elif getattr(rules, "reads", False) and inputs[0].slot is not None:
            self.set(op, [self._current_value(op, inputs[0].slot, shapes[0])])
        elif self._fold(op, inputs, shapes):
            return
        elif _is_unchanged(op, inputs, shapes):
            self.set(op, [inputs[0]])
        else:
            self._call(op, signature, inputs, shapes)

    def refer(self, op: Operation) -> None:
        """Takes an operation that ran before this plan: the variable that its output refers to."""
        slot = self.values[op._inputs[0]].slot
        assert slot is not None
        shape = op._outputs[0]._shape
        self.set(op, [Value(op._outputs[0], shape, slot=slot, roots=frozenset((slot,)))])

    # -- When operations run ----------------------------------------------------------------

    def guard_of(self, op: Operation) -> Guard:
        """When `op` runs: when nothing is dead that it takes or waits for."""
        guards = [self.guards[tensor] for tensor in op._inputs if tensor in self.guards]
        guards += [self.op_guards[op] for op in op._control_inputs if op in self.op_guards]
        if len(guards) == 1:
            return guards[0]
        return both(guards) if guards else ALWAYS

    def set_guard(self, tensor: Tensor, guard: Guard) -> None:
        """Says when a tensor is not dead; one that is fed never is."""
        if tensor not in self._fed:
            self.guards[tensor] = guard

    def flag(self, op: Operation, pred: Value) -> Flag:
        """The flag that says what `pred` is."""
        flag = self._flags.get(pred)
        if flag is None:
            known = None if pred.constant is None else truth(pred.constant)
            flag = self._flags[pred] = self.new_flag(known)
            if known is None:
                is_scalar = pred.shape.ndims == 0
                self.add_beside(pred, Step(op, bool if is_scalar else truth, [pred], [flag]))
        return flag

    def new_flag(self, known: bool | None = None) -> Flag:
        """A flag that comes after those there are."""
        self._flag_count += 1
        return Flag(self._flag_count, constant=known)

    def add(self, step: Step) -> None:
        """Adds a step, to be run when the operation runs that is being lowered."""
        self._add(step, self.block, self.guard)

    def add_beside(self, value: Value, step: Step) -> None:
        """Adds a step, to be run where and when `value` is computed."""
        self._add(step, value.block or self._outermost, value.guard)

    @staticmethod
    def _add(step: Step, block: Block, guard: Guard) -> None:
        step.guard = guard
        block.steps.append(step)
        for value in step.outputs:
            value.guard, value.block = guard, block

    def skip(self, operations: Iterable[Operation]) -> None:
        """Takes operations that never run."""
        for op in operations:
            self.op_guards[op] = NEVER
            for tensor in op._outputs:
                self.set_guard(tensor, NEVER)
                self.values.setdefault(tensor, Value(tensor, tensor._shape))

    def forget_guards(self, operations: Iterable[Operation]) -> None:
        """Forgets when operations run, before they are lowered again."""
        for op in operations:
            self.op_guards.pop(op, None)
            for tensor in op._outputs:
                self.guards.pop(tensor, None)

    def forget_forms(self, values: Iterable[Value]) -> None:
        """Forgets what was made of values that are others from now on."""
        for value in values:
            for forms in (self._host_forms, self._device_forms, self._flags):
                forms.pop(value, None)

    def slot_of(self, op: Operation) -> VariableSlot | None:
        """The variable that an operation owns, if it is one."""
        state = self._states.of(op)
        return state if isinstance(state, VariableSlot) else None

    def _fail_when_run(self, op: Operation, error: errors.OpError) -> None:
        """Takes an operation that cannot run, but in a branch that may not be taken."""

        def fail() -> None:
            raise error

        outputs = [Value(tensor, tensor._shape) for tensor in op._outputs]
        self.add(Step(op, fail, [], [], stateful=True))
        if outputs:
            nothing = Value(None, _UNKNOWN, constant=0)
            self.add(Step(op, None, [nothing] * len(outputs), outputs))
        self.set(op, outputs)

    # -- Shapes -----------------------------------------------------------------------------

    def output_shapes(self, op: Operation, inputs: Sequence[Value]) -> list[TensorShape]:
        """The rule's shapes for this plan's inputs, refined by what the program asserted."""
        if not op._outputs and not hasattr(op.definition.rules, "shape"):
            return []
        try:
            inferred = op.definition.output_shapes(
                op,
                [value.shape for value in inputs],
                lambda i: _host_constant(inputs[i]),
                lambda i: _dimensions(inputs[i]),
            )
        except ValueError as error:
            given = [value.shape for value in inputs]
            constants = [_host_constant(value) for value in inputs]
            message = complaint_of_kernel(op, given, constants) or str(error)
            raise explain(errors.InvalidArgumentError, message, op, given) from error
        return [_refined(shape, tensor._shape) for shape, tensor in zip(inferred, op._outputs)]

    # -- Kinds of operations ------------------------------------------------------------------

    def _lower_without_kernel(self, op: Operation, shapes: Sequence[TensorShape]) -> None:
        """A variable's reference, or an operation that only orders others."""
        state = self._states.of(op)
        if isinstance(state, VariableSlot):
            roots = frozenset((state,))
            self.set(op, [Value(op.outputs[0], shapes[0], slot=state, roots=roots)])
        elif op._outputs:
            raise explain(
                errors.UnimplementedError,
                f"Op type '{op.type}' has no kernel that reflow can run",
                op,
                [],
            )

    def _pass_through(self, op: Operation, inputs: Sequence[Value]) -> None:
        """An identity of each input: the value itself, or what the variable holds at this point."""
        passed = []
        for output, value in zip(op._outputs, inputs):
            if value.slot is not None and not refers_to_variable(output.dtype):
                passed.append(self.read(op, value))
                self.reads.read(output, value.slot)
            else:
                passed.append(value)
        self.set(op, passed)

    def _current_value(self, op: Operation, slot: VariableSlot, shape: TensorShape) -> Value:
        """What the variable behind a handle holds at this point: read once between updates."""
        value = self.current.get(slot)
        if value is None or not holds_within(value.guard, self.guard):
            value = self.current[slot] = self._read_slot(op, Value(op._outputs[0], shape), slot)
        return value

    def _fold(self, op: Operation, inputs: Sequence[Value], shapes: Sequence[TensorShape]) -> bool:
        """Computes an operation on constants now; False where that is not possible."""
        if op.definition.stateful or any(value.constant is None for value in inputs):
            return False
        # An output of unknown size is hardly larger than what it is computed from.
        given = max((value.constant.size for value in inputs), default=0)
        counts = [shape.num_elements() for shape in shapes]
        if any((given if n is None else n) > _MAX_FOLDED_ELEMENTS for n in counts):
            return False
        try:
            outputs = evaluate(op, [_host_constant(value) for value in inputs])
        except Exception:
            # What fails now fails in the run too, with the operation named.
            return False
        if outputs is None:
            return False
        self.set(
            op,
            [Value(t, TensorShape.of(a.shape), constant=a) for t, a in zip(op.outputs, outputs)],
        )
        return True

    def _call(
        self,
        op: Operation,
        signature: KernelSignature,
        inputs: Sequence[Value],
        shapes: Sequence[TensorShape],
    ) -> None:
        on_host = self._runs_on_host(op, inputs)
        arguments = self._arguments(op, signature, inputs, on_host)
        outputs = self._computed(op, inputs, shapes, on_host)
        updates = getattr(op.definition.rules, "updates", False)
        updated = tuple(
            value.slot
            for value, kind in zip(inputs, signature.kinds)
            if updates and kind == "ref" and value.slot is not None
        )
        self.reads.updated(op, updated)
        for changed in updated:
            self.current.pop(changed, None)
        keywords = signature.keyword_values(op, self._states.of(op), self._device, compile_function)
        function = _function(op, signature, on_host)
        specialised = None if on_host else _specialised(op, inputs)
        if specialised is not None:
            function, keywords = specialised, {}
        # An op with one reference as its output gives the one that it took, a switch gives values.
        gives_reference = len(op.outputs) == 1 and op.outputs[0].dtype._is_ref_dtype
        self.add(
            Step(
                op,
                function,
                arguments,
                [] if gives_reference else outputs,
                keywords,
                updated,
                op.definition.stateful or not op.outputs,
                len(op.outputs) > 1 or any(arg.is_sequence for arg in op.definition.outputs),
            )
        )
        if gives_reference:
            slot = inputs[0].slot
            assert slot is not None
            outputs = [Value(op.outputs[0], shapes[0], slot=slot, roots=frozenset((slot,)))]
        self.set(op, outputs)

    def _arguments(
        self, op: Operation, signature: KernelSignature, inputs: Sequence[Value], on_host: bool
    ) -> list[Any]:
        """The inputs as the kernel wants them, those of an input that is a list in a list."""
        arguments: list[Any] = []
        position = 0
        for arg, kind in zip(op.definition.inputs, signature.kinds):
            count = OpDefinition.count(arg, op.attrs)
            group = [
                self._argument(op, inputs[i], op.inputs[i], kind, on_host)
                for i in range(position, position + count)
            ]
            if arg.name in getattr(op.definition.rules, "keeps", ()):
                group = [self._kept(op, value) for value in group]
            arguments.append(group if arg.is_sequence else group[0])
            position += count
        return arguments

    def _kept(self, op: Operation, value: Any) -> Any:
        """A value that stays what it is when variables are updated."""
        if isinstance(value, VariableSlot) or not any(
            isinstance(root, VariableSlot) for root in value.roots
        ):
            return value
        copy = Value(value.tensor, value.shape, value.on_host)
        self.add(Step(op, _copied, [value], [copy]))
        return copy

    def _computed(
        self,
        op: Operation,
        inputs: Sequence[Value],
        shapes: Sequence[TensorShape],
        on_host: bool,
    ) -> list[Value]:
        """The values that the kernel gives: where they are, and what memory they may share."""
        rules = op.definition.rules
        gives_host = on_host or getattr(rules, "host", False)
        roots: frozenset[Any] | None = None
        if getattr(rules, "view", False):
            roots = frozenset().union(*(value.roots for value in inputs))
        return [
            Value(
                tensor,
                shape,
                on_host=gives_host or tensor.dtype.base_dtype in HOST_TYPES,
                roots=roots,
            )
            for tensor, shape in zip(op.outputs, shapes)
        ]

    def set(self, op: Operation, outputs: Sequence[Value]) -> None:
        for tensor, value in zip(op.outputs, outputs):
            if tensor in self._fed:
                continue
            self.values[tensor] = value
            if tensor in self._fetched and value.slot is not None:
                # At this point the variable must have a value.
                self._device_forms[value] = self.read(op, value)

    def fetched_value(self, index: int, tensor: Tensor) -> Value:
        """What a run gives for a tensor, the fetch of that number, all operations being lowered.

        A fetched reference refers to the variable's memory still when the run ends.
        """
        value = self.values[tensor]
        self.guard = self.guards.get(tensor, ALWAYS)
        for otherwise in negations(self.guard):
            refuse = Step(tensor.op, refuse_dead(tensor.op, index), [], [], stateful=True)
            self._add(refuse, self._outermost, otherwise)
        if value.slot is None:
            return value
        if self.reads.has_updated(value.slot):
            return self.read(tensor.op, value)
        return self._device_forms[value]

    # -- Where values are -------------------------------------------------------------------

    def _runs_on_host(self, op: Operation, inputs: Sequence[Value]) -> bool:
        """Whether an operation is arithmetic on shapes: integers, all from the host."""
        if op.definition.stateful or not op.outputs:
            return False
        if not all(
            tensor.dtype.is_integer or tensor.dtype.is_bool for tensor in (*op.inputs, *op.outputs)
        ):
            return False
        computed = [value for value in inputs if value.constant is None]
        return bool(computed) and all(value.on_host for value in computed)

    def _argument(
        self, op: Operation, value: Value, tensor: Tensor, kind: str, on_host: bool
    ) -> Value | VariableSlot:
        if kind == "ref" or tensor.dtype is resource:
            if value.slot is None:
                if tensor.dtype is resource and not getattr(op.definition.rules, "updates", False):
                    return value  # an iterator; or a variable behind a switch, or none
                raise explain(
                    errors.InvalidArgumentError,
                    f"Needs the variable {tensor.name} itself, but was passed a value from a feed",
                    op,
                    [],
                )
            return value.slot
        if value.slot is not None:
            value = self.read(op, value)
        if tensor.dtype.base_dtype in HOST_TYPES:
            return value
        if kind == "host" or on_host:
            return self.host_form(op, value, tensor)
        return self.device_form(op, value, tensor)

    def _input(self, op: Operation, tensor: Tensor) -> Value:
        """What `op` takes for an input: of a variable, the value after all that `op` waits for."""
        value = self.values[tensor]
        slot = self.reads.outdated(op, tensor)
        return value if slot is None else self._read_slot(op, value, slot)

    def read(self, op: Operation, reference: Value) -> Value:
        assert reference.slot is not None
        return self._read_slot(op, reference, reference.slot)

    def _read_slot(self, op: Operation, like: Value, slot: VariableSlot) -> Value:
        """The variable's value at this point, a tensor such as `like`."""
        value = Value(
            like.tensor,
            like.shape,
            on_host=slot.dtype.base_dtype in HOST_TYPES,
            roots=frozenset((slot,)),
        )
        # A read that nobody uses still fails where the variable has no value.
        self.add(Step(op, slot.read, [], [value], stateful=True))
        return value

    def host_form(self, op: Operation, value: Value, tensor: Tensor) -> Value:
        if value.on_host or value.constant is not None:
            return value
        form = self._host_forms.get(value)
        if form is None:
            form = Value(value.tensor, value.shape, on_host=True, roots=value.roots)
            self.add_beside(value, Step(op, to_numpy, [value], [form]))
            self._host_forms[value] = form
        return form

    def device_form(self, op: Operation, value: Value, tensor: Tensor) -> Value:
        if not value.on_host and value.constant is None:
            return value
        form = self._device_forms.get(value)
        if form is None:
            dtype, device = tensor.dtype, self._device
            if value.constant is not None:
                known = to_torch(value.constant, dtype, device)
                form = Value(value.tensor, value.shape, constant=known, roots=value.roots)
            else:
                form = Value(value.tensor, value.shape, roots=value.roots)
                convert = Step(op, lambda array: to_torch(array, dtype, device), [value], [form])
                self.add_beside(value, convert)
            self._device_forms[value] = form
        return form


def _is_unchanged(op: Operation, inputs: Sequence[Value], shapes: Sequence[TensorShape]) -> bool:
    """Whether an operation gives its first input as it is: a sum over no axis, a reshape to the
    shape that it has."""
    return (
        getattr(op.definition.rules, "unchanged_at_same_shape", False)
        and inputs[0].slot is None
        and shapes[0].is_fully_defined()
        and shapes[0].sizes == inputs[0].shape.sizes
    )


def _copied(value: Any) -> Any:
    return value.clone() if isinstance(value, torch.Tensor) else value.copy()


def _host_constant(value: Value) -> Any:
    return None if value.constant is None else to_numpy(value.constant)


def _dimensions(value: Value) -> TensorShape:
    """The shape that a value describes, for shape rules that take `Dims`."""
    rank = value.shape.ndims
    if rank is not None and rank > 1:
        raise ValueError(
            f"shape must be a vector of {{int32,int64}}, got shape {shape_text(value.shape)}"
        )
    known = _host_constant(value)
    if known is not None:
        if known.ndim == 0:
            return _UNKNOWN
        return TensorShape.of(tuple(None if d == -1 else int(d) for d in known.ravel()))
    sizes = value.shape.sizes
    if value.tensor is not None:
        from reflow.graph.constant_value import constant_value_as_shape

        return constant_value_as_shape(value.tensor)
    return _UNKNOWN if sizes is None or sizes[0] is None else TensorShape.of((None,) * sizes[0])


def _refined(inferred: TensorShape, declared: TensorShape) -> TensorShape:
    """What the rule says, completed by what the program said with set_shape."""
    if inferred.is_fully_defined() or not inferred.is_compatible_with(declared):
        return inferred
    return inferred.merge_with(declared)


def _function(op: Operation, signature: KernelSignature, on_host: bool) -> Callable[..., Any]:
    """What a step calls for the kernel."""
    if on_host and not getattr(op.definition.rules, "host", False):
        return _on_host(signature)
    function: Callable[..., Any] = signature.function
    if _has_common_types(op):
        # Decorators of kernels take care of strings and unsigned integers only.
        function = inspect.unwrap(function)
    return function


def _has_common_types(op: Operation) -> bool:
    return all(tensor.dtype.base_dtype in COMMON_TYPES for tensor in (*op._inputs, *op._outputs))


def _specialised(op: Operation, inputs: Sequence[Value]) -> Callable[..., Any] | None:
    """The op's kernel for exactly these shapes and constants, if it has one."""
    choose = getattr(op.definition.rules, "specialised", None)
    if choose is None or not _has_common_types(op):
        return None
    if not all(value.shape.is_fully_defined() for value in inputs):
        return None
    known = iter([Known(value.shape.sizes or (), _host_constant(value)) for value in inputs])
    arguments = []
    for arg in op.definition.inputs:
        group = list(islice(known, OpDefinition.count(arg, op.attrs)))
        arguments.append(group if arg.is_sequence else group[0])
    try:
        kernel: Callable[..., Any] | None = choose(op, *arguments)
    except ValueError:
        # What is wrong is said in the run, with the operation named.
        return None
    return kernel


def _on_host(signature: KernelSignature) -> Callable[..., Any]:
    """A kernel of torch tensors, called on small NumPy arrays."""

    def as_tensor(argument: Any) -> Any:
        if isinstance(argument, list):
            return [as_tensor(item) for item in argument]
        array = np.asarray(argument)
        return torch.from_numpy(array if array.flags.writeable else array.copy())

    def call(*inputs: Any, **keywords: Any) -> Any:
        arguments = [
            argument if kind == "host" else as_tensor(argument)
            for argument, kind in zip(inputs, signature.kinds)
        ]
        result = signature.function(*arguments, **keywords)
        if isinstance(result, (tuple, list)):
            return [to_numpy(item) for item in result]
        return to_numpy(result)

    return call
