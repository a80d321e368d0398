"""Ops of networks on integers of few bits, each with the range of floats that they stand for.

Integers here are those of the mode MIN_FIRST (see ../quantization.py).  None has a gradient.
"""
