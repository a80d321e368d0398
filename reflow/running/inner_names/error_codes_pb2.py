"""`tensorflow.core.lib.core.error_codes_pb2`: the codes of errors, by their names."""

from __future__ import annotations

from reflow.graph import errors

__all__ = ["Code"]

DO_NOT_USE_RESERVED_FOR_FUTURE_EXPANSION_USE_DEFAULT_IN_SWITCH_INSTEAD_ = 20


class _Codes:
    """The enumeration, with the interface that protocol buffers give one."""

    def values(self) -> list[int]:
        """All codes; 0 is that there is no error."""
        return [number for _, number in self.items()]

    def keys(self) -> list[str]:
        """Their names."""
        return [name for name, _ in self.items()]

    def items(self) -> list[tuple[str, int]]:
        """Names and codes."""
        codes = {name: value for name, value in vars(errors).items() if type(value) is int}
        return sorted(codes.items(), key=lambda item: item[1])


Code = _Codes()
