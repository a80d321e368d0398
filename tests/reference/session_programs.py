"""Short programs that a session must refuse, and what partial runs and placement must refuse.

Each takes the namespace `tf` and raises.  `record_session.py` records what TensorFlow 1.15.5
raises; `tests/runtime` compares what reflow raises with it.
"""

import collections
import threading

import numpy as np


def _shifted(tf):
    """A placeholder of shape [?, 3], a variable and their sum."""
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    w = tf.Variable(np.ones(3, np.float32), name="w")
    return x, w, tf.add(x, w, name="y")


def _fed(value, dtype="float32", shape=None):
    """A program that feeds `value` to a placeholder."""

    def program(tf):
        x = tf.placeholder(getattr(tf, dtype), shape, name="x")
        tf.Session().run(tf.identity(x, name="y"), {x: value})

    return program


# -- Feeds ---------------------------------------------------------------------------------------


def feed_of_wrong_shape(tf):
    x, _, y = _shifted(tf)
    tf.Session().run(y, {x: np.zeros((2, 4), np.float32)})


def feed_of_wrong_rank(tf):
    x, _, y = _shifted(tf)
    tf.Session().run(y, {x: [1.0, 2.0, 3.0]})


feed_ragged = _fed([[1.0, 2.0], [3.0]])
feed_text_as_number = _fed("five")
feed_list_of_text_as_numbers = _fed(["five"])
feed_too_large_an_integer = _fed(300, "uint8")
feed_too_large_an_int32 = _fed(1 << 40, "int32")
feed_negative_as_unsigned = _fed(-1, "uint8")
feed_inexact_float = _fed((1 << 24) + 1, "float32")
feed_integer_as_bool = _fed(2, "bool")
feed_integer_as_text = _fed(5, "string")
feed_object = _fed(object())
feed_dict_value = _fed({"a": 1})


def feed_tensor_as_value(tf):
    x, _, y = _shifted(tf)
    tf.Session().run(y, {x: tf.zeros([2, 3])})


def feed_variable_as_value(tf):
    x, w, y = _shifted(tf)
    tf.Session().run(y, {x: w})


def feed_key_of_another_graph(tf):
    with tf.Graph().as_default():
        stranger = tf.placeholder(tf.float32, [2], name="stranger")
    tf.Session().run(tf.zeros([2]), {stranger: [1.0, 2.0]})


def feed_key_not_in_graph(tf):
    _, _, y = _shifted(tf)
    tf.Session().run(y, {"no_such:0": 1.0})


def feed_key_without_index(tf):
    _, _, y = _shifted(tf)
    tf.Session().run(y, {"x": np.zeros((2, 3))})


def feed_key_operation(tf):
    x, _, y = _shifted(tf)
    tf.Session().run(y, {x.op: np.zeros((2, 3))})


def feed_key_number(tf):
    _, _, y = _shifted(tf)
    tf.Session().run(y, {5: 1.0})


def feed_non_feedable(tf):
    x, _, y = _shifted(tf)
    tf.get_default_graph().prevent_feeding(y)
    tf.Session().run(y + 1.0, {y: np.zeros((2, 3)), x: np.zeros((2, 3))})


def feed_nested_key_of_wrong_length(tf):
    x, w, y = _shifted(tf)
    tf.Session().run(y, {(x, w): [np.zeros((2, 3))]})


def feed_dict_of_wrong_type(tf):
    x, _, y = _shifted(tf)
    tf.Session().run(y, [(x, np.zeros((2, 3)))])


def missing_feed(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    tf.Session().run(tf.multiply(x, 2.0, name="y"))


def missing_feed_of_unknown_shape(tf):
    x = tf.placeholder(tf.float32, name="x")
    tf.Session().run(tf.multiply(x, 2.0, name="y"))


# -- Fetches -------------------------------------------------------------------------------------


def fetch_none(tf):
    _shifted(tf)
    tf.Session().run(None)


def fetch_none_in_list(tf):
    _, w, _ = _shifted(tf)
    tf.Session().run([w, None])


def fetch_number(tf):
    _shifted(tf)
    tf.Session().run(5)


def fetch_name_not_in_graph(tf):
    _shifted(tf)
    tf.Session().run("yy:0")


def fetch_operation_not_in_graph(tf):
    _shifted(tf)
    tf.Session().run("yy")


def fetch_output_that_is_not_there(tf):
    _shifted(tf)
    tf.Session().run("y:1")


def fetch_of_another_graph(tf):
    with tf.Graph().as_default():
        stranger = tf.zeros([2], name="stranger")
    _shifted(tf)
    tf.Session().run(stranger)


def fetch_non_fetchable(tf):
    _, _, y = _shifted(tf)
    tf.get_default_graph().prevent_fetching(y.op)
    tf.Session().run(y, {"x:0": np.zeros((2, 3))})


# -- Sessions ------------------------------------------------------------------------------------


def closed_session(tf):
    session = tf.Session()
    c = tf.zeros([2])
    session.close()
    session.run(c)


def closed_session_after_with(tf):
    with tf.Session() as session:
        c = tf.zeros([2])
    session.run(c)


def partial_run_of_closed_session(tf):
    c = tf.zeros([2])
    session = tf.Session()
    session.close()
    session.partial_run_setup([c])


def empty_graph(tf):
    tf.Session().run("x:0")


def session_of_no_graph(tf):
    tf.Session(graph="graph")


def session_target_is_config(tf):
    tf.Session(tf.ConfigProto())


def session_target_is_number(tf):
    tf.Session(5)


def session_config_is_dict(tf):
    tf.Session(config={"allow_soft_placement": True})


def session_entered_twice(tf):
    session = tf.Session()
    with session:
        with session:
            pass


def eval_without_session(tf):
    tf.zeros([2]).eval()


def eval_in_session_of_another_graph(tf):
    c = tf.zeros([2])
    with tf.Session(graph=tf.Graph()):
        c.eval()


def run_operation_without_session(tf):
    tf.no_op().run()


def make_callable_with_feed_dict(tf):
    x, _, y = _shifted(tf)
    tf.Session().make_callable(y, {x: 1.0})


# -- Runs that fail ------------------------------------------------------------------------------


def uninitialized_variable(tf):
    x, _, y = _shifted(tf)
    tf.Session().run(y, {x: np.zeros((2, 3))})


def fetch_uninitialized_variable(tf):
    _, w, _ = _shifted(tf)
    tf.Session().run(w)


def add_to_uninitialized_variable(tf):
    w = tf.Variable(1.0, name="w")
    tf.Session().run(tf.assign_add(w, 1.0, name="more"))


def shape_clash_in_run(tf):
    a = tf.placeholder(tf.float32, [None], name="a")
    b = tf.placeholder(tf.float32, [None], name="b")
    tf.Session().run(tf.add(a, b, name="y"), {a: [1.0, 2.0], b: [1.0, 2.0, 3.0]})


def matrix_clash_in_run(tf):
    a = tf.placeholder(tf.float32, name="a")
    b = tf.placeholder(tf.float32, name="b")
    tf.Session().run(tf.matmul(a, b, name="y"), {a: np.zeros((2, 3)), b: np.zeros((4, 5))})


def reshape_clash_in_run(tf):
    a = tf.placeholder(tf.float32, name="a")
    tf.Session().run(tf.reshape(a, [3, 2], name="y"), {a: np.zeros((2, 4))})


def assign_clash_in_run(tf):
    w = tf.Variable(np.zeros(3, np.float32), name="w")
    value = tf.placeholder(tf.float32, name="value")
    tf.Session().run(tf.assign(w, value, name="y"), {value: [1.0]})


def gather_out_of_range(tf):
    at = tf.placeholder(tf.int32, [None], name="at")
    tf.Session().run(tf.gather(tf.zeros([3]), at, name="y"), {at: [1, 7]})


def shape_clash_in_build(tf):
    tf.add(tf.zeros([2]), tf.zeros([3]), name="y")


def matrix_clash_in_build(tf):
    tf.matmul(tf.zeros([2, 3]), tf.zeros([4, 5]), name="y")


def nan_in_loss(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    loss = tf.reduce_sum(tf.log(x, name="log_x"), name="loss")
    check = tf.add_check_numerics_ops()
    tf.Session().run([loss, check], {x: [1.0, -1.0]})


def nan_in_check_numerics(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    tf.Session().run(tf.check_numerics(tf.log(x), "log of x", name="y"), {x: [1.0, -1.0]})


def variable_name_clash(tf):
    tf.get_variable("w", [2])
    tf.get_variable("w", [2])


# -- Partial runs --------------------------------------------------------------------------------


def _partial(tf):
    a = tf.placeholder(tf.float32, [], name="a")
    b = tf.placeholder(tf.float32, [], name="b")
    c = tf.placeholder(tf.float32, [], name="c")
    r1 = tf.add(a, b, name="r1")
    r2 = tf.multiply(r1, c, name="r2")
    return tf.Session(), a, b, c, r1, r2


def partial_run_without_setup(tf):
    session, a, b, _, r1, _ = _partial(tf)
    session.partial_run("handle", r1, {a: 1.0, b: 2.0})


def partial_run_fetch_not_set_up(tf):
    session, a, b, c, r1, r2 = _partial(tf)
    handle = session.partial_run_setup([r1], [a, b, c])
    session.partial_run(handle, r2, {a: 1.0, b: 2.0, c: 3.0})


def partial_run_feed_not_set_up(tf):
    session, a, b, c, r1, r2 = _partial(tf)
    handle = session.partial_run_setup([r1, r2], [a, b])
    session.partial_run(handle, r1, {a: 1.0, b: 2.0, c: 3.0})


def partial_run_fed_twice(tf):
    session, a, b, c, r1, r2 = _partial(tf)
    handle = session.partial_run_setup([r1, r2], [a, b, c])
    session.partial_run(handle, r1, {a: 1.0, b: 2.0})
    session.partial_run(handle, r2, {a: 1.0, c: 2.0})


def partial_run_fetched_twice(tf):
    session, a, b, c, r1, r2 = _partial(tf)
    handle = session.partial_run_setup([r1, r2], [a, b, c])
    session.partial_run(handle, r1, {a: 1.0, b: 2.0})
    session.partial_run(handle, [r1, r2], {c: 2.0})


def partial_run_with_too_few_feeds(tf):
    session, a, b, c, r1, r2 = _partial(tf)
    handle = session.partial_run_setup([r1, r2], [a, b, c])
    session.partial_run(handle, r2, {a: 1.0, b: 2.0})


def partial_run_after_the_last(tf):
    session, a, b, c, r1, r2 = _partial(tf)
    handle = session.partial_run_setup([r1, r2], [a, b, c])
    session.partial_run(handle, [r1, r2], {a: 1.0, b: 2.0, c: 3.0})
    session.partial_run(handle, r1, {})


def partial_run_feed_of_wrong_shape(tf):
    session, a, b, c, r1, r2 = _partial(tf)
    handle = session.partial_run_setup([r1, r2], [a, b, c])
    session.partial_run(handle, r1, {a: [1.0], b: 2.0})


def partial_run_of_operation(tf):
    session, a, b, c, r1, r2 = _partial(tf)
    handle = session.partial_run_setup([r1, r2.op], [a, b, c])
    session.partial_run(handle, [r2.op], {a: 1.0, b: 2.0, c: 3.0})


def partial_run_setup_feed_operation(tf):
    session, a, _, _, r1, _ = _partial(tf)
    session.partial_run_setup([r1], [a.op])


def partial_run_setup_of_nothing(tf):
    session, a, b, _, _, _ = _partial(tf)
    session.partial_run_setup([], [a, b])


# -- Devices -------------------------------------------------------------------------------------


def _pinned(device, **config):
    def program(tf):
        with tf.device(device):
            c = tf.constant([1.0], name="c")
        tf.Session(config=tf.ConfigProto(**config)).run(c)

    return program


pinned_to_missing_cpu = _pinned("/cpu:3")
pinned_to_missing_gpu = _pinned("/gpu:0", device_count={"GPU": 0})
pinned_to_missing_job = _pinned("/job:worker/task:1/cpu:0")
pinned_beyond_device_count = _pinned("/cpu:2", device_count={"CPU": 2})


def malformed_device(tf):
    with tf.device("/gpus:0"):
        tf.constant([1.0])


def _in_thread(body):
    errors = []

    def catch():
        try:
            body()
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=catch)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]


def eval_in_thread_without_session(tf):
    c = tf.zeros([2])
    with tf.Session():
        _in_thread(lambda: c.eval())


PROGRAMS = {
    name: value
    for name, value in list(globals().items())
    if callable(value) and not name.startswith("_") and value.__module__ == __name__
}


def outcome(tf, name):
    """What the program of that name raises: its class, its text and the operation it names."""
    with tf.Graph().as_default():
        try:
            PROGRAMS[name](tf)
        except Exception as error:
            op = getattr(error, "op", None)
            return collections.OrderedDict(
                [
                    ("class", type(error).__name__),
                    ("message", str(error)),
                    ("op", None if op is None else op.name),
                ]
            )
    return {"class": None}
