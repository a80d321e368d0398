"""Eager execution: ops computed at once, by the same kernels that plans call."""
