"""Staging areas, and tensors that a session keeps."""

import numpy as np

from tests.reference import observe
from tests.reference.spec import failure, script, table

CASES = []


def staging(program):
    """A script of this table, named by its function."""
    CASES.append(script(program.__name__)(program))
    return program


@staging
def in_order(tf):
    area = tf.contrib.staging.StagingArea([tf.float32, tf.string], [[2], []], names=["a", "b"])
    yield area.name, area.names, [s.as_list() for s in area.shapes], area.capacity
    x = tf.placeholder(tf.float32, [2])
    put = area.put({"b": tf.constant("t"), "a": x})
    session = tf.Session()
    for number in range(3):
        session.run(put, {x: [number, number + 0.5]})
    yield session.run(area.size())
    yield session.run(area.peek(1))
    found = area.get()
    yield {name: part.shape.as_list() for name, part in found.items()}
    yield session.run(found), session.run(area.size())
    # The element of this run is put aside while that of an earlier one is taken.
    yield session.run([found, put], {x: [7.0, 8.0]})[0], session.run(area.size())
    session.run(area.clear())
    yield session.run(area.size())
    yield failure(lambda: area.put([x, x]), "with names")
    yield failure(lambda: area.put({"c": x}), "do not match names")
    other = tf.contrib.staging.StagingArea([tf.int32], shapes=[[2]], capacity=1)
    yield failure(lambda: other.put([x]), "Datatypes do not match")
    yield failure(lambda: other.put([tf.constant([1, 2, 3])]), "are incompatible")
    yield observe.program_nodes(tf, tf.get_default_graph().as_graph_def())


@staging
def limited(tf):
    area = tf.contrib.staging.StagingArea([tf.float32], capacity=2, memory_limit=40)
    x = tf.placeholder(tf.float32)
    put = area.put([tf.identity(x)])
    session = tf.Session()
    shown = "combined size of '44' bytes into Staging Area with a memory limit of '40'"
    yield failure(lambda: session.run(put, {x: np.zeros(11)}), shown)
    session.run(put, {x: np.zeros(4)})
    session.run(put, {x: np.ones(4)})
    yield [session.run(area.get()) for _ in range(2)], session.run(area.size())


@staging
def by_key(tf):
    types = {"dtypes": [tf.float32, tf.int32], "shared_name": "area"}
    session = tf.Session()

    def put(key, indices, values):
        session.run(
            tf.raw_ops.OrderedMapStage(
                key=np.int64(key), indices=np.array(indices, np.int32), values=values, **types
            )
        )

    def sizes():
        return session.run(
            [tf.raw_ops.OrderedMapSize(**types), tf.raw_ops.OrderedMapIncompleteSize(**types)]
        )

    put(5, [0, 1], [1.5, 2])
    put(3, [1], [7])
    yield sizes()
    put(3, [0], [3.5])
    yield sizes()
    both = np.array([0, 1], np.int32)
    yield session.run(tf.raw_ops.OrderedMapPeek(key=np.int64(5), indices=both, **types))
    found = tf.raw_ops.OrderedMapUnstageNoKey(indices=both, **types)
    yield session.run([found[0]] + list(found[1]))
    one = np.array([1], np.int32)
    taken = tf.raw_ops.OrderedMapUnstage(
        key=np.int64(5), indices=one, dtypes=[tf.int32], shared_name="area"
    )
    yield session.run(taken), sizes()
    session.run(tf.raw_ops.OrderedMapClear(**types))
    yield sizes()


CASES = table(CASES)
