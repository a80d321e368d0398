"""Ops on sparse tensors: three tensors, indices [n, rank], values [n] and dense_shape [rank].

Which elements a result has is settled on the host, with NumPy; the values stay where they are.
"""
