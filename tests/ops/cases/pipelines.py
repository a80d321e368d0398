"""Input pipelines of queues and threads: tf.train.batch, its kin, and what feeds them."""

import numpy as np

from tests.reference import observe
from tests.reference.spec import failure, script, table

CASES = []


def pipeline(program):
    """A script of this table, named by its function."""
    CASES.append(script(program.__name__)(program))
    return program


def built(tf):
    """Every node, and the queue runners."""
    graph = tf.get_default_graph()
    runners = [
        (r.queue.name, [op.name for op in r.enqueue_ops], r.close_op.name, r.cancel_op.name)
        for r in graph.get_collection("queue_runners")
    ]
    summaries = [tensor.name for tensor in graph.get_collection("summaries")]
    return observe.program_nodes(tf, graph.as_graph_def()), runners, summaries


def all_runs(tf, fetches):
    """What runs of `fetches` give until there is nothing more."""
    found = []
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coord)
        try:
            while not coord.should_stop():
                found.append(session.run(fetches))
        except tf.errors.OutOfRangeError:
            pass
        coord.request_stop()
        coord.join(threads)
    return found


def sparse(tf):
    return tf.SparseTensor([[0, 1], [1, 0]], [1.0, 2.0], [2, 3])


@pipeline
def names_in_batches(tf):
    names = tf.train.string_input_producer(["a", "b", "c"], num_epochs=2, shuffle=False)
    batch = tf.train.batch([names.dequeue()], 2)
    yield batch.shape.as_list(), batch.name
    yield all_runs(tf, batch)
    yield built(tf)


@pipeline
def names_in_random_order(tf):
    names = tf.train.string_input_producer(list("abcdefgh"), num_epochs=3, seed=8)
    yield all_runs(tf, names.dequeue_many(8))


@pipeline
def slices_shuffled(tf):
    tf.set_random_seed(9)
    x, y = tf.train.slice_input_producer(
        [np.arange(20, dtype=np.float32).reshape(10, 2), np.arange(10)], num_epochs=1
    )
    # Only the first element is taken while the queue is open: so the order is certain.
    batch = tf.train.shuffle_batch(
        [x, y], 4, 20, 9, seed=4, allow_smaller_final_batch=True, name="shuffled"
    )
    yield [part.shape.as_list() for part in batch]
    yield all_runs(tf, batch)
    yield built(tf)


@pipeline
def joined_and_filled_up(tf):
    counts = [tf.train.limit_epochs(tf.constant(n), 2, name=f"limit{n}") for n in (1, 3)]
    lists = [[tf.ones([n]) * n, tf.as_string(c)] for n, c in zip((1, 3), counts)]
    lists = [[tf.placeholder_with_default(x, [None]), c] for x, c in lists]
    batch = tf.train.batch_join(lists, 4, dynamic_pad=True)
    yield [part.shape.as_list() for part in batch]
    (found,) = all_runs(tf, batch)
    yield found[0].sum(), found[0].shape, sorted(found[1].tolist())
    yield built(tf)


@pipeline
def dictionaries_kept_or_not(tf):
    rows = tf.train.limit_epochs(tf.range(8), 2)
    kept = tf.equal(rows % 3, 0)
    batch = tf.train.maybe_batch({"a": rows, "b": -rows}, kept, 3, enqueue_many=True)
    yield sorted(batch), all_runs(tf, batch)
    joined = [{"a": rows}, {"a": rows}]
    yield sorted(tf.train.maybe_shuffle_batch_join(joined, 4, 20, 3, kept, enqueue_many=True))
    one = tf.placeholder(tf.bool, [])
    tf.train.maybe_batch_join(joined, one, 2, shapes=[[8]])
    yield built(tf)


@pipeline
def sparse_ones(tf):
    epochs = tf.train.limit_epochs(tf.constant([5, 6]), 2)
    batch = tf.train.batch([sparse(tf), epochs], 2)
    yield [tuple(found[0]) for found in all_runs(tf, batch)]
    rows = tf.train.batch([sparse(tf), epochs], 3, enqueue_many=True)
    yield rows[0].dense_shape.shape.as_list(), rows[1].shape.as_list()
    tf.train.shuffle_batch_join([[sparse(tf), epochs]] * 2, 3, 20, 2)
    yield built(tf)


@pipeline
def sparse_ones_kept_or_not(tf):
    which = tf.placeholder(tf.bool, [2])
    tf.train.maybe_batch([sparse(tf), tf.constant([1, 2])], which, 3, enqueue_many=True)
    whether = tf.placeholder(tf.bool, [])
    tf.train.maybe_batch([sparse(tf), tf.constant(1)], whether, 3)
    tf.train.maybe_shuffle_batch([sparse(tf)], 3, 20, 2, whether, enqueue_many=True)
    yield built(tf)


@pipeline
def other_producers(tf):
    counts = tf.train.range_input_producer(4, num_epochs=1, shuffle=False, name="r")
    yield counts.name, all_runs(tf, counts.dequeue())
    q = tf.train.input_producer([[1.0, 2.0]], summary_name="full", shared_name="s", name="n")
    yield q.shapes[0].as_list()
    yield built(tf)


@pipeline
def refused(tf):
    x = tf.constant([1.0, 2.0])
    yield failure(lambda: tf.train.batch([], 2), "at least one tensor in batch()")
    yield failure(lambda: tf.train.batch_join([], 2), "at least one set of tensors")
    yield failure(lambda: tf.train.batch([tf.placeholder(tf.float32)], 2), "Cannot infer")
    yield failure(lambda: tf.train.batch_join([[x], [tf.constant(1)]], 2), "to be consistent")
    yield failure(lambda: tf.train.batch_join([[x], [tf.constant(1.0)]], 2))
    yield failure(lambda: tf.train.batch_join([{"a": x}, {"b": x}], 2), "must have the same keys")
    yield failure(lambda: tf.train.shuffle_batch([x], 2, 3, 3), "must be bigger than")
    yield failure(lambda: tf.train.maybe_batch([x], [True, False], 2), "cannot be a vector")
    yield failure(lambda: tf.train.maybe_batch([x], tf.placeholder(tf.bool), 2), "must be known")
    yield failure(lambda: tf.train.string_input_producer([]), "requires a non-null input tensor")
    yield failure(lambda: tf.train.limit_epochs(x, 0), "num_epochs must be > 0 not 0")
    yield failure(lambda: tf.train.input_producer(tf.placeholder(tf.float32)))
    yield failure(lambda: tf.train.slice_input_producer([]), "at least one tensor")


@pipeline
def scalar_summaries(tf):
    a = tf.summary.scalar("a b", 1.5)
    b = tf.summary.scalar("x", tf.constant(2), family="f", collections=["others"])
    c = tf.raw_ops.ScalarSummary(tags=["t", "u"], values=np.array([3.0, 0.1]))
    with tf.Session() as session:
        for summary in session.run([a, b, c]):
            yield [(v.tag, v.simple_value) for v in tf.Summary.FromString(summary).value]
        x = tf.placeholder(tf.float32)
        shown = "tags and values not the same shape: [] != [2] (tag 'y')"
        wrong = tf.summary.scalar("y", x)
        yield failure(lambda: session.run(wrong, {x: [1.0, 2.0]}), shown)
    yield built(tf)


CASES = table(CASES)
