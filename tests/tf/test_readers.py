"""Readers: what tables of cases cannot say."""

import threading
import time

import pytest

import reflow as tf
from reflow.graph.execution import eager_mode
from reflow.ops.data_flow import queue_ops, reader_ops


def test_there_are_none_in_eager_execution():
    with eager_mode(), pytest.raises(RuntimeError, match="Readers are not supported when eager"):
        tf.TextLineReader()


def test_references_of_the_first_releases(tmp_path):
    (tmp_path / "a").write_text("x,y\n1,2\n3,4")
    with tf.Graph().as_default(), tf.Session() as session:
        reader = tf.ReaderBase(reader_ops.TextLineReader(skip_header_lines=1))
        queue = queue_ops.FIFOQueue([tf.string], shapes=[[]])
        session.run(queue_ops.QueueEnqueue(queue, [str(tmp_path / "a")]))
        key, value = reader.read(queue)
        assert [key.op.type, reader.reset().type] == ["ReaderRead", "ReaderReset"]
        assert session.run(value) == b"1,2"
        assert session.run(reader.read_up_to(queue, 5))[1].tolist() == [b"3,4"]
        counts = [reader.num_records_produced(), reader.num_work_units_completed()]
        assert session.run(counts) == [2, 1]
        session.run(reader.reset())
        assert session.run(counts) == [0, 0]


def test_a_closed_session_ends_what_waits():
    with tf.Graph().as_default():
        _, value = tf.IdentityReader().read(tf.FIFOQueue(9, [tf.string], [[]]))
        session = tf.Session()
    errors = []

    def read():
        try:
            session.run(value)
        except tf.errors.OpError as error:
            errors.append(error)

    before = set(threading.enumerate())
    thread = threading.Thread(target=read)
    thread.start()
    while not set(threading.enumerate()) - before - {thread}:  # until the read waits
        time.sleep(0.01)
    session.close()
    thread.join(10)
    assert isinstance(errors[0], tf.errors.CancelledError)
