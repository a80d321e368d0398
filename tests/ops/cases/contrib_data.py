"""tf.contrib.data, and what tf.data.experimental has of it."""

import functools

import numpy as np

from tests.reference import observe
from tests.reference.spec import failure, script, table

CASES = []


def pipeline(program):
    """A script of this table, named by its function."""
    CASES.append(script(program.__name__)(program))
    return program


def taken(tf, dataset, limit=60):
    """The first elements; sparse ones as tuples, and what an error is called in its place."""
    found = []
    with tf.Session() as session:
        element = tf.data.make_one_shot_iterator(dataset).get_next()
        while len(found) < limit:
            try:
                found.append(as_lists(tf, session.run(element)))
            except tf.errors.OutOfRangeError:
                break
            except tf.errors.OpError as error:
                found.append(type(error).__name__)
    return found


def as_lists(tf, value):
    if isinstance(value, (tuple, tf.SparseTensorValue)):
        return [as_lists(tf, part) for part in value]
    return value


def described(dataset):
    return repr(dataset).partition("shapes:")[2], dataset.options() is not None


def built(tf):
    graph_def = tf.get_default_graph().as_graph_def()
    functions = sorted(f.signature.name.rpartition("_")[0] for f in graph_def.library.function)
    nodes = observe.program_nodes(tf, graph_def)
    # Functions are numbered as the process makes them.
    nodes = [[name, op, inputs] for name, op, inputs, _, _ in nodes]
    # The branches of a conditional in a function are functions, too: TensorFlow's alone.
    return nodes, [name for name in functions if name.startswith(("__inference", "_make"))]


def lengths(tf, *sizes):
    """Vectors of these sizes."""
    ranges = tf.data.Dataset.from_tensor_slices(list(sizes))
    return ranges.map(lambda size: tf.fill([size], size))


@pipeline
def windows_of_keys(tf):
    numbers = tf.data.Dataset.range(11)
    grouped = numbers.apply(
        tf.contrib.data.group_by_window(lambda x: x % 3, lambda _, xs: xs.batch(4), 4)
    )
    yield described(grouped), taken(tf, grouped)
    by_key = numbers.apply(
        tf.contrib.data.group_by_window(
            lambda x: x % 2,
            lambda key, xs: tf.data.Dataset.zip((xs.map(lambda x: x + key), xs.skip(1))),
            window_size_func=lambda key: key + 2,
        )
    )
    yield described(by_key), taken(tf, by_key)
    shuffled = numbers.apply(
        tf.contrib.data.group_by_window(lambda x: x // 6, lambda _, xs: xs.shuffle(9, 3), 3)
    )
    yield taken(tf, shuffled.repeat(2))
    yield built(tf)


@pipeline
def mistakes_of_windows(tf):
    numbers = tf.data.Dataset.range(7)
    group = tf.contrib.data.group_by_window

    def same(_, xs):
        return xs

    yield failure(lambda: group(lambda x: x, same), "window_size")
    yield failure(lambda: group(lambda x: x, same, 3, lambda key: key), "window_size")
    yield failure(lambda: numbers.apply(group(lambda x: [x, x], same, 2)), "`key_func` must")
    yield failure(lambda: numbers.apply(group(lambda x: x, lambda k, _: k, 2)), "`reduce_func`")
    yield taken(tf, numbers.apply(group(lambda x: x % 2, same, 0)), 9)
    fails_once = group(lambda x: x // 4, lambda key, xs: xs.batch(1 - tf.abs(key)), 2)
    yield taken(tf, numbers.apply(fails_once), 9)


@pipeline
def buckets(tf):
    vectors = lengths(tf, 1, 5, 2, 2, 7, 3, 1, 6, 2)
    bucket = tf.contrib.data.bucket_by_sequence_length
    plain = vectors.apply(bucket(tf.size, [2, 5], [3, 2, 2]))
    yield described(plain), taken(tf, plain)
    to_boundary = vectors.apply(
        bucket(tf.size, [2, 5, 9], [3, 2, 2, 2], [None], -1, pad_to_bucket_boundary=True)
    )
    yield described(to_boundary), taken(tf, to_boundary)
    too_long = vectors.apply(bucket(tf.size, [2, 5], [2, 2, 2], pad_to_bucket_boundary=True))
    yield taken(tf, too_long, 9)
    equal = lengths(tf, 2, 3, 2, 3, 3).apply(bucket(tf.size, [3], [2, 2], no_padding=True))
    yield taken(tf, equal)
    dropped = vectors.apply(
        tf.data.experimental.bucket_by_sequence_length(tf.size, [4], [2, 2], drop_remainder=True)
    )
    yield described(dropped), taken(tf, dropped)
    yield failure(lambda: bucket(tf.size, [2, 5], [3, 2]), "len(bucket_batch_sizes)")
    yield built(tf)


@pipeline
def reduced_groups(tf):
    numbers = tf.data.Dataset.range(10)
    reducer = tf.contrib.data.Reducer(
        lambda key: (np.int64(0), key * 100),
        lambda state, x: (state[0] + x, state[1]),
        lambda total, start: {"sum": total, "start": start},
    )
    groups = numbers.apply(tf.contrib.data.group_by_reducer(lambda x: (x + 1) % 3, reducer))
    yield described(groups)[1], [sorted(found.items()) for found in taken(tf, groups)]
    growing = tf.data.experimental.Reducer(
        lambda _: tf.zeros([0], tf.int64),
        lambda state, x: tf.concat([state, [x]], 0),
        lambda state: state,
    )
    joined = numbers.apply(tf.contrib.data.group_by_reducer(lambda x: x % 2, growing))
    yield described(joined), taken(tf, joined)
    other_type = tf.contrib.data.Reducer(
        lambda _: 0, lambda state, x: tf.cast(state, tf.float32), lambda state: state
    )
    group = tf.contrib.data.group_by_reducer
    yield failure(lambda: numbers.apply(group(lambda x: x, other_type)), "element types")
    yield failure(lambda: numbers.apply(group(lambda x: tf.cast(x, tf.int32), growing)), "key_func")
    sums = tf.contrib.data.Reducer(
        lambda _: np.int64(7), lambda state, x: state + x, lambda state: -state
    )
    total = tf.contrib.data.reduce_dataset(numbers, sums)
    yield failure(lambda: tf.contrib.data.reduce_dataset([1], sums), "`dataset` must be")
    yield total.shape.as_list(), tf.Session().run(total)
    yield built(tf)


@pipeline
def chosen(tf):
    datasets = [tf.data.Dataset.from_tensors(word).repeat(3) for word in "abc"]
    choices = tf.data.Dataset.from_tensor_slices(np.array([0, 2, 2, 2, 2, 1, 0, 0, 0, 1]))
    picked = tf.contrib.data.choose_from_datasets(datasets, choices)
    yield described(picked), taken(tf, picked), taken(tf, picked.repeat(2).batch(4))
    shapes = [tf.data.Dataset.from_tensors([1]), tf.data.Dataset.from_tensors([1, 2])]
    mixed = tf.data.experimental.choose_from_datasets(shapes, tf.data.Dataset.range(3))
    yield described(mixed), taken(tf, mixed)
    out_of_range = tf.data.Dataset.from_tensor_slices(np.array([0, 5, -1, 1]))
    yield taken(tf, tf.contrib.data.choose_from_datasets(datasets, out_of_range))
    choose = tf.contrib.data.choose_from_datasets
    yield failure(lambda: choose(datasets, tf.data.Dataset.from_tensors(0)), "scalar `tf.int64`")
    yield failure(lambda: choose([datasets[0], choices], choices), "All datasets must have")
    yield built(tf)


@pipeline
def sampled(tf):
    tf.set_random_seed(5)
    datasets = [tf.data.Dataset.from_tensors(n).repeat(9) for n in range(3)]
    sample = tf.contrib.data.sample_from_datasets
    yield taken(tf, sample(datasets, [0.2, 0.3, 0.5], seed=3))
    yield taken(tf, sample(datasets, tf.constant([0.5, 0.0, 0.5], tf.float64)), 12)
    yield taken(tf, sample(datasets, seed=4).batch(5))
    weights = tf.data.Dataset.from_tensors([0.1, 0.1, 0.8]).repeat()
    yield taken(tf, sample(datasets, weights, seed=4))
    yield taken(tf, sample(datasets[1:2], [1.0]), 3)
    yield failure(lambda: sample(datasets, [1, 2, 3]), "`weights` must be convertible")
    yield failure(lambda: sample(datasets, [0.5, 0.5]), "`weights` must be a vector")
    yield built(tf)


@pipeline
def resampled(tf):
    tf.set_random_seed(6)
    classes = tf.data.Dataset.range(60).map(lambda i: tf.cast(i % 4, tf.int32))
    resample = tf.contrib.data.rejection_resample
    target, initial = [0.1, 0.2, 0.3, 0.4], [0.25] * 4
    known = classes.apply(resample(lambda c: c, target, initial, seed=6))
    yield described(known), taken(tf, known)
    estimated = classes.apply(resample(lambda c: c, target, seed=6))
    yield described(estimated), taken(tf, estimated)
    yield len(taken(tf, classes.apply(resample(lambda c: c, initial, initial, seed=1)), 99))
    never = classes.apply(resample(lambda c: c, [0.0, 0.0, 0.5, 0.5], initial, seed=1))
    yield taken(tf, never)
    yield built(tf)


@pipeline
def sparse_batches(tf):
    vectors = lengths(tf, 2, 0, 3, 1)
    batches = vectors.apply(tf.contrib.data.dense_to_sparse_batch(3, [4]))
    yield described(batches), taken(tf, batches)
    widest = vectors.apply(tf.contrib.data.dense_to_sparse_batch(2, [None]))
    yield described(widest), taken(tf, widest)
    matrices = tf.data.Dataset.from_tensor_slices(np.arange(12.0).reshape(2, 2, 3))
    yield taken(tf, matrices.apply(tf.contrib.data.dense_to_sparse_batch(2, [2, None])))
    yield taken(tf, vectors.apply(tf.contrib.data.dense_to_sparse_batch(1, [2])), 6)
    yield taken(tf, vectors.apply(tf.contrib.data.dense_to_sparse_batch(1, [2, 2])), 2)
    to_sparse = tf.contrib.data.dense_to_sparse_batch
    pairs = tf.data.Dataset.zip((vectors, vectors))
    yield failure(lambda: pairs.apply(to_sparse(2, [4])))
    counted = tf.data.experimental.cardinality(tf.data.Dataset.range(5).apply(to_sparse(2, [])))
    yield tf.Session().run(counted)
    yield built(tf)


@pipeline
def slides(tf):
    pairs = tf.data.Dataset.range(9).map(lambda x: (x, [x, -x]))
    slide = tf.contrib.data.sliding_window_batch
    for options in (
        {"window_size": 3},
        {"window_size": 2, "stride": 4},
        {"window_size": 2, "window_shift": 3, "window_stride": 2},
        {"window_size": 20},
    ):
        windows = pairs.apply(slide(**options))
        yield described(windows), taken(tf, windows)
        yield tf.Session().run(tf.data.experimental.cardinality(windows))
    yield failure(lambda: slide(2, stride=1, window_shift=1), "Cannot specify both")
    zeros = ({"window_shift": 0}, {"window_stride": 0}, {"stride": 0})
    for options in zeros:
        windows = pairs.apply(slide(2, **options))
        with tf.Session() as session:
            start = tf.data.make_initializable_iterator(windows).initializer
            yield failure(functools.partial(session.run, start), "greater than zero")
    yield taken(tf, lengths(tf, 1, 1, 2, 2).apply(slide(2)), 4)
    yield built(tf)


@pipeline
def other_names(tf):
    contrib = tf.contrib.data
    numbers = tf.data.Dataset.range(7)
    yield taken(tf, numbers.apply(contrib.batch_and_drop_remainder(3)))
    yield taken(tf, lengths(tf, 2, 1, 3).apply(contrib.padded_batch_and_drop_remainder(2, [3])))
    yield taken(tf, numbers.apply(contrib.map_and_batch(lambda x: x * 2, 4)))
    yield taken(tf, numbers.apply(contrib.enumerate_dataset(5)))
    yield taken(tf, numbers.apply(contrib.shuffle_and_repeat(4, 2, seed=3)))
    yield taken(tf, numbers.batch(2).apply(contrib.unbatch()))
    yield taken(tf, numbers.apply(contrib.scan(np.int64(1), lambda s, x: (s + x, s))))
    yield taken(tf, numbers.map(lambda x: x // 2).apply(contrib.unique()))
    yield taken(tf, numbers.take(2).apply(contrib.ignore_errors()))
    repeat = tf.data.Dataset.from_tensors
    yield taken(tf, numbers.apply(contrib.parallel_interleave(lambda x: repeat(x).repeat(2), 2)))
    sloppy = numbers.apply(contrib.sloppy_interleave(lambda x: repeat(x).repeat(2), 1))
    yield taken(tf, sloppy)
    yield taken(tf, contrib.Counter(2, 3), 4), contrib.AUTOTUNE
    yield taken(tf, contrib.RandomDataset(seed=4), 3)
    yield tf.Session().run(contrib.get_single_element(numbers.take(1)))


@pipeline
def checked_shapes(tf):
    check = tf.contrib.data.assert_element_shape
    vectors = lengths(tf, 2, 2, 3)
    checked = vectors.apply(check(tf.TensorShape([2])))
    yield described(checked), taken(tf, checked)
    pairs = tf.data.Dataset.from_tensors((tf.zeros([2, 3]), tf.zeros([4])))
    unchecked = pairs.apply(check((tf.TensorShape([2, None]), tf.TensorShape(None))))
    yield described(unchecked), taken(tf, unchecked)
    wrong = (tf.TensorShape([2, 4]), tf.TensorShape([4]))
    yield failure(lambda: pairs.apply(check(wrong)))
    yield built(tf)


CASES = table(CASES)
