"""tf.contrib.training: what samplers give, queues that are fed, and messages of hyperparameters."""

import threading

import numpy as np
import pytest

import reflow as tf
from reflow.tf.contrib.training.hparam_pb2 import HParamDef

training = tf.contrib.training


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def batches(session, fetches, count):
    """What several runs give while threads fill the queues."""
    session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
    coordinator = tf.train.Coordinator()
    threads = tf.train.start_queue_runners(session, coordinator)
    found = [session.run(fetches) for _ in range(count)]
    coordinator.request_stop()
    coordinator.join(threads)
    return found


def test_rejected_elements_are_not_in_batches(session):
    numbers = tf.train.range_input_producer(10, shuffle=False).dequeue()
    (sample,) = training.rejection_sample(
        [numbers], lambda parts: tf.cast(parts[0] < 3, tf.float32), 4
    )
    found = np.concatenate(batches(session, sample, 6))
    np.testing.assert_array_equal(found, np.resize([0, 1, 2], 24))


@pytest.mark.parametrize("known", [True, False])
def test_classes_have_their_shares(session, known):
    tf.set_random_seed(1)
    labels = tf.cast(tf.random_uniform([8]) < 0.1, tf.int32)
    (data,), chosen = training.stratified_sample(
        [tf.cast(labels, tf.float32) * 5.0],
        labels,
        [0.5, 0.5],
        50,
        init_probs=[0.9, 0.1] if known else None,
        enqueue_many=True,
    )
    found = batches(session, [data, chosen], 12)
    for values, classes in found:
        np.testing.assert_array_equal(values, classes * 5.0)
    assert abs(np.mean([classes for _, classes in found[4:]]) - 0.5) < 0.12


def test_an_impossible_share_is_an_error(session):
    training.stratified_sample([tf.zeros([3])], 1, [0.5, 0.5], 2, [1.0, 0.0])
    coordinator = tf.train.Coordinator()
    threads = tf.train.start_queue_runners(session, coordinator)
    with pytest.raises(tf.errors.InvalidArgumentError, match="zero initial probability"):
        coordinator.join(threads)


def test_weights_are_rates(session):
    tf.set_random_seed(1)
    (chosen,), rates = training.weighted_resample(
        [tf.constant([0.0, 1.0])], tf.constant([1.0, 3.0]), 2.0, seed=1
    )
    session.run([tf.local_variables_initializer(), tf.global_variables_initializer()])
    found = [session.run([chosen, rates]) for _ in range(300)]
    counts = [np.bincount(values.astype(int), minlength=2) for values, _ in found]
    np.testing.assert_allclose(np.mean(counts, 0), [1.0, 3.0], rtol=0.15)
    np.testing.assert_allclose(found[-1][1], 1.0 + 2.0 * found[-1][0], rtol=1e-4)


# -- Queues that are fed ---------------------------------------------------------------------------


def feeding(placeholder, numbers):
    """A function that feeds numbers, one after the other; then the input has ended."""
    lock, left = threading.Lock(), iter(numbers)

    def feed():
        with lock:
            number = next(left, None)
        if number is None:
            raise tf.errors.OutOfRangeError(None, None, "nothing more")
        return {placeholder: number}

    return feed


def test_a_queue_is_fed(session):
    queue = tf.FIFOQueue(100, [tf.int32], shapes=[[]])
    placeholder = tf.placeholder(tf.int32, [])
    enqueue = queue.enqueue(placeholder)
    runner = training.FeedingQueueRunner(
        queue,
        [enqueue, enqueue, queue.enqueue(7)],
        feed_fns=[feeding(placeholder, range(5)), feeding(placeholder, range(10, 15)), None],
        queue_closed_exception_types=(tf.errors.OutOfRangeError, tf.errors.CancelledError),
    )
    assert runner.enqueue_ops[:2] == [enqueue, enqueue]
    coordinator = tf.train.Coordinator()
    threads = runner.create_threads(session, coordinator, start=True)
    dequeue = queue.dequeue()
    seen = []
    while sum(number != 7 for number in seen) < 10 or 7 not in seen:
        seen.append(session.run(dequeue))
    coordinator.request_stop()
    coordinator.join(threads)
    assert [n for n in seen if n < 5] == list(range(5))
    assert [n for n in seen if n >= 10] == list(range(10, 15))


def test_a_fed_queue_ends(session):
    queue = tf.FIFOQueue(100, [tf.int32], shapes=[[]])
    placeholder = tf.placeholder(tf.int32, [])
    runner = training.FeedingQueueRunner(
        queue, [queue.enqueue(placeholder)], feed_fns=[feeding(placeholder, range(3))]
    )
    for thread in runner.create_threads(session, start=True):
        thread.join()
    dequeue = queue.dequeue()
    assert [session.run(dequeue) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(tf.errors.OutOfRangeError):
        session.run(dequeue)


def test_feeding_refuses(session):
    queue = tf.FIFOQueue(100, [tf.int32])
    with pytest.raises(ValueError, match="same length"):
        training.FeedingQueueRunner(queue, [queue.enqueue(1)], feed_fns=[])
    runner = training.FeedingQueueRunner(queue, [queue.enqueue(1)])
    with pytest.raises(NotImplementedError):
        runner.to_proto()


# -- Hyperparameters -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (3, b"\n\x07\n\x01a\x12\x02\x08\x03"),
        (-1, b"\n\x10\n\x01a\x12\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
        (0.5, b"\n\n\n\x01a\x12\x05\x15\x00\x00\x00?"),
        ("text", b"\n\x0b\n\x01a\x12\x06\x1a\x04text"),
        (True, b"\n\x07\n\x01a\x12\x028\x01"),
        ([1, 2], b'\n\x0b\n\x01a\x12\x06"\x04\n\x02\x01\x02'),
        ([0.5], b"\n\r\n\x01a\x12\x08*\x06\n\x04\x00\x00\x00?"),
        (["x", "y"], b"\n\r\n\x01a\x12\x082\x06\n\x01x\n\x01y"),
        ([True, False], b"\n\x0b\n\x01a\x12\x06B\x04\n\x02\x01\x00"),
    ],
)
def test_messages_are_tensorflows(value, message):
    """The bytes are what TensorFlow 1.15.5 wrote."""
    assert training.HParams(a=value).to_proto().SerializeToString() == message
    assert training.HParams(HParamDef.FromString(message)).a == value


def test_set_from_map_is_deprecated(caplog):
    assert training.HParams(a=1).set_from_map({"a": 2}).a == 2
    assert "deprecated" in caplog.text
