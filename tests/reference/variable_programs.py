"""Programs that make variables, scopes and initial values, and say what they saw.

Each takes the namespace `tf` and yields plain values: names, shapes, lists of nodes, arrays, and
what was refused.  `record_variables.py` records what they yield under TensorFlow 1.15.5; tests/tf
compares what they yield under reflow.  Python 3.7 runs this file, because TensorFlow 1.15.5 does.
"""

import numpy as np


def nodes(tf):
    """[name, op, inputs, colocation, device] of every operation, in the order of creation."""
    return [
        [
            op.name,
            op.type,
            [tensor.name for tensor in op.inputs],
            [group.decode() for group in op.colocation_groups()],
            op.device,
        ]
        for op in tf.get_default_graph().get_operations()
    ]


def refusal(action):
    """The class and the first line of the message of what `action` raises."""
    try:
        got = action()
    except Exception as error:  # which one it is, is the observation
        return {"refused": type(error).__name__, "message": str(error).split("\n")[0]}
    raise AssertionError(f"not refused: {got!r}")


def names(variables):
    return [variable.name for variable in variables]


def started(tf):
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    return session


# -- Variables ------------------------------------------------------------------------------------


def variable_from_value(tf):
    v = tf.Variable([1.0, 2.0])
    w = tf.Variable(3, name="w", dtype=tf.float64)
    yield nodes(tf)
    yield repr(v), str(w), v.dtype.name, w.dtype.base_dtype.name, w.shape.as_list()
    yield v.initial_value.name, v.initializer.name, v.value().name, v.op.name, v.trainable
    yield v.synchronization.name, v.aggregation.name, v.constraint, v.device
    yield started(tf).run([v, w])


def variable_from_tensor(tf):
    with tf.name_scope("layer"):
        tf.Variable(tf.zeros([2, 3]), name="w")
        tf.Variable(tf.zeros([2, 3]), name="w")
    yield nodes(tf)


def variable_from_function(tf):
    with tf.name_scope("layer"), tf.device("/cpu:0"):
        v = tf.Variable(lambda: tf.ones([2]) * 3.0, name="w")
    yield nodes(tf)
    yield v.device, started(tf).run(v)


def variable_on_devices(tf):
    with tf.device("/cpu:0"):
        tf.Variable(1.0)
        tf.Variable(2.0, caching_device="/device:GPU:0")
        tf.Variable(3.0, caching_device=lambda op: op.device + "")
    tf.Variable(4.0)
    tf.global_variables_initializer()
    yield nodes(tf)


def variable_waits_for_nothing(tf):
    with tf.control_dependencies([tf.no_op()]):
        v = tf.Variable(1.0)
        v.assign_add(2.0)
    yield [
        [op.name, [c.name for c in op.control_inputs]]
        for op in tf.get_default_graph().get_operations()
    ]


def variable_updates(tf):
    v = tf.Variable([1.0, 2.0, 3.0], name="v")
    p = tf.placeholder(tf.float32)
    updates = [
        v.assign([4.0, 5.0, 6.0]),
        v.assign_add([1.0, 1.0, 1.0]),
        v.assign_sub([1.0, 1.0, 1.0], use_locking=True),
        tf.assign(v, v + 1.0, name="named"),
        v.assign_add([1.0, 1.0, 1.0], read_value=False),
        v.scatter_nd_update([[0]], [9.0]),
        v.scatter_nd_add([[1]], [9.0]),
        v.scatter_nd_sub([[2]], [9.0]),
        v[0:2].assign([7.0, 8.0]),
        v[::-2].assign([1.0, 2.0]),
        v[1].assign(0.0),
        v[..., tf.newaxis].assign([[3.0], [2.0], [1.0]]),
    ]
    yield nodes(tf)
    session = started(tf)
    for update in updates:
        session.run(update)
        yield session.run(v)
    slices = tf.IndexedSlices(tf.constant([2.0, 4.0]), tf.constant([0, 2]))
    for method in ("update", "add", "sub", "mul", "div", "min", "max"):
        yield session.run(getattr(v, "scatter_" + method)(slices)), v.shape.as_list()
    yield refusal(lambda: v.scatter_add([1.0]))
    yield refusal(lambda: session.run(v[0:2].assign(p), {p: [1.0]}))
    yield refusal(lambda: (v + 1.0)[0].assign(1.0))


def variable_fetched_with_updates(tf):
    """What TensorFlow gives for a reference is what the variable holds when the run ends."""
    v = tf.Variable([1.0, 2.0], name="v")
    w = tf.Variable([5.0, 6.0], name="w")
    count = tf.train.create_global_step()
    train = tf.train.GradientDescentOptimizer(0.25).minimize(tf.reduce_sum(v * v), count)
    add = v.assign_add([10.0, 10.0])
    with tf.control_dependencies([add]):
        add_more = v.assign_add([100.0, 100.0])
    copied = w.assign(v)
    with tf.control_dependencies([copied]):
        moved = v.assign([7.0, 8.0])
    for fetches in (
        [train, v, count],
        [v, count, train],
        [add, v],
        [add, add_more, v],
        [copied, moved, v, w],
        [v, tf.scatter_add(v, [0], [4.0])],
        [v, v[1:].assign([9.0])],
    ):
        yield started(tf).run(fetches)


def variable_batch_updates(tf):
    v = tf.Variable(np.zeros([2, 3, 2], np.float32))
    values = np.arange(8, dtype=np.float32).reshape(2, 2, 2)
    fed = tf.placeholder(tf.int32, [None, 2])
    updates = [
        tf.batch_scatter_update(v, [[0, 1], [2, 0]], values),
        tf.batch_scatter_update(v, np.array([[1, 2], [1, 2]], np.int64), values * 2.0, name="n"),
        v.batch_scatter_update(tf.IndexedSlices(tf.constant(values), fed)),
    ]
    yield nodes(tf)
    session = started(tf)
    for update in updates:
        yield session.run(update, {fed: [[1, 1], [2, 0]]})
    vague = tf.placeholder(tf.int32)
    yield refusal(lambda: tf.batch_scatter_update(v, vague, values))


def variable_update_types(tf):
    for dtype in ("float16", "float64", "int8", "uint8", "uint16", "int64", "complex128"):
        v = tf.Variable(np.array([[6, 7], [8, 9]], dtype))
        rows = np.array([[1, 2], [3, 4]], dtype)
        session = started(tf)
        yield session.run(v.assign_add(rows)), session.run(v.assign_sub(rows))
        for name in ("update", "add", "sub", "mul", "div"):
            yield session.run(getattr(tf, "scatter_" + name)(v, [1, 1], rows))
        yield session.run(tf.scatter_nd_add(v, [[0, 1], [0, 1]], rows[0]))
    text = tf.Variable(["a", "b", "c"])
    session = started(tf)
    yield session.run(tf.scatter_update(text, [2, 0, 2], ["d", "e", "f"]))
    yield session.run(text[1].assign("g"))


def variable_of_any_shape(tf):
    v = tf.Variable([1.0, 2.0], validate_shape=False)
    w = tf.Variable(tf.zeros([2, 3]), shape=tf.TensorShape([2, None]))
    yield str(v.shape), str(w.shape), nodes(tf)
    session = tf.Session()
    session.run(v.initializer)
    yield session.run(tf.assign(v, [1.0, 2.0, 3.0], validate_shape=False)), session.run(v)
    v.set_shape([3])
    yield str(v.shape), str(v.value().shape)
    yield refusal(lambda: v.set_shape([4]))["refused"]


def variable_is_not(tf):
    v = tf.Variable([1.0, 2.0])
    yield refusal(lambda: tf.Variable())
    yield refusal(lambda: tf.Variable(1.0, collections="variables"))
    yield refusal(lambda: tf.Variable(1.0, constraint=3))
    yield refusal(lambda: tf.Variable(1.0, synchronization=17))
    yield refusal(lambda: tf.Variable(1.0, aggregation=17))
    yield refusal(lambda: tf.Variable(1.0, name="a b"))
    yield refusal(lambda: iter(v))
    yield refusal(lambda: tf.convert_to_tensor(v, tf.int32))
    yield refusal(lambda: v.load([1.0, 2.0]))
    yield refusal(lambda: v.eval())
    yield refusal(lambda: v.no_such_attribute)


def variable_compares_by_identity(tf):
    v, w = tf.Variable(1.0), tf.Variable(1.0)
    yield v == w, v == v, v != w, v in [w], w in [v, w], len({v, w}), {v: 1}[v]


def variable_collections(tf):
    a = tf.Variable(1.0, name="a")
    b = tf.Variable(1.0, trainable=False, name="b")
    tf.Variable(1.0, collections=[tf.GraphKeys.LOCAL_VARIABLES], name="c", trainable=False)
    tf.Variable(1.0, collections=["mine"], name="d")
    tf.Variable(1.0, collections=[], name="e", trainable=False)
    tf.Variable(1.0, synchronization=tf.VariableSynchronization.ON_READ, name="f")
    tf.add_to_collection(tf.GraphKeys.MODEL_VARIABLES, a)
    tf.add_to_collections([tf.GraphKeys.MOVING_AVERAGE_VARIABLES, "mine"], b)
    for listed in (
        tf.global_variables(),
        tf.all_variables(),
        tf.trainable_variables(),
        tf.local_variables(),
        tf.model_variables(),
        tf.moving_average_variables(),
        tf.get_collection("mine"),
        tf.global_variables("b"),
        tf.trainable_variables("[ad]"),
        tf.get_collection("nothing"),
    ):
        yield names(listed)
    tf.get_collection("mine").append(a)
    yield len(tf.get_collection("mine"))
    tf.get_collection_ref("mine").append(a)
    yield len(tf.get_collection("mine"))
    tf.local_variables_initializer()
    tf.variables_initializer([], name="none")
    tf.variables_initializer([a, b], name="some")
    tf.initialize_all_variables()
    yield [
        [op.name, sorted(c.name for c in op.control_inputs)]
        for op in tf.get_default_graph().get_operations()
        if op.type == "NoOp"
    ]


def variable_initializers_on_devices(tf):
    with tf.device("/cpu:0"):
        a = tf.Variable(1.0, name="a")
    with tf.device("/device:GPU:0"):
        b = tf.Variable(1.0, name="b")
    c = tf.Variable(1.0, name="c")
    tf.variables_initializer([a, b, c])
    yield [
        [op.name, op.device, sorted(i.name for i in op.control_inputs)]
        for op in tf.get_default_graph().get_operations()
        if op.type == "NoOp"
    ]


def variables_that_depend_on_others(tf):
    a = tf.Variable([1.0, 2.0], name="a")
    b = tf.Variable(a * 2.0, name="b")
    c = tf.Variable(a.initialized_value() + a, name="c")
    with tf.name_scope("s"):
        d = tf.Variable(tf.reduce_sum(tf.stack([a, a + 1.0])), name="d")
    e = tf.Variable(a, name="e")
    yield nodes(tf)
    session = started(tf)
    yield session.run([a, b, c, d, e])
    session.run(a.assign([10.0, 20.0]))
    session.run(b.initializer)
    yield session.run(b), session.run(a.initialized_value())
    yield tf.Session().run(a.initialized_value())


def variables_without_values(tf):
    a, b = tf.Variable(1.0, name="a"), tf.Variable([2, 3], name="b")
    session = tf.Session()
    yield session.run(tf.report_uninitialized_variables())
    yield refusal(lambda: session.run(b))
    yield refusal(lambda: session.run(a.assign_add(1.0)))
    yield refusal(lambda: session.run(tf.assert_variables_initialized([a])))
    session.run(a.initializer)
    yield (
        session.run(tf.report_uninitialized_variables()),
        session.run(tf.report_uninitialized_variables([a])),
    )
    yield session.run([tf.is_variable_initialized(a), tf.is_variable_initialized(b)])
    session.run(b.initializer)
    yield session.run(tf.assert_variables_initialized())
    yield nodes(tf)


def variable_messages(tf):
    with tf.name_scope("layer"):
        v = tf.Variable([1.0], name="v", trainable=False)
    for proto in (v.to_proto(), v.to_proto(export_scope="layer")):
        yield [
            proto.variable_name,
            proto.initial_value_name,
            proto.initializer_name,
            proto.snapshot_name,
            proto.trainable,
            proto.synchronization,
            proto.aggregation,
            proto.HasField("save_slice_info_def"),
        ]
    yield v.to_proto(export_scope="other")
    for again in (
        tf.Variable.from_proto(v.to_proto()),
        tf.Variable(variable_def=v.to_proto("layer"), import_scope="layer"),
    ):
        yield (
            again.name,
            again.trainable,
            again.initializer.name,
            again.value().name,
            again.initial_value.name,
        )
        yield again == v, again.op is v.op
    yield refusal(lambda: tf.Variable(1.0, variable_def=v.to_proto()))


def variable_creators(tf):
    log = []

    def renaming(next_creator, **kwargs):
        log.append(["renaming", sorted(kwargs), kwargs["name"]])
        kwargs["name"] = kwargs["name"] + "_renamed"
        return next_creator(**kwargs)

    def untrained(next_creator, **kwargs):
        log.append(["untrained", kwargs["trainable"], kwargs["name"]])
        kwargs["trainable"] = False
        return next_creator(**kwargs)

    with tf.variable_creator_scope(untrained):
        with tf.variable_creator_scope(renaming):
            v = tf.Variable(1.0, name="v")
            w = tf.get_variable("w", [2])
        u = tf.Variable(1.0, name="u")
    tf.Variable(1.0, name="free")
    yield log
    yield names([v, w, u]), names(tf.trainable_variables())


def variable_conversions(tf):
    v = tf.Variable([1.0, 2.0])
    yield tf.convert_to_tensor(v) is v.value(), tf.convert_to_tensor(v, tf.float32).name
    yield v.value().dtype.name, (v + 1.0).dtype.name, tf.identity(v).dtype.name
    session = started(tf)
    yield session.run([v, v.value(), v.op.outputs[0]]), session.run("Variable:0")
    v.load([3.0, 4.0], session)
    with session.as_default():
        yield v.eval(), tf.identity(v).eval()
    yield session.run(v + 1.0, {v: [5.0, 6.0]}), session.run(v + 1.0, {v.value(): [5.0, 6.0]})


# -- Variable scopes ------------------------------------------------------------------------------


def scope_names(tf):
    with tf.variable_scope("a") as a:
        yield (
            a.name,
            a.original_name_scope,
            tf.get_variable("v", [1]).name,
            (tf.constant(1) + 1).name,
        )
        with tf.variable_scope("b") as b:
            yield b.name, b.original_name_scope, tf.get_variable("v", [1]).name, tf.constant(1).name
    with tf.variable_scope("a") as again:
        yield (
            again.name,
            again.original_name_scope,
            tf.get_variable("w", [1]).name,
            tf.constant(1).name,
        )
    with tf.variable_scope(a) as again:
        yield (
            again.name,
            again.original_name_scope,
            tf.get_variable("x", [1]).name,
            tf.constant(1).name,
        )
    with tf.variable_scope("outer"):
        with tf.variable_scope(b) as again:
            yield (
                again.name,
                again.original_name_scope,
                tf.get_variable("x", [1]).name,
                tf.constant(1).name,
            )
    with tf.name_scope("n"):
        with tf.variable_scope("a"):
            yield tf.get_variable("y", [1]).name, tf.Variable(1.0, name="y").name
    with tf.variable_scope("a", auxiliary_name_scope=False) as plain:
        yield (
            plain.name,
            plain.original_name_scope,
            tf.get_variable("z", [1]).name,
            tf.constant(1).name,
        )
    with tf.variable_scope(""):
        yield tf.get_variable("top", [1]).name, tf.constant(1).name
    yield nodes(tf)


def scope_default_names(tf):
    for _ in range(2):
        with tf.variable_scope(None, "d"):
            yield tf.get_variable("v", [1]).name, tf.constant(1).name
            for _ in range(2):
                with tf.variable_scope(None, default_name="d"):
                    yield tf.get_variable("v", [1]).name, tf.constant(1).name
    with tf.variable_scope("e"):
        pass
    with tf.variable_scope(None, "e"):
        yield tf.get_variable("v", [1]).name
    with tf.variable_op_scope([tf.constant(1.0)], None, "f") as scope:
        yield scope.name, tf.get_variable("v", [1]).name


def scope_entered_twice(tf):
    scope = tf.variable_scope("a", reuse=tf.AUTO_REUSE)
    for _ in range(2):
        with scope as inner:
            yield (
                inner.name,
                inner.original_name_scope,
                tf.get_variable("v", [1]).name,
                tf.constant(1).name,
            )


def scope_reuse(tf):
    with tf.variable_scope("a") as a:
        v = tf.get_variable("v", [2])
        a.reuse_variables()
        yield tf.get_variable("v") is v, tf.get_variable("v", [2], tf.float32) is v
        with tf.variable_scope("inner") as inner:
            yield inner.reuse
            yield refusal(lambda: tf.get_variable("new", [1]))
        with tf.variable_scope("inner", reuse=False) as inner:
            yield inner.reuse
    with tf.variable_scope("a", reuse=True) as again:
        yield tf.get_variable("v") is v, again.reuse
        yield refusal(lambda: tf.get_variable("v", [3]))
        yield refusal(lambda: tf.get_variable("v", dtype=tf.float64))
        yield refusal(lambda: tf.get_variable("w", [3]))
    with tf.variable_scope(a, reuse=tf.AUTO_REUSE) as again:
        yield again.reuse.name, tf.get_variable("v") is v, tf.get_variable("w", [1]).name
    with tf.variable_scope(a):
        yield tf.get_variable_scope().reuse, tf.get_variable("v") is v
    yield tf.get_variable_scope().reuse, tf.get_variable_scope().name
    yield tf.get_variable("v", [2]) is v


def scope_refusals(tf):
    yield refusal(lambda: tf.variable_scope(None))
    yield refusal(lambda: tf.variable_scope("a", reuse=3))
    yield refusal(lambda: tf.variable_scope("a", auxiliary_name_scope=3))
    yield refusal(lambda: tf.variable_scope(3).__enter__())
    yield refusal(lambda: tf.variable_scope(None, "a", reuse=True).__enter__())
    yield refusal(lambda: tf.variable_scope("a b").__enter__())
    yield tf.get_variable_scope().name, tf.get_default_graph().get_name_scope()


def scope_defaults(tf):
    def halved(v):
        return tf.reduce_sum(v, axis=0) * 0.5

    with tf.variable_scope(
        "a", initializer=tf.constant_initializer(2.0), regularizer=halved, dtype=tf.float64
    ) as scope:
        v = tf.get_variable("v", [2])
        w = tf.get_variable(
            "w", [2], tf.float32, tf.ones_initializer(), regularizer=tf.no_regularizer
        )
        with tf.variable_scope("b"):
            u = tf.get_variable("u", [1])
        with tf.variable_scope(
            "c", initializer=tf.zeros_initializer(), dtype=tf.int32, regularizer=tf.no_regularizer
        ):
            t = tf.get_variable("t", [1])
        yield scope.dtype.name, scope.initializer.value, scope.regularizer is halved
        scope.set_initializer(tf.ones_initializer())
        scope.set_dtype(tf.float16)
        scope.set_regularizer(None)
        x = tf.get_variable("x", [1])
    losses = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    yield [loss.name for loss in losses], [v.dtype.name for v in (v, w, u, t, x)]
    yield nodes(tf)
    yield started(tf).run([v, w, u, t, x, losses])
    yield (
        names(scope.global_variables()),
        names(scope.trainable_variables()),
        scope.local_variables(),
    )


def scope_devices(tf):
    with tf.device("/cpu:0"), tf.variable_scope("a", caching_device="/device:GPU:0"):
        tf.get_variable("v", [1], initializer=tf.zeros_initializer())
        tf.get_variable("w", initializer=[1.0])
    yield nodes(tf)


def scope_constraints(tf):
    def positive(v):
        return tf.maximum(v, 0.0)

    with tf.variable_scope("a", constraint=positive) as a:
        yield tf.get_variable("v", [1]).constraint is positive
        with tf.variable_scope("b"):
            yield tf.get_variable("v", [1]).constraint is positive
    with tf.variable_scope(a):
        yield tf.get_variable("w", [1]).constraint is positive
    yield tf.get_variable("u", [1], constraint=positive).constraint is positive


def scope_getters(tf):
    log = []

    def outer(getter, name, *args, **kwargs):
        log.append(["outer", name, len(args), sorted(kwargs)])
        return getter(name + "_outer", *args, **kwargs)

    def inner(getter, name, shape=None, **kwargs):
        log.append(["inner", name, shape, sorted(kwargs)])
        return getter(name=name + "_inner", shape=shape, **kwargs)

    def own(getter, name, **kwargs):
        log.append(["own", name])
        return getter(name, **kwargs) * 2.0

    def strict(
        getter,
        name,
        shape,
        dtype,
        initializer,
        regularizer,
        reuse,
        trainable,
        collections,
        caching_device,
        partitioner,
        validate_shape,
        use_resource,
        synchronization,
        aggregation,
    ):
        log.append(["strict", name, reuse, trainable])
        return getter(name, shape, dtype, initializer)

    with tf.variable_scope("a", custom_getter=outer):
        v = tf.get_variable("v", [1])
        with tf.variable_scope("b", custom_getter=inner):
            w = tf.get_variable("v", [1])
        u = tf.get_variable("u", [1], custom_getter=own)
    t = tf.get_variable("t", [1], custom_getter=strict)
    yield log
    yield v.name, w.name, u.name, t.name
    yield refusal(lambda: tf.get_variable("s", [1], custom_getter=3))


def get_variable_from_values(tf):
    v = tf.get_variable("v", initializer=[1.0, 2.0])
    w = tf.get_variable("w", initializer=tf.constant([3, 4]))
    u = tf.get_variable("u", initializer=lambda: tf.constant(5.0))
    t = tf.get_variable("t", [2], initializer=tf.ones_initializer)
    yield nodes(tf)
    yield started(tf).run([v, w, u, t])
    yield refusal(lambda: tf.get_variable("a", [2], initializer=[1.0, 2.0]))
    yield refusal(lambda: tf.get_variable("b", dtype=tf.int32, initializer=tf.constant(1.0)))
    yield refusal(lambda: tf.get_variable("c"))
    yield refusal(lambda: tf.get_variable("d", [None, 2]))
    yield refusal(lambda: tf.get_variable("e", [2], tf.complex64))
    yield refusal(lambda: tf.get_variable("f", initializer=tf.placeholder(tf.float32, [None])))
    yield tf.get_variable(
        "g", initializer=tf.placeholder(tf.float32, [None]), validate_shape=False
    ).name


def get_variable_twice(tf):
    tf.get_variable("v", [1])
    yield refusal(lambda: tf.get_variable("v", [1]))
    tf.Variable(1.0, name="w")
    yield tf.get_variable("w", [1]).name


def get_variable_types(tf):
    for dtype in (tf.float16, tf.float64, tf.int32, tf.int64, tf.uint8, tf.bool, tf.string):
        v = tf.get_variable(dtype.name, [2], dtype)
        yield v.dtype.name, v.op.name, started(tf).run(v).shape
    text = tf.get_variable("text", [2], tf.string)
    yield started(tf).run(text)


def get_variable_shapes(tf):
    for number, shape in enumerate(
        ([], [2], (2, 3), 4, tf.TensorShape([2, 1]), [tf.Dimension(2), 3])
    ):
        yield tf.get_variable(f"v{number}", shape).shape.as_list()


def get_local_variable(tf):
    v = tf.get_local_variable("v", [1])
    w = tf.get_local_variable("w", [1], collections=["mine"])
    yield (
        names(tf.local_variables()),
        names(tf.global_variables()),
        names(tf.get_collection("mine")),
    )
    yield v.trainable, w.trainable, tf.trainable_variables()


def resource_variables(tf):
    yield tf.resource_variables_enabled()
    tf.disable_resource_variables()
    yield tf.resource_variables_enabled(), tf.get_variable("v", [1], use_resource=False).dtype.name


# -- Partitioned variables ------------------------------------------------------------------------


def partitioned(tf):
    with tf.variable_scope("a", partitioner=tf.fixed_size_partitioner(2)):
        v = tf.get_variable("v", [5, 2], initializer=tf.ones_initializer())
        s = tf.get_variable("s", [], initializer=tf.zeros_initializer())
    w = tf.get_variable(
        "w", initializer=tf.constant([[1.0, 2.0, 3.0]]), partitioner=tf.fixed_size_partitioner(3, 1)
    )
    u = tf.get_variable("u", [2], initializer=[1.0, 2.0], partitioner=tf.fixed_size_partitioner(1))
    yield type(v).__name__, v.name, v.shape.as_list(), v.dtype.name, len(v), type(s).__name__
    for part in list(v) + list(w):
        info = part._get_save_slice_info()
        yield part.name, info.full_name, info.full_shape, info.var_offset, info.var_shape, info.spec
        proto = part.to_proto().save_slice_info_def
        yield proto.full_name, list(proto.full_shape), list(proto.var_offset), list(proto.var_shape)
    yield tf.convert_to_tensor(v).name, v.as_tensor().name, tf.convert_to_tensor(u).name
    product = tf.matmul(w, tf.ones([3, 1]))
    updates = w.assign(tf.constant([[4.0, 5.0, 6.0]])) + w.assign_add([[[1.0]], [[1.0]], [[1.0]]])
    updates += w.assign_sub(w)
    yield nodes(tf)
    session = started(tf)
    yield session.run(v.as_tensor()), session.run(product)
    for update in updates:
        yield session.run(update)
    yield session.run(w.as_tensor())


def partitioned_random(tf):
    tf.set_random_seed(3)
    v = tf.get_variable("v", [4, 3], partitioner=tf.fixed_size_partitioner(2))
    w = tf.get_variable(
        "w",
        [4, 4],
        initializer=tf.initializers.identity(2.0),
        partitioner=tf.fixed_size_partitioner(2),
    )
    yield started(tf).run([v.as_tensor(), w.as_tensor()])


def partitioned_again(tf):
    halves = tf.fixed_size_partitioner(2)
    with tf.variable_scope("a"):
        v = tf.get_variable("v", [4], partitioner=halves)
        tf.get_variable("whole", [4])
        yield refusal(lambda: tf.get_variable("v", [4], partitioner=halves))
        yield refusal(lambda: tf.get_variable("v", [4]))
        yield refusal(lambda: tf.get_variable("whole", [4], partitioner=halves))
    with tf.variable_scope("a", reuse=True):
        yield tf.get_variable("v", [4], partitioner=halves) is v, tf.get_variable("v", [4]) is v
        yield refusal(lambda: tf.get_variable("v", [5], partitioner=halves))
        yield refusal(lambda: tf.get_variable("v", [4], tf.float64, partitioner=halves))
        yield refusal(lambda: tf.get_variable("v", [4], partitioner=tf.fixed_size_partitioner(4)))
        yield refusal(lambda: tf.get_variable("x", [4], partitioner=halves))


def partitioned_refusals(tf):
    yield refusal(lambda: tf.get_variable("a", [4], partitioner=3))
    yield refusal(lambda: tf.get_variable("b", [4], partitioner=lambda shape, dtype: 3))
    yield refusal(lambda: tf.get_variable("c", [4], partitioner=lambda shape, dtype: [1, 1]))
    yield refusal(lambda: tf.get_variable("d", [4], partitioner=lambda shape, dtype: [0]))
    yield refusal(lambda: tf.get_variable("e", [4, 4], partitioner=lambda shape, dtype: [2, 2]))
    yield refusal(lambda: tf.get_variable("f", [None, 4], partitioner=lambda shape, dtype: [2, 1]))
    v = tf.get_variable("g", [4], partitioner=tf.fixed_size_partitioner(2))
    yield refusal(lambda: tf.convert_to_tensor(v, tf.int32))
    yield refusal(lambda: tf.create_partitioned_variables([4], [2, 1], tf.zeros_initializer()))
    yield refusal(lambda: tf.create_partitioned_variables([], [], tf.zeros_initializer()))


def created_partitions(tf):
    parts = tf.create_partitioned_variables([4, 2], [2, 1], tf.ones_initializer(), name="p")
    yield names(parts), [part.shape.as_list() for part in parts]
    yield names(tf.create_partitioned_variables([4, 2], [1, 2], tf.ones([4, 2])))
    with tf.variable_scope("s"):
        yield names(
            tf.create_partitioned_variables([2], [2], tf.ones_initializer(), trainable=False)
        )
    yield nodes(tf), names(tf.trainable_variables())


def partitioners(tf):
    shapes = [tf.TensorShape(sizes) for sizes in ([10], [7, 5], [1000, 1000], [3, 4, 5])]
    made = [
        tf.fixed_size_partitioner(4),
        tf.fixed_size_partitioner(20),
        tf.variable_axis_size_partitioner(8),
        tf.variable_axis_size_partitioner(100, max_shards=2),
        tf.variable_axis_size_partitioner(1 << 16),
        tf.min_max_variable_partitioner(3, min_slice_size=16),
        tf.min_max_variable_partitioner(100),
        tf.min_max_variable_partitioner(2, axis=0, min_slice_size=1),
    ]
    for partitioner in made:
        for dtype in (tf.float32, tf.float64, tf.string, tf.int8):
            yield [list(partitioner(shape=shape, dtype=dtype)) for shape in shapes]
    last = tf.fixed_size_partitioner(2, axis=1)
    yield list(last(shape=shapes[1], dtype=tf.float32))
    yield refusal(lambda: tf.variable_axis_size_partitioner(0))
    yield refusal(lambda: tf.variable_axis_size_partitioner(1, max_shards=-1))
    yield refusal(lambda: made[2](shape=[1, 2], dtype=tf.float32))
    yield refusal(lambda: made[2](shape=tf.TensorShape([None]), dtype=tf.float32))
    yield refusal(lambda: made[2](shape=shapes[0], dtype="float32"))
    yield refusal(
        lambda: tf.min_max_variable_partitioner(axis=3)(shape=shapes[0], dtype=tf.float32)
    )


# -- Initializers ---------------------------------------------------------------------------------


def _initializers(tf):
    """(label, initializer) of all kinds."""
    made = tf.initializers
    return [
        ("zeros", made.zeros()),
        ("ones", made.ones(tf.float64)),
        ("constant", made.constant(3)),
        ("constant_list", made.constant([1.0, 2.0])),
        ("constant_array", made.constant(np.arange(12.0).reshape(3, 4))),
        ("uniform", made.random_uniform()),
        ("uniform_range", made.random_uniform(-2.0, 3.0, seed=4)),
        ("normal", made.random_normal()),
        ("normal_seed", made.random_normal(1.0, 0.1, seed=5)),
        ("truncated", made.truncated_normal(stddev=0.1)),
        ("unit_scaling", made.uniform_unit_scaling(1.43)),
        ("variance", made.variance_scaling()),
        ("variance_out", made.variance_scaling(2.0, "fan_out", "uniform")),
        ("variance_average", made.variance_scaling(0.5, "fan_avg", "untruncated_normal")),
        ("variance_normal", made.variance_scaling(distribution="NORMAL")),
        ("glorot_uniform", made.glorot_uniform()),
        ("glorot_normal", made.glorot_normal(seed=6)),
        ("he_normal", made.he_normal()),
        ("he_uniform", made.he_uniform(7)),
        ("lecun_normal", made.lecun_normal()),
        ("lecun_uniform", made.lecun_uniform()),
        ("orthogonal", made.orthogonal(2.0)),
        ("identity", made.identity(3.0)),
    ]


def initial_values(tf):
    for label, initializer in _initializers(tf):
        with tf.Graph().as_default():
            tf.set_random_seed(11)
            v = tf.get_variable("v", [3, 4], initializer=initializer)
            yield label, nodes(tf), started(tf).run(v)


def initial_values_of_filters(tf):
    for label, initializer in _initializers(tf):
        if label in ("constant_array", "identity"):
            continue
        with tf.Graph().as_default():
            tf.set_random_seed(12)
            v = tf.get_variable("v", [2, 1, 3, 4], initializer=initializer)
            w = tf.get_variable("w", [5, 2], initializer=initializer)
            yield label, started(tf).run([v, w])


def initial_values_of_vectors(tf):
    for label, initializer in _initializers(tf):
        if label in ("constant_array", "identity", "orthogonal"):
            continue
        with tf.Graph().as_default():
            tf.set_random_seed(13)
            v = tf.get_variable("v", [3], initializer=initializer)
            w = tf.get_variable(
                "w", [] if label != "constant_list" else [2], initializer=initializer
            )
            yield label, started(tf).run([v, w])


def initial_values_in_double(tf):
    for label, initializer in _initializers(tf):
        with tf.Graph().as_default():
            tf.set_random_seed(14)
            v = tf.get_variable("v", [3, 4], tf.float64, initializer)
            yield label, v.dtype.name, started(tf).run(v)


def large_initial_values(tf):
    """Zeros and ones of 1000 elements and more are filled, not written down."""
    tf.get_variable("v", [40, 30], initializer=tf.zeros_initializer())
    tf.get_variable("w", [40, 30], initializer=tf.ones_initializer())
    tf.get_variable("u", [40, 30], initializer=tf.constant_initializer(2.0))
    yield nodes(tf)


def initializer_configs(tf):
    for label, initializer in _initializers(tf):
        config = initializer.get_config()
        if label == "constant_array":
            config["value"] = config["value"].tolist()
        yield label, type(initializer).__name__, config
        if label not in ("constant_array", "he_normal"):
            yield type(initializer).from_config(config).get_config() == config


def initializer_calls(tf):
    yield tf.glorot_uniform_initializer(dtype=tf.float64)([2, 3]).dtype.name
    yield tf.random_normal_initializer(dtype=tf.float64)([2, 3]).dtype.name
    yield (
        tf.zeros_initializer()([2], tf.int32).dtype.name,
        tf.ones_initializer(tf.bool)([2]).dtype.name,
    )
    yield (
        tf.constant_initializer(1)([2]).dtype.name,
        tf.constant_initializer("a", tf.string)([2]).dtype.name,
    )
    yield tf.glorot_uniform_initializer()(tf.TensorShape([2, 3])).shape.as_list()
    yield [
        getattr(tf, name) is getattr(tf.initializers, short)
        for name, short in (
            ("zeros_initializer", "zeros"),
            ("ones_initializer", "ones"),
            ("constant_initializer", "constant"),
            ("random_uniform_initializer", "random_uniform"),
            ("random_normal_initializer", "random_normal"),
            ("truncated_normal_initializer", "truncated_normal"),
            ("uniform_unit_scaling_initializer", "uniform_unit_scaling"),
            ("variance_scaling_initializer", "variance_scaling"),
            ("glorot_uniform_initializer", "glorot_uniform"),
            ("glorot_normal_initializer", "glorot_normal"),
            ("orthogonal_initializer", "orthogonal"),
        )
    ]


def initializer_refusals(tf):
    yield refusal(lambda: tf.variance_scaling_initializer(scale=0.0))
    yield refusal(lambda: tf.variance_scaling_initializer(mode="fan"))["refused"]
    yield refusal(lambda: tf.variance_scaling_initializer(distribution="cauchy"))["refused"]
    yield refusal(lambda: tf.random_normal_initializer(dtype=tf.int32))
    yield refusal(lambda: tf.constant_initializer({}))
    yield refusal(
        lambda: tf.get_variable("a", [2], initializer=tf.constant_initializer([1.0, 2.0, 3.0]))
    )
    yield refusal(
        lambda: tf.get_variable(
            "b", [3], initializer=tf.constant_initializer([1.0], verify_shape=True)
        )
    )
    yield refusal(lambda: tf.get_variable("c", [3], initializer=tf.orthogonal_initializer()))
    yield refusal(lambda: tf.get_variable("d", [3], initializer=tf.initializers.identity()))
    yield refusal(lambda: tf.get_variable("e", [3], tf.int32, tf.random_uniform_initializer()))


# -- Random numbers -------------------------------------------------------------------------------


def gamma_and_poisson(tf):
    tf.set_random_seed(5)
    drawn = [
        tf.random_gamma([2, 3], [0.3, 1.0, 4.5]),
        tf.random_gamma([4], 2.0, [[1.0], [3.0]]),
        tf.random_gamma([2], tf.constant([0.5, 7.0], tf.float64), dtype=tf.float64, seed=1),
        tf.random_poisson([0.4, 3.0, 50.0], [4]),
        tf.random_poisson(2.0, [3], tf.int32, seed=2),
        tf.random_poisson(tf.constant([5, 15]), [2], tf.float64),
    ]
    yield nodes(tf)
    session = tf.Session()
    yield session.run(drawn)
    yield session.run(drawn)
    yield [tensor.shape.as_list() for tensor in drawn]


def gamma_gradients(tf):
    alpha, beta = tf.constant([0.3, 1.0, 4.5]), tf.constant([[1.0], [2.0]])
    drawn = tf.random_gamma([4], alpha, beta, seed=3)
    session = tf.Session()
    yield session.run(tf.gradients(drawn * drawn, [alpha, beta]))


def random_crops(tf):
    tf.set_random_seed(6)
    image = tf.reshape(tf.range(60), [5, 4, 3])
    crop = tf.random_crop(image, [2, 3, 3])
    yield nodes(tf)
    session = tf.Session()
    yield session.run(crop), session.run(crop)
    size = tf.placeholder(tf.int32, [3])
    yield refusal(lambda: session.run(tf.random_crop(image, size), {size: [6, 4, 3]}))


def random_refusals(tf):
    p, q = tf.placeholder(tf.int32), tf.placeholder(tf.int32)
    session = tf.Session()
    yield refusal(lambda: tf.random_uniform([[2]]))
    yield refusal(lambda: tf.random_uniform([3], dtype=tf.int32))
    yield refusal(lambda: tf.random_uniform([3], dtype=tf.int8, maxval=3))
    yield refusal(lambda: tf.random_uniform([3], [1, 2], [3, 4], tf.int32))
    yield refusal(lambda: tf.random_normal([3], dtype=tf.int32))
    yield refusal(lambda: tf.multinomial([1.0, 2.0], 3))
    yield refusal(lambda: tf.multinomial([[1.0, 2.0]], [3]))
    yield refusal(lambda: tf.multinomial([[1.0, 2.0]], -3))
    yield refusal(lambda: session.run(tf.random_uniform(p), {p: [-1]}))
    yield refusal(lambda: session.run(tf.random_uniform(p), {p: [[1]]}))
    yield refusal(lambda: session.run(tf.random_uniform([3], p, q, tf.int32), {p: 5, q: 5}))
    yield refusal(lambda: session.run(tf.random_poisson(1.0, p), {p: [-2]}))
    yield refusal(lambda: session.run(tf.multinomial(np.zeros((2, 0), np.float32), p), {p: 1}))


GROUPS = {
    "variables": [
        variable_from_value,
        variable_from_tensor,
        variable_from_function,
        variable_on_devices,
        variable_waits_for_nothing,
        variable_updates,
        variable_fetched_with_updates,
        variable_batch_updates,
        variable_update_types,
        variable_of_any_shape,
        variable_is_not,
        variable_compares_by_identity,
        variable_collections,
        variable_initializers_on_devices,
        variables_that_depend_on_others,
        variables_without_values,
        variable_messages,
        variable_creators,
        variable_conversions,
    ],
    "variable_scope": [
        scope_names,
        scope_default_names,
        scope_entered_twice,
        scope_reuse,
        scope_refusals,
        scope_defaults,
        scope_devices,
        scope_constraints,
        scope_getters,
        get_variable_from_values,
        get_variable_twice,
        get_variable_types,
        get_variable_shapes,
        get_local_variable,
        resource_variables,
        partitioned,
        partitioned_random,
        partitioned_again,
        partitioned_refusals,
        created_partitions,
        partitioners,
    ],
    "initializers": [
        initial_values,
        initial_values_of_filters,
        initial_values_of_vectors,
        initial_values_in_double,
        large_initial_values,
        initializer_configs,
        initializer_calls,
        initializer_refusals,
    ],
    "random": [gamma_and_poisson, gamma_gradients, random_crops, random_refusals],
}
