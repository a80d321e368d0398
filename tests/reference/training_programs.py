"""Programs that train variables, and say what they saw.

As variable_programs.py, for tf.train: `record_training.py` records what they yield under TensorFlow
1.15.5, tests/tf/train compares what they yield under reflow.  Python 3.7 runs this file.
"""

import functools
import itertools

import numpy as np

from tests.reference.observe import attributes
from tests.reference.variable_programs import names, refusal, started

STEPS = 20
#: Of float16 fewer are the same: it rounds the terms of a sum, which come in several orders.
STEPS_OF_16_BITS = 8
TYPES = ("float16", "float32", "float64")

#: What makes an optimizer, for each configuration.
OPTIMIZERS = {
    "adadelta": lambda tf: tf.train.AdadeltaOptimizer(1.0, 0.9, 0.001),
    "adagrad": lambda tf: tf.train.AdagradOptimizer(0.5),
    "adagrad_da": lambda tf: tf.train.AdagradDAOptimizer(
        0.5, tf.constant(3, tf.int64), 0.25, 0.01, 0.02
    ),
    "centered_rms_prop": lambda tf: tf.train.RMSPropOptimizer(0.02, 0.8, 0.5, 0.01, centered=True),
    "ftrl": lambda tf: tf.train.FtrlOptimizer(0.5, -0.75, 0.2, 0.01, 0.02),
    "ftrl_with_shrinkage": lambda tf: tf.train.FtrlOptimizer(
        0.5, l1_regularization_strength=0.01, l2_shrinkage_regularization_strength=0.02
    ),
    "rms_prop": lambda tf: tf.train.RMSPropOptimizer(0.02),
    "rms_prop_with_momentum": lambda tf: tf.train.RMSPropOptimizer(0.02, 0.8, 0.5, 0.01),
    "descent": lambda tf: tf.train.GradientDescentOptimizer(0.1),
    "momentum": lambda tf: tf.train.MomentumOptimizer(0.05, 0.9),
    "nesterov": lambda tf: tf.train.MomentumOptimizer(0.05, 0.9, use_nesterov=True),
    "adam": lambda tf: tf.train.AdamOptimizer(0.1),
    "slow_adam": lambda tf: tf.train.AdamOptimizer(0.01, beta1=0.5, beta2=0.75, epsilon=0.125),
}

#: Those that take variables of their numbers' type only: float32.
PROXIMAL_OPTIMIZERS = {
    "proximal_adagrad": lambda tf: tf.train.ProximalAdagradOptimizer(0.5, 0.2, 0.01, 0.02),
    "proximal_adagrad_unregularized": lambda tf: tf.train.ProximalAdagradOptimizer(0.5),
    "proximal_descent": lambda tf: tf.train.ProximalGradientDescentOptimizer(0.1, 0.01, 0.02),
    "proximal_descent_of_l2": lambda tf: tf.train.ProximalGradientDescentOptimizer(0.1, 0.0, 0.02),
}

#: tf.contrib.opt's.  AddSign and PowerSign have no sparse update of resource variables.
CONTRIB_OPTIMIZERS = {
    "ada_max": lambda tf: tf.contrib.opt.AdaMaxOptimizer(0.1),
    "adam_by_global_step": lambda tf: tf.contrib.opt.AdamGSOptimizer(tf.constant(4), 0.1),
    "adam_w": lambda tf: tf.contrib.opt.AdamWOptimizer(0.01, 0.1),
    "lars": lambda tf: tf.contrib.opt.LARSOptimizer(0.5, weight_decay=0.01, eeta=0.1),
    "lars_skipping": lambda tf: tf.contrib.opt.LARSOptimizer(
        0.05, use_nesterov=True, skip_list=["none", "ariable"]
    ),
    "lazy_adam": lambda tf: tf.contrib.opt.LazyAdamOptimizer(0.1),
    "lazy_adam_by_global_step": lambda tf: tf.contrib.opt.LazyAdamGSOptimizer(tf.constant(4), 0.1),
    "momentum_w": lambda tf: tf.contrib.opt.MomentumWOptimizer(0.01, 0.05, 0.9, use_nesterov=True),
    "nadam": lambda tf: tf.contrib.opt.NadamOptimizer(0.1),
    "reg_adagrad": lambda tf: tf.contrib.opt.RegAdagradOptimizer(0.5),
    "rms_prop_with_decay": lambda tf: tf.contrib.opt.extend_with_decoupled_weight_decay(
        tf.train.RMSPropOptimizer
    )(tf.constant(0.01), learning_rate=0.02),
}
DECAYING = ("adam_w", "momentum_w", "rms_prop_with_decay")
SIGN_OPTIMIZERS = {
    "add_sign": lambda tf: tf.contrib.opt.AddSignOptimizer(0.05, alpha=1.5, beta=0.8),
    "power_sign": lambda tf: tf.contrib.opt.PowerSignOptimizer(0.05, base=2.0),
}


def nodes(tf):
    """[name, op, inputs, attributes] of the operations, save those that compute gradients.

    What computes a gradient is a library's own choice: an input from there is "gradients".
    """
    return [
        [node.name, node.op, [_outside(name) for name in node.input], attributes(tf, node)]
        for node in tf.get_default_graph().as_graph_def().node
        if _outside(node.name) == node.name
    ]


def _outside(name):
    return "gradients" if name.startswith("gradients") else name


def refused_type(action):
    """The message of a ValueError, without the types that are valid: they come in any order."""
    return refusal(action)["message"].split(", expected")[0]


def matrix(dtype="float32"):
    return np.linspace(-1.0, 2.0, 12).reshape(4, 3).astype(dtype)


def dense_loss(tf, v):
    """Steep in some directions, flat in others."""
    scale = tf.constant(np.linspace(0.25, 2.0, 12).reshape(4, 3), v.dtype.base_dtype)
    return tf.reduce_sum(tf.square(v * scale - 0.5))


def sparse_loss(tf, v):
    """Uses row 0 once, row 2 twice, the others never."""
    rows = tf.nn.embedding_lookup(v, tf.constant([2, 0, 2]))
    return tf.reduce_sum(tf.square(rows - 0.5) * tf.constant([[1.0], [0.5], [0.25]], rows.dtype))


# -- Nodes ----------------------------------------------------------------------------------------


def dense_nodes(tf):
    gradient = tf.constant(matrix())
    for key in sorted(OPTIMIZERS):
        with tf.name_scope(key):
            v = tf.Variable(matrix(), name="v")
            w = tf.Variable(matrix("float64"), name="w")
        optimizer = OPTIMIZERS[key](tf)
        done = optimizer.apply_gradients([(gradient, v), (tf.cast(gradient, tf.float64), w)])
        yield done.name, done.type
        yield optimizer.get_name(), optimizer.get_slot_names(), names(optimizer.variables())
    yield nodes(tf)
    yield names(tf.global_variables()), names(tf.trainable_variables())
    yield [op.name for op in tf.get_collection(tf.GraphKeys.TRAIN_OP)]


def sparse_nodes(tf):
    for dtype in (tf.float32, tf.float64):
        gradient = tf.IndexedSlices(
            tf.ones([3, 3], dtype), tf.constant([2, 0, 2]), tf.constant([4, 3])
        )
        for key in sorted(OPTIMIZERS):
            with tf.name_scope(key):
                v = tf.Variable(matrix(dtype.name), name="v")
            OPTIMIZERS[key](tf).apply_gradients([(gradient, v)])
    yield nodes(tf)


def minimize_nodes(tf):
    v = tf.Variable(matrix(), name="v")
    step = tf.train.create_global_step()
    for make, loss in itertools.product(
        (OPTIMIZERS[key] for key in sorted(OPTIMIZERS)), (dense_loss, sparse_loss)
    ):
        make(tf).minimize(loss(tf, v), global_step=step)
    yield nodes(tf)


def names_of_updates(tf):
    v = tf.Variable(matrix(), name="layer/v")
    step = tf.Variable(0, name="step", trainable=False)
    gradient = tf.ones([4, 3])
    with tf.name_scope("training"):
        for optimizer in (
            tf.train.GradientDescentOptimizer(0.1, use_locking=True, name="GD"),
            tf.train.MomentumOptimizer(0.1, 0.9, use_locking=True, name="M"),
            tf.train.AdamOptimizer(use_locking=True, name="A"),
        ):
            first = optimizer.apply_gradients([(gradient, v)])
            second = optimizer.apply_gradients([(gradient, v)], global_step=step)
            third = optimizer.apply_gradients([(gradient, v)], step, name="named")
            yield [op.name for op in (first, second, third)]
            yield [op.type for op in (first, second, third)]
            yield names(optimizer.variables())
    yield nodes(tf)


def slot_names(tf):
    optimizers = [
        tf.train.AdamOptimizer(),
        tf.train.AdamOptimizer(),
        tf.train.AdamOptimizer(name="B"),
    ]
    with tf.variable_scope("model"):
        v = tf.get_variable("v", [2])
        w = tf.Variable([1.0], name="w")
        for optimizer in optimizers:
            optimizer.minimize(tf.reduce_sum(v) + tf.reduce_sum(w))
    with tf.name_scope("other"), tf.variable_scope("scope"):
        momentum = tf.train.MomentumOptimizer(0.1, 0.9)
        momentum.minimize(tf.reduce_sum(v), var_list=[v])
    for optimizer in optimizers + [momentum]:
        yield names(optimizer.variables())
        for name in optimizer.get_slot_names():
            yield optimizer.get_slot(v, name).name, optimizer.get_slot(v, name).shape.as_list()
        yield optimizer.get_slot(v, "none") is None, optimizer.get_slot(w, "momentum") is None
    again = tf.Variable.from_proto(v.to_proto())
    yield momentum.get_slot(again, "momentum") is momentum.get_slot(v, "momentum")
    yield names(tf.global_variables()), names(tf.trainable_variables())
    with tf.Graph().as_default():
        yield names(optimizers[0].variables())


def slots_of_unknown_shape(tf):
    v = tf.Variable([1.0, 2.0], validate_shape=False, name="v")
    optimizer = tf.train.MomentumOptimizer(0.5, 0.5)
    done = optimizer.minimize(tf.reduce_sum(v * v))
    slot = optimizer.get_slot(v, "momentum")
    yield str(slot.shape), slot.name
    yield nodes(tf)
    session = started(tf)
    for _ in range(3):
        session.run(done)
        yield session.run([v, slot])


def slots_that_users_make(tf):
    v, w = tf.Variable([1.0, 2.0], name="v"), tf.Variable([3.0], name="w")
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    made = [
        optimizer._zeros_slot(v, "zeros", "Zeros"),
        optimizer._zeros_slot(v, "zeros", "Other"),
        optimizer._get_or_make_slot(w, tf.constant([7.0]), "given", "Given"),
        optimizer._get_or_make_slot_with_initializer(
            w, tf.ones_initializer(), tf.TensorShape([2]), tf.float64, "started", "Started"
        ),
        optimizer._create_non_slot_variable(5.0, "alone", v),
        optimizer._create_non_slot_variable(6.0, "alone", w),
    ]
    yield names(made), [slot.dtype.base_dtype.name for slot in made]
    yield made[0] is made[1], made[4] is made[5]
    yield optimizer.get_slot_names(), names(optimizer.variables())
    yield nodes(tf)
    yield started(tf).run(made)


# -- Values ---------------------------------------------------------------------------------------


def trajectory(tf, optimizer, v, loss):
    """The variable after each of some steps, and the slots at the end."""
    done = optimizer.minimize(loss)
    session = started(tf)
    values = []
    for _ in range(STEPS_OF_16_BITS if v.dtype.base_dtype == tf.float16 else STEPS):
        session.run(done)
        values.append(session.run(v))
    return np.stack(values), session.run(optimizer.variables())


def keys_and_types():
    """TensorFlow has no AdagradDA of float16; with FTRL's powers the last bits soon grow."""
    for key, dtype in itertools.product(sorted(OPTIMIZERS), TYPES):
        if dtype != "float16" or key not in ("adagrad_da", "ftrl"):
            yield key, dtype


def dense_steps(tf):
    for key, dtype in keys_and_types():
        with tf.Graph().as_default():
            v = tf.Variable(matrix(dtype))
            yield trajectory(tf, OPTIMIZERS[key](tf), v, dense_loss(tf, v))


def sparse_steps(tf):
    for key, dtype in keys_and_types():
        with tf.Graph().as_default():
            v = tf.Variable(matrix(dtype))
            yield trajectory(tf, OPTIMIZERS[key](tf), v, sparse_loss(tf, v))


def several_variables(tf):
    """Of several shapes and types, one of them used transposed, one without gradient."""
    for key in sorted(OPTIMIZERS):
        with tf.Graph().as_default():
            a = tf.Variable(matrix(), name="a")
            b = tf.Variable(matrix()[:2], name="b")
            c = tf.Variable(0.5, name="c", dtype=tf.float64)
            d = tf.Variable([], name="d", dtype=tf.float32)
            tf.Variable([1.0], name="unused")
            product = tf.matmul(a, b, transpose_b=True)
            loss = (
                tf.reduce_mean(tf.square(product)) + tf.cast(c * c, tf.float32) + tf.reduce_sum(d)
            )
            optimizer = OPTIMIZERS[key](tf)
            done = optimizer.minimize(loss)
            session = started(tf)
            for _ in range(STEPS):
                session.run(done)
            yield names(optimizer.variables()), session.run([a, b, c, d])
            yield session.run(optimizer.variables())


def resource_steps(tf):
    for key, loss in itertools.product(sorted(OPTIMIZERS), (dense_loss, sparse_loss)):
        with tf.Graph().as_default():
            v = tf.Variable(matrix(), use_resource=True)
            yield trajectory(tf, OPTIMIZERS[key](tf), v, loss(tf, v))


def proximal_steps(tf):
    cases = itertools.product(sorted(PROXIMAL_OPTIMIZERS), (dense_loss, sparse_loss), (False, True))
    for key, loss, use_resource in cases:
        with tf.Graph().as_default():
            v = tf.Variable(matrix(), use_resource=use_resource)
            yield trajectory(tf, PROXIMAL_OPTIMIZERS[key](tf), v, loss(tf, v))


def resource_nodes(tf):
    """Nodes of updates of variables behind handles, and of the proximal optimizers' slots."""
    optimizers = {**OPTIMIZERS, **PROXIMAL_OPTIMIZERS}
    slices = tf.IndexedSlices(tf.ones([3, 3]), tf.constant([2, 0, 2]), tf.constant([4, 3]))
    for key in sorted(optimizers):
        with tf.name_scope(key):
            v = tf.Variable(matrix(), name="v", use_resource=True)
            w = tf.Variable(matrix(), name="w", use_resource=key not in PROXIMAL_OPTIMIZERS)
        optimizers[key](tf).apply_gradients([(tf.ones([4, 3]), v), (slices, w)])
    yield nodes(tf)


def two_steps_in_one_run(tf):
    """Of one Adam, whose powers both multiply."""
    for use_resource, swapped in itertools.product((False, True), (False, True)):
        with tf.Graph().as_default():
            v = tf.Variable([1.0, 2.0], use_resource=use_resource)
            w = tf.Variable([3.0, 4.0], use_resource=use_resource)
            losses = [(v, v * v), (w, tf.exp(tf.sin(w * w)))]
            optimizer = tf.train.AdamOptimizer(0.1)
            done = [
                optimizer.minimize(loss, var_list=[variable])
                for variable, loss in (reversed(losses) if swapped else losses)
            ]
            session = started(tf)
            for _ in range(2):
                session.run(done)
            yield session.run(optimizer._get_beta_accumulators())


def refusals_of_numbers(tf):
    train = tf.train
    yield refusal(lambda: train.AdagradOptimizer(0.1, initial_accumulator_value=0.0))
    yield refusal(lambda: train.ProximalAdagradOptimizer(0.1, initial_accumulator_value=-1.0))
    yield refusal(
        lambda: train.AdagradDAOptimizer(
            0.1, tf.constant(0), initial_gradient_squared_accumulator_value=0.0
        )
    )
    for argument in (
        "initial_accumulator_value",
        "l1_regularization_strength",
        "l2_regularization_strength",
        "l2_shrinkage_regularization_strength",
    ):
        yield refusal(lambda argument=argument: train.FtrlOptimizer(0.1, **{argument: -0.5}))
    yield refusal(lambda: train.FtrlOptimizer(0.1, learning_rate_power=0.5))
    v = tf.Variable([[1.0], [2.0]])
    rows = tf.IndexedSlices(tf.ones([2, 1]), tf.constant([0, 1]), tf.constant([2, 1]))
    for gradient, rate in itertools.product((tf.ones([2, 1]), rows), (0.0, -1.0)):
        done = train.FtrlOptimizer(rate).apply_gradients([(gradient, v)])
        session = started(tf)
        yield refusal(lambda done=done, session=session: session.run(done))


def slots_by_any_name(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    tf.train.FtrlOptimizer(0.1, accum_name="sums", linear_name="lines").minimize(v)
    tf.train.FtrlOptimizer(0.1).minimize(v)
    tf.train.RMSPropOptimizer(0.1, centered=True, name="R").minimize(v)
    unknown = tf.Variable([1.0, 2.0], validate_shape=False, name="unknown")
    for optimizer in (
        tf.train.AdagradOptimizer(0.1),
        tf.train.RMSPropOptimizer(0.1),
        tf.train.AdadeltaOptimizer(0.1),
    ):
        optimizer.minimize(unknown)
    yield names(tf.global_variables()), nodes(tf)


# -- Moving averages ------------------------------------------------------------------------------


def moving_averages(tf):
    v, w = tf.Variable([1.0, 2.0], name="v"), tf.Variable(3.0, name="w", use_resource=True)
    product = tf.multiply(v, w, name="product")
    count = tf.Variable(0, name="count", trainable=False)
    for average in (
        tf.train.ExponentialMovingAverage(0.75),
        tf.train.ExponentialMovingAverage(0.75, count, name="counted"),
        tf.train.ExponentialMovingAverage(tf.constant(0.5), zero_debias=True, name="debiased"),
    ):
        yield average.name, average.average_name(v), average.average(v) is None
        done = average.apply([v, w, product])
        yield done.name, [average.average_name(value) for value in (v, w, product)]
        yield {name: value.name for name, value in sorted(average.variables_to_restore().items())}
        session = started(tf)
        for _ in range(4):
            session.run(done)
            session.run([v.assign_add([1.0, -1.0]), count.assign_add(1)])
            yield session.run([average.average(value) for value in (v, w, product)])
    yield names(tf.moving_average_variables()), names(tf.global_variables())
    yield nodes(tf)
    yield refusal(lambda: tf.train.ExponentialMovingAverage(0.5).apply([count]))


def moving_averages_after_training(tf):
    with tf.variable_scope("model"):
        v = tf.get_variable("v", initializer=tf.constant([1.0, 2.0]))
    step = tf.train.get_or_create_global_step()
    average = tf.train.ExponentialMovingAverage(0.9, step)
    trained = tf.train.GradientDescentOptimizer(0.1).minimize(v * v, global_step=step)
    with tf.control_dependencies([trained]):
        done = average.apply()
    session = started(tf)
    for _ in range(5):
        session.run(done)
        yield session.run([v, average.average(v), step])
    yield nodes(tf)


def dense_and_sparse(tf):
    """A gradient that is the sum of slices and of a whole tensor."""
    v = tf.Variable(matrix())
    optimizer = tf.train.AdamOptimizer(0.1)
    yield trajectory(tf, optimizer, v, dense_loss(tf, v) + sparse_loss(tf, v))


def slices_with_wide_indices(tf):
    for key in sorted(OPTIMIZERS):
        with tf.Graph().as_default():
            v = tf.Variable(matrix())
            rows = tf.gather(v, tf.constant([[3, 1], [1, 1]], tf.int64))
            yield trajectory(tf, OPTIMIZERS[key](tf), v, tf.reduce_sum(tf.square(rows)))


def hyperparameters_as_tensors(tf):
    rate = tf.placeholder(tf.float64, [])
    decay = tf.Variable(0.75, dtype=tf.float64, trainable=False)
    for optimizer in (
        tf.train.GradientDescentOptimizer(rate),
        tf.train.MomentumOptimizer(rate, decay),
        tf.train.MomentumOptimizer(rate, decay, use_nesterov=True),
        tf.train.AdamOptimizer(rate, tf.constant(0.8), tf.constant(0.95), tf.constant(0.01)),
    ):
        for loss in (dense_loss, sparse_loss):
            v = tf.Variable(matrix())
            done = optimizer.minimize(loss(tf, v), var_list=[v])
            session = started(tf)
            for step in range(5):
                session.run(done, {rate: 0.2 / (step + 1)})
                session.run(decay.assign(decay * 0.9))
            yield session.run(v)


def hyperparameters_as_functions(tf):
    for optimizer in (
        tf.train.GradientDescentOptimizer(lambda: 0.1),
        tf.train.MomentumOptimizer(lambda: tf.constant(0.1), lambda: 0.9),
        tf.train.AdamOptimizer(lambda: 0.1, lambda: 0.8, lambda: 0.95, lambda: 0.01),
    ):
        v = tf.Variable(matrix())
        done = optimizer.minimize(dense_loss(tf, v), var_list=[v])
        session = started(tf)
        for _ in range(3):
            session.run(done)
        yield session.run(v), session.run(optimizer.variables())


def hyperparameters_of_any_kind(tf):
    """Whole numbers, NumPy's, and a momentum of nothing."""
    v = tf.Variable(matrix())
    for optimizer in (
        tf.train.GradientDescentOptimizer(1),
        tf.train.GradientDescentOptimizer(np.float64(0.25)),
        tf.train.MomentumOptimizer(np.float32(0.25), 0),
        tf.train.AdamOptimizer(1, beta1=0.0, beta2=0.0, epsilon=1),
    ):
        done = optimizer.minimize(dense_loss(tf, v))
        session = started(tf)
        session.run(done)
        session.run(done)
        yield session.run(v)


def step_counts(tf):
    v = tf.Variable(1.0)
    step = tf.train.get_or_create_global_step()
    done = tf.train.AdamOptimizer(0.1).minimize(v * v, global_step=step)
    narrow = tf.Variable(10, trainable=False)
    counted = tf.train.GradientDescentOptimizer(0.1).minimize(v * v, narrow)
    session = started(tf)
    for _ in range(3):
        session.run(done)
        yield session.run([v, step])
    yield tf.train.global_step(session, step)
    session.run(counted)
    yield session.run(narrow), tf.train.global_step(session, narrow.name)


def constrained(tf):
    def unit(value):
        return tf.clip_by_value(value, -0.5, 0.5)

    for key in sorted(OPTIMIZERS):
        v = tf.Variable(matrix(), constraint=unit)
        done = OPTIMIZERS[key](tf).minimize(dense_loss(tf, v), var_list=[v])
        session = started(tf)
        for _ in range(3):
            session.run(done)
        yield session.run(v)
    yield nodes(tf)
    yield refusal(lambda: tf.train.AdamOptimizer().minimize(sparse_loss(tf, v), var_list=[v]))


def partitioned(tf):
    with tf.variable_scope("p", partitioner=tf.fixed_size_partitioner(2)):
        v = tf.get_variable("v", initializer=tf.constant(matrix()))
        optimizer = tf.train.AdamOptimizer(0.1)
        done = optimizer.minimize(dense_loss(tf, tf.convert_to_tensor(v)))
    yield names(optimizer.variables()), names(tf.global_variables())
    session = started(tf)
    for _ in range(STEPS):
        session.run(done)
    yield session.run(tf.convert_to_tensor(v))


# -- tf.contrib.opt -------------------------------------------------------------------------------


def contrib_steps(tf):
    """Weights decay while gradients are computed, in any order: those must not depend on them."""
    cases = itertools.product(sorted(CONTRIB_OPTIMIZERS), (False, True), (False, True))
    for key, is_sparse, use_resource in cases:
        with tf.Graph().as_default():
            v = tf.Variable(matrix(), use_resource=use_resource)
            if key in DECAYING:
                factor = tf.constant(np.linspace(-0.5, 2.0, 9).reshape(3, 3), tf.float32)
                rows = tf.gather(v, [2, 0, 2]) if is_sparse else v[:3]
                loss = tf.reduce_sum(rows * factor)
            else:
                loss = (sparse_loss if is_sparse else dense_loss)(tf, v)
            yield trajectory(tf, CONTRIB_OPTIMIZERS[key](tf), v, loss)


def sign_steps(tf):
    for key in sorted(SIGN_OPTIMIZERS):
        for loss, use_resource in ((dense_loss, False), (dense_loss, True), (sparse_loss, False)):
            with tf.Graph().as_default():
                v = tf.Variable(matrix(), use_resource=use_resource)
                yield trajectory(tf, SIGN_OPTIMIZERS[key](tf), v, loss(tf, v))


def contrib_nodes(tf):
    slices = tf.IndexedSlices(tf.ones([3, 3]), tf.constant([2, 0, 2]), tf.constant([4, 3]))
    optimizers = dict(CONTRIB_OPTIMIZERS, **SIGN_OPTIMIZERS)
    for key in sorted(optimizers):
        with tf.name_scope(key):
            variables = [
                tf.Variable(matrix(), name=name, use_resource=name in "cd") for name in "abcd"
            ]
        gradients = [tf.ones([4, 3]), slices, tf.ones([4, 3]), slices]
        count = 3 if key in SIGN_OPTIMIZERS else 4
        optimizer = optimizers[key](tf)
        optimizer.apply_gradients(list(zip(gradients, variables))[:count])
        yield names(optimizer.variables())
    yield nodes(tf)


def decay_of_some(tf):
    v, w = tf.Variable([1.0, 2.0]), tf.Variable([3.0])
    optimizer = tf.contrib.opt.MomentumWOptimizer(0.5, 0.1, 0.9)
    pairs = [(tf.ones([2]), v), (tf.ones([1]), w)]
    done = [
        optimizer.apply_gradients(pairs, decay_var_list=[w]),
        optimizer.minimize(tf.reduce_sum(v) + 2.0 * w, decay_var_list=[w]),
    ]
    session = started(tf)
    for operation in done:
        session.run(operation)
        yield session.run([v, w])


def slots_left_alone(tf):
    v = tf.Variable(matrix())
    optimizer = tf.contrib.opt.RegAdagradOptimizer(0.5)
    done = [optimizer.minimize(dense_loss(tf, v))]
    with optimizer.avoid_updating_slots():
        done += [optimizer.minimize(tf.nn.l2_loss(v)), optimizer.minimize(sparse_loss(tf, v))]
    session = started(tf)
    for operation in done * 2:
        session.run(operation)
        yield session.run([v] + optimizer.variables())


def signs_that_fade(tf):
    try:
        from tensorflow.contrib.opt.python.training import sign_decay
    except ImportError:
        from reflow.tf.contrib.opt import sign_decay

    step = tf.train.get_or_create_global_step()
    decays = [
        sign_decay.get_linear_decay_fn(6),
        sign_decay.get_cosine_decay_fn(6),
        sign_decay.get_cosine_decay_fn(6, num_periods=2, zero_after=1.5),
        sign_decay.get_restart_decay_fn(6, num_periods=2),
        sign_decay.get_restart_decay_fn(6, num_periods=3, zero_after=2),
    ]
    v = tf.Variable(matrix())
    optimizer = tf.contrib.opt.PowerSignOptimizer(0.05, sign_decay_fn=decays[0])
    done = optimizer.minimize(dense_loss(tf, v), global_step=step)
    rates = [decay(step) for decay in decays]
    session = started(tf)
    for _ in range(8):
        yield session.run(rates + [v])
        session.run(done)
    yield refusal(lambda: decays[0](None))
    yield nodes(tf)


def several_tasks(tf):
    mask = tf.placeholder(tf.float32, [])
    v, w = tf.Variable([1.0, 2.0]), tf.Variable([3.0, 4.0])
    optimizer = tf.contrib.opt.MultitaskOptimizerWrapper(tf.train.MomentumOptimizer(0.1, 0.9))
    pairs = optimizer.compute_gradients(mask * tf.reduce_sum(v * v) + 100.0 * tf.reduce_sum(w))
    clipped, norm = tf.contrib.opt.clip_gradients_by_global_norm(pairs, 5.0)
    done = optimizer.apply_gradients(clipped)
    session = started(tf)
    for value in (1.0, 0.0, 0.0, 1.0):
        yield session.run([norm, done], {mask: value})[0]
        yield session.run([v, w] + optimizer.variables())
    yield refusal(lambda: tf.contrib.opt.MultitaskOptimizerWrapper(None))


def averages_of_training(tf):
    for sequential in (True, False):
        with tf.Graph().as_default():
            v = tf.Variable([1.0, 2.0], name="v")
            optimizer = tf.contrib.opt.MovingAverageOptimizer(
                tf.train.GradientDescentOptimizer(0.1), 0.5, sequential_update=sequential
            )
            yield refusal(optimizer.swapping_saver)
            done = optimizer.minimize(v * v)
            yield done.name, names(tf.global_variables())
            session = started(tf)
            session.run(done)
            yield session.run(v)
            yield refusal(functools.partial(optimizer.swapping_saver, {"v": v}))


def clipped_variables(tf):
    for use_resource in (False, True):
        v = tf.Variable(matrix() * 3, name="v", use_resource=use_resource)
        w = tf.Variable(matrix() * 3, name="w", use_resource=use_resource)
        optimizer = tf.contrib.opt.VariableClippingOptimizer(
            tf.train.MomentumOptimizer(0.1, 0.5), {v: [1], w: [0]}, 2.0
        )
        rows = tf.reduce_sum(tf.gather(v, [2, 0, 2])) + tf.reduce_sum(tf.gather(w, [1]))
        dense = optimizer.minimize(tf.reduce_sum(v * v) + tf.reduce_sum(w), var_list=[v, w])
        sparse = optimizer.minimize(rows, var_list=[v, w])
        yield optimizer.get_slot_names(), optimizer.get_slot(v, "momentum").name
        session = started(tf)
        for done in (sparse, dense, sparse):
            session.run(done)
            yield session.run([v, w])
    yield nodes(tf)


# -- Gradients ------------------------------------------------------------------------------------


def computed_gradients(tf):
    v, w = tf.Variable([1.0, 2.0], name="v"), tf.Variable([3.0, 4.0], name="w")
    unused = tf.Variable(0.0, name="unused")
    loss = v * w * w
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    weights = tf.constant([10.0, 100.0])
    session = started(tf)
    for arguments in (
        {},
        {"var_list": [w]},
        {"var_list": (w, [v, (unused,)])},
        {"var_list": v},
        {"grad_loss": weights},
        {"gate_gradients": optimizer.GATE_NONE},
        {"gate_gradients": optimizer.GATE_OP},
        {"gate_gradients": optimizer.GATE_GRAPH},
        {"aggregation_method": tf.AggregationMethod.EXPERIMENTAL_ACCUMULATE_N},
        {"colocate_gradients_with_ops": True},
    ):
        pairs = optimizer.compute_gradients(loss, **arguments)
        yield [variable.name for _, variable in pairs]
        yield [None if g is None else session.run(g) for g, _ in pairs]
    (pair,) = optimizer.compute_gradients(loss, [v.value()])
    yield pair[1].name, pair[0] is None


def minimize_with_arguments(tf):
    v, w = tf.Variable([1.0, 2.0], name="v"), tf.Variable([3.0, 4.0], name="w")
    step = tf.Variable(0, trainable=False, name="step")
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    done = optimizer.minimize(
        v * w,
        step,
        [w],
        gate_gradients=optimizer.GATE_GRAPH,
        aggregation_method=tf.AggregationMethod.ADD_N,
        colocate_gradients_with_ops=True,
        name="training",
        grad_loss=tf.constant([1.0, 10.0]),
    )
    yield done.name
    session = started(tf)
    session.run(done)
    yield session.run([v, w, step])
    yield optimizer.GATE_NONE, optimizer.GATE_OP, optimizer.GATE_GRAPH


def applied_gradients(tf):
    v, w = tf.Variable([1.0, 2.0], name="v"), tf.Variable([3.0, 4.0], name="w")
    optimizer = tf.train.MomentumOptimizer(0.5, 0.5)
    done = optimizer.apply_gradients(pair for pair in [(None, v), ([1.0, 2.0], w)])
    yield optimizer.get_slot(v, "momentum") is None, optimizer.get_slot(w, "momentum").name
    clipped = [
        (tf.clip_by_norm(gradient, 1.0), variable)
        for gradient, variable in optimizer.compute_gradients(v * w)
    ]
    both = optimizer.apply_gradients(clipped)
    session = started(tf)
    session.run(done)
    yield session.run([v, w])
    session.run(both)
    yield session.run([v, w])
    yield nodes(tf)


def refusals(tf):
    v, w = tf.Variable([1.0, 2.0], name="v"), tf.Variable([3.0, 4.0], name="w")
    whole = tf.Variable([1, 2], name="whole")
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    other = tf.constant(1.0)
    yield refusal(lambda: optimizer.minimize(other))
    yield refused_type(lambda: optimizer.minimize(tf.argmax(v), var_list=[v]))
    yield refused_type(lambda: optimizer.minimize(tf.cast(whole, tf.int32), var_list=[v]))
    yield refusal(lambda: optimizer.compute_gradients(v, []))
    yield refusal(lambda: optimizer.compute_gradients(v, gate_gradients=5))
    yield refused_type(lambda: optimizer.compute_gradients(v, grad_loss=tf.constant([1, 2])))
    yield refusal(lambda: optimizer.apply_gradients([]))
    yield refusal(lambda: optimizer.apply_gradients([(None, v), (None, w)]))["refused"]
    yield refusal(lambda: optimizer.apply_gradients([(tf.placeholder, v)]))["refused"]
    yield refusal(lambda: optimizer.apply_gradients([(tf.ones([3]), v)]))
    yield refusal(lambda: optimizer.apply_gradients([(tf.ones([2], tf.float64), v)]))["refused"]
    yield refusal(lambda: tf.train.GradientDescentOptimizer(0.1, name=""))
    yield refusal(lambda: tf.train.GradientDescentOptimizer([0.1]).minimize(v))
    base = tf.train.Optimizer(False, "Base")
    yield base.get_name(), base.get_slot_names(), base.variables()
    yield refusal(lambda: base.minimize(v))["refused"]
    yield refusal(lambda: base.minimize(tf.gather(v, [0]), var_list=[v]))["refused"]


def refusals_of_runs(tf):
    v = tf.Variable([[1.0], [2.0]], name="v")
    fed = tf.placeholder(tf.float32)
    rows = tf.placeholder(tf.int32, [None])
    dense = [OPTIMIZERS[key](tf).apply_gradients([(fed, v)]) for key in sorted(OPTIMIZERS)]
    slices = tf.IndexedSlices(tf.ones([2, 1]), rows, tf.constant([2, 1]))
    sparse = [OPTIMIZERS[key](tf).apply_gradients([(slices, v)]) for key in sorted(OPTIMIZERS)]
    session = started(tf)
    for done in dense:
        yield refusal(lambda done=done: session.run(done, {fed: [1.0]}))["refused"]
    for done in sparse:
        yield refusal(lambda done=done: session.run(done, {rows: [0, 2]}))["refused"]
    yield refusal(lambda: tf.Session().run(dense[0], {fed: [[1.0], [1.0]]}))["refused"]


def own_optimizers(tf):
    class Sign(tf.train.Optimizer):
        """Goes one way or the other by `rate`, and counts how often."""

        def __init__(self, rate, use_locking=False, name="Sign"):
            super().__init__(use_locking, name)
            self._rate = rate

        def _create_slots(self, var_list):
            for v in var_list:
                self._zeros_slot(v, "count", self._name)

        def _prepare(self):
            self._rate_t = tf.convert_to_tensor(self._call_if_callable(self._rate), name="rate")

        def _apply_dense(self, grad, var):
            count = tf.assign_add(self.get_slot(var, "count"), tf.ones_like(grad))
            with tf.control_dependencies([count]):
                return tf.assign_sub(var, self._rate_t * tf.sign(grad)).op

        def _apply_sparse(self, grad, var):
            return tf.scatter_sub(var, grad.indices, self._rate_t * tf.sign(grad.values)).op

    v = tf.Variable(matrix())
    optimizer = Sign(lambda: 0.25)
    dense, sparse = optimizer.minimize(dense_loss(tf, v)), optimizer.minimize(sparse_loss(tf, v))
    session = started(tf)
    for done in (dense, sparse, dense, sparse):
        session.run(done)
        yield session.run([v] + optimizer.variables())
    yield nodes(tf)


# -- Learning rates -------------------------------------------------------------------------------

#: Functions of the step, built of TensorFlow's ops in an order of TensorFlow's.
STRAIGHT = [
    lambda tf, step: tf.train.exponential_decay(0.5, step, 10, 0.9),
    lambda tf, step: tf.train.exponential_decay(0.5, step, 10, 0.9, staircase=True),
    lambda tf, step: tf.train.exponential_decay(
        tf.constant(0.5), step, tf.constant(7), 2, name="n"
    ),
    lambda tf, step: tf.train.exponential_decay(
        tf.constant(0.5, tf.float64), step, 2.5, tf.constant(0.9), True
    ),
    lambda tf, step: tf.train.natural_exp_decay(0.5, step, 10, 0.9),
    lambda tf, step: tf.train.natural_exp_decay(0.5, step, 10, 0.9, True, name="n"),
    lambda tf, step: tf.train.inverse_time_decay(0.5, step, 10, 0.9),
    lambda tf, step: tf.train.inverse_time_decay(0.5, step, 10, 0.9, True, name="n"),
    lambda tf, step: tf.train.polynomial_decay(0.5, step, 20),
    lambda tf, step: tf.train.polynomial_decay(0.5, step, 20, 0.1, 2.0, name="n"),
    lambda tf, step: tf.train.cosine_decay(0.5, step, 20),
    lambda tf, step: tf.train.cosine_decay(0.5, step, 20, alpha=0.25, name="n"),
    lambda tf, step: tf.train.linear_cosine_decay(0.5, step, 20),
    lambda tf, step: tf.train.linear_cosine_decay(0.5, step, 20, 2.0, 0.1, 0.2, name="n"),
    lambda tf, step: tf.train.noisy_linear_cosine_decay(0.5, step, 20),
    lambda tf, step: tf.train.noisy_linear_cosine_decay(0.5, step, 20, 2.0, 0.5, 1.0, 0.1, 0.2),
]
#: Those that choose between formulas.
CHOOSING = [
    lambda tf, step: tf.train.piecewise_constant(step, [5, 15], [1.0, 0.5, 0.1]),
    lambda tf, step: tf.train.piecewise_constant_decay(step, [5], [1, 2], name="n"),
    lambda tf, step: tf.train.piecewise_constant(
        tf.cast(step, tf.float32) / 2, [3.0, 7.0], [1, 2, 3]
    ),
    lambda tf, step: tf.train.polynomial_decay(0.5, step, 8, cycle=True),
    lambda tf, step: tf.train.polynomial_decay(0.5, step, 8, 0.1, 0.5, True, name="n"),
    lambda tf, step: tf.train.cosine_decay_restarts(0.5, step, 6),
    lambda tf, step: tf.train.cosine_decay_restarts(0.5, step, 6, 1.0, 0.5, 0.1, name="n"),
    lambda tf, step: tf.train.cosine_decay_restarts(0.5, step, 6, 1.5, 0.9, 0.1),
]


def rates_by_step(tf, rates):
    """The type of each rate, and its values at some steps, of which one is whole and one is not."""
    for dtype in (tf.int32, tf.int64):
        with tf.Graph().as_default():
            tf.set_random_seed(7)
            step = tf.placeholder(dtype, [])
            tensors = [rate(tf, step) for rate in rates]
            yield [[t.dtype.name, t.shape.as_list()] for t in tensors]
            with tf.Session() as session:
                for number in (0, 1, 5, 6, 7, 8, 10, 16, 18, 20, 31):
                    yield session.run(tensors, {step: number})


def straight_rates(tf):
    step = tf.placeholder(tf.int32, [], name="step")
    for rate in STRAIGHT:
        yield rate(tf, step).name
    yield nodes(tf)
    yield from rates_by_step(tf, STRAIGHT)


def choosing_rates(tf):
    yield from rates_by_step(tf, CHOOSING)


def rates_of_numbers(tf):
    session = tf.Session()
    for step in (0, 3, 4, np.int64(9)):
        yield session.run(
            [
                tf.train.exponential_decay(0.5, step, 4, 0.5, staircase=True),
                tf.train.polynomial_decay(0.5, step, 8),
                tf.train.piecewise_constant(step, [3, 8], [1.0, 2.0, 3.0]),
            ]
        )


def rate_refusals(tf):
    step = tf.placeholder(tf.int32, [])
    train = tf.train
    yield refusal(lambda: train.exponential_decay(0.5, None, 10, 0.9))["refused"]
    yield refusal(lambda: train.natural_exp_decay(0.5, None, 10, 0.9))["refused"]
    yield refusal(lambda: train.inverse_time_decay(0.5, None, 10, 0.9))["refused"]
    yield refusal(lambda: train.polynomial_decay(0.5, None, 10))["refused"]
    yield refusal(lambda: train.cosine_decay(0.5, None, 10))["refused"]
    yield refusal(lambda: train.piecewise_constant(step, [1.0], [1.0, 2.0]))
    yield refusal(lambda: train.piecewise_constant(step, [1], [1.0, 2]))
    yield refusal(lambda: train.piecewise_constant(step, [1], [1.0, 2.0, 3.0]))


def decaying_rate_in_training(tf):
    v = tf.Variable(matrix())
    step = tf.train.get_or_create_global_step()
    rate = tf.train.exponential_decay(0.1, step, 5, 0.5, staircase=True)
    done = tf.train.GradientDescentOptimizer(rate).minimize(dense_loss(tf, v), global_step=step)
    session = started(tf)
    for _ in range(STEPS):
        session.run(done)
        yield session.run([rate, v])


# -- Global step ----------------------------------------------------------------------------------


def global_steps(tf):
    yield tf.train.get_global_step()
    with tf.name_scope("anywhere"):
        step = tf.train.create_global_step()
    yield step.name, step.dtype.base_dtype.name, step.shape.as_list(), step.trainable
    yield step.aggregation.name, nodes(tf)
    yield names(tf.get_collection(tf.GraphKeys.GLOBAL_STEP)), names(tf.global_variables())
    yield tf.train.get_global_step() is step, tf.train.get_or_create_global_step() is step
    yield refusal(tf.train.create_global_step)
    graph = tf.Graph()
    other = tf.train.get_or_create_global_step(graph)
    yield other.graph is graph, tf.train.get_global_step(graph) is other
    session = started(tf)
    session.run(step.assign_add(3))
    yield tf.train.global_step(session, step), type(tf.train.global_step(session, step)).__name__


def global_steps_by_name(tf):
    step = tf.Variable(7, name="global_step", trainable=False)
    found = tf.train.get_global_step()
    yield found.name, type(found).__name__
    yield tf.train.get_or_create_global_step() is step.op.outputs[0]
    tf.add_to_collection(tf.GraphKeys.GLOBAL_STEP, step)
    yield tf.train.get_global_step() is step
    tf.add_to_collection(tf.GraphKeys.GLOBAL_STEP, step)
    yield tf.train.get_global_step()


def global_step_refusals(tf):
    yield refusal(lambda: tf.train.assert_global_step(3))
    yield refusal(lambda: tf.train.assert_global_step(tf.Variable(1.0)))
    yield refusal(lambda: tf.train.assert_global_step(tf.Variable([1])))
    yield tf.train.assert_global_step(tf.Variable(1))
    yield tf.train.assert_global_step(tf.placeholder(tf.int64))
    tf.Variable(1.0, name="global_step")
    yield refusal(tf.train.get_global_step)


GROUPS = {
    "optimizer": [
        names_of_updates,
        slot_names,
        slots_of_unknown_shape,
        slots_that_users_make,
        step_counts,
        constrained,
        partitioned,
        computed_gradients,
        minimize_with_arguments,
        applied_gradients,
        refusals,
        refusals_of_runs,
        own_optimizers,
    ],
    "optimizers": [
        dense_nodes,
        sparse_nodes,
        minimize_nodes,
        dense_steps,
        sparse_steps,
        several_variables,
        resource_nodes,
        resource_steps,
        proximal_steps,
        two_steps_in_one_run,
        refusals_of_numbers,
        slots_by_any_name,
        dense_and_sparse,
        slices_with_wide_indices,
        hyperparameters_as_tensors,
        hyperparameters_as_functions,
        hyperparameters_of_any_kind,
    ],
    "moving_averages": [moving_averages, moving_averages_after_training],
    "contrib_optimizers": [
        contrib_steps,
        sign_steps,
        contrib_nodes,
        decay_of_some,
        slots_left_alone,
        signs_that_fade,
        several_tasks,
        averages_of_training,
        clipped_variables,
    ],
    "learning_rate_decay": [
        straight_rates,
        choosing_rates,
        rates_of_numbers,
        rate_refusals,
        decaying_rate_in_training,
    ],
    "global_step": [global_steps, global_steps_by_name, global_step_refusals],
}
