"""How much memory a shuffling holds."""

import numpy as np

from reflow.ops.data.base import Context
from reflow.ops.data.blocks import Block
from reflow.ops.data.random_words import random_words
from reflow.ops.data.shuffling import Shuffle, ShuffleIterator
from reflow.ops.data.sources import Range, Tensors


def held(iterator):
    return sum(column.nbytes for s in iterator._stores.values() for column in s._columns)


def shuffled(source, buffer_size):
    context = Context(compiler=None)
    return ShuffleIterator(source, context, buffer_size, random_words(1, 2))


def test_memory_does_not_grow_with_the_dataset():
    iterator = shuffled(Range(0, 20000, 1), 100)
    first = None
    while (block := iterator.next(10)) is not None:
        first = first or held(iterator)
        assert held(iterator) == first
        assert len(block) <= 10
    assert first <= 8 * 2 * 110


def test_memory_does_not_grow_with_the_number_of_shapes():
    blocks = [Block([np.zeros((50, length))]) for length in range(1, 400)]
    iterator = shuffled(Tensors(tuple(blocks)), 20)
    count = 0
    while (block := iterator.next(5)) is not None:
        count += len(block)
        assert len(iterator._stores) <= 21
    assert count == 50 * 399


def test_elements_are_all_given_once():
    iterator = Shuffle(Range(0, 1000, 1), 37, 3, 4, True).iterate(Context(compiler=None))
    seen = []
    while (block := iterator.next(13)) is not None:
        seen += block.columns[0].tolist()
    assert sorted(seen) == list(range(1000))
