"""The ops of tf.data: datasets as values of the host, and the iterators that walk through them.

A dataset op gives a `Dataset` (base.py) in a tensor of type `variant`.  Iterating over one pulls
elements through a chain of `Iterator`s, each of which asks the one before it for what it needs.
"""
