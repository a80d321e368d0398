"""Lookup tables: filled from tensors and files, changed, shared, with buckets for unknown keys."""

import functools
import os
import tempfile

import numpy as np

from tests.reference import observe
from tests.reference.spec import failure, script, table

CASES = []


def lookup(program):
    """A script of this table, named by its function."""
    CASES.append(script(program.__name__)(program))
    return program


def written(*lines, name="vocabulary.txt"):
    """A file with these lines, in a folder of its own."""
    path = os.path.join(tempfile.mkdtemp(), name)
    with open(path, "wb") as file:
        file.write(b"".join(lines))
    return path


def words(tf, keys=("brain", "salad", "surgery"), default=-1, **options):
    initializer = tf.lookup.KeyValueTensorInitializer(
        list(keys), list(range(len(keys))), value_dtype=tf.int64
    )
    return tf.lookup.StaticHashTable(initializer, default, **options)


def in_order(exported):
    keys, values = exported
    order = np.argsort(keys, axis=None)
    return keys[order], values[order]


def nodes(tf):
    """Every node, without devices and the names that tables share, which differ in every run."""
    found = observe.program_nodes(tf, tf.get_default_graph().as_graph_def())
    return [
        [name, kind, inputs, {k: v for k, v in dict(attrs).items() if k != "shared_name"}]
        for name, kind, inputs, _, attrs in found
        if kind != "Const"
    ]


@lookup
def static(tf):
    t = words(tf, name="t")
    found = t.lookup(tf.constant([["brain", "tank"], ["salad", ""]]))
    yield t.name, t.key_dtype.name, t.value_dtype.name, t.resource_handle.op.name
    yield found.shape.as_list(), t.default_value.dtype.name, t.initializer.name
    session = tf.Session()
    yield failure(lambda: session.run(found), "Table not initialized")
    yield session.run(t.size())
    session.run(tf.tables_initializer())
    yield session.run([found, t.size()])
    yield in_order(session.run(t.export()))
    session.run(t.initializer)
    yield session.run(t.size())


@lookup
def sparse(tf):
    t = words(tf)
    keys = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], ["brain", "salad", "tank"], [2, 2])
    with tf.Session() as session:
        session.run(t.initializer)
        found = session.run(t.lookup(keys))
    yield found.indices, found.values, found.dense_shape


@lookup
def types(tf):
    pairs = [
        (key, value)
        for key in (tf.int32, tf.int64, tf.string, tf.float32)
        for value in (tf.bool, tf.float64, tf.float32, tf.int32, tf.int64, tf.string, tf.uint8)
    ]
    samples = {tf.string: ("a", "b"), tf.bool: (True, False)}
    for key, value in pairs:
        keys = np.array(samples.get(key, (1, 2)), key.as_numpy_dtype)
        values = np.array(samples.get(value, (3, 4)), value.as_numpy_dtype)
        yield key.name, value.name, failure(functools.partial(use_static, tf, keys, values))
        yield failure(functools.partial(use_mutable, tf, key, value, keys, values))


def use_static(tf, keys, values):
    with tf.Graph().as_default(), tf.Session() as session:
        initializer = tf.lookup.KeyValueTensorInitializer(keys, values)
        session.run(tf.lookup.StaticHashTable(initializer, values[0]).initializer)


def use_mutable(tf, key, value, keys, values):
    with tf.Graph().as_default(), tf.Session() as session:
        t = tf.contrib.lookup.MutableHashTable(key, value, values[0], checkpoint=False)
        session.run(t.insert(keys, values))


@lookup
def static_errors(tf):
    session = tf.Session()

    def fill(keys, values, default=0):
        initializer = tf.lookup.KeyValueTensorInitializer(keys, values)
        session.run(tf.lookup.StaticHashTable(initializer, default).initializer)

    numbers = np.array([1, 2], np.int64)
    yield failure(
        lambda: fill(["a", "a"], numbers),
        "HashTable has different value for same key. Key a has 1 and trying to add value 2",
    )
    yield failure(lambda: fill(["a", "a"], np.array([5, 5])))
    yield failure(
        lambda: fill(tf.constant([], tf.string), tf.constant([], tf.int64)), "cannot be empty"
    )
    yield failure(lambda: fill(["a", "b"], np.array([1, 2, 3])))
    yield failure(lambda: fill(["a"], np.array([1]), default="text"))
    yield failure(lambda: fill(["a"], np.array([1]), default=[1]))
    yield failure(lambda: words(tf).lookup(tf.constant([1])), "Signature mismatch")


@lookup
def shared(tf):
    def table_of(keys, dtype=tf.int64, shared_name="shared"):
        initializer = tf.contrib.lookup.KeyValueTensorInitializer(
            keys, list(range(len(keys))), value_dtype=dtype
        )
        return tf.contrib.lookup.HashTable(initializer, -1, shared_name=shared_name)

    first, second = table_of(["a", "b"]), table_of(["c", "d"])
    other, longer = table_of(["a"], shared_name=None), table_of(["a", "b", "c"])
    session = tf.Session()
    session.run(first.init)
    yield session.run([first.size(), second.size(), other.size()])
    session.run(second.init)
    yield session.run(second.lookup(tf.constant(["a", "c"])))
    yield failure(lambda: session.run(longer.init), "already initialized with different data")
    yield failure(lambda: session.run(table_of(["a"], tf.int32).size()), "Conflicting")
    yield tf.Session().run(first.size())
    with tf.container("elsewhere"):
        yield session.run(table_of(["a"]).size())


@lookup
def from_files(tf):
    lookups = tf.lookup
    lines = lookups.TextFileIndex.LINE_NUMBER
    whole = lookups.TextFileIndex.WHOLE_LINE

    def entries(path, key, key_at, value, value_at, *size, **options):
        with tf.Graph().as_default(), tf.Session() as session:
            initializer = lookups.TextFileInitializer(
                path, key, key_at, value, value_at, *size, **options
            )
            t = lookups.StaticHashTable(initializer, "" if value is tf.string else -1)
            session.run(t.initializer)
            return in_order(session.run(t.export()))

    plain = written(b"brain\nsal ad\nsurgery\xff\n")
    yield entries(plain, tf.string, whole, tf.int64, lines)
    yield entries(plain, tf.int64, lines, tf.string, whole)
    yield entries(plain, tf.string, whole, tf.int64, lines, vocab_size=2)
    yield entries(plain, tf.string, whole, tf.int64, lines, name="named")
    yield entries(written(b"a\r\nb\rc\nd"), tf.string, whole, tf.int64, lines)
    columns = written(b"0\tbrain\t1.5\n-7\tsalad\t1e3\n")
    yield entries(columns, tf.string, 1, tf.int64, 0)
    yield entries(columns, tf.int64, 0, tf.float32, 2)
    yield entries(columns, tf.string, 1, tf.float64, 2)
    yield entries(written(b"a 1\nb 2\n"), tf.string, 0, tf.int32, 1, delimiter=" ")
    yield entries(written(b"5\n7\n"), tf.int64, whole, tf.int64, lines)
    asked = [
        (plain, (tf.string, whole, tf.int64, lines, 5), "Invalid vocab_size"),
        (plain, (tf.int64, whole, tf.int64, lines), "is not a valid int64"),
        (columns, (tf.string, 1, tf.float32, 1), "is not a valid float"),
        (columns, (tf.string, 1, tf.int64, 3), "Invalid number of columns"),
        (written(b"a\n\nb\n"), (tf.string, whole, tf.int64, lines), "empty line"),
        (written(b""), (tf.string, whole, tf.int64, lines), ""),
        (written(b"a\tb\na\tc\n"), (tf.string, 0, tf.string, 1), "different value for same key"),
        (written(b"99999999999\tb\n"), (tf.int32, 0, tf.string, 1), "is not a valid int32"),
        (plain + ".missing", (tf.string, whole, tf.int64, lines), "missing"),
        (plain, (tf.string, whole, tf.string, lines), ""),
        (plain, (tf.string, lines, tf.int64, whole), ""),
        (plain, (tf.string, -3, tf.int64, lines), ""),
        ("", (tf.string, whole, tf.int64, lines), ""),
        (plain, (tf.string, whole, tf.int64, lines, 0), ""),
    ]
    for path, arguments, shown in asked:
        yield failure(functools.partial(entries, path, *arguments), shown)
    yield failure(lambda: entries(plain, tf.string, 0, tf.int64, lines, delimiter="ab"))


@lookup
def vocabularies(tf):
    contrib = tf.contrib.lookup
    path = written(b"x\ny\nz\n")
    tables = [
        contrib.index_table_from_tensor(["x", "y"], num_oov_buckets=3),
        contrib.index_table_from_tensor(["x", "y"], default_value=7),
        contrib.index_table_from_file(path, num_oov_buckets=1),
        contrib.index_table_from_file(path, vocab_size=2, hasher_spec=contrib.FastHashSpec),
        contrib.string_to_index_table_from_file(path),
        contrib.string_to_index_table_from_tensor(["z"], num_oov_buckets=2),
        contrib.IdTableWithHashBuckets(None, 5),
        contrib.IdTableWithHashBuckets(None, 5, contrib.StrongHashSpec((5, 6))),
        contrib.IdTableWithHashBuckets(words(tf), 0),
        tf.lookup.StaticVocabularyTable(None, 4),
        tf.lookup.StaticVocabularyTable(
            tf.lookup.TextFileInitializer(path, tf.string, -2, tf.int64, -1), 10, name="v"
        ),
    ]
    numbers = contrib.index_table_from_tensor([5, 7], num_oov_buckets=4, dtype=tf.int32)
    names = [
        contrib.index_to_string_table_from_tensor(["p", "q"]),
        contrib.index_to_string_table_from_file(path, default_value="?"),
    ]
    session = tf.Session()
    session.run(tf.tables_initializer())
    keys = tf.constant(["x", "z", "unknown", ""])
    yield session.run([t.lookup(keys) for t in tables]), [t.name for t in tables]
    yield session.run([t.size() for t in tables]), numbers.key_dtype.name
    yield session.run(numbers.lookup(tf.constant([5, 6, 7, -1])))
    yield session.run([t.lookup(tf.constant([0, 1, 2, -1], tf.int64)) for t in names])
    indices = contrib.string_to_index(keys, ["z"])
    back = contrib.index_to_string(tf.constant([0, 3], tf.int64), ["w"])
    session.run(tf.initialize_all_tables())
    yield session.run([indices, back])
    sparse_keys = tf.SparseTensor([[0], [3]], ["x", "q"], [5])
    yield session.run([tables[0].lookup(sparse_keys).values, tables[9].lookup(sparse_keys).values])
    yield (
        failure(lambda: contrib.StrongHashSpec([1]), "2"),
        failure(lambda: contrib.StrongHashSpec([1.0, 2])),
    )
    yield failure(lambda: contrib.IdTableWithHashBuckets(None, 0))
    yield failure(lambda: contrib.IdTableWithHashBuckets(None, 1, key_dtype=tf.float32))
    yield failure(lambda: contrib.IdTableWithHashBuckets(None, 1, hasher_spec=None))
    yield failure(lambda: tf.lookup.StaticVocabularyTable(None, 0))
    yield failure(lambda: contrib.index_table_from_tensor(["x"], dtype=tf.int64), "Expected")
    yield failure(lambda: contrib.index_table_from_tensor(["x"], num_oov_buckets=-1))
    yield failure(lambda: contrib.index_table_from_tensor(None))
    yield failure(lambda: contrib.index_table_from_file(""))
    yield failure(lambda: contrib.index_table_from_file(path, vocab_size=0), path)
    yield failure(lambda: contrib.index_table_from_file(path, key_dtype=tf.float32))


@lookup
def mutable(tf):
    t = tf.contrib.lookup.MutableHashTable(tf.string, tf.int64, -1, checkpoint=False)
    asked = tf.constant(["a", "b", "z"])
    session = tf.Session()
    yield session.run([t.size(), t.lookup(asked)]), t.lookup(asked).shape.as_list()
    session.run(t.insert(["a", "b", "a"], np.array([1, 2, 3])))
    yield session.run([t.size(), t.lookup(asked)]), in_order(session.run(t.export()))
    session.run(t.insert([["b", "c"]], np.array([[4, 5]])))
    session.run(t.remove(tf.constant(["a", "zz"])))
    yield session.run([t.size(), t.lookup(asked)]), in_order(session.run(t.export()))
    yield [tensor.shape.ndims for tensor in t.export()]
    yield failure(lambda: session.run(t.insert(["a"], np.array([1, 2]))), "Expected shape [1]")
    yield failure(lambda: t.insert(["a"], [1.5])), failure(lambda: t.remove(tf.constant([1])))
    yield failure(lambda: t.lookup(tf.constant([1]))), tf.Session().run(t.size())


@lookup
def mutable_vectors(tf):
    default = tf.constant([-1.0, -2.0])
    t = tf.contrib.lookup.MutableHashTable(tf.int64, tf.float32, default, name="vectors")
    asked = tf.constant([[7, 1]], tf.int64)
    session = tf.Session()
    session.run(t.insert(np.array([7, 8]), [[1.0, 2.0], [3.0, 4.0]]))
    found = t.lookup(asked)
    yield (
        found.shape.as_list(),
        session.run([found, t.size()]),
        in_order_of_rows(session.run(t.export())),
    )
    yield [tensor.shape.as_list() for tensor in t.export()]
    yield failure(lambda: session.run(t.insert(np.array([7]), [1.0])), "Expected shape")
    bad = tf.contrib.lookup.MutableHashTable(tf.int64, tf.float32, tf.zeros([1, 1]), name="bad")
    yield failure(lambda: session.run(bad.size()), "Default value must be a vector")


def in_order_of_rows(exported):
    keys, values = exported
    order = np.lexsort(keys.reshape(len(keys), -1).T[::-1])
    return keys[order], values[order]


@lookup
def dense(tf):
    def made(empty=0, deleted=-1, default=-1, **options):
        return tf.lookup.experimental.DenseHashTable(
            tf.int64, tf.int64, default, empty, deleted, **options
        )

    t = made(initial_num_buckets=4)
    session = tf.Session()
    session.run(t.insert(np.array([11, 12, 13]), np.array([1, 2, 3])))
    session.run(t.remove(tf.constant([12, 99], tf.int64)))
    yield session.run(t.size()), in_order_of_rows(session.run(t.export()))
    session.run(t.insert_or_assign(np.arange(13, 18), np.arange(13, 18)))
    session.run(t.erase(tf.constant([14], tf.int64)))
    yield session.run([t.size(), t.lookup(np.arange(10, 19))])
    yield in_order_of_rows(session.run(t.export()))
    for key, shown in ((0, "empty_key"), (-1, "deleted_key")):
        keys = tf.constant([11, key], tf.int64)
        yield failure(lambda k=keys: session.run(t.lookup(k)), shown)
        yield failure(lambda k=keys: session.run(t.insert(k, k)), shown)
        yield failure(lambda k=keys: session.run(t.remove(k)), shown)
    square = np.ones((2, 2), np.int64)
    yield failure(lambda: session.run(t.lookup(square)), "Expected key shape")
    asked = [
        {"empty": 5, "deleted": 5},
        {"deleted": [1, 2]},
        {"empty": [1, 2], "deleted": [1, 2]},
        {"empty": [[1]], "deleted": [[2]]},
        {"initial_num_buckets": 12},
        {"initial_num_buckets": 2},
        {"default": [[1]]},
    ]
    for options in asked:
        yield failure(lambda o=options: session.run(made(**o).size()))


@lookup
def dense_vectors(tf):
    t = tf.contrib.lookup.MutableDenseHashTable(
        tf.string, tf.float32, tf.constant([0.0, 9.0]), ["", ""], ["", "x"], initial_num_buckets=4
    )
    session = tf.Session()
    session.run(t.insert([["a", "b"], ["c", "d"]], [[1.0, 2.0], [3.0, 4.0]]))
    found = t.lookup([["a", "b"], ["a", "d"]])
    yield found.shape.as_list(), session.run([found, t.size()])
    keys, values = session.run(t.export())
    yield keys.shape, values.shape, sorted(values.tolist())
    yield failure(lambda: session.run(t.lookup(["a", "b", "c"])))


@lookup
def in_one_run(tf):
    t = tf.contrib.lookup.MutableHashTable(tf.string, tf.int64, 0, checkpoint=False)
    with tf.control_dependencies([t.insert(["a"], np.array([5]))]):
        found = t.lookup(tf.constant(["a"]))
        with tf.control_dependencies([found]):
            with tf.control_dependencies([t.remove(tf.constant(["a"]))]):
                size = t.size()
    yield tf.Session().run([found, size])


@lookup
def made_in_a_loop(tf):
    def of(key):
        initializer = tf.lookup.KeyValueTensorInitializer([1, 2, 3], [5, 10, 15])
        return tf.lookup.StaticHashTable(initializer, -1).lookup(key)

    found = tf.map_fn(of, tf.constant([2, 4, 1]))
    session = tf.Session()
    session.run(tf.tables_initializer())
    yield session.run(found)


@lookup
def collections(tf):
    initializer = tf.lookup.TextFileInitializer("f.txt", tf.string, -2, tf.int64, -1)
    t = tf.lookup.StaticHashTable(initializer, -1)
    tf.contrib.lookup.MutableHashTable(tf.string, tf.int64, -1, name="m")
    keys = tf.GraphKeys
    yield [op.name for op in tf.get_collection(keys.TABLE_INITIALIZERS)]
    yield [tensor.name for tensor in tf.get_collection(keys.ASSET_FILEPATHS)]
    for saveable in tf.get_collection(keys.SAVEABLE_OBJECTS):
        yield saveable.name, [(spec.name, spec.tensor.name) for spec in saveable.specs]
    yield t.resource_handle.op.get_attr("shared_name"), tf.tables_initializer().name
    with tf.Graph().as_default():
        yield tf.tables_initializer().type, tf.tables_initializer(name="again").name


@lookup
def nodes_of_use(tf):
    contrib, keys = tf.contrib.lookup, tf.constant(["a"])
    t = words(tf)
    results = [t.lookup(keys), t.size(name="count"), *t.export(), t.initializer]
    v = tf.lookup.StaticVocabularyTable(
        tf.lookup.TextFileInitializer("f.txt", tf.string, -2, tf.int64, -1), 3
    )
    results += [v.lookup(keys), v.size(), v.initializer]
    results += [contrib.index_table_from_tensor(["x"], num_oov_buckets=2).lookup(keys)]
    numbers = contrib.index_table_from_tensor([1, 2], num_oov_buckets=2, dtype=tf.int32)
    results += [numbers.lookup(tf.constant([1])), numbers.size()]
    results += [contrib.index_to_string_table_from_tensor(["q"], name="names").initializer]
    m = contrib.MutableHashTable(tf.string, tf.int64, -1)
    results += [m.insert(["a"], [1]), m.lookup(keys), m.remove(keys), m.size(), *m.export()]
    d = tf.lookup.experimental.DenseHashTable(tf.int64, tf.int64, -1, 0, -1, 8)
    results += [d.insert([3], [3]), d.lookup([3]), d.erase(tf.constant([3], tf.int64))]
    yield [result.name for result in results]
    yield nodes(tf)


CASES = table(CASES)
