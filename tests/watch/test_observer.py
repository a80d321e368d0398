"""What is recorded of programs with nothing configured, and that their numbers stay the same."""

import gc
import threading
import time
import weakref

import numpy as np
import pytest

from reflow import tf
from reflow.files.run_directory import GRAPH_FILE, TRACE_FILE, Tags
from tests.watch import programs
from tests.watch.recording import recorded

RANDOM = np.random.RandomState(0)
IMAGES = RANDOM.rand(600, 28, 28, 1).astype(np.float32)
CLASSES = RANDOM.randint(0, 10, 600)
ONE_HOT = np.eye(10, dtype=np.float32)[CLASSES]


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        tf.set_random_seed(0)
        yield graph


def batch(program, start, size=50, **more):
    """A feed of examples from `start` on, as the program takes them."""
    images = IMAGES[start : start + size]
    shape = program.image.shape.as_list()
    labels = ONE_HOT if program.labels.dtype.is_floating else CLASSES
    feed = {
        program.image: images.reshape([-1, *shape[1:]]),
        program.labels: labels[start : start + size],
    }
    return {**feed, **{program.more[name]: value for name, value in more.items()}}


def canon(session, program, steps, **training):
    """A loop as the canon's: training and test batch are judged before the training step."""
    for i in range(steps):
        now = batch(program, i * 20)
        if i % 5 == 0:
            session.run([program.accuracy, program.loss], now)
        if i % 10 == 0:
            session.run([program.accuracy, program.loss], batch(program, 400, 200))
        session.run(program.train, {**now, **batch(program, i * 20, **training)})


def test_the_canon_s_curves():
    program = programs.raw_softmax()
    with recorded() as recorder, tf.Session() as session:
        session.run(tf.global_variables_initializer())
        expected = session.run(program.accuracy, batch(program, 400, 200))
        canon(session, program, 20)
    assert [step for step, _ in recorder.scalars(Tags.TEST_ACCURACY)][1:] == [0, 10]
    assert recorder.scalars(Tags.TEST_ACCURACY)[1] == (0, pytest.approx(expected))
    training = [step for step, _ in recorder.scalars(Tags.TRAINING_ACCURACY)]
    assert training == [0, 5, 10, 15]
    name = program.loss.op.name
    assert [step for step, _ in recorder.scalars(Tags.TEST_LOSS + name)] == [0, 10]
    losses = recorder.scalars(Tags.TRAINING_LOSS + name)
    assert {0, 5, 10, 15} < {step for step, _ in losses}
    assert losses[0][1] == pytest.approx(np.log(10) * 100, rel=1e-5)
    assert losses[-1][1] < losses[0][1]
    assert recorder.fields["steps"] == {name: 20} and recorder.fields["batch_size"] == 50
    (test, *_), (train, *_) = (
        recorder.batches(tag) for tag in (Tags.TEST_BATCH, Tags.TRAINING_BATCH)
    )
    assert test.images.shape == (200, 28, 28, 1) and train.images.shape == (50, 28, 28, 1)
    np.testing.assert_array_equal(train.labels, CLASSES[:50])
    np.testing.assert_array_equal(train.images, IMAGES[:50])
    assert test.probabilities.shape == (200, 10)


def test_everything_of_a_layered_net():
    program = programs.five_layers()
    with recorded() as recorder, tf.Session() as session:
        session.run(tf.global_variables_initializer())
        canon(session, program, 15, keep=0.75, step=3)
    name = program.loss.op.name
    tags = recorder.tags()
    for variable in ("W0", "B0", "W1", "B1"):
        for kind in (Tags.GRADIENT_NORM, Tags.WEIGHT_NORM, Tags.VARIABLE, Tags.GRADIENT):
            assert kind + variable in tags
        assert Tags.UPDATE_RATIO + variable in tags
    assert {Tags.FLOW + "Relu", Tags.DEAD + "Relu", Tags.ACTIVATION + "Relu"} <= tags
    assert {Tags.WEIGHTS, Tags.BIASES, Tags.LEARNING_RATE + name} <= tags
    assert Tags.LOGITS + program.logits.op.name in tags
    # Judged without dropout by the program itself: what training computes is another curve.
    assert [s for s, _ in recorder.scalars(Tags.TRAINING_LOSS + name)] == [0, 5, 10]
    assert recorder.scalars(Tags.FETCHED + name)
    assert [s for s, _ in recorder.scalars(Tags.TRAINING_ACCURACY)] == [0, 5, 10]
    graph = recorder.files[GRAPH_FILE]
    assert graph["roles"]["learners"][0]["loss"] == program.loss.name
    assert graph["roles"]["image"] == "X:0" and graph["roles"]["labels"] == "labels:0"
    assert [layer["variables"] for layer in graph["roles"]["layers"]] == [
        ["W0", "B0"],
        ["W1", "B1"],
    ]
    assert "class MatMul" in graph["kernels"]["MatMul"]
    trace = recorder.files[TRACE_FILE]
    assert trace["step"] >= 10 and trace["ops"]["MatMul"]["bytes"] == 50 * 20 * 4


def test_norms_and_updates_are_exact():
    program = programs.by_hand()
    x, y = np.ones([4, 3], np.float32), np.zeros([4, 1], np.float32)
    with recorded() as recorder, tf.Session() as session:
        session.run(tf.global_variables_initializer())
        before = session.run(program.variables[0])
        gradient = session.run(program.more["gradient"], {program.image: x, program.labels: y})
        session.run(program.train, {program.image: x, program.labels: y})
        after = session.run(program.variables[0])
    norm = np.linalg.norm
    assert recorder.scalars(Tags.GRADIENT_NORM + "w") == [(1, pytest.approx(norm(gradient)))]
    assert recorder.scalars(Tags.WEIGHT_NORM + "w") == [(1, pytest.approx(norm(after)))]
    ratio = norm(after - before) / norm(before)
    assert recorder.scalars(Tags.UPDATE_RATIO + "w") == [(1, pytest.approx(ratio, rel=1e-5))]


def test_filters_maps_and_units_of_a_convolution():
    program = programs.convolutional()
    with recorded() as recorder, tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(program.train, batch(program, 0))
    (sample,) = [s for s in recorder.samples if s.batch is not None]
    assert sample.kernels[Tags.FILTERS + "W1"].shape == (5, 5, 1, 4)
    assert sample.maps[Tags.FEATURE_MAPS + "Relu"].shape == (4, 14, 14, 4)
    assert sample.units[Tags.STRONGEST + "Relu"].shape == (50, 4)
    assert recorder.scalars(Tags.TRAINING_ACCURACY)  # nobody else computes it


def test_fetched_scalars_and_evaluations_without_data():
    program = programs.regression()
    feed = {program.image: [1.0, 2.0], program.labels: [0.0, 1.0]}
    constant = tf.square(program.variables[0], name="penalty")
    with recorded() as recorder, tf.Session() as session:
        session.run(tf.global_variables_initializer())
        values = [session.run([program.train, program.loss], feed)[1] for _ in range(5)]
        session.run(constant)
    assert recorder.scalars(Tags.FETCHED + "loss") == [(i + 1, v) for i, v in enumerate(values)]
    assert recorder.scalars(Tags.TRAINING_LOSS + "loss") == recorder.scalars(Tags.FETCHED + "loss")
    assert [step for step, _ in recorder.scalars(Tags.EVALUATED + "penalty")] == [5]
    assert recorder.fields["batch_size"] == 2


def test_a_test_in_pieces_is_averaged():
    program = programs.raw_softmax()
    with recorded() as recorder, tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(program.train, batch(program, 0))
        found = [session.run(program.accuracy, batch(program, i, 50)) for i in (100, 150, 200)]
        session.run(program.train, batch(program, 50))
    assert recorder.scalars(Tags.TEST_ACCURACY) == [(1, pytest.approx(np.mean(found)))]


def test_validation_and_test_are_sets_of_their_own():
    program = programs.raw_softmax()
    name = program.accuracy.op.name

    def judged(start, size):
        return session.run([program.accuracy, program.loss], batch(program, start, size))[0]

    with recorded() as recorder, tf.Session() as session:
        session.run(tf.global_variables_initializer())
        validation, test = [], []
        for i in range(3):
            session.run(program.train, batch(program, i * 50))
            validation.append(judged(200, 100))
            test.append(judged(300, 100))
        session.run(program.loss, batch(program, 200, 100))  # the same examples, elsewhere
    steps = [1, 2, 3]
    assert recorder.scalars(Tags.TEST_ACCURACY) == list(zip(steps, test))
    assert recorder.scalars(Tags.EVALUATED + name) == list(zip(steps, test))
    assert recorder.scalars(Tags.EVALUATED + name + "#2") == list(zip(steps, validation))
    loss = program.loss.op.name
    assert [s for s, _ in recorder.scalars(Tags.TEST_LOSS + loss)] == steps
    assert [s for s, _ in recorder.scalars(Tags.EVALUATED + loss + "#2")] == [*steps, 3]
    shown = recorder.batches(Tags.TEST_BATCH)
    np.testing.assert_array_equal(shown[0].images, IMAGES[300:400])


def test_what_was_the_test_remains_it():
    program = programs.raw_softmax()
    with recorded() as recorder, tf.Session() as session:
        session.run(tf.global_variables_initializer())
        found = []
        for i in range(3):
            session.run(program.train, batch(program, i * 50))
            found.append(session.run(program.accuracy, batch(program, 200 + i, 100)))
        last = session.run(program.accuracy, batch(program, 300, 200))
    assert recorder.scalars(Tags.TEST_ACCURACY) == list(zip([1, 2, 3], found))
    tag = Tags.EVALUATED + program.accuracy.op.name
    assert recorder.scalars(f"{tag}#2") == [(3, last)]


def test_one_of_many_tests_is_not_left_out():
    program = programs.raw_softmax()
    with recorded() as recorder, tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for i in range(30):
            session.run(program.train, batch(program, i))
            session.run(program.accuracy, batch(program, 200, 20))
            session.run(program.accuracy, batch(program, 300, 20))
    tag = Tags.EVALUATED + program.accuracy.op.name
    assert len(recorder.scalars(tag)) >= 20 and len(recorder.scalars(f"{tag}#2")) >= 20


def test_a_slow_test_between_an_evaluation_and_its_training_step(monkeypatch):
    monkeypatch.setattr("reflow.watch.evaluating._PATIENCE", 0.05)
    program = programs.raw_softmax()

    def slowly(value):
        time.sleep(0.5)
        return value

    test = tf.py_func(slowly, [program.accuracy], tf.float32)
    test.set_shape([])
    with recorded() as recorder, tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(program.train, batch(program, 0))
        session.run(program.accuracy, batch(program, 50))
        session.run(test, batch(program, 100, 200))
        session.run(program.train, batch(program, 50))
    # That of the first step is computed by the recorder itself.
    assert [step for step, _ in recorder.scalars(Tags.TRAINING_ACCURACY)] == [1, 1]
    assert recorder.scalars(Tags.TEST_ACCURACY) == []
    assert [step for step, _ in recorder.scalars(Tags.EVALUATED + test.op.name)] == [1]


def test_the_last_numbers_are_recorded_when_a_session_ends(monkeypatch):
    monkeypatch.setattr("reflow.watch.training_watcher.FIRST", 3)
    monkeypatch.setattr("reflow.watch.training_watcher.INTERVAL", 100.0)
    program = programs.regression()
    feed = {program.image: [1.0, 2.0], program.labels: [0.0, 1.0]}
    with recorded() as recorder:
        for steps in (1000, 1):
            with tf.Session() as session:
                session.run(tf.global_variables_initializer())
                for _ in range(steps):
                    _, last = session.run([program.train, program.loss], feed)
                before = len(recorder.samples)
            assert recorder.scalars(Tags.TRAINING_LOSS + "loss")[-1][1] == last
        assert len(recorder.samples) in (before, before + 1)
        session.close()
        assert recorder.fields["steps"] == {"loss": 1001}
    steps = [step for step, _ in recorder.scalars(Tags.TRAINING_LOSS + "loss")]
    assert {1000, 1001} <= {*steps} and len(steps) == len({*steps})


def test_the_last_test_is_recorded_when_a_session_ends():
    program = programs.raw_softmax()
    with recorded() as recorder:
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            session.run(program.train, batch(program, 0))
            found = session.run(program.accuracy, batch(program, 50))
        assert recorder.scalars(Tags.TEST_ACCURACY) == [(1, found)]


def test_no_accuracy_of_a_policy_and_no_loss_of_an_actor():
    policy, actor = programs.policy(), programs.actor_and_critic()
    with recorded() as recorder, tf.Session() as session:
        session.run(tf.global_variables_initializer())
        feed = {policy.image: np.ones([5, 4]), policy.labels: [0, 1, 2, 0, 1]}
        session.run(policy.train, {**feed, policy.more["values"]: np.ones(5)})
        feed = {actor.image: np.ones([5, 3]), actor.labels: np.ones([5, 1])}
        session.run(actor.more["act"], feed)
        session.run(actor.train, feed)
    assert not recorder.scalars(Tags.TRAINING_ACCURACY)
    losses = {tag for tag in recorder.tags() if tag.startswith(Tags.TRAINING_LOSS)}
    assert losses == {Tags.TRAINING_LOSS + "loss", Tags.TRAINING_LOSS + "td_error"}
    assert recorder.fields["steps"] == {"loss": 1, "td_error": 1, "act": 1}


def test_an_evaluation_behind_its_training_step():
    program = programs.raw_softmax()
    with recorded() as recorder, tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(program.train, batch(program, 0))
        session.run(program.loss, batch(program, 0))
        session.run(program.loss, batch(program, 50))
    name = program.loss.op.name
    assert [step for step, _ in recorder.scalars(Tags.TRAINING_LOSS + name)] == [1, 1]
    assert [step for step, _ in recorder.scalars(Tags.TEST_LOSS + name)] == [1]


def test_of_a_large_batch_the_wrong_answers_are_shown():
    program = programs.raw_softmax()
    images = np.repeat(IMAGES, 4, axis=0)
    feed = {program.image: images, program.labels: np.repeat(ONE_HOT, 4, axis=0)}
    with recorded() as recorder, tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run([program.loss, program.accuracy], feed)
    (shown,) = recorder.batches(Tags.TEST_BATCH)
    assert shown.total == 2400 and len(shown.images) == 1000
    right = shown.probabilities.argmax(1) == shown.labels
    assert not right.any() or right.tolist() == sorted(right.tolist())
    np.testing.assert_array_equal(shown.images, images[shown.rows])


def test_two_learners_are_told_apart():
    program = programs.gan()
    real, noise = IMAGES.reshape(-1, 784), np.ones([50, 100], np.float32)
    feed = {program.image: real[:50], program.more["noise"]: noise}
    with recorded() as recorder, tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(4):
            session.run([program.train, program.loss], feed)
            session.run(program.more["g_train"], {program.more["noise"]: noise})
            session.run(program.more["g_train"], {program.more["noise"]: noise})
    assert recorder.fields["steps"] == {"d_loss": 4, "g_loss": 8}
    assert recorder.scalars(Tags.TRAINING_LOSS + "d_loss")[0][0] == 1
    # How soon the sixth to eighth are read depends on how long a step takes.
    assert recorder.scalars(Tags.TRAINING_LOSS + "g_loss")[-1][0] in range(5, 9)
    assert Tags.GRADIENT_NORM + "generator/dense/kernel" in recorder.tags()


@pytest.mark.parametrize("make", [programs.five_layers, programs.convolutional])
def test_numbers_are_those_of_a_run_that_nobody_watches(make):
    def losses():
        with tf.Graph().as_default(), tf.Session() as session:
            tf.set_random_seed(1)
            program = make()
            random = tf.random_uniform([3])
            session.run(tf.global_variables_initializer())
            more = {"keep": 0.5} if program.more else {}
            found = []
            for i in range(12):
                feed = batch(program, i * 20, **more)
                found.append(session.run([program.train, program.loss, random], feed)[1:])
                found.append(session.run([program.loss, program.accuracy], feed))
            return np.concatenate([np.ravel(v) for pair in found for v in pair])

    plain = losses()
    with recorded():
        np.testing.assert_array_equal(losses(), plain)


def test_monitored_sessions_and_callables():
    program = programs.regression()
    step = tf.train.get_or_create_global_step()
    count = tf.assign_add(step, 1)
    with recorded() as recorder:
        with tf.train.MonitoredSession() as session:
            for _ in range(3):
                session.run([program.train, count], {program.image: [1.0], program.labels: [2.0]})
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            train = session.make_callable(program.train, [program.image, program.labels])
            train([1.0], [2.0])
            options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
            feed = {program.image: [1.0], program.labels: [2.0]}
            session.run(program.train, feed, options, tf.RunMetadata())
    assert recorder.fields["steps"] == {"loss": 5}
    assert len(recorder.scalars(Tags.TRAINING_LOSS + "loss")) >= 3


def test_threads_and_sessions_count_together():
    program = programs.regression()
    feed = {program.image: [1.0, 2.0], program.labels: [0.0, 1.0]}

    def work(session):
        for _ in range(50):
            session.run([program.train, program.loss], feed)

    with recorded() as recorder:
        sessions = [tf.Session(), tf.Session()]
        for session in sessions:
            session.run(tf.global_variables_initializer())
        threads = [threading.Thread(target=work, args=(s,)) for s in sessions * 2]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for session in sessions:
            session.close()
    assert recorder.fields["steps"] == {"loss": 200}


def test_graphs_of_the_same_names_and_their_end():
    with recorded() as recorder:
        kept = []
        for _ in range(2):
            with tf.Graph().as_default() as graph, tf.Session() as session:
                program = programs.regression()
                session.run(tf.global_variables_initializer())
                session.run(program.train, {program.image: [1.0], program.labels: [2.0]})
                kept.append(weakref.ref(graph))
            del graph, session, program
        recorder.files.clear()
        gc.collect()
        assert kept[0]() is None
    assert recorder.fields["steps"] == {"loss": 1, "loss_1": 1}


def test_runs_wait_while_paused():
    program = programs.regression()
    with recorded() as recorder, tf.Session() as session:
        session.run(tf.global_variables_initializer())
        feed = {program.image: [1.0], program.labels: [2.0]}
        session.run(program.train, feed)
        assert recorder.waited == 0
        recorder.paused = True
        session.run(program.train, feed)
        session.run(program.loss, feed)
        assert recorder.waited == 2


def test_mistakes_of_watching_are_no_mistakes_of_the_program(monkeypatch):
    program = programs.regression()
    with pytest.raises(AssertionError, match="the recorder is out of order"):
        with recorded() as recorder, tf.Session() as session:
            session.run(tf.global_variables_initializer())

            def put(sample):
                raise OSError("the recorder is out of order")

            recorder.put = put
            feed = {program.image: [1.0], program.labels: [2.0]}
            for _ in range(3):
                session.run([program.train, program.loss], feed)
    assert len(recorder.fields["remarks"]) == 1
