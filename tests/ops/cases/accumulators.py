"""Accumulators of gradients, and barriers."""

import threading

import numpy as np

from tests.reference import observe
from tests.reference.spec import failure, script, table

CASES = []


def shared(program):
    """A script of this table, named by its function."""
    CASES.append(script(program.__name__)(program))
    return program


def nodes(tf):
    return observe.program_nodes(tf, tf.get_default_graph().as_graph_def())


@shared
def dense(tf):
    session = tf.Session()
    for kind in ("MEAN", "SUM"):
        q = tf.ConditionalAccumulator(tf.float32, shape=[2], name="q", reduction_type=kind)
        yield q.name, q.dtype.name, q.accumulator_ref.shape.as_list()
        session.run(q.apply_grad([1.0, 5.0]))
        session.run(q.apply_grad([2.0, 7.0]))
        taken = q.take_grad(2)
        yield taken.shape.as_list(), session.run(q.num_accumulated()), session.run(taken)
        session.run(q.apply_grad([100.0, 100.0]))  # of an earlier time step: dropped
        session.run(q.apply_grad([3.0, 4.0], local_step=1))
        yield session.run(q.take_grad(1)), session.run(q.num_accumulated())
        session.run(q.set_global_step(7))
        session.run(q.apply_grad([3.0, 4.0], local_step=6))
        yield session.run(q.num_accumulated())
    yield failure(lambda: session.run(q.take_grad(0)), "must be positive, but was 0")
    yield failure(lambda: q.apply_grad([1.0, 2.0, 3.0]), "are incompatible")
    unknown = tf.ConditionalAccumulator(tf.float64)
    x = tf.placeholder(tf.float64)
    put = unknown.apply_grad(x)
    session.run(put, {x: [[1.0]]})
    shown = "Shape mismatch: expected [1,1], got [2]"
    yield failure(lambda: session.run(put, {x: [1.0, 2.0]}), shown)
    yield nodes(tf)


@shared
def sparse(tf):
    session = tf.Session()
    q = tf.SparseConditionalAccumulator(tf.float32, shape=[None, 2], name="q")
    session.run(q.apply_grad([0, 2], np.array([[0, 1], [4, 5]], np.float32)))
    session.run(q.apply_grad([1, 2], np.array([[3, 3], [6, 1]], np.float32), [3, 2]))
    yield session.run(q.num_accumulated())
    yield tuple(session.run(q.take_grad(2)))
    slices = tf.IndexedSlices(tf.constant([[1.0, 2.0]]), tf.constant([4], tf.int64))
    session.run(q.apply_indexed_slices_grad(slices, local_step=1))
    taken = session.run(q.take_indexed_slices_grad(1))
    yield taken.indices, taken.values, taken.dense_shape
    session.run(q.set_global_step(5))
    shown = "Shape mismatch: expected values dim 1 to be 2, got 1"
    wrong = q.apply_grad([0], np.ones([1, 1], np.float32), local_step=5)
    yield failure(lambda: session.run(wrong), shown)
    wrong = q.apply_grad([0], np.ones([1, 2], np.float32), [3, 3], local_step=5)
    yield failure(lambda: session.run(wrong), "expected shape dim 1 to be 2, got 3")
    wrong = q.apply_grad([0, 1], np.ones([1, 2], np.float32), local_step=5)
    yield failure(lambda: session.run(wrong), "Expected 2 non-empty input values, got 1")
    total = tf.SparseConditionalAccumulator(tf.float32, [2, 1], reduction_type="SUM")
    for _ in range(2):
        session.run(total.apply_grad([1], np.ones([1, 1], np.float32)))
    yield tuple(session.run(total.take_grad(2)))
    wrong = total.apply_grad([2], np.ones([1, 1], np.float32), local_step=1)
    yield failure(lambda: session.run(wrong), "index is 2 exceeded 2")
    yield nodes(tf)


@shared
def waited_for(tf):
    session = tf.Session()
    q = tf.ConditionalAccumulator(tf.float32, shape=[])
    taken = []
    take = q.take_grad(3)
    thread = threading.Thread(target=lambda: taken.append(session.run(take)))
    thread.start()
    for number in (1.0, 2.0, 6.0):
        session.run(q.apply_grad(number))
    thread.join(20)
    yield taken
    last = tf.RunOptions(timeout_in_ms=50)
    yield failure(lambda: session.run(take, options=last))


@shared
def behind_references(tf):
    handle = tf.raw_ops.ConditionalAccumulator(dtype=tf.float32, shape=[2])
    session = tf.Session()
    put = tf.raw_ops.AccumulatorApplyGradient(
        handle=handle, local_step=np.int64(0), gradient=[1.0, 2.0]
    )
    session.run(put)
    yield session.run(tf.raw_ops.AccumulatorNumAccumulated(handle=handle))
    take = tf.raw_ops.AccumulatorTakeGradient(handle=handle, num_required=1, dtype=tf.float32)
    yield session.run(take)


@shared
def barrier(tf):
    session = tf.Session()
    options = {"component_types": [tf.float32, tf.string], "shapes": [[], [2]]}
    handle = tf.raw_ops.Barrier(**options)

    def put(component, keys, values):
        session.run(
            tf.raw_ops.BarrierInsertMany(
                handle=handle, keys=keys, values=values, component_index=component
            )
        )

    def take(count, **more):
        found = tf.raw_ops.BarrierTakeMany(
            handle=handle, num_elements=count, component_types=options["component_types"], **more
        )
        return session.run(list(found[:2]) + list(found[2]))

    def sizes():
        ready = tf.raw_ops.BarrierReadySize(handle=handle)
        return session.run([ready, tf.raw_ops.BarrierIncompleteSize(handle=handle)])

    put(0, ["a", "b"], [1.0, 2.0])
    put(0, ["c"], [3.0])
    yield sizes()
    put(1, ["c"], [["x", "y"]])
    put(1, ["b"], [["z", ""]])
    yield sizes(), take(2)
    yield failure(lambda: put(0, ["a"], [1.0]), "already has a value for component 0")
    yield failure(lambda: put(0, ["a"], [[1.0, 2.0]]))
    session.run(tf.raw_ops.BarrierClose(handle=handle))
    yield failure(lambda: put(0, ["d"], [1.0]), "attempted to insert a brand new key: d")
    shown = "is closed and has insufficient elements (requested 2, total size 1)"
    yield failure(lambda: take(2), shown)
    put(1, ["a"], [["p", "q"]])
    yield take(5, allow_small_batch=True)
    again = tf.raw_ops.BarrierClose(handle=handle)
    yield failure(lambda: session.run(again), "is already closed")
    session.run(tf.raw_ops.BarrierClose(handle=handle, cancel_pending_enqueues=True))
    yield failure(lambda: take(1), "is closed and has insufficient elements")


CASES = table(CASES)
