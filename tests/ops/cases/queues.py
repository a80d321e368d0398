"""Queues: orders, batches, waiting, closing, sharing, and what threads make of them."""

import threading

import numpy as np

from tests.reference import observe
from tests.reference.spec import failure, script, table

CASES = []


def queues(program):
    """A script of this table, named by its function."""
    CASES.append(script(program.__name__)(program))
    return program


def beside(session, fetches):
    """Runs `fetches` in a thread, which is waited for with the function that is given back; it
    gives the values, or the name of the error's class."""
    found = []

    def run():
        try:
            found.append(session.run(fetches))
        except Exception as error:
            found.append(type(error).__name__)

    thread = threading.Thread(target=run)
    thread.start()

    def wait():
        thread.join(20)
        return found

    return wait


def nodes(tf):
    return observe.program_nodes(tf, tf.get_default_graph().as_graph_def())


@queues
def first_in_first_out(tf):
    q = tf.FIFOQueue(10, [tf.float32, tf.string], [[2], []], name="q")
    yield q.name, [t.name for t in q.dtypes], [s.as_list() for s in q.shapes], q.names
    session = tf.Session()
    session.run(q.enqueue([[1.0, 2.0], "a"]))
    session.run(q.enqueue_many([[[3.0, 4.0], [5.0, 6.0], [7.0, 8.0]], ["b", "c", "d"]]))
    yield session.run(q.size())
    yield session.run(q.dequeue())
    yield session.run(q.dequeue_many(2))
    yield session.run(q.dequeue_many(0))
    yield session.run([q.is_closed(), q.close(), q.is_closed()][:1])
    session.run(q.close())
    yield session.run(q.is_closed())
    yield session.run(q.dequeue_up_to(3))
    shown = "is closed and has insufficient elements (requested 1, current size 0)"
    yield failure(lambda: session.run(q.dequeue()), "FIFOQueue '", "_q' ", shown)
    yield failure(lambda: session.run(q.enqueue([[1.0, 2.0], "a"])), "_q' is closed.")
    yield failure(lambda: session.run(q.close()), "Queue '", "_q' is already closed.")
    yield failure(lambda: session.run(q.dequeue_many(2)), "(requested 2, current size 0)")


@queues
def in_random_order(tf):
    tf.set_random_seed(5)
    q = tf.RandomShuffleQueue(100, 3, tf.int32, [[]], seed=7)
    session = tf.Session()
    session.run(q.enqueue_many([np.arange(30, dtype=np.int32)]))
    yield session.run(q.dequeue_many(9))
    yield [session.run(q.dequeue()) for _ in range(5)]
    session.run(q.enqueue_many([np.arange(100, 110, dtype=np.int32)]))
    yield session.run(q.dequeue_many(11))
    session.run(q.close())
    yield session.run(q.dequeue_up_to(100))


@queues
def of_the_seeds_of_a_graph(tf):
    tf.set_random_seed(11)
    first = tf.RandomShuffleQueue(20, 0, tf.int64, [[]])
    shared = tf.RandomShuffleQueue(20, 0, tf.int64, [[]], shared_name="shared")
    session = tf.Session()
    for q in (first, shared):
        session.run(q.enqueue_many([np.arange(20)]))
        yield session.run(q.dequeue_many(20))
    yield nodes(tf)


@queues
def filled_up(tf):
    q = tf.PaddingFIFOQueue(10, [tf.float32, tf.string], [[None, 2], [None]])
    session = tf.Session()
    x = tf.placeholder(tf.float32, [None, 2])
    s = tf.placeholder(tf.string, [None])
    put = q.enqueue([x, s])
    session.run(put, {x: [[1, 2]], s: ["a", "b"]})
    session.run(put, {x: [[3, 4], [5, 6], [7, 8]], s: []})
    session.run(put, {x: np.zeros([0, 2]), s: ["c"]})
    batch = q.dequeue_many(3)
    yield [part.shape.as_list() for part in batch], session.run(batch)
    wrong = {x: [[1, 2]], s: ["a"]}
    unknown = tf.placeholder(tf.string)
    put = q.enqueue([x, unknown])
    shown = "Shape mismatch in tuple component 1. Expected [?], got []"
    yield failure(lambda: session.run(put, {x: wrong[x], unknown: "a"}), shown)


@queues
def by_priority(tf):
    q = tf.PriorityQueue(10, [tf.string], [[]])
    yield [t.name for t in q.dtypes], [s.as_list() for s in q.shapes]
    session = tf.Session()
    session.run(q.enqueue_many([np.array([3, -1, 2, 7], np.int64), ["c", "a", "b", "d"]]))
    session.run(q.enqueue([0, "z"]))
    yield session.run(q.dequeue())
    yield session.run(q.dequeue_many(3))
    session.run(q.close())
    yield failure(lambda: session.run(q.dequeue_many(2)), "(requested 2, current size 1)")
    yield session.run(q.dequeue_many(1))


@queues
def of_dictionaries(tf):
    q = tf.FIFOQueue(10, [tf.float32, tf.int32], [[], [2]], names=["a", "b"])
    session = tf.Session()
    session.run(q.enqueue({"b": [1, 2], "a": 3.0}))
    session.run(q.enqueue_many({"b": [[4, 5]], "a": [6.0]}))
    yield session.run(q.dequeue_many(2))
    yield failure(lambda: q.enqueue({"a": 3.0}), "do not match")
    yield failure(lambda: q.enqueue([3.0, [1, 2]]), "must enqueue a dictionary")
    unnamed = tf.FIFOQueue(10, tf.float32)
    yield failure(lambda: unnamed.enqueue({"a": 3.0}), "must have names")
    yield failure(lambda: tf.FIFOQueue(10, tf.float32, names=["a", "b"]), "same length")


@queues
def chosen_from_a_list(tf):
    qs = [tf.FIFOQueue(10, tf.float32, [[2, n]], name="q") for n in (3, 3, 4)]
    index = tf.placeholder(tf.int32, [])
    q = tf.QueueBase.from_list(index, qs)
    yield [s.as_list() for s in q.shapes], q.name
    session = tf.Session()
    session.run(q.enqueue(tf.ones([2, 3])), {index: 1})
    yield session.run([each.size() for each in qs])
    yield failure(lambda: tf.QueueBase.from_list(0, []), "A list of queues expected")
    other = tf.FIFOQueue(10, tf.int32)
    yield failure(lambda: tf.QueueBase.from_list(0, [qs[0], other]), "matching component dtypes")
    yield nodes(tf)


@queues
def refused(tf):
    session = tf.Session()
    q = tf.FIFOQueue(10, [tf.float32, tf.float32], [[2], [2]])
    x = tf.placeholder(tf.float32)
    shown = "Shape mismatch in tuple component 1. Expected [2], got [3]"
    yield failure(lambda: session.run(q.enqueue([[1, 2], x]), {x: [1, 2, 3]}), shown)
    shown = "Shape mismatch in tuple component 1. Expected [1,2], got [2,2]"
    many = q.enqueue_many([[[1, 2]], x])
    yield failure(lambda: session.run(many, {x: np.ones([2, 2])}), shown)
    yield failure(lambda: q.enqueue([[1, 2], [1, 2, 3]]), "are incompatible")
    yield failure(lambda: q.enqueue_many([[[1, 2]], [[1, 2], [3, 4]]]))
    yield failure(lambda: q.enqueue_many([1, 2]))
    free = tf.FIFOQueue(10, tf.float32)
    yield failure(lambda: session.run(free.dequeue_many(1)), "require the components to have")
    yield failure(lambda: free.dequeue_many(-1), "must be >= 0, but is -1")
    n = tf.placeholder(tf.int32, [])
    shown = "DequeueManyOp requested -2 < 0 elements"
    yield failure(lambda: session.run(q.dequeue_many(n), {n: -2}), shown)
    yield failure(lambda: tf.FIFOQueue(1, tf.float32, [[None]]), "must be fully defined")
    yield failure(lambda: tf.PaddingFIFOQueue(1, tf.float32, [None]), "a list of shapes")
    shuffled = tf.RandomShuffleQueue(2, 3, tf.float32)
    yield failure(lambda: session.run(shuffled.size()), "min_after_dequeue 3 must be < capacity 2")


@queues
def shared(tf):
    session = tf.Session()

    def make(capacity=3, dtype=tf.float32, shape=(2,), kind=tf.FIFOQueue, **options):
        return kind(capacity, dtypes=[dtype], shapes=[shape], shared_name="s", **options)

    session.run(make().enqueue([[1.0, 2.0]]))
    yield session.run(make().dequeue())
    yield failure(lambda: session.run(make(4).size()), "capacity 3 but requested capacity was 4")
    shown = "has component types float but requested component types were int32"
    yield failure(lambda: session.run(make(dtype=tf.int32).size()), shown)
    shown = "has component shapes [[2]] but requested component shapes were [[3]]"
    yield failure(lambda: session.run(make(shape=(3,)).size()), shown)
    other = make(kind=tf.RandomShuffleQueue, min_after_dequeue=0)
    yield failure(lambda: session.run(other.size()), "Expected FIFOQueue, found RandomShuffleQueue")


@queues
def waiting(tf):
    session = tf.Session()
    q = tf.FIFOQueue(2, tf.int32, [[]])
    empty = beside(session, q.dequeue_many(5))
    session.run(q.enqueue_many([[1, 2, 3, 4]]))
    session.run(q.enqueue(5))
    yield empty()
    full = beside(session, q.enqueue_many([[6, 7, 8]]))
    yield [session.run(q.dequeue()) for _ in range(3)]
    full()
    # In one run, too, and with what comes from elsewhere.
    taken = q.dequeue()
    assigned = tf.get_variable("v", [], tf.int32, tf.zeros_initializer())
    session.run(assigned.initializer)
    with tf.control_dependencies([assigned.assign_add(3)]):
        put = q.enqueue(9)
    yield session.run([taken, put])


@queues
def cancelled(tf):
    session = tf.Session()
    q = tf.FIFOQueue(1, tf.int32, [[]])
    session.run(q.enqueue(1))
    full = beside(session, q.enqueue(2))
    session.run(q.close(cancel_pending_enqueues=True))
    yield full()
    yield session.run(q.dequeue_up_to(2))
    other = tf.FIFOQueue(1, tf.int32, [[]])
    empty = beside(session, other.dequeue_many(2))
    session.run(other.enqueue(3))
    session.run(other.close())
    yield empty()
    yield session.run(other.dequeue())
    last = tf.FIFOQueue(1, tf.int32, [[]])
    options = tf.RunOptions(timeout_in_ms=50)
    yield failure(lambda: session.run(last.dequeue(), options=options))
    session.run(last.enqueue(4))
    yield session.run(last.dequeue())
    limited = tf.Session(config=tf.ConfigProto(operation_timeout_in_ms=50))
    yield failure(lambda: limited.run(last.dequeue()))


@queues
def kept_from_changes(tf):
    session = tf.Session()
    q = tf.FIFOQueue(5, tf.float32, [[2]])
    v = tf.get_variable("v", initializer=[1.0, 2.0], use_resource=True)
    x = tf.placeholder(tf.float32, [2])
    session.run(v.initializer)
    session.run(q.enqueue(v))
    session.run(v.assign_add([10.0, 10.0]))
    fed = np.array([3.0, 4.0], np.float32)
    session.run(q.enqueue(x), {x: fed})
    fed += 1
    yield session.run(q.dequeue_many(2))


@queues
def of_every_type(tf):
    session = tf.Session()
    types = np.float16, np.float32, np.float64, np.int8, np.int16, np.int32, np.int64, np.uint8
    for dtype in (*types, np.uint16, np.bool_, np.complex64, np.complex128):
        values = np.array([0, 1, 1, 0], dtype)
        q = tf.PaddingFIFOQueue(5, tf.as_dtype(dtype), [[None]])
        session.run(q.enqueue(values))
        session.run(q.enqueue(values[:2]))
        batch = session.run(q.dequeue_many(2))
        yield batch.dtype.name, batch.astype("complex64")


@queues
def of_old_graphs(tf):
    handle = tf.raw_ops.FIFOQueue(component_types=[tf.int32], shapes=[[]], capacity=4)
    q = tf.QueueBase([tf.int32], [[]], None, handle)
    session = tf.Session()
    session.run(tf.raw_ops.QueueEnqueueMany(handle=handle, components=[[1, 2, 3]]))
    session.run(q.enqueue(4))
    yield session.run(q.dequeue())
    yield session.run(tf.raw_ops.QueueDequeueMany(handle=handle, n=2, component_types=[tf.int32]))
    yield session.run(q.size())
    yield nodes(tf)


@queues
def with_a_coordinator(tf):
    q = tf.FIFOQueue(100, tf.int64, [[]])
    v = tf.Variable(np.int64(0))
    limited = tf.count_up_to(v, 30) if hasattr(tf, "count_up_to") else v.count_up_to(30)
    runner = tf.train.QueueRunner(q, [q.enqueue(limited)])
    tf.train.add_queue_runner(runner)
    yield runner.name, runner.close_op.name, runner.cancel_op.name, runner.to_proto().queue_name
    again = tf.train.QueueRunner.from_proto(runner.to_proto())
    yield again.queue.name, again.enqueue_ops[0].name
    yield failure(lambda: tf.train.start_queue_runners(), "No default session")
    with tf.Session() as session:
        session.run(v.initializer)
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(coord=coord)
        yield len(threads)
        found = []
        try:
            while not coord.should_stop():
                found.append(session.run(q.dequeue_many(7)))
        except tf.errors.OutOfRangeError:
            yield found
        coord.request_stop()
        coord.join(threads)
        yield coord.joined, [thread.is_alive() for thread in threads]


CASES = table(CASES)
