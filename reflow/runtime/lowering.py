"""From operations to steps: shapes made exact, constants folded, host and device told apart.

A plan is made for the shapes that were fed, so nearly every shape in it is known: what a
gradient computes with shapes (Shape, BroadcastGradientArgs, Reshape, Tile) is done here, once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from reflow.graph import errors
from reflow.graph.control_flow import kind_of
from reflow.graph.dtypes import resource, string
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes as known_shapes
from reflow.ops.kernels import KernelSignature, evaluate, kernel_signature
from reflow.ops.values import HOST_TYPES, copied, handle, placed, to_numpy, to_torch
from reflow.ops.variable_slot import VariableSlot, refers_to_variable
from reflow.runtime.branch_lowering import LOWERINGS
from reflow.runtime.branches import NEVER, holds_within, negations, refuse_dead
from reflow.runtime.calls import as_number, specialised, step_function
from reflow.runtime.complaints import verdict_of_kernel
from reflow.runtime.emitter import Emitter
from reflow.runtime.exact_shapes import dimensions, host_constant, refined
from reflow.runtime.failures import explain
from reflow.runtime.frames import Frame
from reflow.runtime.functions import compile_function
from reflow.runtime.loops import lower_loop
from reflow.runtime.reads import Reads
from reflow.runtime.states import States
from reflow.runtime.steps import ALWAYS, Step, Value

# Constants larger than this are computed in each run rather than kept (TensorFlow: 10 MB).
_MAX_FOLDED_ELEMENTS = 1 << 20

_UNKNOWN = TensorShape(None)
_CPU = torch.device("cpu")


class Lowering(Emitter):
    """Lowers operations one after the other, in running order.

    Attributes:
      reads: which reads of variables are still good.
      current: what was last read of a variable behind a handle, until the next update.
    """

    def __init__(
        self,
        fed_shapes: Mapping[Tensor, TensorShape | VariableSlot],
        fetched: frozenset[Tensor],
        states: States,
        device: torch.device,
    ) -> None:
        super().__init__(frozenset(fed_shapes))
        self.reads = Reads()
        self.current: dict[VariableSlot, Value] = {}
        self._fetched = fetched
        self._states = states
        self._device = device
        self._device_forms: dict[Value, Value] = {}
        self._cpu_forms: dict[Value, Value] = {}
        self._host_forms: dict[Value, Value] = {}
        self._pushed: dict[Value, Any] = {}
        for tensor, shape in fed_shapes.items():
            if isinstance(shape, VariableSlot):
                roots = frozenset((shape,))
                self.values[tensor] = Value(tensor, known_shapes.SCALAR, slot=shape, roots=roots)
                continue
            on_host = tensor.dtype.base_dtype in HOST_TYPES
            self.values[tensor] = Value(tensor, shape, on_host, roots=frozenset(("feed",)))

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
            if not (self.is_conditional or self._has_checks):
                raise
            self._fail_when_run(op, error)
            return
        rules = op.definition.rules
        if self._set_by_shapes(op, inputs):
            return
        signature = kernel_signature(op.definition)
        if signature is None:
            self._lower_without_kernel(op, shapes)
        elif getattr(rules, "passthrough", False):
            self._pass_through(op, inputs)
        elif getattr(rules, "reads", False) and inputs[0].slot is not None:
            self.set(op, [self._current_value(op, inputs[0].slot, shapes[0])])
        elif self._is_known_pop(rules, inputs):
            self._set_constants(op, [self._pushed[inputs[0]]])
        elif self._fold(op, inputs, shapes):
            return
        elif _is_unchanged(op, inputs, shapes):
            self.set(op, [inputs[0]])
        else:
            self._call(op, signature, inputs, shapes)

    def _set_by_shapes(self, op: Operation, inputs: Sequence[Value]) -> bool:
        """Takes an operation whose outputs follow from the shapes of its inputs; False for
        others."""
        rules = op.definition.rules
        given = [value.shape for value in inputs]
        constants = getattr(rules, "constants", None)
        constant = getattr(rules, "constant", None)
        if constants is not None:
            arrays = constants(op, *given)
        else:
            array = None if constant is None else constant(op, *given)
            arrays = None if array is None else [array]
        if arrays is None:
            return False
        self._set_constants(op, arrays)
        return True

    def _set_constants(self, op: Operation, arrays: Iterable[Any]) -> None:
        pairs = zip(op.outputs, arrays)
        self.set(op, [Value(t, TensorShape.of(a.shape), constant=a) for t, a in pairs])

    def refer(self, op: Operation) -> None:
        """Takes an operation that ran before this plan: the variable that its output refers to."""
        slot = self.values[op._inputs[0]].slot
        assert slot is not None
        shape = op._outputs[0]._shape
        self.set(op, [Value(op._outputs[0], shape, slot=slot, roots=frozenset((slot,)))])

    @property
    def _has_checks(self) -> bool:
        """Whether something runs for its effect before: an assertion would tell more."""
        return any(step.stateful and not step.outputs and not step.updates for step in self.steps)

    def _fail_when_run(self, op: Operation, error: errors.OpError) -> None:
        """Takes an operation that cannot run, but may not be reached either."""

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
                lambda i: host_constant(inputs[i]),
                lambda i: dimensions(inputs[i]),
            )
        except ValueError as error:
            given = [value.shape for value in inputs]
            constants = [host_constant(value) for value in inputs]
            verdict = verdict_of_kernel(op, given, constants)
            if verdict.shapes is None or not getattr(op.definition.rules, "judges_sizes", False):
                message = verdict.complaint or str(error)
                raise explain(errors.InvalidArgumentError, message, op, given) from error
            inferred = verdict.shapes
        return [refined(shape, tensor._shape) for shape, tensor in zip(inferred, op._outputs)]

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
            outputs = evaluate(op, [host_constant(value) for value in inputs])
        except Exception:
            # What fails now fails in the run too, with the operation named.
            return False
        if outputs is None:
            return False
        self._set_constants(op, outputs)
        return True

    def _call(
        self,
        op: Operation,
        signature: KernelSignature,
        inputs: Sequence[Value],
        shapes: Sequence[TensorShape],
    ) -> None:
        on_host = self._runs_on_host(op, inputs)
        updates = getattr(op.definition.rules, "updates", False)
        # An update with one handle as its output gives the one that it took.
        gives_handle = updates and [t.dtype for t in op._outputs] == [resource]
        device = _CPU if is_for_cpu(op) and not gives_handle else self._device
        arguments = self._arguments(op, signature, inputs, on_host, device)
        outputs = self._computed(op, inputs, shapes, on_host)
        updated = tuple(
            value.slot
            for value, kind in zip(inputs, signature.kinds)
            if updates and kind == "ref" and value.slot is not None
        )
        self.reads.updated(op, updated)
        for changed in updated:
            self.current.pop(changed, None)
        keywords = signature.keyword_values(op, self._states.of(op), device, compile_function)
        function = step_function(op, signature, inputs, on_host)
        if getattr(op.definition.rules, "pushes", False):
            self._note_push(*inputs)
        if on_host:
            arguments = [as_number(argument) for argument in arguments]
        takes_arrays = not on_host or getattr(op.definition.rules, "takes_arrays", False)
        exact = specialised(op, inputs) if takes_arrays else None
        if exact is not None:
            function, keywords = exact, {}
        # So does an op with one reference; a switch, which has two, gives values.
        gives_reference = gives_handle or (
            len(op.outputs) == 1 and op.outputs[0].dtype._is_ref_dtype
        )
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
        elif device != self._device:
            outputs = [self._moved(op, output) for output in outputs]
        self.set(op, outputs)

    def _moved(self, op: Operation, output: Value) -> Value:
        """What a kernel gave on the CPU, where numbers are computed."""
        if output.on_host:
            return output
        device = self._device
        moved = Value(output.tensor, output.shape)
        self.add(Step(op, lambda value: placed(torch.as_tensor(value), device), [output], [moved]))
        return moved

    def _arguments(
        self,
        op: Operation,
        signature: KernelSignature,
        inputs: Sequence[Value],
        on_host: bool,
        device: torch.device,
    ) -> list[Any]:
        """The inputs as the kernel wants them, those of an input that is a list in a list."""
        arguments: list[Any] = []
        position = 0
        for arg, kind in zip(op.definition.inputs, signature.kinds):
            count = OpDefinition.count(arg, op.attrs)
            group = [
                self._argument(op, inputs[i], op.inputs[i], kind, on_host, device)
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
        self.add(Step(op, copied, [value], [copy]))
        return copy

    def _is_known_pop(self, rules: type, inputs: Sequence[Value]) -> bool:
        """Whether an operation in a loop gives what was remembered, and that is known."""
        if not getattr(rules, "pops", False) or not self.is_conditional:
            return False
        return self._pushed.get(inputs[0]) is not None

    def _note_push(self, stack: Value, value: Value) -> None:
        """Takes notice of what is pushed: if that is always the same, it need not be popped.

        Such are the shapes that a loop's gradient asks for, where all iterations have the same.
        """
        known = host_constant(value)
        before = self._pushed.get(stack, known)
        is_same = known is not None and before is not None and np.array_equal(before, known)
        self._pushed[stack] = known if is_same else None

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
        if tensor in self._fed:  # a function that hands the variable on
            return Value(tensor, value.shape, on_host=True, constant=handle(value.slot))
        if self.reads.has_updated(value.slot):
            return self.read(tensor.op, value)
        return self._device_forms[value]

    def tapped(self, tensor: Tensor) -> Value | None:
        """A tensor's value as an observer may have it: a number that each run computes once; else
        None."""
        value = self.values.get(tensor)
        if value is None or value.slot is not None or tensor.dtype.base_dtype in HOST_TYPES:
            return None
        is_inside = value.block not in (None, self._outermost)
        if is_inside or value.guard or self.guards.get(tensor, ALWAYS):
            return None
        return value

    def slot_of(self, op: Operation) -> VariableSlot | None:
        """The variable that an operation owns, if it is one."""
        state = self._states.of(op)
        return state if isinstance(state, VariableSlot) else None

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
        self,
        op: Operation,
        value: Value,
        tensor: Tensor,
        kind: str,
        on_host: bool,
        device: torch.device,
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
        if device != self._device:
            return self._cpu_form(op, value, tensor)
        return self.device_form(op, value, tensor)

    def _input(self, op: Operation, tensor: Tensor) -> Value:
        """What `op` takes for an input: of a variable, the value after all that `op` waits for."""
        value = self.values[tensor]
        slot = self.reads.outdated(op, tensor)
        if slot is None:
            return value
        if self.reads.may_be_replaced(slot):
            return self._read_unless_replaced(op, value, slot)
        return self._read_slot(op, value, slot)

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

    def _read_unless_replaced(self, op: Operation, before: Value, slot: VariableSlot) -> Value:
        """The variable's value at this point; as it was before if that had another shape."""

        def read(old: Any) -> Any:
            value = slot.read()
            return value if value.shape == old.shape else old

        roots = before.roots | {slot}
        value = Value(before.tensor, before.shape, on_host=before.on_host, roots=roots)
        self.add(Step(op, read, [before], [value], stateful=True))
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
            form = self._torch_form(op, value, tensor, self._device)
            self._device_forms[value] = form
        return form

    def _cpu_form(self, op: Operation, value: Value, tensor: Tensor) -> Value:
        """The value as a torch tensor of the CPU, though the plan computes on a GPU."""
        form = self._cpu_forms.get(value)
        if form is None:
            form = self._torch_form(op, value, tensor, _CPU)
            self._cpu_forms[value] = form
        return form

    def _torch_form(
        self, op: Operation, value: Value, tensor: Tensor, device: torch.device
    ) -> Value:
        dtype = tensor.dtype
        if value.constant is not None:
            known = to_torch(value.constant, dtype, device)
            return Value(value.tensor, value.shape, constant=known, roots=value.roots)
        on_host = self.host_form(op, value, tensor)
        form = Value(value.tensor, value.shape, roots=value.roots)
        convert = Step(op, lambda array: to_torch(array, dtype, device), [on_host], [form])
        self.add_beside(value, convert)
        return form

    def forget_forms(self, values: Iterable[Value]) -> None:
        """Forgets what was made of values that are others from now on."""
        for value in values:
            for forms in (self._host_forms, self._device_forms, self._cpu_forms, self._flags):
                forms.pop(value, None)


def is_for_cpu(op: Operation) -> bool:
    """Whether an operation takes or gives text, or gives handles: a GPU knows nothing of these."""
    return any(tensor.dtype.base_dtype in HOST_TYPES for tensor in op._outputs) or any(
        tensor.dtype.base_dtype is string for tensor in op._inputs
    )


def _is_unchanged(op: Operation, inputs: Sequence[Value], shapes: Sequence[TensorShape]) -> bool:
    """Whether an operation gives its first input as it is: a sum over no axis, a reshape to the
    shape that it has."""
    return (
        getattr(op.definition.rules, "unchanged_at_same_shape", False)
        and inputs[0].slot is None
        and shapes[0].is_fully_defined()
        and shapes[0].sizes == inputs[0].shape.sizes
    )
