"""Readers: what they make of files, how they share queues, count, wait, and go back."""

import contextlib
import functools
import gzip
import os
import tempfile
import zlib

import numpy as np

from tests.ops.cases.queues import beside, nodes
from tests.reference.spec import failure, script, table

CASES = []


def readers(program):
    """A script of this table, named by its function."""
    CASES.append(script(program.__name__)(program))
    return program


@contextlib.contextmanager
def files(**contents):
    """A folder with files of these names, which is the working directory meanwhile."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            for name, content in contents.items():
                with open(name, "wb") as file:
                    file.write(content)
            yield
        finally:
            os.chdir(before)


def all_of(tf, reader, names, up_to=None):
    """Everything that a reader makes of these work units, and its counts."""
    queue = tf.FIFOQueue(99, [tf.string], [[]])
    pair = reader.read(queue) if up_to is None else reader.read_up_to(queue, up_to)
    counts = [reader.num_records_produced(), reader.num_work_units_completed()]
    found = []
    with tf.Session() as session:
        session.run(queue.enqueue_many([names]))
        session.run(queue.close())
        while True:
            try:
                found.append(session.run(pair))
            except tf.errors.OutOfRangeError:
                break
            found.append(session.run(counts))
        found.append(session.run(counts))
    return found


@readers
def built(tf):
    queue = tf.train.string_input_producer(["a", "b"], shuffle=False)
    for reader in (
        tf.WholeFileReader(),
        tf.TextLineReader(skip_header_lines=2),
        tf.FixedLengthRecordReader(4, 1, 2, 3, name="fixed", encoding="GZIP"),
        tf.IdentityReader("same"),
        tf.TextLineReader(),
    ):
        key, value = reader.read(queue)
        keys, values = reader.read_up_to(queue.queue_ref, 3, name="several")
        reader.num_records_produced()
        reader.num_work_units_completed()
        reader.restore_state(reader.serialize_state())
        reader.reset()
        yield key.name, value.name, key.shape.as_list(), value.shape.as_list(), keys.name
        yield keys.shape.as_list(), values.shape.as_list(), reader.supports_serialize
        yield reader.reader_ref.name, reader.reader_ref.dtype.name
    yield nodes(tf)


@readers
def lines(tf):
    with files(a=b"x\ny\r\n\nlast", b=b"", c=b"\n\r\n", d=b"1\r2\n\r"):
        yield all_of(tf, tf.TextLineReader(), list("abcd"))
        yield all_of(tf, tf.TextLineReader(skip_header_lines=2), list("abcd"))
        yield all_of(tf, tf.TextLineReader(), list("abcd"), up_to=3)
        yield all_of(tf, tf.TextLineReader(skip_header_lines=9), list("abcd"), up_to=2)


@readers
def many_lines(tf):
    text = b"".join(b"%d\n" % (number**5) for number in range(40000))
    with files(a=text):
        found = all_of(tf, tf.TextLineReader(), ["a"], up_to=10**6)
        yield found[0][0][[0, 1, 17777, -1]], found[0][1][[0, 1, 17777, -1]], found[1:]


@readers
def whole_files(tf):
    with files(a=b"x\n\x00\xff", b=b""):
        yield all_of(tf, tf.WholeFileReader(), ["a", "b", "a"])
        yield all_of(tf, tf.WholeFileReader(), ["a", "b", "a"], up_to=5)


@readers
def work_units(tf):
    yield all_of(tf, tf.IdentityReader(), ["a", "", "b"])
    yield all_of(tf, tf.IdentityReader(), ["a", "b"], up_to=2)


@readers
def records(tf):
    content = bytes(range(40, 77))
    with files(a=content, b=content[:9], c=content[:3], d=content[:5]):
        names = list("abd")
        yield all_of(tf, tf.FixedLengthRecordReader(6), names)
        yield all_of(tf, tf.FixedLengthRecordReader(6, header_bytes=4), names)
        yield all_of(tf, tf.FixedLengthRecordReader(6, 4, 3), names)
        yield all_of(tf, tf.FixedLengthRecordReader(3, 1, 1, 2), names)
        yield all_of(tf, tf.FixedLengthRecordReader(3, 1, 1, 20), names)
        yield all_of(tf, tf.FixedLengthRecordReader(3, 1, 1, 5), names, up_to=4)
        yield all_of(tf, tf.FixedLengthRecordReader(3, encoding="LZMA"), names)


@readers
def compressed_records(tf):
    content = bytes(range(40, 77))
    for encoding, compress in (("GZIP", gzip.compress), ("ZLIB", zlib.compress)):
        with files(a=compress(content), b=compress(b"")):
            yield all_of(tf, tf.FixedLengthRecordReader(6, 4, 3, encoding=encoding), ["a", "b"][:1])
            reader = tf.FixedLengthRecordReader(6, 1, 0, 2, encoding=encoding)
            yield all_of(tf, reader, ["a"])


@readers
def wrong_files(tf):
    with files(a=b"abc"):
        for make in (
            tf.TextLineReader,
            tf.WholeFileReader,
            lambda: tf.FixedLengthRecordReader(2),
        ):
            reader = make()
            queue = tf.FIFOQueue(9, [tf.string], [[]])
            session = tf.Session()
            session.run(queue.enqueue_many([["missing", "a", "a"]]))
            pair = reader.read(queue)
            counts = [reader.num_records_produced(), reader.num_work_units_completed()]
            run = functools.partial(session.run, pair)
            yield failure(run, "missing; No such file or directory")
            yield session.run(counts + [queue.size()])
            # A whole file is tried again.
            try:
                yield session.run(pair)
            except tf.errors.NotFoundError:
                yield "missing"
            session.run(reader.reset())
            yield session.run(pair), session.run(counts + [queue.size()])


@readers
def a_header_that_is_too_long(tf):
    with files(a=b"abc", b=b"abcdefgh"):
        reader = tf.FixedLengthRecordReader(2, header_bytes=4)
        queue = tf.FIFOQueue(9, [tf.string], [[]])
        session = tf.Session()
        session.run(queue.enqueue_many([["a", "b"]]))
        pair = reader.read(queue)
        yield failure(lambda: session.run(pair), "eached end of file")
        yield session.run(pair)


@readers
def wrong_attributes(tf):
    queue = tf.FIFOQueue(9, [tf.string], [[]])
    session = tf.Session()
    reader = tf.TextLineReader(skip_header_lines=-1)
    yield failure(lambda: session.run(reader.read(queue)), "skip_header_lines must be >= 0 not -1")
    for name in ("header_bytes", "record_bytes", "footer_bytes", "hop_bytes"):
        lengths = {"record_bytes": 1}
        lengths[name] = -2
        reader = tf.FixedLengthRecordReader(**lengths)
        shown = name + " must be >= 0 not -2"
        yield failure(lambda reader=reader: session.run(reader.read(queue)), shown)


@readers
def wrong_queues(tf):
    session = tf.Session()
    reader = tf.IdentityReader()
    numbers = tf.FIFOQueue(9, [tf.int32], [[]])
    pairs = tf.FIFOQueue(9, [tf.string, tf.string], [[], []])
    vectors = tf.FIFOQueue(9, [tf.string], [[2]])
    session.run([numbers.enqueue(1), pairs.enqueue(["a", "b"]), vectors.enqueue([["a", "b"]])])
    yield failure(lambda: session.run(reader.read(numbers)), "Expected queue with single string")
    yield failure(lambda: session.run(reader.read(pairs)), "Expected single component queue")
    yield failure(lambda: session.run(reader.read(vectors)), "a one-element string tensor")
    single = tf.FIFOQueue(9, [tf.string], [[1]])
    session.run(single.enqueue([["a"]]))
    yield session.run(reader.read(single))
    yield failure(lambda: reader.read_up_to(single, [1, 2]), "Shape must be rank 0 but is rank 1")
    yield failure(lambda: reader.restore_state(["a"]), "Shape must be rank 0 but is rank 1")


@readers
def states(tf):
    queue = tf.FIFOQueue(9, [tf.string], [[]])
    session = tf.Session()
    reader = tf.IdentityReader("r")
    counts = [reader.num_records_produced(), reader.num_work_units_completed()]
    state = reader.serialize_state()
    yield session.run(state)
    session.run(queue.enqueue_many([["abc", "d", "e"]]))
    pair = reader.read(queue)
    session.run([pair])
    session.run([pair])
    kept = session.run(state)
    yield kept, session.run(counts)
    session.run(pair)
    given = tf.placeholder(tf.string)
    restore = reader.restore_state(given)
    session.run(restore, {given: kept})
    yield session.run(counts), session.run(state)
    for wrong in (b"ab", kept[:-1], kept + b"\x7f", b"\x00\x01", b"\x08\x02\x10\x01"):
        session.run(restore, {given: kept})
        shown = " IdentityReader 'r'"
        yield failure(lambda wrong=wrong: session.run(restore, {given: wrong}), shown)
        yield session.run(counts), session.run(state)
    negative = b"\x08" + b"\xff" * 9 + b"\x01"
    shown = "negative value when restoring in IdentityReader 'r'"
    yield failure(lambda: session.run(restore, {given: negative}), shown)
    yield failure(lambda: session.run(restore, {given: [kept]}))
    unknown_field = kept + b"\x50\x07"
    session.run(restore, {given: unknown_field})
    yield session.run(state)


@readers
def states_that_are_more_than_counts(tf):
    queue = tf.FIFOQueue(9, [tf.string], [[]])
    session = tf.Session()
    with files(a=b"x\ny\nz\n"):
        session.run(queue.enqueue_many([["a"] * 3]))
        for reader in (tf.TextLineReader(), tf.FixedLengthRecordReader(2)):
            pair = reader.read(queue)
            produced = reader.num_records_produced()
            session.run(pair)
            save = functools.partial(session.run, reader.serialize_state())
            yield failure(save, "Reader SerializeState")
            yield session.run(produced)
            restore = functools.partial(session.run, reader.restore_state(""))
            yield failure(restore, "Reader RestoreState")
            yield session.run(produced)


@readers
def reset_in_the_middle(tf):
    queue = tf.FIFOQueue(9, [tf.string], [[]])
    session = tf.Session()
    with files(a=b"x\ny\nz\n"):
        session.run(queue.enqueue_many([["a"] * 2]))
        reader = tf.TextLineReader()
        pair = reader.read(queue)
        counts = [reader.num_records_produced(), reader.num_work_units_completed(), queue.size()]
        yield session.run(pair), session.run(pair), session.run(counts)
        session.run(reader.reset())
        yield session.run(counts), session.run(pair), session.run(counts)


@readers
def none_at_once(tf):
    reader = tf.IdentityReader()
    queue = tf.FIFOQueue(9, [tf.string], [[]])
    session = tf.Session()
    yield session.run(reader.read_up_to(queue, 0))


@readers
def waited_for(tf):
    queue = tf.FIFOQueue(9, [tf.string], [[]])
    other = tf.FIFOQueue(9, [tf.string], [[]])
    with files(a=b"x\ny\n", b=b"z"):
        session = tf.Session()
        pair = tf.TextLineReader().read(queue)
        first = beside(session, pair)
        session.run(queue.enqueue("a"))
        yield first()
        yield session.run(pair)
        second = beside(session, pair)
        session.run(queue.enqueue("b"))
        yield second()
        # One run that has both a read and what it waits for.
        whole = tf.WholeFileReader().read(other)
        yield session.run([whole, other.enqueue("b")])[0]
        third = beside(session, pair)
        session.run(queue.close())
        yield third()
        fourth = beside(session, whole)
        session.run(other.close(cancel_pending_enqueues=True))
        yield fourth()


@readers
def a_run_that_takes_too_long(tf):
    queue = tf.FIFOQueue(9, [tf.string], [[]])
    session = tf.Session()
    pair = tf.IdentityReader().read(queue)
    options = tf.RunOptions(timeout_in_ms=100)
    yield failure(lambda: session.run(pair, options=options))
    session.run(queue.enqueue("a"))
    yield session.run(pair)


@readers
def several_of_one_reader_in_a_run(tf):
    queue = tf.FIFOQueue(9, [tf.string], [[]])
    reader = tf.IdentityReader()
    session = tf.Session()
    both = [reader.read(queue)[1], reader.read(queue)[1]]
    found = beside(session, both)
    session.run(queue.enqueue_many([["a", "b"]]))
    yield sorted(found()[0])


@readers
def a_pipeline_of_lines(tf):
    tf.set_random_seed(3)
    with files(
        a=b"x,y,label\n1,2,0\n3,4,1\n5,6,0\n", b=b"x,y,label\n7,8,1\n9,,1\n", c=b"x,y,label\n"
    ):
        names = tf.train.string_input_producer(list("abc"), num_epochs=2, shuffle=False)
        key, line = tf.TextLineReader(skip_header_lines=1).read(names)
        x, y, label = tf.decode_csv(line, [[0.0], [-1.0], [0]])
        batch = tf.train.batch([key, tf.stack([x, y]), label], 4, allow_smaller_final_batch=True)
        yield [part.shape.as_list() for part in batch]
        yield nodes(tf)
        session = tf.Session()
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coord)
        try:
            while not coord.should_stop():
                yield session.run(batch)
        except tf.errors.OutOfRangeError:
            pass
        coord.request_stop()
        coord.join(threads)


@readers
def a_pipeline_of_images(tf):
    session = tf.Session()
    image = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    encoded = session.run([tf.image.encode_png(image), tf.image.encode_png(image[::-1])])
    with files(a=encoded[0], b=encoded[1]):
        names = tf.train.string_input_producer(["a", "b"], shuffle=False)
        key, content = tf.WholeFileReader().read(names)
        decoded = tf.image.decode_png(content, channels=3)
        decoded.set_shape([4, 6, 3])
        batch = tf.train.batch([key, decoded], 3)
        session.run(tf.local_variables_initializer())
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coord)
        yield session.run(batch), session.run(batch)
        coord.request_stop()
        coord.join(threads)


CASES = table(CASES)
