"""Filters and windows that slide over space: convolutions and what is related to them.

The ops hold TensorFlow's signatures and errors; `geometry` says where a filter goes, `lowerings`
how torch computes it, and `choice` which of its ways is the fastest for given sizes.
"""
