"""What is found of a program by its graph alone."""

import numpy as np
import pytest

from reflow import tf
from reflow.watch.examples import is_accuracy
from reflow.watch.roles import learners_of
from reflow.watch.settings import Settings
from tests.watch import programs


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def learners(*fetches, **settings):
    """The learners of a run of these fetches."""
    graph = tf.get_default_graph()
    elements = [graph.as_graph_element(fetch) for fetch in fetches]
    tensors = [e for e in elements if isinstance(e, tf.Tensor)]
    operations = [e for e in elements if isinstance(e, tf.Operation)]
    return learners_of(tensors, operations, graph, Settings(**settings))


def learner(*fetches, **settings):
    (found,) = learners(*fetches, **settings)
    return found


def names(operations):
    return [op.name for op in operations]


CLASSIFIERS = {
    "raw_softmax": programs.raw_softmax,
    "five_layers": programs.five_layers,
    "sparse": lambda: programs.five_layers("sparse", flat=False),
    "sigmoids": lambda: programs.five_layers("sigmoid", tf.nn.sigmoid),
    "convolutional": programs.convolutional,
    "layers": lambda: programs.convolutional(use_layers=True),
}


@pytest.mark.parametrize("make", CLASSIFIERS.values(), ids=CLASSIFIERS)
def test_classifiers(make):
    program = make()
    found = learner(program.train)
    assert found.losses == (program.loss,) and found.name == program.loss.op.name
    assert found.training_op == program.train.name
    assert found.variables == [v.op for v in program.variables]
    assert found.images.tensor is program.image
    assert (found.images.height, found.images.width, found.images.channels) == (28, 28, 1)
    assert found.labels is program.labels
    assert found.answer.logits is program.logits and found.is_classifier
    assert is_accuracy(program.accuracy) and not is_accuracy(program.loss)
    assert [layer.op.type for layer in found.layers] == [
        op.type
        for op in tf.get_default_graph().get_operations()
        if op.type in ("MatMul", "Conv2D") and "gradients" not in op.name
    ]
    assert [v for layer in found.layers for v in layer.variables] == found.variables


def test_the_loss_s_gradient_reaches_activations_and_variables():
    program = programs.five_layers(sizes=(784, 20, 15, 10))
    found = learner(program.train)
    assert [a.tensor.op.type for a in found.activations] == ["Relu"] * 2
    tensors = [a.tensor for a in found.activations]
    expected = tf.gradients(program.loss, tensors)
    by_variable = {u.variable: u.gradient for u in found.updates}
    of_variables = [by_variable[v.op] for v in program.variables]
    feed = {
        program.image: np.random.RandomState(0).rand(5, 784),
        program.labels: np.eye(10)[:5],
    }
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        taken = session.run([a.gradient for a in found.activations], feed)
        for one, other in zip(taken, session.run(expected, feed)):
            np.testing.assert_allclose(one, other, rtol=1e-5)
        shapes = [g.shape for g in session.run(of_variables, feed)]
        assert shapes == [tuple(v.shape.as_list()) for v in program.variables]


def test_learning_rate_layers_and_kernel():
    program = programs.five_layers()
    found = learner(program.train)
    with tf.Session() as session:
        assert session.run(found.rate) == session.run(program.more["rate"])
    first, last = found.layers
    assert names(first.variables) == ["W0", "B0"] and first.activation.type == "Relu"
    assert names(last.variables) == ["W1", "B1"] and last.activation is None
    assert found.kernel is None
    with tf.Graph().as_default():
        assert learner(programs.convolutional().train).kernel.name == "W1"


def test_regression():
    program = programs.regression()
    found = learner(program.train)
    assert found.losses == (program.loss,)
    assert names(found.variables) == ["w", "b"]
    assert found.images is found.labels is found.answer is None


@pytest.mark.parametrize("use_gradients", [True, False])
def test_gradient_descent_by_hand(use_gradients):
    program = programs.by_hand(use_gradients)
    found = learner(program.train, program.loss)
    assert found.losses == (program.loss,)
    assert names(found.variables) == ["w"]
    assert found.updates[0].gradient is (program.more["gradient"] if use_gradients else None)
    if not use_gradients:  # there the loss is known only where it is fetched
        assert learner(program.train).losses == ()


def test_a_gan_has_two_learners():
    program = programs.gan()
    of = program.more["of"]
    d, g = learner(program.train), learner(program.more["g_train"])
    assert (d.name, g.name) == ("d_loss", "g_loss")
    assert d.variables == [v.op for v in of["discriminator"]]
    assert g.variables == [v.op for v in of["generator"]]
    assert d.images.tensor is program.image
    assert g.images is None and d.labels is g.labels is None
    together = learners(program.train, program.more["g_train"])
    assert [one.name for one in together] == ["d_loss", "g_loss"]


@pytest.mark.parametrize("weighting", ["fed", "scalar", "advantage"])
def test_a_policy_is_no_classifier(weighting):
    found = learner(programs.policy(weighting).train)
    assert found.answer is not None and not found.is_classifier


def test_weights_that_are_not_fed_and_squares_leave_a_classifier():
    x = tf.placeholder(tf.float32, [None, 5])
    y_ = tf.placeholder(tf.float32, [None, 3])
    count = tf.placeholder(tf.int32, [])
    logits = tf.layers.dense(tf.nn.dropout(x, tf.placeholder(tf.float32, [])), 3)
    y, kernel = tf.nn.softmax(logits), tf.trainable_variables()[0]
    of_class = tf.reduce_sum(tf.constant([1.0, 2.0, 3.0]) * y_, 1)
    strength = tf.placeholder(tf.float32, [])
    losses = [
        tf.losses.softmax_cross_entropy(y_, logits, weights=of_class),
        tf.reduce_mean(tf.square(y_ - y)),
        -tf.reduce_sum(y_ * tf.log(y)) / tf.to_float(count),
        tf.losses.softmax_cross_entropy(y_, logits) + strength * tf.nn.l2_loss(kernel),
        -tf.reduce_mean(tf.reduce_sum(y_ * tf.log(y), 1) * tf.placeholder(tf.float32, [None])),
    ]
    found = [learner(tf.train.AdamOptimizer().minimize(loss)) for loss in losses]
    assert [one.labels for one in found] == [y_] * 5
    assert [one.is_classifier for one in found] == [True, True, True, True, False]


def test_an_actor_that_learns_from_its_critic_has_no_loss_of_its_own():
    program = programs.actor_and_critic()
    actor = learner(program.more["act"])
    assert (actor.name, actor.losses) == ("act", ())
    assert actor.variables == [v.op for v in program.more["own"]]
    both = learners(program.train, program.more["act"])
    assert {one.name: one.losses for one in both} == {"td_error": (program.loss,), "act": ()}


def test_a_loss_that_is_scaled_is_one():
    program = programs.regression()
    gradients = tf.gradients(program.loss, program.variables, grad_ys=[tf.constant(128.0)])
    train = tf.train.GradientDescentOptimizer(0.01).apply_gradients(
        zip(gradients, program.variables)
    )
    assert learner(train).losses == (program.loss,)


def test_what_is_no_training_run():
    program = programs.raw_softmax()
    saver = tf.train.Saver()
    w = program.variables[0]
    clip = w.assign(tf.clip_by_value(w, -0.1, 0.1))
    given = w.assign(tf.placeholder(tf.float32, [784, 10]))
    average = tf.train.ExponentialMovingAverage(0.9).apply(program.variables)
    for fetches in (
        tf.global_variables_initializer(),
        program.loss,
        program.accuracy,
        saver.saver_def.restore_op_name,
        clip,
        given,
        average,
    ):
        assert learners(fetches) == []


def test_clipped_gradients_and_several_devices():
    x = tf.placeholder(tf.float32, [None, 3])
    w = tf.get_variable("w", [3, 1])
    optimizer = tf.train.MomentumOptimizer(0.1, 0.9)
    towers = []
    for i in range(2):
        loss = tf.reduce_mean(tf.square(tf.matmul(x, w)), name=f"loss{i}")
        towers.append((loss, optimizer.compute_gradients(loss, [w])[0][0]))
    mean = tf.add_n([gradient for _, gradient in towers]) / 2
    (clipped,), _ = tf.clip_by_global_norm([mean], 1.0)
    train = optimizer.apply_gradients([(clipped, w)])
    found = learner(train)
    assert found.losses == tuple(loss for loss, _ in towers)
    assert found.name == "loss0" and found.updates[0].gradient is clipped


def test_gradients_collected_in_variables():
    x = tf.placeholder(tf.float32, [None, 3])
    w = tf.get_variable("w", [3, 1])
    loss = tf.reduce_mean(tf.square(tf.matmul(x, w)), name="loss")
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    (gradient,) = tf.gradients(loss, [w])
    total = tf.Variable(tf.zeros([3, 1]), trainable=False)
    collect = total.assign_add(gradient)
    assert learners(collect) == []
    assert learner(optimizer.apply_gradients([(total, w)])).name == "loss"


@pytest.mark.parametrize("prefix", ["", "imported"])
@pytest.mark.parametrize(
    "make", [programs.five_layers, programs.convolutional, programs.regression]
)
def test_imported_graphs(make, prefix):
    program = make()
    graph_def = tf.get_default_graph().as_graph_def()
    expected = learner(program.train)
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(graph_def, name=prefix)
        start = f"{prefix}/" if prefix else ""
        found = learner(start + program.train.name)
        assert not graph._differentiations
        assert found.name == start + expected.name
        assert names(found.variables) == [start + n for n in names(expected.variables)]
        assert [a.gradient.name for a in found.activations] == [
            start + a.gradient.name for a in expected.activations
        ]
        if expected.images is not None:
            assert found.images.tensor.name == start + expected.images.tensor.name
            assert found.labels.name == start + expected.labels.name


def test_contrib_layers():
    x = tf.placeholder(tf.float32, [None, 784])
    y_ = tf.placeholder(tf.float32, [None, 10])
    hidden = tf.contrib.layers.conv2d(tf.reshape(x, [-1, 28, 28, 1]), 4, 3)
    logits = tf.contrib.layers.fully_connected(tf.contrib.layers.flatten(hidden), 10, None)
    loss = tf.losses.softmax_cross_entropy(y_, logits)
    train = tf.contrib.layers.optimize_loss(loss, None, 0.1, "Adam")
    found = learner(train)
    assert len(found.variables) == 4 and len(found.layers) == 2
    assert found.images.tensor is x and found.labels is y_ and found.answer.logits is logits
    assert found.kernel.name == "Conv/weights"


def test_images_are_told_from_other_inputs():
    def images(*arguments, **settings):
        with tf.Graph().as_default():
            return images_in_this_graph(*arguments, **settings)

    def images_in_this_graph(shape, dtype=tf.float32, **settings):
        x = tf.placeholder(dtype, shape, name="x")
        y = tf.placeholder(tf.int32, [None])
        flat = tf.reshape(tf.cast(x, tf.float32), [-1, int(np.prod(shape[1:]))])
        logits = tf.layers.dense(flat, 3)
        loss = tf.losses.sparse_softmax_cross_entropy(y, logits)
        found = learner(tf.train.AdamOptimizer().minimize(loss), **settings).images
        return found and (found.height, found.width, found.channels, found.is_planar)

    assert images([None, 64]) == (8, 8, 1, False)
    assert images([None, 3072]) == (32, 32, 3, False)
    assert images([None, 32, 32, 3], tf.uint8) == (32, 32, 3, False)
    assert images([None, 3, 16, 24]) == (16, 24, 3, True)
    assert images([None, 4]) is None
    assert images([None, 13]) is None
    assert images([None, 20, 50]) is None
    assert images([None, 4], image="x:0") == (2, 2, 1, False)


def test_what_is_set_counts():
    program = programs.regression()
    other = tf.reduce_sum(program.loss, name="other")
    assert learner(program.train, loss="other").losses == (other,)
    settings = Settings.of({"REFLOW_WATCH_BUDGET": "0.1", "REFLOW_WATCH_IMAGE": "x"}, image="y")
    assert settings == Settings(image="y", budget=0.1)
    with pytest.raises(ValueError, match="budget"):
        Settings(budget=2.0)


def test_accuracies():
    labels = tf.placeholder(tf.int64, [None])
    logits = tf.placeholder(tf.float32, [None, 3])
    wrong = tf.reduce_mean(tf.cast(tf.not_equal(tf.argmax(logits, 1), labels), tf.float32))
    top = tf.reduce_mean(tf.to_float(tf.nn.in_top_k(logits, labels, 2)))
    value, _ = tf.metrics.accuracy(labels, tf.argmax(logits, 1))
    rounded = tf.reduce_mean(tf.cast(tf.equal(tf.round(logits), 1.0), tf.float32))
    loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
    assert [is_accuracy(t) for t in (wrong, top, value, rounded, loss)] == [
        False,
        True,
        True,
        True,
        False,
    ]
