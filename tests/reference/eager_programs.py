"""Programs that execute eagerly, and say what they saw.

As variable_programs.py: `record_eager.py` records what they yield under TensorFlow 1.15.5, tests/tf
compares what they yield under reflow.  Each runs in eager mode.  Python 3.7 runs this file.
"""

import copy
import pickle

import numpy as np


def failure(action):
    """The class of what an action raises."""
    try:
        action()
    except Exception as raised:  # which class it is, is the observation
        return type(raised).__name__
    return None


def arrays(tensors):
    return [None if tensor is None else tensor.numpy() for tensor in tensors]


# -- Tensors ---------------------------------------------------------------------------------------


def shown(tf):
    for value in (2, 2.5, True, "text", [1, 2], [[1.0, 2.0], [3.0, 4.0]], [b"a", b"b"], []):
        tensor = tf.constant(value)
        yield str(tensor)
        yield repr(tensor).split(", ", 1)[1]  # without the id
        yield [tensor.dtype.name, tensor.shape.as_list(), str(tensor.device)]


def as_python_values(tf):
    scalar, vector = tf.constant(3), tf.constant([1.5, 2.5])
    yield [int(scalar), float(scalar), bool(scalar), list(range(5))[scalar]]
    yield [f"{scalar:03d}", f"{tf.constant(2.5):.3f}", len(vector), [float(x) for x in vector]]
    yield ["%i" % scalar]  # noqa: UP031
    yield np.array(vector)
    yield np.add(vector, 1)
    yield [type(scalar.numpy()).__name__, type(vector.numpy()).__name__]
    yield [
        failure(lambda: len(scalar)),
        failure(lambda: list(scalar)),
        failure(lambda: bool(vector)),
    ]
    yield [failure(lambda: int(vector)), tf.constant("a").numpy() == b"a"]


def operators(tf):
    x, y = tf.constant([1.0, -2.0, 3.0]), tf.constant([4.0, 5.0, -6.0])
    yield arrays([x + y, x - y, x * y, x / y, x // y, x % y, abs(x) ** 2, -x, abs(x)])
    yield arrays([x + 1, 1 + x, 2 - x, 2 * x, 1 / x, x * [1.0, 2.0, 3.0], np.float32(2) * x])
    yield arrays([x > y, x >= 1, x < y, x <= 1, (x > 0) & (y > 0), (x > 0) | (y > 0), ~(x > 0)])
    yield arrays([x[0], x[-1], x[1:], x[::2], x[tf.newaxis, :]])
    yield arrays([tf.constant(7) // 2, tf.constant(7) / 2, tf.constant(7) % 4, 3 - tf.constant(7)])
    yield [x is tf.identity(x), x == x, hash(x) == hash(x), x == tf.constant([1.0, -2.0, 3.0])]
    yield arrays([x.cpu(), copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x))])


def meaningless(tf):
    x = tf.constant([1.0, 2.0])
    for action in (
        lambda: x.op,
        lambda: x.graph,
        lambda: x.name,
        lambda: x.eval(),
        lambda: x.set_shape([3]),
        lambda: tf.gradients(x, x),
        lambda: tf.placeholder(tf.float32),
        lambda: x + tf.constant(1),
        lambda: x + tf.constant([1.0, 2.0, 3.0]),
        lambda: tf.matmul(tf.ones([2, 3]), tf.ones([2, 3])),
        lambda: tf.reshape(x, [3]),
        lambda: tf.constant(1.5, tf.int32),
        lambda: tf.constant([1, "a"]),
        lambda: tf.gather(x, [5]),
        lambda: tf.assert_equal(x, 2 * x),
        lambda: tf.Assert(False, ["no"]),
        lambda: tf.Session().run(x),
        lambda: tf.data.Dataset.range(2).make_initializable_iterator(),
        lambda: tf.train.GradientDescentOptimizer(0.1).minimize(x),
    ):
        yield failure(action)
    with tf.Graph().as_default():
        yield failure(lambda: tf.add(x, 1.0))


def graphs_inside(tf):
    yield tf.executing_eagerly()
    with tf.Graph().as_default():
        yield tf.executing_eagerly()
        x = tf.placeholder(tf.float32)
        with tf.Session() as session:
            yield session.run(x * 2, {x: 3.0})
    yield tf.executing_eagerly()
    with tf.name_scope("a"), tf.control_dependencies([tf.constant(1)]), tf.device("/cpu:0"):
        yield tf.constant(1).numpy()


# -- Variables -------------------------------------------------------------------------------------


def variables(tf):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]], name="v")
    yield [v.name, v.shape.as_list(), v.dtype.name, v.trainable, repr(v)]
    yield v.assign_add([[1.0, 1.0], [1.0, 1.0]]).numpy()
    yield v.assign_sub(tf.ones([2, 2])).numpy()
    before = v.read_value()
    yield v.assign(v * 2).numpy()
    yield before.numpy()
    yield arrays([v + 1, v[0], tf.matmul(v, v), tf.reduce_sum(v)])
    yield v.scatter_update(tf.IndexedSlices(tf.ones([1, 2]), [0], [2, 2])).numpy()
    yield v.scatter_add(tf.IndexedSlices(tf.ones([2, 2]), [0, 0], [2, 2])).numpy()
    yield v[0, 1].assign(9.0).numpy()
    yield tf.assign(v, tf.zeros([2, 2])).numpy()
    yield [failure(lambda: v.op), failure(lambda: v.graph), failure(lambda: v.assign([1.0]))]
    yield [failure(lambda: v.initial_value), failure(lambda: v.eval())]
    yield copy.deepcopy(v).assign_add(tf.ones([2, 2])).numpy()
    yield v.numpy()


def names_of_variables(tf):
    with tf.name_scope("a"):
        yield tf.Variable(1.0).name
        with tf.variable_scope("b"):
            yield tf.get_variable("c", [1]).name
            yield tf.Variable(1.0, name="d").name
    yield [tf.Variable(1.0, name="same").name for _ in range(2)]
    yield [len(tf.global_variables()), len(tf.trainable_variables())]
    yield tf.contrib.eager.Variable(3.0).numpy()
    yield tf.train.get_or_create_global_step().numpy()


# -- Derivatives -----------------------------------------------------------------------------------


def tapes(tf):
    x, y = tf.constant(3.0), tf.constant([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, y])
        z = x * y * y
        w = tf.reduce_sum(z) + x**3
    yield arrays([tape.gradient(z, x), tape.gradient(z, y), tape.gradient(w, x)])
    yield arrays(tape.gradient([z, w], [x, y]))
    yield arrays(tape.gradient(z, [x, y], output_gradients=[10.0, 100.0]))
    yield arrays([tape.gradient(z, x), tape.gradient(w, tf.constant(1.0))])
    yield tape.gradient(w, {"x": x, "y": [y]})["y"][0].numpy()
    with tf.GradientTape() as tape:
        tape.watch(x)
        z = tf.stop_gradient(x) * x
    yield tape.gradient(z, x).numpy()
    yield failure(lambda: tape.gradient(z, x))


def higher_derivatives(tf):
    x = tf.constant(2.0)
    with tf.GradientTape() as third:
        third.watch(x)
        with tf.GradientTape() as second:
            second.watch(x)
            with tf.GradientTape() as first:
                first.watch(x)
                y = x**4 + tf.exp(x)
            dy = first.gradient(y, x)
        d2y = second.gradient(dy, x)
    yield arrays([dy, d2y, third.gradient(d2y, x)])


def what_is_recorded(tf):
    v, w = tf.Variable(2.0), tf.Variable(3.0, trainable=False)
    with tf.GradientTape(persistent=True) as tape:
        y = v * w
        with tape.stop_recording():
            hidden = v * v
        z = y * hidden
    yield arrays([tape.gradient(y, v), tape.gradient(y, w), tape.gradient(z, v)])
    yield [variable is v for variable in tape.watched_variables()]
    yield arrays(tape.gradient(y, [v, w], unconnected_gradients=tf.UnconnectedGradients.ZERO))
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(w)
        y = v * w
    yield arrays(tape.gradient(y, [v, w]))
    with tf.GradientTape() as tape:
        y = v * 5
        tape.reset()
        z = v * 7
    yield arrays(tape.gradient([y, z], [v]))
    with tf.GradientTape() as tape:
        rows = tf.gather(tf.Variable([[1.0], [2.0], [3.0]], name="rows"), [0, 2, 0])
    gradient = tape.gradient(rows, tape.watched_variables()[0])
    yield [type(gradient).__name__, gradient.values.numpy(), gradient.indices.numpy()]


def jacobians(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x * tf.constant([[1.0], [10.0]])
        z = tf.reduce_sum(x, 1)
    yield arrays([tape.jacobian(y, x), tape.batch_jacobian(y, x), tape.jacobian(z, x)])
    yield [failure(lambda: tape.batch_jacobian(z, x)), tape.jacobian(y, tf.constant(1.0))]


def functions_of_gradients(tf):
    tfe = tf.contrib.eager

    def f(x, y):
        return x * x * x * y - x * y * y

    yield arrays(tfe.gradients_function(f)(2.0, 3.0))
    yield arrays(tfe.gradients_function(f, params=["y"])(2.0, 3.0))
    yield arrays(tfe.gradients_function(f, params=[1])(2.0, 3.0, dy=2.0))
    value, gradients = tfe.value_and_gradients_function(f)(2.0, 3.0)
    yield arrays([value, *gradients])
    yield arrays(tfe.gradients_function(lambda x, y: tfe.gradients_function(f)(x, y)[0])(2.0, 3.0))
    v, w = tfe.Variable(2.0), tfe.Variable(5.0)
    pairs = tfe.implicit_gradients(lambda x: x * w * v)(3.0)
    yield [[gradient.numpy(), variable is v] for gradient, variable in pairs]
    value, pairs = tfe.implicit_value_and_gradients(lambda: v * v)()
    yield [value.numpy(), pairs[0][0].numpy()]
    yield [failure(lambda: tfe.implicit_gradients(lambda: None)())]
    yield [failure(lambda: tfe.implicit_gradients(lambda: tf.constant(1.0))())]


def custom_gradients(tf):
    v = tf.Variable(3.0)

    @tf.custom_gradient
    def doubled(x):
        return x * 2.0, lambda dy: dy * 100.0

    @tf.custom_gradient
    def times_variable(x):
        def gradient(dy, variables=None):
            return dy * 10.0, [dy * 1000.0 for _ in variables]

        return x * v, gradient

    x = tf.constant(4.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y, z = doubled(x), times_variable(x)
    yield arrays([y, z, tape.gradient(y, x), tape.gradient(z, x), tape.gradient(z, v)])


# -- Random numbers --------------------------------------------------------------------------------


def seeded(tf):
    for seed in (42, 42, 7):
        tf.set_random_seed(seed)
        yield arrays([tf.random_uniform([3]), tf.random_normal([3]), tf.random_uniform([3])])
        yield arrays([tf.random_normal([2], seed=7) for _ in range(3)])
        yield arrays([tf.random_shuffle(tf.range(6)), tf.multinomial([[0.1, 0.9]], 5)])
        yield tf.nn.dropout(tf.ones([8]), 0.5).numpy()
        yield tf.glorot_uniform_initializer()([2, 2]).numpy()
        yield tf.get_variable("w", [2, 2]).numpy()


# -- Training --------------------------------------------------------------------------------------

OPTIMIZERS = {
    "ada_max": lambda tf: tf.contrib.opt.AdaMaxOptimizer(0.1),
    "adadelta": lambda tf: tf.train.AdadeltaOptimizer(1.0, 0.9, 0.001),
    "adagrad": lambda tf: tf.train.AdagradOptimizer(0.5),
    "adam": lambda tf: tf.train.AdamOptimizer(0.1),
    "adam_w": lambda tf: tf.contrib.opt.AdamWOptimizer(0.01, 0.1),
    "centered_rms_prop": lambda tf: tf.train.RMSPropOptimizer(0.02, 0.8, 0.5, 0.01, centered=True),
    "descent": lambda tf: tf.train.GradientDescentOptimizer(0.1),
    "ftrl": lambda tf: tf.train.FtrlOptimizer(0.5, l1_regularization_strength=0.01),
    "lazy_adam": lambda tf: tf.contrib.opt.LazyAdamOptimizer(0.1),
    "momentum": lambda tf: tf.train.MomentumOptimizer(0.05, 0.9),
    "nadam": lambda tf: tf.contrib.opt.NadamOptimizer(lambda: 0.1),
    "proximal_adagrad": lambda tf: tf.train.ProximalAdagradOptimizer(0.5, 0.2, 0.01, 0.02),
    "proximal_descent": lambda tf: tf.train.ProximalGradientDescentOptimizer(0.1, 0.01, 0.02),
    "rms_prop": lambda tf: tf.train.RMSPropOptimizer(lambda: 0.02, momentum=lambda: 0.5),
}


def trained(tf):
    for name in sorted(OPTIMIZERS):
        v, b = tf.Variable([[1.0, -2.0], [3.0, 0.5]], name="v"), tf.Variable([1.0, 1.0], name="b")
        step = tf.Variable(0, trainable=False, dtype=tf.int64)
        optimizer = OPTIMIZERS[name](tf)

        def loss(v=v, b=b):
            return tf.reduce_sum(tf.square(tf.matmul(v, v) + b))

        for _ in range(3):
            optimizer.minimize(loss, global_step=step)
        with tf.GradientTape() as tape:
            value = loss()
        optimizer.apply_gradients(zip(tape.gradient(value, [v, b]), [v, b]), global_step=step)
        yield arrays([v, b, step, value])
        yield [variable.name for variable in optimizer.variables()]


def rows_trained(tf):
    for name in sorted(OPTIMIZERS):
        table = tf.Variable(np.arange(8, dtype=np.float32).reshape(4, 2), name="table")
        optimizer = OPTIMIZERS[name](tf)

        def loss(table=table):
            return tf.reduce_sum(tf.square(tf.nn.embedding_lookup(table, [1, 3, 1])))

        for _ in range(2):
            optimizer.minimize(loss)
        yield table.numpy()


def averages(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    average = tf.train.ExponentialMovingAverage(0.75)
    for _ in range(3):
        average.apply([v])
        v.assign_add([1.0, -1.0])
        yield average.average(v).numpy()
    yield average.average(v).name, failure(lambda: average.apply([v + 1.0]))


def layers(tf):
    tf.set_random_seed(3)
    first, second = tf.layers.Dense(4, activation=tf.nn.relu), tf.layers.Dense(2)
    x = tf.constant([[1.0, 2.0, 3.0]])
    yield second(first(x)).numpy()
    yield [[w.name for w in layer.weights] for layer in (first, second)]
    yield [first.name, second.name, first.dtype, len(first.trainable_variables), first.built]
    yield second(first(x + 1)).numpy()
    regular = tf.layers.Dense(
        1, kernel_regularizer=tf.reduce_sum, kernel_initializer=tf.ones_initializer()
    )
    yield regular(x).numpy()
    yield arrays(regular.losses)
    yield [failure(lambda: first(tf.ones([1, 5]))), failure(lambda: first(tf.ones([3])))]


def convolutional_layers(tf):
    tf.set_random_seed(5)
    layers = tf.layers
    x = tf.constant(np.random.RandomState(0).uniform(-1, 1, (4, 6, 6, 3)), tf.float32)
    convolution = layers.Conv2D(
        4,
        3,
        activation="relu",
        kernel_regularizer=tf.nn.l2_loss,
        activity_regularizer=tf.reduce_mean,
    )
    norms = [
        layers.BatchNormalization(momentum=0.5),
        layers.BatchNormalization(renorm=True, momentum=0.5),
        layers.BatchNormalization(virtual_batch_size=2),
    ]
    rest = [layers.Conv2DTranspose(3, 3, 2), layers.SeparableConv2D(4, 3)]
    with tf.GradientTape() as tape:
        y = convolution(x)
        for norm in norms:
            y = norm(y, training=True)
        y = layers.max_pooling2d(y, 2, 2)
        for layer in rest:
            y = layer(y)
        loss = tf.reduce_mean(tf.square(layers.flatten(y)))
    made = [convolution, *norms, *rest]
    trained = [variable for layer in made for variable in layer.trainable_weights]
    yield y.numpy()
    yield arrays(convolution.losses)
    yield [variable.name for layer in made for variable in layer.weights]
    yield arrays(variable for layer in made for variable in layer.weights)
    yield arrays(tape.gradient(loss, trained))
    convolution(x + 1)
    yield [len(convolution.losses), norms[0].updates]
    norms[0].trainable = False
    norms[0](tf.ones([2, 3, 3, 4]), training=True)
    yield arrays(norms[0].weights)
    yield layers.dropout(x, 0.5, training=True, seed=3).numpy()
    yield layers.conv1d(x[0], 2, 2).numpy(), layers.average_pooling3d(x[..., None], 2, 2).numpy()
    yield failure(lambda: layers.Layer().add_loss(tf.constant(1.0)))


def networks(tf):
    tf.set_random_seed(4)

    class TwoLayers(tf.contrib.eager.Network):
        def __init__(self):
            super().__init__()
            self.first = self.track_layer(tf.layers.Dense(3, activation=tf.nn.relu))
            self.second = self.track_layer(tf.layers.Dense(2))

        def call(self, x):
            return self.second(self.first(x))

    network = TwoLayers()
    x = tf.constant([[1.0, -2.0]])
    yield network(x).numpy()
    yield [network.name, [v.name for v in network.variables], [lay.name for lay in network.layers]]
    pairs = tf.contrib.eager.implicit_gradients(lambda: tf.reduce_sum(network(x)))()
    yield [[variable.name, gradient.numpy()] for gradient, variable in pairs]
    yield TwoLayers()(x).numpy()
    sequence = tf.contrib.eager.Sequential([tf.layers.Dense(1), tf.nn.relu])
    yield [sequence(x).numpy(), [v.name for v in sequence.variables]]


# -- Data ------------------------------------------------------------------------------------------


def elements(tf):
    dataset = tf.data.Dataset.from_tensor_slices((np.arange(6.0), np.arange(6))).batch(4)
    yield [[a.numpy(), b.numpy()] for a, b in dataset]
    yield [element.numpy() for element in tf.data.Dataset.range(5).map(lambda x: x * x).skip(1)]
    iterator = tf.data.Dataset.range(2).make_one_shot_iterator()
    yield [iterator.get_next().numpy(), iterator.next().numpy(), failure(iterator.get_next)]
    yield [failure(iterator.next)]
    captured = tf.constant([10, 20, 30], tf.int64)
    yield [x.numpy() for x in tf.data.Dataset.range(3).map(lambda i: captured[i] + i)]
    tf.set_random_seed(5)
    shuffled = tf.data.Dataset.range(8).shuffle(8)
    yield [[x.numpy() for x in shuffled] for _ in range(2)]
    iterator = tf.contrib.eager.Iterator(tf.data.Dataset.from_tensors({"a": 1.0}))
    yield [iterator.next()["a"].numpy(), iterator.output_types["a"].name]
    yield [x.numpy() for x in tf.data.Dataset.range(4).filter(lambda x: tf.equal(x % 2, 0))]


GROUPS = {
    "eager tensors": [shown, as_python_values, operators, meaningless, graphs_inside],
    "eager variables": [variables, names_of_variables],
    "eager derivatives": [
        tapes,
        higher_derivatives,
        what_is_recorded,
        jacobians,
        functions_of_gradients,
        custom_gradients,
    ],
    "eager random numbers": [seeded],
    "eager training": [trained, rows_trained, averages, layers, convolutional_layers, networks],
    "eager data": [elements],
}
