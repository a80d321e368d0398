"""Ops on strings: tensors of bytes objects, which always are NumPy arrays on the host."""
