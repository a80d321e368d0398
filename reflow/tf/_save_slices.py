"""Which part of a partitioned variable a variable is: what checkpoints need to know."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any


def prepend_name_scope(name: str, import_scope: str | None) -> str:
    """`name` (possibly with "^" or "loc:@" before it) inside `import_scope`."""
    if not import_scope:
        return name
    return re.sub(r"^(\^|loc:@)?", rf"\1{import_scope.rstrip('/')}/", name, count=1)


def strip_name_scope(name: str, export_scope: str | None) -> str:
    """`name` as it is inside `export_scope`: the inverse of `prepend_name_scope`."""
    if not export_scope:
        return name
    return re.sub(rf"^(\^|loc:@)?{re.escape(export_scope.rstrip('/'))}/+", r"\1", name, count=1)


class SaveSliceInfo:
    """The place of a variable within the partitioned one that it is a part of.

    Attributes:
      full_name: the partitioned variable's name.
      full_shape: its sizes.
      var_offset: where the part starts, in each dimension.
      var_shape: the part's sizes.
    """

    def __init__(
        self,
        full_name: str | None = None,
        full_shape: Sequence[int] | None = None,
        var_offset: Sequence[int] | None = None,
        var_shape: Sequence[int] | None = None,
        save_slice_info_def: Any = None,
        import_scope: str | None = None,
    ) -> None:
        if save_slice_info_def is not None:
            full_name = prepend_name_scope(save_slice_info_def.full_name, import_scope)
            full_shape = list(save_slice_info_def.full_shape)
            var_offset = list(save_slice_info_def.var_offset)
            var_shape = list(save_slice_info_def.var_shape)
        self.full_name = full_name
        self.full_shape = full_shape
        self.var_offset = var_offset
        self.var_shape = var_shape

    @property
    def spec(self) -> str:
        """As checkpoints spell it: the full sizes, then "offset,size" of each dimension.

        A part of two columns of a [4, 6] variable: "4 6 0,4:2,2".
        """
        sizes = " ".join(str(size) for size in self.full_shape or ())
        parts = ":".join(f"{o},{s}" for o, s in zip(self.var_offset or (), self.var_shape or ()))
        return f"{sizes} {parts}"

    def to_proto(self, export_scope: str | None = None) -> Any:
        """A SaveSliceInfoDef message; None outside `export_scope`."""
        from tensorboard.compat.proto.variable_pb2 import SaveSliceInfoDef

        full_name = self.full_name or ""
        if export_scope is not None and not full_name.startswith(export_scope):
            return None
        return SaveSliceInfoDef(
            full_name=strip_name_scope(full_name, export_scope),
            full_shape=self.full_shape,
            var_offset=self.var_offset,
            var_shape=self.var_shape,
        )
