"""Pooling: the largest element or the mean of windows that slide over space."""
