"""Ops on ragged tensors: values in rows of different lengths.

A ragged tensor is its flat values, [n, ...], and for each ragged axis the splits of its rows: row i
are those from splits[i] to splits[i + 1] of the next axis, or of the flat values.
"""
