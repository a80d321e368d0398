"""tf.Variable: state that a session keeps between runs, usable wherever a tensor is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from reflow.graph.conversion import register_tensor_conversion_function
from reflow.graph.default_session import get_default_session
from reflow.graph.dtypes import DType
from reflow.graph.execution import executing_eagerly
from reflow.graph.graph import Graph, get_default_graph
from reflow.graph.operation import Operation, Reference, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.tf._distribution import VariableAggregation, VariableSynchronization
from reflow.tf._indexing import get_item
from reflow.tf._save_slices import SaveSliceInfo

# Operators that a variable applies to its value.  Not `==`: variables compare by identity.
_OPERATORS = (
    *("__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__"),
    *("__div__", "__rdiv__", "__truediv__", "__rtruediv__", "__floordiv__", "__rfloordiv__"),
    *("__mod__", "__rmod__", "__pow__", "__rpow__", "__matmul__", "__rmatmul__"),
    *("__lt__", "__le__", "__gt__", "__ge__"),
    *("__and__", "__rand__", "__or__", "__ror__", "__xor__", "__rxor__"),
    *("__invert__", "__neg__", "__abs__"),
)


class VariableType(type):
    """Makes `tf.Variable(...)` a request that `variable_creator_scope`s may answer."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls is Variable:
            return _requested_variable(*args, **kwargs)
        return super().__call__(*args, **kwargs)


class Variable(metaclass=VariableType):
    """A value that a session keeps, and that ops can change.

    It must be initialised (`tf.global_variables_initializer()`, `v.initializer.run()`) before it
    is read.  Variables compare by identity and can be keys of dictionaries.

    Args:
      initial_value: a tensor or what converts to one, or a function that gives it.
      trainable: whether optimizers train it by default (True unless `synchronization` is ON_READ).
      collections: names of the graph collections to join; default [GraphKeys.GLOBAL_VARIABLES].
      validate_shape: False lets the shape be unknown and change.
      caching_device: where reads are kept (a device or a function of the op).
      name: default "Variable"; made unique.
      variable_def: a VariableDef message to restore the variable from, instead of the above.
      dtype: what `initial_value` is converted to.
      expected_shape: deprecated and ignored.
      import_scope: the name scope that the graph of `variable_def` was imported under.
      constraint: a function of the value that optimizers apply after each update.
      use_resource: whether to make a variable behind a handle (None: as the variable scope says).
      synchronization, aggregation: how copies of a distributed variable keep in step.
      shape: the shape, where it is to be less specific than the initial value's.

    Raises:
      ValueError: no initial value, or one of unknown shape while `validate_shape`.
    """

    SaveSliceInfo: ClassVar[type[SaveSliceInfo]] = SaveSliceInfo

    # NumPy arrays leave `array + variable` to the variable.
    __array_priority__ = 100

    # -- What each kind of variable supplies --------------------------------------------------

    name: str
    dtype: DType
    shape: TensorShape
    op: Operation
    graph: Graph
    device: str
    initializer: Operation
    value: Callable[[], Tensor]
    read_value: Callable[[], Tensor]
    _ref: Callable[[], Tensor]
    _is_initialized: Callable[[], Tensor]
    _read_if: Callable[[Tensor], Tensor]
    _as_graph_element: Callable[[], Tensor]
    _initial_value: Tensor | None
    _trainable: bool
    _synchronization: VariableSynchronization
    _aggregation: VariableAggregation
    _constraint: Callable[[Tensor], Tensor] | None

    # -- What they have in common -------------------------------------------------------------

    @property
    def initial_value(self) -> Tensor | None:
        """The tensor that the initializer assigns."""
        if executing_eagerly():
            raise RuntimeError("initial_value not supported in EAGER mode.")
        return self._initial_value

    @property
    def trainable(self) -> bool:
        return self._trainable

    @property
    def synchronization(self) -> VariableSynchronization:
        return self._synchronization

    @property
    def aggregation(self) -> VariableAggregation:
        return self._aggregation

    @property
    def constraint(self) -> Callable[[Tensor], Tensor] | None:
        return self._constraint

    def __repr__(self) -> str:
        return f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}>"

    def get_shape(self) -> TensorShape:
        return self.shape

    def eval(self, session: Any = None) -> Any:
        """The value in `session` (default: the default session) as an array."""
        if executing_eagerly():
            raise RuntimeError("Trying to eval in EAGER mode")
        return self._as_graph_element().eval(session=session)

    def load(self, value: Any, session: Any = None) -> None:
        """Gives the variable a value in `session`, without new ops.

        ValueError when `session` is None and there is no default session.
        """
        if executing_eagerly():
            self.assign(value)  # type: ignore[attr-defined]
            return
        session = session or get_default_session()
        if session is None:
            raise ValueError(
                "Either session argument should be provided or default session should be "
                "established"
            )
        session.run(self.initializer, {self.initializer.inputs[1]: value})

    @property
    def _shared_name(self) -> str:
        return self.name[: self.name.index(":")]

    def _set_save_slice_info(self, save_slice_info: SaveSliceInfo | None) -> None:
        self._save_slice_info = save_slice_info

    def _get_save_slice_info(self) -> SaveSliceInfo | None:
        return self._save_slice_info

    @staticmethod
    def from_proto(variable_def: Any, import_scope: str | None = None) -> Variable:
        """The variable of the default graph that a VariableDef message names."""
        from reflow.tf._ref_variable import RefVariable
        from reflow.tf._resource_variable import ResourceVariable

        kind = ResourceVariable if variable_def.is_resource else RefVariable
        return kind(variable_def=variable_def, import_scope=import_scope)

    def __getitem__(self, index: Any) -> Tensor:
        """The value's slice, whose `assign(value)` changes that part of the variable."""
        return get_item(self.value(), index, var=self)

    def experimental_ref(self) -> Reference:
        """A hashable object that stands for this very variable in sets and dictionaries."""
        return Reference(self)

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __iter__(self) -> Any:
        raise TypeError("'Variable' object is not iterable.")


def _operator(name: str) -> Callable[..., Any]:
    def apply(self: Variable, *args: Any) -> Any:
        return getattr(Tensor, name)(self.value(), *args)

    apply.__name__ = name
    return apply


for _name in _OPERATORS:
    setattr(Variable, _name, _operator(_name))


def _convert(
    value: Variable, dtype: DType | None = None, name: str | None = None, as_ref: bool = False
) -> Tensor:
    if dtype is not None and not dtype.is_compatible_with(value.dtype):
        raise ValueError(
            f"Incompatible type conversion requested to type '{dtype.name}' for variable of type "
            f"'{value.dtype.name}'"
        )
    return value._ref() if as_ref else value.value()


register_tensor_conversion_function(Variable, _convert)


# -- Creators ---------------------------------------------------------------------------------

Creator = Callable[..., Variable]


def _requested_variable(
    initial_value: Any = None,
    trainable: bool | None = None,
    collections: Any = None,
    validate_shape: bool = True,
    caching_device: Any = None,
    name: str | None = None,
    variable_def: Any = None,
    dtype: Any = None,
    expected_shape: Any = None,
    import_scope: str | None = None,
    constraint: Any = None,
    use_resource: bool | None = None,
    synchronization: Any = VariableSynchronization.AUTO,
    aggregation: Any = VariableAggregation.NONE,
    shape: Any = None,
) -> Variable:
    """What the innermost creator makes of the arguments of `tf.Variable`."""
    create: Creator = _default_creator
    for creator in _creators(get_default_graph()):
        create = _with_next(creator, create)
    return create(
        initial_value=initial_value,
        trainable=trainable,
        collections=collections,
        validate_shape=validate_shape,
        caching_device=caching_device,
        name=name,
        variable_def=variable_def,
        dtype=dtype,
        expected_shape=expected_shape,
        import_scope=import_scope,
        constraint=constraint,
        use_resource=use_resource,
        synchronization=synchronization,
        aggregation=VariableAggregation.NONE if aggregation is None else aggregation,
        shape=shape,
    )


def _with_next(creator: Creator, next_creator: Creator) -> Creator:
    return lambda **kwargs: creator(next_creator, **kwargs)


def _default_creator(use_resource: bool | None = None, **kwargs: Any) -> Variable:
    from reflow.tf._ref_variable import RefVariable
    from reflow.tf._resource_variable import ResourceVariable
    from reflow.tf._variable_scope import get_variable_scope

    if use_resource is None:
        use_resource = get_variable_scope().use_resource
    if use_resource is None:
        use_resource = _use_resource_by_default
    use_resource = use_resource or executing_eagerly()
    return ResourceVariable(**kwargs) if use_resource else RefVariable(**kwargs)


_use_resource_by_default = False


def enable_resource_variables() -> None:
    """Makes variables resource variables where neither they nor their scope say otherwise."""
    global _use_resource_by_default
    _use_resource_by_default = True


def disable_resource_variables() -> None:
    """Makes variables reference variables where neither they nor their scope say otherwise."""
    global _use_resource_by_default
    _use_resource_by_default = False


def resource_variables_enabled() -> bool:
    """Whether variables are resource variables by default."""
    return _use_resource_by_default


def _creators(graph: Graph) -> list[Creator]:
    """The graph's creators, the outermost first; the list itself."""
    return graph.get_collection_ref(("__variable_creators",))


class variable_creator_scope:
    """Inside, `creator(next_creator, **kwargs)` answers every `tf.Variable(...)`.

    The keyword arguments are those of `tf.Variable`; `next_creator(**kwargs)` asks the scopes
    around this one, and at last makes the variable.
    """

    def __init__(self, variable_creator: Creator) -> None:
        self._creator = variable_creator

    def __enter__(self) -> None:
        self._creators = _creators(get_default_graph())
        self._creators.append(self._creator)

    def __exit__(self, *exc_info: object) -> None:
        self._creators.remove(self._creator)
