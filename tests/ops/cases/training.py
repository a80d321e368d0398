"""The updates of optimizers by themselves: dense, and of rows that repeat."""

import numpy as np

from tests.reference.spec import failure, script, table

CASES = []


def training(program):
    CASES.append(script(program.__name__)(program))
    return program


#: rule -> the names of its slots, its numbers, the forms that TensorFlow has.
ALL_FORMS = ("Apply", "SparseApply", "ResourceApply", "ResourceSparseApply")
DENSE_FORMS = ("Apply", "ResourceApply")
RULES = {
    "AdaMax": (
        ["m", "v"],
        {"beta1_power": 0.5, "lr": 0.1, "beta1": 0.9, "beta2": 0.8, "epsilon": 0.01},
        DENSE_FORMS,
    ),
    "Adadelta": (
        ["accum", "accum_update"],
        {"lr": 0.5, "rho": 0.75, "epsilon": 0.125},
        ALL_FORMS,
    ),
    "Adagrad": (["accum"], {"lr": 0.5}, ALL_FORMS),
    "AdagradDA": (
        ["gradient_accumulator", "gradient_squared_accumulator"],
        {"lr": 0.5, "l1": 0.125, "l2": 0.25, "global_step": 3},
        ALL_FORMS,
    ),
    "AdagradV2": (["accum"], {"lr": 0.5, "epsilon": 0.25}, ALL_FORMS),
    "Adam": (
        ["m", "v"],
        {
            "beta1_power": 0.5,
            "beta2_power": 0.75,
            "lr": 0.1,
            "beta1": 0.9,
            "beta2": 0.8,
            "epsilon": 0.01,
        },
        DENSE_FORMS,
    ),
    "AdamWithAmsgrad": (
        ["m", "v", "vhat"],
        {
            "beta1_power": 0.5,
            "beta2_power": 0.75,
            "lr": 0.1,
            "beta1": 0.9,
            "beta2": 0.8,
            "epsilon": 0.01,
        },
        ["ResourceApply"],
    ),
    "AddSign": (
        ["m"],
        {"lr": 0.1, "alpha": 1.5, "sign_decay": 0.75, "beta": 0.5},
        DENSE_FORMS,
    ),
    "CenteredRMSProp": (
        ["mg", "ms", "mom"],
        {"lr": 0.1, "rho": 0.75, "momentum": 0.5, "epsilon": 2.0},
        ALL_FORMS,
    ),
    "Ftrl": (
        ["accum", "linear"],
        {"lr": 0.5, "l1": 0.5, "l2": 0.25, "lr_power": -0.75},
        ALL_FORMS,
    ),
    "FtrlV2": (
        ["accum", "linear"],
        {"lr": 0.5, "l1": 0.5, "l2": 0.0, "l2_shrinkage": 0.25, "lr_power": -0.5},
        ALL_FORMS,
    ),
    "GradientDescent": ([], {"alpha": 0.5}, DENSE_FORMS),
    "KerasMomentum": (
        ["accum"],
        {"lr": 0.5, "momentum": 0.75},
        ["ResourceApply", "ResourceSparseApply"],
    ),
    "Momentum": (["accum"], {"lr": 0.5, "momentum": 0.75}, ALL_FORMS),
    "PowerSign": (
        ["m"],
        {"lr": 0.1, "logbase": 0.5, "sign_decay": 0.75, "beta": 0.5},
        DENSE_FORMS,
    ),
    "ProximalAdagrad": (["accum"], {"lr": 0.5, "l1": 0.25, "l2": 0.125}, ALL_FORMS),
    "ProximalGradientDescent": ([], {"alpha": 0.5, "l1": 0.25, "l2": 0.125}, ALL_FORMS),
    "RMSProp": (
        ["ms", "mom"],
        {"lr": 0.1, "rho": 0.75, "momentum": 0.5, "epsilon": 0.125},
        ALL_FORMS,
    ),
}
NOT_OF_16_BITS = ("AdagradDA", "ProximalAdagrad", "ProximalGradientDescent")
#: Attributes beyond use_locking.
FLAGS = {
    "Adagrad": {"update_slots": False},
    "AdagradV2": {"update_slots": False},
    "Adam": {"use_nesterov": True},
    "KerasMomentum": {"use_nesterov": True},
    "Momentum": {"use_nesterov": True},
}


def build(tf, rule, form, **more):
    """(variable and slots, the operation that updates them)"""
    slot_names, numbers, _ = RULES[rule]
    is_sparse, is_resource = "Sparse" in form, "Resource" in form
    dtype = more.pop("dtype", tf.float32)
    shape = more.pop("shape", (4, 3))
    variables = [
        tf.Variable(
            tf.constant(np.linspace(start, start + 1.0, int(np.prod(shape))).reshape(shape), dtype),
            use_resource=is_resource,
        )
        for start in [-0.5, 0.25, 0.5, 0.125][: 1 + len(slot_names)]
    ]
    arguments = dict(zip(["var"] + slot_names, [v.handle if is_resource else v for v in variables]))
    for name, number in numbers.items():
        arguments[name] = tf.constant(number, tf.int64 if name == "global_step" else dtype)
    grad = np.linspace(-1.0, 0.5, 9).reshape(3, 3) if is_sparse else np.full(shape, 0.75)
    if is_sparse:
        arguments["indices"] = tf.constant([2, 0, 2], tf.int64)
    is_descent = rule.endswith("GradientDescent") and not is_sparse
    arguments["delta" if is_descent else "grad"] = tf.constant(grad, dtype)
    arguments.update(more)
    operation = getattr(tf.raw_ops, form + rule)(**arguments)
    return variables, getattr(operation, "op", operation)


def started(tf):
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    return session


def updates(rule):
    def program(tf):
        for form in RULES[rule][2]:
            for flags in ({}, dict(FLAGS.get(rule, {}), use_locking=True)):
                variables, operation = build(tf, rule, form, **flags)
                session = started(tf)
                session.run(operation)
                session.run(operation)
                yield operation.type, session.run(variables)

    program.__name__ = rule
    return program


for each_rule in sorted(RULES):
    training(updates(each_rule))


@training
def types(tf):
    for rule in sorted(RULES):
        for dtype in (tf.float64, tf.float16):
            if dtype == tf.float16 and rule in NOT_OF_16_BITS:
                continue
            variables, operation = build(tf, rule, RULES[rule][2][-1], dtype=dtype)
            session = started(tf)
            session.run(operation)
            yield session.run(variables)


@training
def static_shapes(tf):
    unknown = tf.Variable(tf.placeholder(tf.float32, [None, 3]), validate_shape=False)
    slot = tf.Variable(np.ones([4, 3], np.float32))
    rate = tf.placeholder(tf.float32)
    ops = tf.raw_ops
    yield ops.ApplyAdagrad(var=unknown, accum=slot, lr=rate, grad=slot).shape.as_list()
    yield ops.ApplyGradientDescent(var=unknown, alpha=rate, delta=slot[:2]).shape.as_list()
    rows = tf.placeholder(tf.float32, [None, 3])
    yield ops.SparseApplyAdagrad(
        var=unknown, accum=unknown, lr=rate, grad=rows, indices=tf.placeholder(tf.int32)
    ).shape.as_list()


@training
def what_does_not_fit(tf):
    rows = tf.ones([3, 3])
    for form in ("Apply", "ResourceApply"):
        yield failure(lambda form=form: build(tf, "Adagrad", form, grad=rows), "must be equal")
        yield failure(lambda form=form: build(tf, "Adagrad", form, lr=tf.ones([1])), "rank 0")
    for form in ("SparseApply", "ResourceSparseApply"):
        for more, message in (
            ({"grad": tf.ones([3, 2])}, "must be equal"),
            ({"indices": tf.constant([1, 2])}, "must be equal"),
            ({"indices": tf.constant([[1, 2, 0]])}, "rank 1"),
        ):
            yield failure(lambda form=form, more=more: build(tf, "RMSProp", form, **more), message)


@training
def what_does_not_fit_when_it_runs(tf):
    fed = tf.placeholder(tf.float32)
    indices = tf.placeholder(tf.int32)
    whole, some = np.ones([4, 3], np.float32), np.ones([3, 3], np.float32)
    for rule in ("Adagrad", "Ftrl", "RMSProp"):
        for form in ("Apply", "ResourceApply"):
            _, dense = build(tf, rule, form, grad=fed)
            session = started(tf)
            yield failure(lambda d=dense, s=session: s.run(d, {fed: some}))
            session.run(dense, {fed: whole})
        for form in ("SparseApply", "ResourceSparseApply"):
            _, sparse = build(tf, rule, form, grad=fed, indices=indices)
            session = started(tf)

            def run(rows, numbers, session=session, sparse=sparse):
                session.run(sparse, {fed: rows, indices: numbers})

            yield failure(lambda: run(some, [0, 4, 1]), "Index 4 at offset 1", "out of range")
            yield failure(lambda: run(some, [0, -1, 1]), "Index -1 at offset 1", "out of range")
            yield failure(lambda: run(some, [0, 1]))
            yield failure(lambda: run(some[:, :2], [0, 1, 2]))
            yield failure(lambda: run(some, [[0, 1, 2]]))
            run(some[:0], [])


@training
def uninitialized(tf):
    for form in ("Apply", "SparseApply"):
        _, operation = build(tf, "Momentum", form)
        session = tf.Session()
        yield failure(lambda s=session, o=operation: s.run(o), "uninitialized")


CASES = table(CASES)
