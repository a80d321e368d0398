"""Staging areas: elements put aside for a later run, in order or by key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.graph import get_default_graph
from reflow.graph.op_definition import lookup
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.arrays import Identity
from reflow.ops.control import NoOp
from reflow.ops.data_flow import staging_ops as ops
from reflow.tf._queues import scope_values
from reflow.tf._scopes import colocate_with, name_scope


class BaseStagingArea:
    """What staging areas have in common.

    Args:
      dtypes: the types of an element's components.
      shapes: their shapes; None if they are not known.
      names: their names, by which elements are dictionaries; or None.
      shared_name: areas of one shared name are one.
      capacity: the most elements that it holds; 0 for any number.
      memory_limit: the most bytes that they take; 0 for any number.

    Raises:
      ValueError: the lists differ in length, or `shared_name` is no string.
    """

    def __init__(
        self,
        dtypes: Any,
        shapes: Any = None,
        names: Any = None,
        shared_name: str | None = None,
        capacity: int = 0,
        memory_limit: int = 0,
    ) -> None:
        if shared_name is None:
            self._name = get_default_graph().unique_name(type(self).__name__)
        elif isinstance(shared_name, str):
            self._name = shared_name
        else:
            raise ValueError("shared_name must be a string")
        for what, given in (("shapes", shapes), ("names", names)):
            if given is not None and len(given) != len(dtypes):
                raise ValueError(f"StagingArea {what} must be the same length as dtypes")
        self._dtypes = dtypes
        self._shapes = [TensorShape(shape) for shape in shapes or [None] * len(dtypes)]
        self._names = names
        self._capacity = capacity
        self._memory_limit = memory_limit
        with name_scope(f"{self._name}_root"):
            self._coloc_op = NoOp()

    @property
    def name(self) -> str:
        """The name of the staging area."""
        return self._name

    @property
    def dtypes(self) -> Any:
        """The types of an element's components."""
        return self._dtypes

    @property
    def shapes(self) -> list[TensorShape]:
        """The shapes of an element's components."""
        return self._shapes

    @property
    def names(self) -> Any:
        """The names of an element's components, if they have any."""
        return self._names

    @property
    def capacity(self) -> int:
        """The most elements that it holds; 0 for any number."""
        return self._capacity

    @property
    def memory_limit(self) -> int:
        """The most bytes that the elements take; 0 for any number."""
        return self._memory_limit

    def _area(self, name: str | None) -> dict[str, Any]:
        """The arguments by which ops find the staging area."""
        return {
            "shared_name": self._name,
            "name": name,
            "capacity": self._capacity,
            "memory_limit": self._memory_limit,
        }

    def _check_put(
        self, values: Any, indices: Sequence[int] | None
    ) -> tuple[list[Tensor], list[int]]:
        """Components as tensors, and which they are."""
        if isinstance(values, dict):
            if not self._names:
                raise ValueError("Staging areas must have names to enqueue a dictionary")
            if not set(values).issubset(self._names):
                raise ValueError(
                    "Keys in dictionary to put do not match names of staging area. Dictionary: "
                    f"({sorted(values)}), Queue: ({sorted(self._names)})"
                )
            indices = [i for i, name in enumerate(self._names) if name in values]
            values = [values[self._names[i]] for i in indices]
        else:
            if self._names:
                raise ValueError("You must enqueue a dictionary in a staging area with names")
            if indices is None:
                raise ValueError("Indices must be supplied when inserting a list of tensors")
            if not isinstance(values, (list, tuple)):
                values, indices = [values], [0]
            if len(indices) != len(values):
                raise ValueError(
                    f"Number of indices '{len(indices)}' doesn't match number of values "
                    f"'{len(values)}'"
                )
        if len(values) > len(self._dtypes):
            raise ValueError(
                f"Unexpected number of inputs '{len(values)}' vs '{len(self._dtypes)}'"
            )
        tensors = []
        for value, i in zip(values, indices):
            if value.dtype != self._dtypes[i]:
                raise ValueError(f"Datatypes do not match. '{value.dtype}' != '{self._dtypes[i]}'")
            value.get_shape().assert_is_compatible_with(self._shapes[i])
            tensors.append(convert_to_tensor(value, dtype=self._dtypes[i], name=f"component_{i}"))
        return tensors, list(indices)

    def _brought_here(self, tensors: Any) -> list[Tensor]:
        """Tensors, brought to the device of the scope around if that is another one."""
        tensors = list(tensors) if isinstance(tensors, (list, tuple)) else [tensors]
        if NoOp().device != self._coloc_op.device:
            tensors = [Identity(tensor) for tensor in tensors]
        return tensors

    def _element(self, tensors: Any, indices: Sequence[int]) -> Any:
        """Components as the program gets them: a list, or a dictionary by their names."""
        tensors = self._brought_here(tensors)
        for tensor, i in zip(tensors, indices):
            tensor.set_shape(self._shapes[i])
        if self._names:
            return {self._names[i]: tensor for tensor, i in zip(tensors, indices)}
        return tensors


class StagingArea(BaseStagingArea):
    """Elements that one run puts aside and a later one takes, in order.  Arguments and errors: as
    for BaseStagingArea."""

    def put(self, values: Any, name: str | None = None) -> Operation:
        """The operation that puts an element aside; it waits while the area is full.

        Args:
          values: the components: tensors, in a list or in a dictionary by their names.

        Raises:
          ValueError: they do not fit.
        """
        with name_scope(name, f"{self._name}_put", scope_values(values)) as scope:
            if not isinstance(values, (list, tuple, dict)):
                values = [values]
            tensors, _ = self._check_put(values, list(range(len(values))))
            with colocate_with(self._coloc_op):
                return ops.Stage(tensors, **self._area(scope))

    def get(self, name: str | None = None) -> Any:
        """The first element, which is taken; the operation waits while there is none."""
        with colocate_with(self._coloc_op):
            taken = ops.Unstage(dtypes=self._dtypes, **self._area(name or f"{self._name}_get"))
        return self._element(taken, range(len(self._dtypes)))

    def peek(self, index: Any, name: str | None = None) -> Any:
        """The element of a number, which stays; the operation waits while there are not so many."""
        with colocate_with(self._coloc_op):
            seen = ops.StagePeek(
                index, dtypes=self._dtypes, **self._area(name or f"{self._name}_peek")
            )
        return self._element(seen, range(len(self._dtypes)))

    def size(self, name: str | None = None) -> Tensor:
        """The number of elements, an int32 scalar."""
        return ops.StageSize(dtypes=self._dtypes, **self._area(name or f"{self._name}_size"))

    def clear(self, name: str | None = None) -> Operation:
        """The operation that drops all elements."""
        return ops.StageClear(dtypes=self._dtypes, **self._area(name or f"{self._name}_clear"))


class MapStagingArea(BaseStagingArea):
    """Elements that one run puts aside under keys, int64 scalars, and a later one takes.

    Their components may come one by one: an element can be taken when it has all of them.

    Args:
      ordered: without a key, the element of the least key is taken; else any.
      The others, and errors: as for BaseStagingArea.
    """

    def __init__(
        self,
        dtypes: Any,
        shapes: Any = None,
        names: Any = None,
        shared_name: str | None = None,
        ordered: bool = False,
        capacity: int = 0,
        memory_limit: int = 0,
    ) -> None:
        super().__init__(dtypes, shapes, names, shared_name, capacity, memory_limit)
        self._kind = "OrderedMap" if ordered else "Map"

    def put(
        self,
        key: Any,
        vals: Any,
        indices: Sequence[int] | None = None,
        name: str | None = None,
    ) -> Operation:
        """The operation that puts components of an element aside; it waits while the area is full.

        Args:
          vals: the components: tensors, in a list or in a dictionary by their names.
          indices: which components they are, if that is a list.

        Raises:
          ValueError: they do not fit.
        """
        with name_scope(name, f"{self._name}_put", scope_values(vals)) as scope:
            tensors, places = self._check_put(vals, indices)
            with colocate_with(self._coloc_op):
                return lookup(f"{self._kind}Stage")(
                    key, places, tensors, dtypes=self._dtypes, **self._area(scope)
                )

    def _places(self, indices: Any) -> tuple[list[int], list[Any]]:
        """The numbers of components, given by number or by name, and their types."""
        if indices is None:
            indices = list(range(len(self._dtypes)))
        if not isinstance(indices, (tuple, list)):
            raise TypeError(f"Invalid indices type '{type(indices)}'")
        if not indices:
            raise ValueError("Empty indices")
        if all(isinstance(index, str) for index in indices):
            if self._names is None:
                raise ValueError(
                    f"String indices provided '{indices}', but this Staging Area was not created "
                    "with names."
                )
            for index in indices:
                if index not in self._names:
                    raise ValueError(
                        f"Named index '{index}' not in Staging Area names '{self._names}'"
                    )
            indices = [self._names.index(index) for index in indices]
        elif not all(isinstance(index, int) for index in indices):
            raise TypeError(f"Mixed types in indices '{indices}'. May only be str or int")
        return list(indices), [self._dtypes[index] for index in indices]

    def peek(self, key: Any, indices: Any = None, name: str | None = None) -> Any:
        """Components of the element under a key, which stay; the operation waits for it.

        Args:
          indices: which components, by number or by name; default: all.
        """
        places, dtypes = self._places(indices)
        with colocate_with(self._coloc_op):
            seen = lookup(f"{self._kind}Peek")(
                key, places, dtypes=dtypes, **self._area(name or f"{self._name}_pop")
            )
        return self._element(seen, places)

    def get(self, key: Any = None, indices: Any = None, name: str | None = None) -> Any:
        """Takes components of the element under a key; the operation waits for it.

        Args:
          key: None for any element, or that of the least key.
          indices: which components, by number or by name; default: all.

        Returns:
          The key, and the components.
        """
        places, dtypes = self._places(indices)
        with colocate_with(self._coloc_op):
            if key is None:
                area = self._area(name or f"{self._name}_get_nokey")
                taken = lookup(f"{self._kind}UnstageNoKey")(places, dtypes=dtypes, **area)
            else:
                area = self._area(name or f"{self._name}_get")
                taken = lookup(f"{self._kind}Unstage")(key, places, dtypes=dtypes, **area)
        if key is None:
            found, values = taken
            return self._brought_here(found)[0], self._element(values, places)
        return key, self._element(taken, places)

    def size(self, name: str | None = None) -> Tensor:
        """The number of elements that have all components, an int32 scalar."""
        return lookup(f"{self._kind}Size")(
            dtypes=self._dtypes, **self._area(name or f"{self._name}_size")
        )

    def incomplete_size(self, name: str | None = None) -> Tensor:
        """The number of elements that lack components, an int32 scalar."""
        return lookup(f"{self._kind}IncompleteSize")(
            dtypes=self._dtypes, **self._area(name or f"{self._name}_incomplete_size")
        )

    def clear(self, name: str | None = None) -> Operation:
        """The operation that drops all elements."""
        return lookup(f"{self._kind}Clear")(
            dtypes=self._dtypes, **self._area(name or f"{self._name}_clear")
        )
