"""Programs that make datasets and iterate over them, and say what they saw.

Each takes the namespace `tf` and yields plain values: elements in their order, types and shapes,
nodes of the graph and its functions, and what was refused.  `record_data.py` records what they
yield under TensorFlow 1.15.5; tests/tf/data compares what they yield under reflow.  Python 3.7 runs
this file, because TensorFlow 1.15.5 does.
"""

import collections
import contextlib
import gzip
import hashlib
import os
import pathlib
import re
import shutil
import tempfile
import threading
import zlib

import numpy as np

from tests.reference import observe
from tests.reference.variable_programs import refusal

MNIST = pathlib.Path(__file__).resolve().parents[2] / "reflow" / "datasets" / "data" / "mnist"

Pair = collections.namedtuple("Pair", "left right")


# -- What programs observe ------------------------------------------------------------------------


def plain(tf, value):
    """A fetched value as lists, dictionaries and arrays."""
    if isinstance(value, tf.SparseTensorValue):
        return ["sparse", value.indices, value.values, value.dense_shape]
    if isinstance(value, dict):
        return {key: plain(tf, item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [plain(tf, item) for item in value]
    return value


def taken(tf, session, fetch, limit=1000):
    """What running `fetch` again and again gives, to the end of the sequence."""
    values = []
    with contextlib.suppress(tf.errors.OutOfRangeError):
        while len(values) < limit:
            values.append(plain(tf, session.run(fetch)))
    return values


def elements(tf, dataset, limit=1000):
    """The first elements, in their order."""
    with tf.Session() as session:
        return taken(tf, session, tf.data.make_one_shot_iterator(dataset).get_next(), limit)


def structure(tf, thing):
    """The classes, types and shapes of a dataset's or an iterator's elements."""
    described = (
        tf.data.get_output_types(thing),
        tf.data.get_output_shapes(thing),
        tf.data.get_output_classes(thing),
    )
    return [re.sub(r"<class '(\w+\.)*(\w+)'>", r"\2", str(item)) for item in described]


def walk(tf, get_next, count):
    """What `count` runs give: arrays, or the class of what each raises."""
    seen = []
    with tf.Session() as session:
        for _ in range(count):
            try:
                seen.append(plain(tf, session.run(get_next)))
            except tf.errors.OpError as error:
                seen.append(type(error).__name__)
    return seen


def failure(tf, action):
    """The class and the headline of the error that a run raises."""
    seen = refusal(action)
    text = seen["message"].split(" (defined at ")[0].split("{{node")[0].replace("[_Derived_]", "")
    return {"refused": seen["refused"], "message": text.strip().rstrip("[").strip(" .")}


def attributes(tf, node):
    """Without the number of a Python function, which counts those of the process."""
    found = observe.attributes(tf, node)
    found.pop("token", None)
    return found


def nodes(tf):
    """Every node and every function of the default graph."""
    graph_def = tf.get_default_graph().as_graph_def()
    functions = [
        [
            observe.function_name(function.signature.name),
            [[arg.name, tf.as_dtype(arg.type).name] for arg in function.signature.input_arg],
            [[arg.name, tf.as_dtype(arg.type).name] for arg in function.signature.output_arg],
            function.signature.is_stateful,
            [
                [node.name, node.op, list(node.input), attributes(tf, node)]
                for node in function.node_def
            ],
            dict(function.ret.items()),
        ]
        for function in graph_def.library.function
    ]
    own = [
        [node.name, node.op, list(node.input), node.device, attributes(tf, node)]
        for node in graph_def.node
    ]
    return [own, sorted(functions, key=str)]


@contextlib.contextmanager
def folder():
    """A folder for files, as a str."""
    path = tempfile.mkdtemp()
    try:
        yield path
    finally:
        shutil.rmtree(path)


def written(path, name, content):
    full = os.path.join(path, name)
    with open(full, "wb") as file:
        file.write(content)
    return full


# -- Sources --------------------------------------------------------------------------------------


def from_tensors(tf):
    nest = {"b": (np.arange(3), [1.0, 2.0]), "a": "text"}
    dataset = tf.data.Dataset.from_tensors(nest)
    yield structure(tf, dataset)
    yield elements(tf, dataset)
    yield elements(tf, tf.data.Dataset.from_tensors([[1, 2], [3, 4]]))
    yield elements(tf, tf.data.Dataset.from_tensors((1, Pair(2, (3.5,)))))
    yield repr(dataset), repr(tf.data.Dataset.from_tensors(1))


def from_tensor_slices(tf):
    Dataset = tf.data.Dataset
    dataset = Dataset.from_tensor_slices({"x": np.arange(6).reshape(3, 2), "y": ["a", "b", "c"]})
    yield structure(tf, dataset)
    yield elements(tf, dataset)
    yield elements(tf, Dataset.from_tensor_slices(([True, False], Pair([1, 2], [3.0, 4.0]))))
    yield refusal(lambda: Dataset.from_tensor_slices(([1, 2], [1, 2, 3])))
    yield refusal(lambda: Dataset.from_tensor_slices(1))
    x = tf.placeholder(tf.float32, [None, 2])
    dataset = Dataset.from_tensor_slices(x)
    yield structure(tf, dataset)
    iterator = dataset.make_initializable_iterator()
    get_next = iterator.get_next()
    with tf.Session() as session:
        session.run(iterator.initializer, {x: np.arange(4.0).reshape(2, 2)})
        yield taken(tf, session, get_next)
        session.run(iterator.initializer, {x: np.zeros((0, 2))})
        yield taken(tf, session, get_next)


def ranges(tf):
    Dataset = tf.data.Dataset
    for arguments in ((5,), (2, 5), (0, 10, 3), (10, 0, -4), (5, 2), (0,)):
        yield elements(tf, Dataset.range(*arguments))
    yield structure(tf, Dataset.range(1))
    yield refusal(lambda: Dataset.range())
    yield failure(tf, lambda: elements(tf, Dataset.range(0, 5, 0)))
    largest = np.iinfo(np.int64).max
    yield elements(tf, Dataset.range(largest - 2, largest))


def from_generator(tf):
    Dataset = tf.data.Dataset

    def numbers():
        for i in range(3):
            yield i, [i] * i

    dataset = Dataset.from_generator(numbers, (tf.int64, tf.int32), ([], [None]))
    yield structure(tf, dataset)
    yield elements(tf, dataset.repeat(2))
    yield structure(tf, Dataset.from_generator(numbers, (tf.int64, tf.int32)))
    yield elements(tf, Dataset.from_generator(lambda: iter(["a", "é"]), tf.string))
    counted = Dataset.from_generator(lambda n: range(n), tf.int32, [], args=(4,))
    yield elements(tf, counted)
    named = Dataset.from_generator(lambda: [{"a": 1, "b": 2.5}], {"a": tf.int32, "b": tf.float32})
    yield elements(tf, named)
    yield refusal(lambda: Dataset.from_generator(3, tf.int32))


def generator_mistakes(tf):
    def checked(values, types, shapes=None):
        dataset = tf.data.Dataset.from_generator(lambda: iter(values), types, shapes)
        return failure(tf, lambda: elements(tf, dataset))["refused"]

    yield checked(["text"], tf.int32)
    yield checked([(1, 2)], tf.int32, [])
    yield checked([1], (tf.int32, tf.int32))
    yield checked([[1, 2, 3]], tf.int32, [2])

    def broken():
        yield 1
        raise KeyError("lost")

    get_next = (
        tf.data.Dataset.from_generator(broken, tf.int32, []).make_one_shot_iterator().get_next()
    )
    yield walk(tf, get_next, 3)


def sparse_slices(tf):
    Dataset = tf.data.Dataset
    sparse = tf.SparseTensorValue([[0, 1], [2, 0], [2, 3]], [1.0, 2.0, 3.0], [3, 4])
    dataset = Dataset.from_tensor_slices(tf.SparseTensor(*sparse))
    yield structure(tf, dataset)
    yield elements(tf, dataset)
    yield elements(tf, dataset.batch(2))
    dataset = Dataset.from_tensors((sparse, 7))
    yield structure(tf, dataset)
    yield elements(tf, dataset.repeat(2).map(lambda s, n: (s, n + 1)))
    yield elements(tf, dataset.map(lambda s, n: s.values * 2))
    legacy = Dataset.from_sparse_tensor_slices(tf.SparseTensor(*sparse))
    yield structure(tf, legacy)
    yield elements(tf, legacy)
    iterator = tf.data.Iterator.from_structure(tf.float32, None, output_classes=tf.SparseTensor)
    yield structure(tf, iterator)


def listed_files(tf):
    with folder() as path:
        for name in ("b.txt", "a.txt", "c.csv", "d.txt"):
            written(path, name, b"")

        def listed(pattern, **options):
            names = elements(tf, tf.data.Dataset.list_files(pattern, **options))
            return [os.path.basename(name.decode()) for name in names]

        yield listed(path + "/*.txt", shuffle=False)
        yield listed([path + "/*.txt", path + "/*.csv"], shuffle=False)
        yield sorted(listed(path + "/*"))
        yield [listed(path + "/*", seed=seed) for seed in (1, 2, 3)]
        tf.set_random_seed(5)
        yield listed(path + "/*")
        yield structure(tf, tf.data.Dataset.list_files(path + "/*"))
        # A one-shot iterator leaves the check behind that another one waits for.
        yield listed(path + "/*.png")
        iterator = tf.data.Dataset.list_files(path + "/*.png").make_initializable_iterator()
        with tf.Session() as session:
            yield failure(tf, lambda: session.run(iterator.initializer))["refused"]


# -- Transformations ------------------------------------------------------------------------------


def combined(tf):
    Dataset = tf.data.Dataset
    a, b = Dataset.range(3), Dataset.range(10, 15)
    yield elements(tf, Dataset.zip((a, {"b": b, "aa": a})))
    yield structure(tf, Dataset.zip((a, {"b": b, "aa": a})))
    yield elements(tf, a.concatenate(b))
    yield elements(tf, a.enumerate(5))
    yield structure(tf, a.enumerate())
    x = Dataset.from_tensors([1, 2])
    y = Dataset.from_tensors([3])
    yield structure(tf, x.concatenate(y))
    yield elements(tf, x.concatenate(y))
    yield refusal(lambda: x.concatenate(Dataset.from_tensors([1.0])))
    yield refusal(lambda: Dataset.zip([a, b]))
    yield refusal(lambda: Dataset.zip((a, 3)))
    yield elements(tf, Dataset.zip((a, a)).concatenate(Dataset.zip((b, b))))


def selected(tf):
    dataset = tf.data.Dataset.range(7)
    yield [elements(tf, dataset.take(n)) for n in (0, 3, 9, -1, -3)]
    yield [elements(tf, dataset.skip(n)) for n in (0, 3, 9, -1)]
    yield [elements(tf, dataset.shard(3, i)) for i in range(3)]
    yield elements(tf, dataset.shard(9, 8))
    yield [elements(tf, dataset.repeat(n), 20) for n in (None, -1, 0, 1, 2)]
    yield elements(tf, dataset.take(0).repeat())
    yield elements(tf, dataset.take(2).repeat().skip(1).take(4))
    yield failure(tf, lambda: elements(tf, dataset.shard(0, 0)))
    yield failure(tf, lambda: elements(tf, dataset.shard(3, 3)))
    yield failure(tf, lambda: elements(tf, dataset.shard(3, -1)))


def batched(tf):
    dataset = tf.data.Dataset.range(7).map(lambda x: (x, tf.fill([2], tf.cast(x, tf.float32))))
    yield elements(tf, dataset.batch(3)), structure(tf, dataset.batch(3))
    yield elements(tf, dataset.batch(3, drop_remainder=True))
    yield (
        structure(tf, dataset.batch(3, True)),
        structure(tf, dataset.batch(7, drop_remainder=True)),
    )
    yield (
        elements(tf, dataset.batch(2, True).batch(2)),
        structure(tf, dataset.batch(2).batch(2, True)),
    )
    yield failure(tf, lambda: elements(tf, dataset.batch(2).batch(2)))
    yield elements(tf, dataset.take(0).batch(2))
    yield elements(tf, dataset.batch(100))
    yield elements(tf, dataset.map(lambda x, y: x).batch(2).unbatch())
    yield failure(tf, lambda: elements(tf, dataset.batch(0)))
    yield failure(tf, lambda: elements(tf, dataset.batch(-2)))
    uneven = tf.data.Dataset.range(1, 4).map(lambda x: tf.fill([x], x))
    yield failure(tf, lambda: elements(tf, uneven.batch(2)))["refused"]
    size = tf.placeholder_with_default(tf.constant(2, tf.int64), [])
    iterator = dataset.batch(size, True).make_initializable_iterator()
    yield structure(tf, iterator)
    get_next = iterator.get_next()
    with tf.Session() as session:
        for value in (2, 5):
            session.run(iterator.initializer, {size: value})
            yield taken(tf, session, get_next)


def padded(tf):
    dataset = tf.data.Dataset.range(1, 6).map(lambda x: tf.fill([x], x))
    yield elements(tf, dataset.padded_batch(2, [None]))
    yield structure(tf, dataset.padded_batch(2, [None]))
    yield elements(tf, dataset.padded_batch(2, [-1], drop_remainder=True))
    yield structure(tf, dataset.padded_batch(2, [7], drop_remainder=True))
    yield elements(tf, dataset.padded_batch(2, [7], tf.constant(-1, tf.int64)))
    pairs = tf.data.Dataset.range(3).map(
        lambda x: {"s": tf.fill([x, 2], tf.as_string(x)), "n": tf.cast(x, tf.float32)}
    )
    padded_pairs = pairs.padded_batch(3, {"s": [None, 3], "n": []}, {"s": "pad", "n": 0.5})
    yield elements(tf, padded_pairs), structure(tf, padded_pairs)
    yield elements(tf, pairs.padded_batch(2, {"s": tf.TensorShape([3, 2]), "n": []}))
    yield failure(tf, lambda: elements(tf, dataset.padded_batch(2, [3])))
    yield refusal(lambda: dataset.padded_batch(2, [None, None]))
    yield refusal(lambda: dataset.padded_batch(2, [None], 0.5))
    yield refusal(lambda: dataset.padded_batch(2, [None], [1, 2]))
    fixed = tf.data.Dataset.from_tensors([1, 2, 3])
    yield refusal(lambda: fixed.padded_batch(2, [2]))


def mapped(tf):
    dataset = tf.data.Dataset.range(4)
    yield elements(tf, dataset.map(lambda x: x * 2))
    yield elements(tf, dataset.map(lambda x: (x, {"neg": -x, "text": tf.as_string(x)})))
    yield elements(tf, dataset.map(lambda x: [x, x]))
    yield elements(tf, dataset.map(lambda x: Pair(x, x + 1)).map(lambda p: p.left * p.right))
    yield elements(
        tf, dataset.map(lambda x: ((x, 1), 2)).map(lambda p, n: p[0] + tf.cast(p[1] * n, tf.int64))
    )
    yield structure(tf, dataset.map(lambda x: ((x, 1), {"c": 2.0})))
    yield structure(tf, dataset.map(lambda x: tf.fill([x, 3], 1)))
    for calls in (1, 3, tf.data.experimental.AUTOTUNE):
        yield elements(tf, dataset.map(lambda x: x * 2, num_parallel_calls=calls))
    yield elements(tf, dataset.map_with_legacy_function(lambda x: x + 1))
    yield failure(tf, lambda: elements(tf, dataset.map(lambda x: x, num_parallel_calls=0)))
    yield refusal(lambda: dataset.map(lambda x, y: x))["refused"]
    yield refusal(lambda: dataset.map(lambda x: object()))["refused"]
    yield elements(tf, dataset.map(lambda x: 7))
    yield elements(tf, dataset.map(lambda x: (tf.range(x), "text")), 3)


def mapped_bodies(tf):
    """Bodies of many kinds, over enough elements that some are computed together."""
    rows = np.arange(60, dtype=np.float32).reshape(10, 6) - 30
    dataset = tf.data.Dataset.from_tensor_slices((rows, np.arange(10) % 3))
    bodies = [
        lambda x, y: tf.reduce_mean(tf.reshape(x, [2, 3]), 0),
        lambda x, y: tf.reduce_sum(x),
        lambda x, y: tf.reduce_max(x, axis=-1, keepdims=True),
        lambda x, y: tf.reduce_min(tf.reshape(x, [3, 2]), [0, 1]),
        lambda x, y: tf.one_hot(y, 3) * 2.0,
        lambda x, y: tf.transpose(tf.reshape(x, [2, 3])),
        lambda x, y: tf.expand_dims(x, -1) + tf.constant([1.0, 2.0]),
        lambda x, y: tf.squeeze(tf.reshape(x, [1, 6, 1])),
        lambda x, y: x[1:4],
        lambda x, y: x[-1],
        lambda x, y: tf.reshape(x, [2, 3])[:, 1],
        lambda x, y: tf.concat([x, tf.cast([y], tf.float32)], 0),
        lambda x, y: tf.stack([x, x * 2]),
        lambda x, y: tf.clip_by_value(x, -3, 3),
        lambda x, y: tf.where(x > 0, x, -x),
        lambda x, y: tf.cast(x, tf.uint8),
        lambda x, y: tf.matmul(tf.reshape(x, [2, 3]), tf.ones([3, 2])),
        lambda x, y: (tf.pad(x, [[1, 2]]), tf.shape(x), tf.size(x), tf.rank(x)),
        lambda x, y: tf.argmax(x),
        lambda x, y: tf.nn.softmax(x),
        lambda x, y: tf.equal(x, tf.reverse(x, [0])),
        lambda x, y: tf.gather(x, y),
        lambda x, y: tf.cumsum(x),
        lambda x, y: tf.tile(x, [2]),
        lambda x, y: tf.fill([y + 1], 2.5),
        lambda x, y: tf.zeros_like(x) + tf.ones([6]),
        lambda x, y: (x - tf.reduce_mean(x)) / tf.sqrt(tf.reduce_mean(tf.square(x))),
        lambda x, y: tf.as_string(y),
        lambda x, y: tf.random_uniform([2], seed=3),
        lambda x, y: tf.identity(x, name="same"),
    ]
    for body in bodies:
        mapped_dataset = dataset.map(body)
        yield structure(tf, mapped_dataset)
        if mapped_dataset.output_shapes.__class__ is tuple or (
            mapped_dataset.output_shapes.is_fully_defined()
        ):
            mapped_dataset = mapped_dataset.batch(4)
        yield elements(tf, mapped_dataset)


def filtered(tf):
    dataset = tf.data.Dataset.range(10)
    yield elements(tf, dataset.filter(lambda x: tf.equal(x % 3, 0)))
    yield elements(tf, dataset.filter(lambda x: x > 5).batch(3))
    yield elements(tf, dataset.filter(lambda x: False))
    pairs = tf.data.Dataset.zip((dataset, dataset.map(lambda x: -x)))
    yield elements(tf, pairs.filter(lambda a, b: a + b * 2 < -6))
    yield elements(tf, dataset.filter_with_legacy_function(lambda x: x < 2))
    yield refusal(lambda: dataset.filter(lambda x: x))["refused"]


def flat_mapped(tf):
    Dataset = tf.data.Dataset
    dataset = Dataset.range(1, 4)
    yield elements(tf, dataset.flat_map(lambda x: Dataset.range(x)))
    yield elements(tf, dataset.flat_map(lambda x: Dataset.from_tensors(x).repeat(x)).batch(4))
    nested = dataset.flat_map(
        lambda x: Dataset.range(2).flat_map(lambda y: Dataset.from_tensors(x * 10 + y))
    )
    yield elements(tf, nested), structure(tf, nested)
    yield refusal(lambda: dataset.flat_map(lambda x: x))["refused"]
    for cycle, block in ((1, 1), (2, 1), (2, 2), (3, 2), (5, 3)):
        made = Dataset.range(1, 6).interleave(
            lambda x: Dataset.from_tensors(x).repeat(x), cycle, block
        )
        yield elements(tf, made)
    made = Dataset.range(1, 6).interleave(
        lambda x: Dataset.from_tensors(x).repeat(3), 2, 2, num_parallel_calls=2
    )
    yield elements(tf, made)
    yield failure(tf, lambda: elements(tf, dataset.interleave(Dataset.range, 0)))
    yield failure(tf, lambda: elements(tf, dataset.interleave(Dataset.range, 1, 0)))
    yield elements(
        tf, Dataset.zip((dataset, dataset)).flat_map(lambda a, b: Dataset.range(a, a + b))
    )
    mapped_datasets = dataset.map(lambda x: Dataset.range(x))
    yield elements(tf, mapped_datasets.flat_map(lambda d: d.batch(2)))


def windowed(tf):
    Dataset = tf.data.Dataset
    dataset = Dataset.range(7)

    def lists(windows):
        return elements(tf, windows.flat_map(lambda w: w.batch(10)))

    yield lists(dataset.window(3))
    yield lists(dataset.window(3, drop_remainder=True))
    yield lists(dataset.window(3, shift=1)), lists(dataset.window(2, shift=3))
    yield lists(dataset.window(2, shift=1, stride=2))
    yield lists(dataset.window(3, 2, 2, drop_remainder=True))
    yield repr(dataset.window(2).output_types), repr(dataset.window(2).output_classes)
    pairs = Dataset.zip((dataset, {"b": dataset.map(lambda x: -x)})).window(2)
    yield repr(pairs)
    joined = pairs.flat_map(lambda a, b: Dataset.zip((a.batch(2), b["b"].batch(2))))
    yield elements(tf, joined)
    for arguments in ((0,), (2, 0), (2, 1, 0)):
        yield failure(tf, lambda arguments=arguments: lists(dataset.window(*arguments)))


def reduced(tf):
    Dataset = tf.data.Dataset
    dataset = Dataset.range(5)
    total = dataset.reduce(np.int64(0), lambda state, x: state + x)
    pair = dataset.reduce(
        {"n": 0, "list": tf.zeros([0], tf.int64)},
        lambda state, x: {"n": state["n"] + 1, "list": tf.concat([state["list"], [x]], 0)},
    )
    empty = dataset.take(0).reduce((1, 2.5), lambda state, x: (state[0] + 1, state[1]))
    yield total.shape.as_list(), str(pair["list"].shape), pair["n"].dtype.name
    with tf.Session() as session:
        yield plain(tf, session.run([total, pair, empty]))
        yield session.run(total)
    yield refusal(lambda: dataset.reduce(0, lambda state, x: 0.5))["refused"]


def unbatched(tf):
    dataset = tf.data.Dataset.from_tensors((np.arange(6).reshape(3, 2), ["a", "b", "c"]))
    yield elements(tf, dataset.unbatch()), structure(tf, dataset.unbatch())
    yield elements(tf, dataset.repeat(2).apply(tf.data.experimental.unbatch()))
    yield elements(tf, tf.data.Dataset.range(5).batch(2).unbatch().batch(3))
    wrong = tf.data.Dataset.from_tensors((tf.placeholder_with_default([1, 2], [None]), [1, 2, 3]))
    iterator = tf.data.make_initializable_iterator(wrong.unbatch())
    get_next = iterator.get_next()
    with tf.Session() as session:
        session.run(iterator.initializer)
        yield failure(tf, lambda: session.run(get_next))["refused"]
    yield refusal(lambda: tf.data.Dataset.range(3).unbatch())["refused"]


def cached(tf):
    calls = []

    def counted(x):
        calls.append(int(x))
        return x

    dataset = tf.data.Dataset.range(3).map(lambda x: tf.py_func(counted, [x], tf.int64))
    yield elements(tf, dataset.cache().repeat(3)), list(calls)
    del calls[:]
    yield elements(tf, dataset.cache().take(2).repeat(2)), list(calls)
    yield elements(tf, tf.data.Dataset.range(10).shuffle(10, seed=1).cache().repeat(2))


def prefetched(tf):
    dataset = tf.data.Dataset.range(5)
    for size in (0, 1, 3, 100, -1, None):
        yield elements(tf, dataset.prefetch(size))
    yield failure(tf, lambda: elements(tf, dataset.prefetch(-2)))
    broken = tf.data.Dataset.from_tensor_slices([1.0, 0.0, 2.0])
    broken = broken.map(lambda x: tf.check_numerics(1 / x, "x")).prefetch(2)
    yield walk(tf, broken.make_one_shot_iterator().get_next(), 5)


def options(tf):
    dataset = tf.data.Dataset.range(3)
    chosen = tf.data.Options()
    chosen.experimental_threading.private_threadpool_size = 2
    chosen.experimental_threading.max_intra_op_parallelism = 1
    chosen.experimental_optimization.map_fusion = True
    yield elements(tf, dataset.with_options(chosen).batch(2))
    yield dataset.with_options(chosen).map(lambda x: x).options() == chosen
    other = tf.data.Options()
    other.experimental_optimization.map_fusion = False
    yield refusal(lambda: dataset.with_options(chosen).with_options(other))["refused"]
    yield refusal(lambda: setattr(chosen, "no_such_option", 1))["refused"]
    yield refusal(lambda: setattr(chosen, "experimental_slack", "yes"))["refused"]


def applied(tf):
    dataset = tf.data.Dataset.range(4)
    yield elements(tf, dataset.apply(lambda d: d.skip(1)))
    yield refusal(lambda: dataset.apply(lambda d: 5))["refused"]
    yield refusal(lambda: iter(dataset))["refused"]


# -- Shuffling ------------------------------------------------------------------------------------


def shuffled(tf):
    """An op seed, and buffers smaller and larger than the data."""
    for count, size in ((10, 10), (10, 3), (10, 1), (10, 100), (100, 30), (3000, 1000), (0, 5)):
        yield np.array(elements(tf, tf.data.Dataset.range(count).shuffle(size, seed=7), 3000))
    yield elements(tf, tf.data.Dataset.range(10).shuffle(10, seed=0))
    yield elements(tf, tf.data.Dataset.range(10).shuffle(10, seed=2**40 + 1))
    yield failure(tf, lambda: elements(tf, tf.data.Dataset.range(3).shuffle(0)))
    seed = tf.constant(3, tf.int64) + 1
    yield elements(tf, tf.data.Dataset.range(9).shuffle(9, seed))


def shuffled_by_graph_seed(tf):
    tf.set_random_seed(0)
    yield elements(tf, tf.data.Dataset.range(20).shuffle(20))
    tf.constant(1)
    yield elements(tf, tf.data.Dataset.range(20).shuffle(8))
    tf.set_random_seed(42)
    yield elements(tf, tf.data.Dataset.range(20).shuffle(20, seed=3))
    yield elements(tf, tf.data.Dataset.range(20).shuffle(5).map(lambda x: x * 2).batch(6))


def shuffled_again(tf):
    """What repetition makes of a shuffling, and the other way round."""
    dataset = tf.data.Dataset.range(10)
    for size in (10, 4):
        for again in (None, True, False):
            yield elements(tf, dataset.shuffle(size, 5, again).repeat(3))
            yield elements(tf, dataset.shuffle(size, 5, again).take(7).repeat(3))
        yield elements(tf, dataset.repeat(3).shuffle(size, 5))
    yield elements(tf, dataset.shuffle(25, 5).repeat(3))
    yield elements(tf, dataset.shuffle(3, 5).repeat(), 50)
    yield elements(tf, dataset.shuffle(10, 1).shuffle(10, 2).repeat(2))
    yield elements(tf, dataset.shuffle(10, 1).batch(3).repeat(2))
    yield elements(tf, dataset.batch(2).shuffle(3, 1).repeat(2))
    yield elements(tf, dataset.apply(tf.data.experimental.shuffle_and_repeat(6, 2, seed=9)))
    yield elements(tf, dataset.apply(tf.data.experimental.shuffle_and_repeat(6, seed=9)), 30)
    yield elements(tf, dataset.skip(10).shuffle(5, 1).repeat(), 5)
    inner = tf.data.Dataset.range(3).flat_map(
        lambda x: tf.data.Dataset.range(x * 10, x * 10 + 4).shuffle(4, seed=2)
    )
    yield elements(tf, inner.repeat(2))
    chosen = tf.data.Options()
    chosen.experimental_optimization.apply_default_optimizations = False
    yield elements(tf, dataset.shuffle(4, 5).repeat(3).with_options(chosen))


def shuffled_by_initializer(tf):
    """Each time an iterator is initialized."""
    for again in (True, False):
        iterator = tf.data.Dataset.range(8).shuffle(8, 3, again).make_initializable_iterator()
        get_next = iterator.get_next()
        with tf.Session() as session:
            for _ in range(3):
                session.run(iterator.initializer)
                yield taken(tf, session, get_next)


def shuffled_strings(tf):
    words = [f"w{i}" for i in range(12)]
    dataset = tf.data.Dataset.from_tensor_slices((words, np.arange(12.0)))
    yield elements(tf, dataset.shuffle(5, 11).repeat(2).batch(5))
    uneven = tf.data.Dataset.range(8).map(lambda x: tf.fill([x % 3], x)).shuffle(4, seed=3)
    yield elements(tf, uneven)


def digest(array):
    return hashlib.md5(np.ascontiguousarray(array).tobytes()).hexdigest()


@contextlib.contextmanager
def mnist_files(kind):
    """The names of uncompressed files of images and labels."""
    with folder() as path:
        names = []
        for name in ("images-idx3", "labels-idx1"):
            with gzip.open(str(MNIST / f"{kind}-{name}-ubyte.gz")) as file:
                names.append(written(path, name, file.read()))
        yield names


def load_dataset(tf, image_file, label_file):
    """As the public programs' loader builds it."""

    def read_label(record):
        return tf.reshape(tf.decode_raw(record, tf.uint8), [])

    def read_image(record):
        return tf.cast(tf.decode_raw(record, tf.uint8), tf.float32) / 256.0

    images = tf.data.FixedLengthRecordDataset(
        image_file, 28 * 28, header_bytes=16, buffer_size=1024 * 16
    ).map(read_image)
    labels = tf.data.FixedLengthRecordDataset(
        label_file, 1, header_bytes=8, buffer_size=1024 * 16
    ).map(read_label)
    return tf.data.Dataset.zip((images, labels))


def mnist_batches(tf, dataset, count=300):
    """The labels of `count` batches as digests, and the pixels of some."""
    seen, pixels = [], []
    features, labels = dataset.make_one_shot_iterator().get_next()
    with tf.Session() as session:
        for index in range(count):
            image_batch, label_batch = session.run([features, labels])
            seen.append(digest(label_batch))
            if index % 100 == 0:
                pixels.append(digest(image_batch))
    return ["".join(text[:8] for text in seen), pixels]


def mnist_by_op_seed(tf):
    with mnist_files("train") as names:
        yield mnist_batches(tf, load_dataset(tf, *names).repeat().shuffle(60000, seed=0).batch(100))


def mnist_by_graph_seed(tf):
    tf.set_random_seed(0)
    with mnist_files("train") as names:
        yield mnist_batches(tf, load_dataset(tf, *names).repeat().shuffle(60000).batch(100))


def mnist_shuffled_then_repeated(tf):
    """More than an epoch of the test files."""
    tf.set_random_seed(0)
    with mnist_files("t10k") as names:
        yield mnist_batches(tf, load_dataset(tf, *names).shuffle(60000).repeat().batch(100))
    with mnist_files("t10k") as names:
        yield mnist_batches(tf, load_dataset(tf, *names).shuffle(1000).repeat().batch(100))


def mnist_whole(tf):
    """As the loader of the public programs takes it into memory."""
    tf.set_random_seed(0)
    with mnist_files("train") as names:
        dataset = load_dataset(tf, *names).shuffle(60000).batch(10000).repeat(1)
        yield mnist_batches(tf, dataset, 6)


# -- Iterators ------------------------------------------------------------------------------------


def one_shot_iterators(tf):
    dataset = tf.data.Dataset.range(3)
    iterator = dataset.make_one_shot_iterator()
    get_next = iterator.get_next()
    yield structure(tf, iterator), refusal(lambda: iterator.initializer)
    yield walk(tf, get_next, 5)
    yield walk(tf, get_next, 2)
    other = iterator.get_next("named")
    yield other.op.name, other.name
    with tf.Session() as session:
        yield [session.run(get_next), session.run(other), session.run(get_next)]
    with tf.Session() as one, tf.Session() as two:
        yield [s.run(get_next) for s in (one, two, one, two, one)]
    v = tf.Variable(1)
    yield refusal(lambda: dataset.map(lambda x: tf.cast(x, tf.int32) + v).make_one_shot_iterator())
    p = tf.placeholder(tf.int64, [])
    yield refusal(lambda: dataset.take(p).make_one_shot_iterator())["refused"]
    yield tf.data.make_one_shot_iterator(dataset).output_shapes.as_list()


def pairs_in_one_run(tf):
    """Components of one element, and two calls of get_next in one run."""
    a, b = (
        tf.data.Dataset.zip((tf.data.Dataset.range(5), tf.data.Dataset.range(10, 15)))
        .make_one_shot_iterator()
        .get_next()
    )
    with tf.Session() as session:
        yield session.run([a, b]), session.run(a), session.run([b, a, a + b])
    iterator = tf.data.Dataset.range(5).make_one_shot_iterator()
    x, y = iterator.get_next(), iterator.get_next()
    with tf.Session() as session:
        yield sorted(session.run([x, y]))


def initializable_iterators(tf):
    n = tf.placeholder(tf.int64, [], name="n")
    dataset = tf.data.Dataset.range(n)
    iterator = dataset.make_initializable_iterator()
    get_next = iterator.get_next()
    yield iterator.initializer.name, iterator.initializer.type
    with tf.Session() as session:
        yield failure(tf, lambda: session.run(get_next))
        for count in (2, 3, 0):
            session.run(iterator.initializer, {n: count})
            yield taken(tf, session, get_next)
        yield failure(tf, lambda: session.run(get_next))
        session.run(iterator.initializer, {n: 4})
        yield session.run(get_next)
        session.run(iterator.initializer, {n: 4})
        yield session.run(get_next)
    with tf.Session() as one, tf.Session() as two:
        one.run(iterator.initializer, {n: 3})
        two.run(iterator.initializer, {n: 1})
        yield taken(tf, two, get_next), taken(tf, one, get_next)


def reinitializable_iterators(tf):
    training = tf.data.Dataset.range(3).map(lambda x: (x, tf.cast(x, tf.float32)))
    validation = tf.data.Dataset.range(10, 12).map(lambda x: (x, tf.constant(0.5)))
    iterator = tf.data.Iterator.from_structure(training.output_types, training.output_shapes)
    get_next = iterator.get_next()
    first = iterator.make_initializer(training)
    second = iterator.make_initializer(validation, name="second")
    yield first.name, second.name, structure(tf, iterator)
    with tf.Session() as session:
        yield failure(tf, lambda: session.run(get_next))["refused"]
        for start in (first, second, first):
            session.run(start)
            yield taken(tf, session, get_next)
    unknown = tf.data.Iterator.from_structure(tf.int64)
    yield structure(tf, unknown), refusal(lambda: unknown.initializer)
    yield refusal(lambda: iterator.make_initializer(tf.data.Dataset.range(3)))["refused"]
    typed = tf.data.Iterator.from_structure(tf.int32, [])
    yield refusal(lambda: typed.make_initializer(tf.data.Dataset.range(3)))
    shaped = tf.data.Iterator.from_structure(tf.int64, [2])
    yield refusal(lambda: shaped.make_initializer(tf.data.Dataset.range(3)))["refused"]


def feedable_iterators(tf):
    handle = tf.placeholder(tf.string, [])
    training = tf.data.Dataset.range(3).repeat()
    validation = tf.data.Dataset.range(100, 102)
    iterator = tf.data.Iterator.from_string_handle(
        handle, training.output_types, training.output_shapes
    )
    get_next = iterator.get_next()
    one_shot = training.make_one_shot_iterator()
    initializable = validation.make_initializable_iterator()
    wrong = tf.data.Dataset.from_tensors("text").make_one_shot_iterator()
    shaped = tf.data.Dataset.from_tensors(np.arange(3)).make_one_shot_iterator()
    yield structure(tf, iterator)
    with tf.Session() as session:
        a, b, c, d = session.run(
            [i.string_handle() for i in (one_shot, initializable, wrong, shaped)]
        )
        yield [session.run(get_next, {handle: a}) for _ in range(2)]
        yield failure(tf, lambda: session.run(get_next, {handle: b}))["refused"]
        session.run(initializable.initializer)
        yield [int(session.run(get_next, {handle: h})) for h in (b, a, b, a)]
        yield failure(tf, lambda: session.run(get_next, {handle: b}))["refused"]
        yield failure(tf, lambda: session.run(get_next, {handle: c}))["refused"]
        yield failure(tf, lambda: session.run(get_next, {handle: d}))["refused"]
        yield failure(tf, lambda: session.run(get_next, {handle: "nonsense"}))["refused"]


def threads_share_an_iterator(tf):
    get_next = tf.data.Dataset.range(200).map(lambda x: x * 2).make_one_shot_iterator().get_next()
    seen = []
    with tf.Session() as session:

        def work():
            seen.extend(int(value) for value in taken(tf, session, get_next))

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    yield sorted(seen)


def iterator_collection(tf):
    tf.data.Dataset.range(3).make_one_shot_iterator()
    tf.data.Dataset.range(3).make_initializable_iterator("shared")
    yield [tensor.name for tensor in tf.get_collection("iterators")]


# -- Functions ------------------------------------------------------------------------------------


def captured(tf):
    k = tf.constant(10, tf.int64)
    p = tf.placeholder(tf.int64, [])
    v = tf.get_variable("v", initializer=np.int64(3))
    r = tf.get_variable("r", initializer=np.int64(5), use_resource=False)
    dataset = tf.data.Dataset.range(4)
    yield elements(tf, dataset.map(lambda x: x + k))
    iterator = dataset.map(lambda x: x * p + v + r).make_initializable_iterator()
    get_next = iterator.get_next()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(iterator.initializer, {p: 2})
        yield taken(tf, session, get_next)
        session.run(v.assign(100))
        session.run(iterator.initializer, {p: 2})
        yield taken(tf, session, get_next)
        yield failure(tf, lambda: session.run(iterator.initializer))["refused"]


def uninitialized_capture(tf):
    v = tf.Variable(1)
    iterator = (
        tf.data.Dataset.range(2)
        .map(lambda x: tf.cast(x, tf.int32) + v)
        .make_initializable_iterator()
    )
    with tf.Session() as session:
        yield failure(tf, lambda: session.run(iterator.initializer))["refused"]


def random_in_map(tf):
    dataset = tf.data.Dataset.range(4)
    yield elements(tf, dataset.map(lambda x: tf.random_uniform([2], seed=5)))
    yield elements(
        tf, dataset.map(lambda x: tf.random_uniform([], 0, 99, tf.int32, seed=5)).repeat(2)
    )
    tf.set_random_seed(3)
    yield elements(tf, dataset.map(lambda x: tf.random_uniform([2])))
    yield elements(tf, dataset.map(lambda x: (x, tf.random_normal([1], seed=1))).batch(2))
    yield elements(tf, dataset.map(lambda x: tf.random_shuffle(tf.range(5))))
    yield elements(tf, dataset.map(lambda x: tf.random_uniform([1])).repeat(2))
    yield elements(tf, dataset.map(lambda x: tf.nn.dropout(tf.ones([4]), rate=0.5)))
    get_next = dataset.map(lambda x: tf.random_uniform([])).make_one_shot_iterator().get_next()
    yield walk(tf, get_next, 2), walk(tf, get_next, 2)


def failing_map(tf):
    dataset = tf.data.Dataset.from_tensor_slices([1.0, 0.0, 2.0, 0.0])
    checked = dataset.map(lambda x: tf.check_numerics(1.0 / x, "division"))
    get_next = checked.make_one_shot_iterator().get_next()
    yield walk(tf, get_next, 6)
    batches = checked.batch(2).make_one_shot_iterator().get_next()
    yield walk(tf, batches, 4)
    message = failure(tf, lambda: elements(tf, checked.skip(1)))
    yield message["refused"]
    shapes = tf.data.Dataset.range(1, 5).map(lambda x: tf.reshape(tf.range(6), [x, 3]))
    yield walk(tf, shapes.make_one_shot_iterator().get_next(), 6)


def python_function_in_map(tf):
    dataset = tf.data.Dataset.range(3)

    def halved(x):
        return np.float32(x / 2)

    made = dataset.map(lambda x: tf.py_func(halved, [x], tf.float32))
    yield structure(tf, made), elements(tf, made)

    def ends(x):
        if x == 2:
            raise StopIteration("enough")
        return x

    stopped = dataset.map(lambda x: tf.py_func(ends, [x], tf.int64))
    yield walk(tf, stopped.make_one_shot_iterator().get_next(), 4)


def control_dependencies_in_map(tf):
    seen = []

    def note(x):
        seen.append(int(x))

    def body(x):
        with tf.control_dependencies([tf.py_func(note, [x], [])]):
            return x + 1

    yield elements(tf, tf.data.Dataset.range(3).map(body)), list(seen)


def stateful_operations_in_branches(tf):
    """Those of the branch that is taken run, whether or not something waits for them."""
    seen = []

    def note(x, of):
        return tf.py_func(lambda value: seen.append([of, int(value)]), [x], [])

    def small(x):
        with tf.control_dependencies([note(x, "small")]):
            return tf.cond(x > 0, lambda: middle(x), lambda: x)

    def middle(x):
        note(x, "middle")
        return -x

    def large(x):
        note(x, "large")
        return x + 10

    def body(x):
        return tf.cond(x < 2, lambda: small(x), lambda: large(x)), note(x, "all")

    dataset = tf.data.Dataset.range(3).map(lambda x: body(x)[0])
    yield elements(tf, dataset), [sorted(item for item in seen if item[1] == x) for x in range(3)]


# -- Graphs ---------------------------------------------------------------------------------------


def _graph(build):
    def program(tf):
        build(tf)
        yield nodes(tf)

    program.__name__ = build.__name__
    return program


@_graph
def graph_of_a_pipeline(tf):
    dataset = tf.data.Dataset.from_tensor_slices(([1, 2, 3], ["a", "b", "c"]))
    dataset = dataset.map(lambda x, y: (x * 2, y)).shuffle(10).repeat(2).batch(2).prefetch(1)
    dataset.make_one_shot_iterator().get_next()


@_graph
def graph_of_the_loader(tf):
    tf.set_random_seed(0)
    dataset = load_dataset(tf, "images", "labels").repeat().shuffle(60000).batch(100)
    dataset.make_one_shot_iterator().get_next()


@_graph
def graph_of_sources(tf):
    Dataset = tf.data.Dataset
    datasets = [
        Dataset.range(5),
        Dataset.from_tensors({"a": 1, "b": (2.0, "c")}),
        Dataset.from_tensor_slices(tf.zeros([3, 2])),
        tf.data.TextLineDataset(["a", "b"]),
        tf.data.FixedLengthRecordDataset("a", 4, 1, 2, compression_type="GZIP"),
        tf.data.TextLineDataset("a", num_parallel_reads=2),
    ]
    for dataset in datasets:
        dataset.make_initializable_iterator()


@_graph
def graph_of_a_generator(tf):
    dataset = tf.data.Dataset.from_generator(lambda: range(3), tf.int64, [])
    dataset.make_initializable_iterator().get_next()


@_graph
def graph_of_a_listing(tf):
    tf.data.Dataset.list_files("*.txt", seed=3).make_initializable_iterator()


@_graph
def graph_of_selections(tf):
    dataset = tf.data.Dataset.range(5).take(2).skip(1).shard(3, 1).repeat().cache().enumerate()
    dataset = dataset.concatenate(dataset)
    dataset.padded_batch(2, ([], [])).make_initializable_iterator("shared")


@_graph
def graph_of_seeds(tf):
    dataset = tf.data.Dataset.range(5)
    dataset.shuffle(2)
    dataset.shuffle(2, seed=4, reshuffle_each_iteration=False)
    tf.set_random_seed(7)
    dataset.shuffle(2)
    dataset.shuffle(2, seed=4)


@_graph
def graph_of_functions(tf):
    v = tf.get_variable("v", initializer=1.0, use_resource=False)
    k = tf.constant(2, tf.int64)
    dataset = tf.data.Dataset.range(5).filter(lambda x: x > k)
    dataset = dataset.flat_map(lambda x: tf.data.Dataset.range(x).map(lambda y: x * y + k))
    dataset = dataset.map(lambda x: tf.cast(x, tf.float32) * v, num_parallel_calls=2)
    dataset = dataset.map(lambda x: x + tf.random_uniform([2]))
    dataset.interleave(lambda x: tf.data.Dataset.from_tensors(x), 2)
    dataset.interleave(lambda x: tf.data.Dataset.from_tensors(x), 2, num_parallel_calls=2)


@_graph
def graph_of_windows(tf):
    dataset = tf.data.Dataset.range(5).window(2, 1)
    dataset.flat_map(lambda w: w.batch(2)).unbatch()
    tf.data.Dataset.range(5).reduce(np.int64(0), lambda a, b: a + b)


@_graph
def graph_of_iterators(tf):
    iterator = tf.data.Iterator.from_structure((tf.int64, tf.float32), ([], [2]))
    iterator.get_next("next")
    handle = tf.placeholder(tf.string, [])
    tf.data.Iterator.from_string_handle(handle, tf.int64, []).get_next()
    dataset = tf.data.Dataset.range(3).map(lambda x: (x, tf.zeros([2])))
    iterator.make_initializer(dataset)
    with tf.name_scope("pipeline"), tf.device("/cpu:0"):
        dataset.make_one_shot_iterator().get_next()
        dataset.make_initializable_iterator().string_handle("handle")


@_graph
def graph_of_options(tf):
    options = tf.data.Options()
    options.experimental_threading.private_threadpool_size = 2
    options.experimental_threading.max_intra_op_parallelism = 1
    options.experimental_optimization.map_fusion = True
    options.experimental_deterministic = False
    tf.data.Dataset.range(3).with_options(options).make_initializable_iterator()


@_graph
def graph_of_sparse_elements(tf):
    sparse = tf.SparseTensorValue([[0, 1]], [1.0], [3, 4])
    dataset = tf.data.Dataset.from_tensor_slices(sparse).map(lambda s: (s, s.values))
    dataset.batch(2).make_initializable_iterator().get_next()


@_graph
def graph_of_python_functions(tf):
    def first(x):
        return x

    tf.py_func(first, [1.0], tf.float32)
    tf.py_func(first, [1.0, "a"], [tf.float32, tf.int64], stateful=False, name="named")
    tf.numpy_function(first, [], [])


# -- Files ----------------------------------------------------------------------------------------


def _without(path, seen):
    """Messages without the name of the folder."""
    return [seen["refused"], seen["message"].replace(path, "PATH")]


def fixed_length_records(tf):
    Records = tf.data.FixedLengthRecordDataset
    with folder() as path:
        content = b"HEADaabbccFT"
        a = written(path, "a", content)
        b = written(path, "b", b"HEADddFT")
        empty = written(path, "empty", b"HEADFT")
        z = written(path, "z", zlib.compress(content))
        g = written(path, "g", gzip.compress(content))
        yield elements(tf, Records(a, 2, 4, 2)), structure(tf, Records(a, 2))
        yield elements(tf, Records([a, empty, b], 2, 4, 2))
        yield elements(tf, Records(a, 3)), elements(tf, Records(a, 12, buffer_size=1))
        yield elements(tf, Records(z, 2, 4, 2, compression_type="ZLIB"))
        yield elements(tf, Records([g, g], 2, 4, 2, compression_type="GZIP"))
        yield elements(tf, Records(tf.data.Dataset.from_tensors(a), 2, 4, 2))
        yield elements(tf, Records([a, b], 2, 4, 2, num_parallel_reads=2))
        yield repr(Records(a, 2))
        yield _without(path, failure(tf, lambda: elements(tf, Records(a, 5))))
        for arguments in ((0,), (-1,), (2, -1), (2, 0, -1)):
            dataset = Records(a, *arguments)
            yield _without(path, failure(tf, lambda d=dataset: elements(tf, d)))
        yield failure(tf, lambda: elements(tf, Records(path + "/gone", 2)))["refused"]
        yield failure(tf, lambda: elements(tf, Records(a, 2, compression_type="ZIP")))["refused"]
        yield refusal(lambda: Records(tf.data.Dataset.range(3), 2))


def hostile_files(tf):
    """Truncated and damaged files: what is given before the error, and its class."""
    Records, Lines = tf.data.FixedLengthRecordDataset, tf.data.TextLineDataset

    def walked(dataset, count=6):
        return walk(tf, dataset.make_one_shot_iterator().get_next(), count)

    with folder() as path:
        good = written(path, "good", b"aabb")
        short = written(path, "short", b"aab")
        odd = written(path, "odd", gzip.compress(b"aab"))
        none = written(path, "none", b"")
        yield walked(Records([good, short, good], 2))
        yield walked(Records([odd], 2, compression_type="GZIP"), 3)
        yield walked(Records([none], 2), 2)
        yield walked(Records([good, path + "/gone", good], 2))
        yield walked(Records([path], 2), 2)
        yield walked(Lines([good, path + "/gone"]), 3)


def lines(tf):
    Lines = tf.data.TextLineDataset
    with folder() as path:
        a = written(path, "a", b"one\ntwo\r\n\nthree\n")
        b = written(path, "b", b"four\nfive")
        empty = written(path, "empty", b"")
        g = written(path, "g", gzip.compress(b"six\nseven\n"))
        yield elements(tf, Lines(a)), structure(tf, Lines(a))
        yield elements(tf, Lines([a, empty, b], buffer_size=2))
        yield elements(tf, Lines(g, compression_type="GZIP"))
        yield elements(tf, Lines([a, b], num_parallel_reads=2))
        yield elements(tf, Lines([a, b]).skip(1).map(lambda x: tf.string_join([x, "!"])))
        yield elements(tf, tf.data.Dataset.from_tensor_slices([b, a]).flat_map(Lines))
        yield failure(tf, lambda: elements(tf, Lines(a, compression_type="ZIP")))["refused"]


# -- tf.data.experimental -------------------------------------------------------------------------


def experimental(tf):
    x = tf.data.experimental
    Dataset = tf.data.Dataset
    dataset = Dataset.range(7)
    yield elements(tf, dataset.apply(x.enumerate_dataset(3)))
    fused = dataset.apply(x.map_and_batch(lambda n: n * 2, 3))
    yield elements(tf, fused), structure(tf, fused)
    yield elements(tf, dataset.apply(x.map_and_batch(lambda n: n, 3, drop_remainder=True)))
    yield elements(tf, dataset.apply(x.map_and_batch(lambda n: n, 3, num_parallel_calls=2)))
    yield elements(tf, x.Counter(), 3), elements(tf, x.Counter(5, -2), 3)
    yield elements(tf, x.RandomDataset(4), 3)
    yield elements(tf, dataset.apply(x.take_while(lambda n: n < 3)))
    scanned = dataset.apply(x.scan(np.int64(1), lambda state, n: (state + n, state * n)))
    yield elements(tf, scanned), structure(tf, scanned)
    yield elements(tf, Dataset.from_tensor_slices([1, 3, 1, 2, 3]).apply(x.unique()))
    yield elements(tf, Dataset.from_tensor_slices(["a", "b", "a"]).apply(x.unique()))
    broken = Dataset.from_tensor_slices([1.0, 0.0, 2.0]).map(lambda n: tf.check_numerics(1 / n, ""))
    yield elements(tf, broken.apply(x.ignore_errors()))
    interleaved = x.parallel_interleave(lambda n: Dataset.from_tensors(n).repeat(2), 2)
    yield elements(tf, dataset.apply(interleaved))
    with tf.Session() as session:
        yield session.run(x.get_single_element(Dataset.from_tensors((1, "a"))))
        for count in (0, 2):
            single = x.get_single_element(Dataset.range(count))
            yield failure(tf, lambda s=single: session.run(s))
        counts = [
            x.cardinality(d)
            for d in (dataset, dataset.repeat(), dataset.batch(2), dataset.filter(lambda n: n > 1))
        ]
        yield session.run(counts)
    yield x.INFINITE_CARDINALITY, x.UNKNOWN_CARDINALITY, x.AUTOTUNE


# -- tf.py_func -----------------------------------------------------------------------------------


def python_functions(tf):
    def add(x, y):
        return x + y, np.int64(7)

    total, seven = tf.py_func(add, [[1.0, 2.0], 3.0], [tf.float32, tf.int64])
    yield str(total.shape), total.dtype.name, total.op.type
    seen = []

    def inspect(*arguments):
        seen.extend(
            [type(argument).__name__.rstrip("_"), getattr(argument, "dtype", None)]
            for argument in arguments
        )
        return "ré", [b"a", b"bc"]

    text = tf.py_func(
        inspect, [1, "s", ["s"], [1.5], True, tf.constant(1, tf.uint8)], [tf.string, tf.string]
    )
    nothing = tf.py_func(lambda: None, [], [])
    array = tf.py_func(lambda x: np.array([x, x]), [1.5], tf.float32)
    listed = tf.py_func(lambda x: [x], [1.5], [tf.float32])
    with tf.Session() as session:
        yield session.run([total, seven])
        yield plain(tf, session.run(text)), [str(item) for item in seen]
        yield session.run(nothing), nothing.type
        yield session.run(array), session.run(listed)
        x = tf.placeholder(tf.float32)
        doubled = tf.numpy_function(lambda v: v + v, [x], tf.float32)
        yield [session.run(doubled, {x: v}) for v in (1.0, [1.0, 2.0], np.zeros((0, 3)))]


def python_function_mistakes(tf):
    def refused(function, types, inputs=()):
        node = tf.py_func(function, list(inputs), types)
        with tf.Session() as session:
            return failure(tf, lambda: session.run(node))

    yield refused(lambda: 1.5, tf.float32)["refused"]
    yield refused(lambda: [1.5, 1.5], tf.float64)["refused"]
    yield refused(lambda: (1, 2), [tf.int64])["refused"]
    yield refused(lambda: None, [tf.int64])["refused"]
    for raised in (
        ValueError,
        TypeError,
        StopIteration,
        MemoryError,
        NotImplementedError,
        KeyError,
    ):

        def raises(raised=raised):
            raise raised("because")

        seen = refused(raises, tf.int64)
        yield seen["refused"], seen["message"]

    def refuses():
        raise tf.errors.AbortedError(None, None, "stop")

    yield refused(refuses, tf.int64)["refused"]


def python_functions_called(tf):
    """How often: once a run where stateful, and never where nobody needs it."""
    calls = []

    def count():
        calls.append(1)
        return np.int64(len(calls))

    a = tf.py_func(count, [], tf.int64)
    b = a + 1
    with tf.Session() as session:
        yield session.run([a, b, a]), len(calls)
        session.run(tf.constant(1))
        yield session.run(b), len(calls)
    kept = np.zeros(2, np.float32)
    x = tf.py_func(lambda: kept, [], tf.float32)
    with tf.Session() as session:
        first = session.run(x)
        kept += 1
        yield first, session.run(x)


def python_function_gradients(tf):
    x = tf.constant(2.0)
    y = tf.py_func(lambda v: v * v, [x], tf.float32)
    y.set_shape([])
    yield tf.gradients(y, x)

    @tf.RegisterGradient("data_programs.Square")
    def _gradient(op, dy):
        return dy * 2.0 * op.inputs[0]

    with tf.get_default_graph().gradient_override_map({"PyFunc": "data_programs.Square"}):
        z = tf.py_func(lambda v: v * v, [x], tf.float32)
    z.set_shape([])
    with tf.Session() as session:
        yield session.run(tf.gradients(z, x))


GROUPS = {
    "data_sources": [
        from_tensors,
        from_tensor_slices,
        ranges,
        from_generator,
        generator_mistakes,
        sparse_slices,
        listed_files,
    ],
    "data_transformations": [
        combined,
        selected,
        batched,
        padded,
        mapped,
        mapped_bodies,
        filtered,
        flat_mapped,
        windowed,
        reduced,
        unbatched,
        cached,
        prefetched,
        options,
        applied,
    ],
    "data_shuffling": [
        shuffled,
        shuffled_by_graph_seed,
        shuffled_again,
        shuffled_by_initializer,
        shuffled_strings,
    ],
    "data_mnist": [
        mnist_by_op_seed,
        mnist_by_graph_seed,
        mnist_shuffled_then_repeated,
        mnist_whole,
    ],
    "data_iterators": [
        one_shot_iterators,
        pairs_in_one_run,
        initializable_iterators,
        reinitializable_iterators,
        feedable_iterators,
        threads_share_an_iterator,
        iterator_collection,
    ],
    "data_functions": [
        captured,
        uninitialized_capture,
        random_in_map,
        failing_map,
        python_function_in_map,
        control_dependencies_in_map,
        stateful_operations_in_branches,
    ],
    "data_graphs": [
        graph_of_a_pipeline,
        graph_of_the_loader,
        graph_of_sources,
        graph_of_a_generator,
        graph_of_a_listing,
        graph_of_selections,
        graph_of_seeds,
        graph_of_functions,
        graph_of_windows,
        graph_of_iterators,
        graph_of_options,
        graph_of_sparse_elements,
        graph_of_python_functions,
    ],
    "data_files": [fixed_length_records, hostile_files, lines],
    "data_experimental": [experimental],
    "python_functions": [
        python_functions,
        python_function_mistakes,
        python_functions_called,
        python_function_gradients,
    ],
}
