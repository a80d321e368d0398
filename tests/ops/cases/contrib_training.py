"""tf.contrib.training's samplers and hyperparameters, tf.contrib.framework's initializers from
checkpoints, tf.train.warm_start, and the optimizers of tf.contrib.opt that are for workers."""

import os
import shutil
import tempfile

import numpy as np

from tests.reference.spec import Script, case, failure, script, table, x


def nodes(tf, prefixes):
    """The nodes below scopes: what they are, and what they take."""
    return [
        (op.type, op.name, [tensor.name for tensor in op.inputs])
        for op in tf.get_default_graph().get_operations()
        if op.name.startswith(prefixes)
    ]


# -- tf.contrib.training ---------------------------------------------------------------------------


def resampled(name, rates, **options):
    def build(tf, values):
        tf.set_random_seed(3)
        return tf.contrib.training.resample_at_rate([values], rates, **options)

    return case(name, build, [x(3, 2)], runs=3, variants=("full",))


@script("resample_at_rate_gradient")
def resample_at_rate_gradient(tf):
    tf.set_random_seed(3)
    values = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    (chosen,) = tf.contrib.training.resample_at_rate([values], [1.0, 0.5, 2.0], seed=4)
    gradient = tf.gradients(chosen * chosen, values)[0]
    with tf.Session() as session:
        yield session.run([gradient.values, gradient.indices])


SAMPLERS = [
    resampled("resample_at_rate", [1.0, 0.5, 2.0], seed=4),
    resampled("resample_at_rate_scope", [3.0, 0.0, 1.0], scope="mine", seed=4, back_prop=True),
    resampled("resample_at_rate_none", [0.0, 0.0, 0.0], seed=4),
]


@script("weighted_resample")
def weighted_resample(tf):
    tf.set_random_seed(3)
    values = tf.constant([1.0, 2.0, 3.0])
    chosen, rates = tf.contrib.training.weighted_resample(
        [values, values * 2.0], tf.constant([0.5, 1.0, 3.0]), 2.0, mean_decay=0.9, seed=5
    )
    yield nodes(tf, ("weighted_resample", "estimate_mean"))
    yield [(item.name, item.shape.as_list()) for item in tf.local_variables()]
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        session.run(tf.global_variables_initializer())
        yield [session.run([chosen, rates]) for _ in range(4)]


@script("stratified_sample")
def stratified_sample(tf):
    tf.set_random_seed(3)
    data, labels = tf.constant([[1.0], [2.0], [3.0]]), tf.constant([0, 1, 1])
    made = [
        tf.contrib.training.stratified_sample(
            [data], labels, [0.5, 0.5], 2, init_probs=probabilities, enqueue_many=True, name=name
        )
        for name, probabilities in (("known", [0.3, 0.7]), (None, None))
    ]
    single = tf.contrib.training.stratified_sample(
        [data[0], data[1]], labels[0], [0.5, 0.5], 2, [0.5, 0.5]
    )
    yield [(batch.name, batch.shape.as_list()) for item in (*made, single) for batch in item[0]]
    yield [(item[1].name, item[1].shape.as_list()) for item in (*made, single)]
    yield nodes(tf, ("known", "stratified_sample"))


@script("rejection_sample")
def rejection_sample(tf):
    data = tf.constant([[1.0], [2.0]])
    sample = tf.contrib.training.rejection_sample
    many = sample([data, data], lambda each: each[0][0] / 2.0, 2, enqueue_many=True)
    one = sample([data], lambda each: tf.constant(0.5), 3, runtime_checks=True, name="one")
    yield [(batch.name, batch.shape.as_list()) for batch in (*many, *one)]
    yield nodes(tf, ("rejection_sample", "one"))


@script("sampler_errors")
def sampler_errors(tf):
    training = tf.contrib.training
    vector, number = tf.zeros([3]), tf.constant(1)

    def stratified(*arguments, **options):
        return failure(lambda: training.stratified_sample(*arguments, **options))

    yield stratified([vector], vector, [0.5, 0.5], 2)
    yield stratified([vector], tf.constant([0, 1]), [0.5, 0.5], 2, [0.5, 0.5], enqueue_many=True)
    yield stratified([vector], number, [0.5, 0.5], 2, [0.5, 0.25, 0.25])
    yield stratified([vector], number, 1.0, 2, [0.5, 0.5])
    yield stratified(vector, number, [0.5, 0.5], 2)
    yield failure(
        lambda: training.rejection_sample(
            [vector, tf.zeros([2])], lambda each: 0.5, 2, enqueue_many=True
        )
    )


@script("placing")
def placing(tf):
    training = tf.contrib.training
    ops = [tf.Variable(tf.zeros([n, 2]), name=f"v{n}").op for n in range(1, 8)]
    greedy = training.GreedyLoadBalancingStrategy(3, training.byte_size_load_fn)
    yield [int(greedy(op)) for op in ops]
    for seed in (0, 7):
        strategy = training.RandomStrategy(5, seed)
        yield [strategy(op) for op in ops]
    yield [int(training.byte_size_load_fn(op)) for op in ops]
    yield failure(lambda: training.byte_size_load_fn(tf.no_op()))
    unknown = tf.placeholder(tf.float32, [None]).op
    yield failure(lambda: training.byte_size_load_fn(unknown))


def hyperparameters(tf, **more):
    return tf.contrib.training.HParams(a=1, b=[1.5, 2.0], c="x", d=True, e=0.25, **more)


@script("hparams")
def hparams(tf):
    params = hyperparameters(tf, f=["s", "t"], g=[True])
    yield str(params), repr(params), params.to_json(sort_keys=True), "a" in params, "z" in params
    yield sorted(params.parse("a=3, b=[1,2],c=text,d=False,e=7").values().items())
    yield sorted(params.parse("d=true,f=[p,q r],g=[0,1]").values().items())
    yield sorted(params.parse_json('{"a": 5, "e": 2}').values().items())
    yield sorted(params.override_from_dict({"b": [3, 4], "c": "y"}).values().items())
    yield params.get("a"), params.get("a", 7), params.get("z", 7), params.get("b", [1.0])
    params.del_hparam("a")
    params.del_hparam("nothing")
    params.add_hparam("h.i", 3)
    yield str(params)
    params.set_model_structure("structure")
    yield params.get_model_structure()
    copy = tf.contrib.training.HParams(hparam_def=params.to_proto())
    yield sorted(copy.values().items())
    yield sorted(tf.contrib.training.HParams.from_proto(params.to_proto()).values().items())


TEXTS = ["a=x", "a=[1,2]", "b=[1],b=[2]", "b[0]=1", "zz=1", "a=1;b", "d=maybe", "a[0]=[1]", "a="]
TEXTS += ["b=1", " a=1", "a=1,a=2", "a==1", "=1", "a=1,,b=2", "a=1.5", "e=x"]


@script("hparams_errors")
def hparams_errors(tf):
    params = hyperparameters(tf)
    for text in TEXTS:
        yield text, failure(lambda: params.parse(text))  # noqa: B023
    for name, value in [("zz", 1), ("a", 1.5), ("a", True), ("d", 1), ("c", 1), ("a", "1")]:
        yield name, failure(lambda: params.set_hparam(name, value))  # noqa: B023
    for name, value in [("a", 2), ("g", []), ("values", 1), ("get", 1)]:
        yield name, failure(lambda: params.add_hparam(name, value))  # noqa: B023
    yield failure(lambda: params.get("a", "s")), failure(lambda: params.get("a", [1]))
    yield failure(lambda: params.get("b", 1)), failure(lambda: params.get("b", ["x"]))
    definition = params.to_proto()
    yield failure(lambda: tf.contrib.training.HParams(definition, a=1))
    yield failure(lambda: tf.contrib.training.HParams(nothing=None).to_proto())
    yield failure(lambda: tf.contrib.training.HParams("text"))


@script("parse_values")
def parse_values(tf):
    parse = tf.contrib.training.parse_values
    types = {"a": int, "b": float, "c": str, "d": bool}
    for text in ["", "a=1", "a=[1 2,3]", "a[2]=1,a[0]=4", "b=-.5e3,c=x_1", "c=,d=1", "b=[]"]:
        yield str(sorted(parse(text, types).items()))
    yield parse("a=1,other=[2,x],b=3", types, ignore_unknown=True)
    for text in ["a=1,a[0]=2", "a[0]=1,a=2", "a[1]=1,a[1]=2", "a=[1],a=1", "d=2x", "a=1.0"]:
        yield text, failure(lambda: parse(text, types))  # noqa: B023


# -- Checkpoints -----------------------------------------------------------------------------------

OLD = np.arange(12, dtype=np.float32).reshape(4, 3) + 1


def in_folder(name, program):
    """A script of (tf, folder), where the folder has a checkpoint and vocabularies."""

    def run(tf):
        folder = tempfile.mkdtemp()
        try:
            lines = {"old": "apple banana guava orange", "new": "orange grape apple"}
            lines.update(old_columns="good better best", new_columns="best fine")
            for file, words in lines.items():
                with open(os.path.join(folder, file), "w") as stream:
                    stream.write("".join(word + "\n" for word in words.split()))
            with tf.Graph().as_default(), tf.Session() as session:
                tf.Variable(OLD, name="m")
                tf.Variable(OLD[:, 0], name="vector")
                tf.Variable([[1]], name="whole")
                session.run(tf.global_variables_initializer())
                tf.train.Saver().save(session, os.path.join(folder, "model"))
            yield from program(tf, folder)
        finally:
            shutil.rmtree(folder)

    return Script(name, run)


def kinds(tf):
    return [
        (op.type, op.name, [tensor.name for tensor in op.inputs])
        for op in tf.get_default_graph().get_operations()
    ]


def remappings(tf, folder):
    path = within(folder)
    raw = tf.raw_ops

    def generated(**options):
        files = {"new_vocab_file": path("new"), "old_vocab_file": path("old")}
        return raw.GenerateVocabRemapping(**dict(files, **options))

    with tf.Session() as session:
        for options in (
            {"new_vocab_offset": 0, "num_new_vocab": 3},
            {"new_vocab_offset": 1, "num_new_vocab": 2},
            {"new_vocab_offset": 0, "num_new_vocab": 3, "old_vocab_size": 2},
            {"new_vocab_offset": 3, "num_new_vocab": 0},
        ):
            found = generated(**options)
            yield [item.shape.as_list() for item in found], session.run(list(found))
        for options in (
            {"new_vocab_offset": 1, "num_new_vocab": 3},
            {"new_vocab_offset": 0, "num_new_vocab": 1, "new_vocab_file": ""},
            {"new_vocab_offset": 0, "num_new_vocab": 1, "old_vocab_file": path("none")},
            {"new_vocab_offset": 0, "num_new_vocab": 1, "old_vocab_size": 9},
        ):
            yield failure(lambda: session.run(generated(**options).remapping))  # noqa: B023
        yield failure(lambda: generated(new_vocab_offset=-1, num_new_vocab=1))
        yield failure(
            lambda: generated(new_vocab_offset=0, num_new_vocab=1, new_vocab_file=["a", "b"])
        )


def within(folder):
    return lambda name: os.path.join(folder, name)


def remapped(rows, columns, values, num_rows, num_cols, **options):
    given = {"row_remapping": rows, "col_remapping": columns, "initializing_values": values}
    return dict(given, num_rows=num_rows, num_cols=num_cols, **options)


MATRICES = [
    remapped([3, -1, 0], [], [9.0, 8.0, 7.0], 3, 3),
    remapped([3, -1, 0], [], [9.0, 8.0, 7.0], 3, 3, max_rows_in_memory=1),
    remapped([1, 2], [2, -1], [9.0, 8.0], 2, 2),
    remapped([1, -1], [2, -1], [9.0, 8.0, 7.0], 2, 2),
    remapped([-1], [-1], [[5.0]], 1, 1),
]
WRONG_MATRICES = [
    remapped([1, 2], [], [], 3, 3),
    remapped([1, 1], [], [], 2, 3),
    remapped([1, 2], [0, 0], [], 2, 2),
    remapped([1, 2], [0], [], 2, 2),
    remapped([1, 2], [], [], 2, 2),
    remapped([-1], [], [1.0, 2.0], 1, 3),
    remapped([-1], [], [1.0, 2.0, 3.0, 4.0], 1, 3),
    remapped([0], [], [], 1, 3, old_tensor_name="vector"),
    remapped([0], [], [], 1, 1, old_tensor_name="whole"),
    remapped([0], [], [], 1, 1, old_tensor_name="nothing"),
]


def matrices(tf, folder):
    def loaded(**options):
        given = {"ckpt_path": os.path.join(folder, "model"), "old_tensor_name": "m"}
        return tf.raw_ops.LoadAndRemapMatrix(**dict(given, **options))

    with tf.Session() as session:
        for options in MATRICES:
            matrix = loaded(**options)
            yield matrix.shape.as_list(), session.run(matrix)
        for options in WRONG_MATRICES:
            yield failure(lambda: session.run(loaded(**options)))  # noqa: B023
        yield failure(lambda: loaded(**remapped([0], [], [], 1, 3, old_tensor_name=["m"])))


def initialized(tf, folder):
    path = within(folder)
    framework = tf.contrib.framework
    rows = {"old_row_vocab_file": path("old"), "new_row_vocab_file": path("new")}
    columns = {
        "old_col_vocab_file": path("old_columns"),
        "new_col_vocab_file": path("new_columns"),
    }
    ones = tf.ones_initializer()

    def loaded(*sizes, **options):
        return framework.load_and_remap_matrix_initializer(path("model"), "m", *sizes, **options)

    embedding = framework.load_embedding_initializer(
        path("model"), "m", 3, 3, path("old"), path("new"), num_oov_buckets=2, initializer=ones
    )
    made = [
        ("rows", [3, 3], loaded(3, 3, initializer=ones, **rows)),
        ("columns", [4, 2], loaded(4, 2, **columns)),
        (
            "both",
            [5, 3],
            loaded(3, 2, num_row_oov_buckets=2, num_col_oov_buckets=1, **rows, **columns),
        ),
        ("few", [3, 3], loaded(3, 3, old_row_vocab_size=2, **rows)),
        ("embedding", [5, 3], embedding),
    ]
    for name, shape, initializer in made:
        tf.get_variable(name, shape, initializer=initializer)
        tf.get_variable(
            "parts_of_" + name,
            shape,
            initializer=initializer,
            partitioner=tf.fixed_size_partitioner(2),
        )
    slot = framework.load_variable_slot_initializer(path("model"), "m", None, 3, 3, **rows)
    tf.get_variable("slot", [3, 3], initializer=slot)
    yield kinds(tf)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        yield [(item.name, session.run(item)) for item in tf.global_variables()]
    for arguments, options in (
        ((3, 3), {}),
        ((3, 3), {"old_row_vocab_file": path("old")}),
        ((3, 3), dict(rows, initializer=3.0)),
        ((3, 2), rows),
        ((2, 3), rows),
        ((3, 3), dict(rows, num_row_oov_buckets=-1)),
    ):
        yield failure(lambda: loaded(*arguments, **options)([3, 3]))  # noqa: B023
    yield failure(lambda: loaded(3, 3, **rows)([3, 3], tf.float64))
    yield failure(lambda: loaded(3, 3, **rows)([3]))


def warm_started(tf, folder):
    path = within(folder)
    info = tf.train.VocabInfo(path("new"), 3, 1, path("old"))
    yield [info.old_vocab_size, info.backup_initializer, info.axis, list(info._fields)]
    yield failure(lambda: tf.train.VocabInfo("", 1, 0, "", axis=2))
    ones = tf.ones_initializer()
    columns = tf.train.VocabInfo(path("new_columns"), 2, 1, path("old_columns"), -1, ones, 1)
    two = tf.fixed_size_partitioner(2)
    zeros = tf.zeros_initializer()
    tf.get_variable("m", [4, 3], initializer=zeros, partitioner=two)
    tf.get_variable("rows", [4, 3], initializer=zeros)
    tf.get_variable("parts", [4, 3], initializer=zeros, partitioner=two)
    tf.get_variable("columns", [4, 3], initializer=zeros, use_resource=True)
    tf.get_variable("old_vector", [4], initializer=zeros, trainable=False)
    tf.get_variable("other", [4], initializer=zeros, trainable=False)
    tf.train.warm_start(
        path("model"),
        ["m", "rows", "parts", "columns", "old_vector"],
        {"rows": info, "parts": info, "columns": columns},
        {"rows": "m", "parts": "m", "columns": "m", "old_vector": "vector"},
    )
    yield kinds(tf)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        yield [(item.name, session.run(item)) for item in tf.global_variables()]
    for arguments in (
        (3,),
        (["rows", 3],),
        (".*",),
        ("m", {"nothing": info}),
        ("m", None, {"nothing": "m"}),
        ("rows", {"rows": tf.train.VocabInfo("", 3, 1, path("old"))}, {"rows": "m"}),
    ):
        yield failure(lambda: tf.train.warm_start(path("model"), *arguments))  # noqa: B023
    tf.train.warm_start(folder, None, {"rows": info}, {"rows": "m"})


CHECKPOINTS = [
    in_folder("generate_vocab_remapping", remappings),
    in_folder("load_and_remap_matrix", matrices),
    in_folder("initializers_from_checkpoints", initialized),
    in_folder("warm_start", warm_started),
]

# -- tf.contrib.framework --------------------------------------------------------------------------


@script("zero_initializer")
def zero_initializer(tf):
    make = tf.contrib.framework.zero_initializer
    for dtype in ("float32", "float64", "float16", "int32", "int64", "int8", "uint8", "uint16"):
        for use_resource in (False, True):
            with tf.Graph().as_default(), tf.Session() as session:
                variable = tf.Variable(np.ones([2, 3], dtype), use_resource=use_resource)
                zeros = make(variable, name="mine")
                yield zeros.name, zeros.op.type, zeros.dtype.name, zeros.shape.as_list()
                session.run(zeros.op)
                yield session.run(variable)
                yield failure(lambda: session.run(zeros.op), "input is already initialized")  # noqa: B023
                session.run(variable.assign_add(np.ones([2, 3], dtype)))
                yield session.run(variable)
    for dtype in ("complex64", "bool"):
        variable = tf.Variable(np.ones([2], dtype))
        yield failure(lambda: make(variable))  # noqa: B023
    yield failure(lambda: make(tf.zeros([2])))


@script("fuse_op")
def fuse_op(tf):
    a = tf.placeholder(tf.float32, name="a")
    b = tf.identity(a, name="b")
    c = tf.add(b, b, name="c")
    d = tf.square(c, name="d")
    tf.negative(d, name="e")
    tf.negative(a, name="aside")
    graph_def = tf.get_default_graph().as_graph_def()
    fuse = tf.contrib.framework.fuse_op

    def fused(*arguments):
        made = fuse(graph_def, *arguments, [tf.float32.as_datatype_enum], True, "fused", "Fused")
        types = list(
            made.node[[n.name for n in made.node].index("fused")].attr["_output_types"].list.type
        )
        return [(node.op, node.name, list(node.input)) for node in made.node], types

    yield fused(["b"], ["d"])
    yield fused(["a"], ["e"])
    yield fused(["b"], ["d", "aside"])
    yield failure(lambda: fused("b", ["d"])), failure(lambda: fused(["b"], "d"))
    yield failure(lambda: fused(["none"], ["d"])), failure(lambda: fuse(1, [], [], [], 0, "", ""))


# -- tf.contrib.opt --------------------------------------------------------------------------------


def training(name, make, base="GradientDescentOptimizer", steps=20, has_hook=True, dtype="float32"):
    """Steps of an optimizer in one process.

    make: of tf.contrib.opt and the optimizer that makes the steps, gives the custom getter and a
      function that gives the optimizer.
    """

    def program(tf):
        tf.set_random_seed(3)
        options = {"MomentumOptimizer": [0.9]}.get(base, [])
        getter, wrap = make(tf.contrib.opt, getattr(tf.train, base)(0.1, *options))
        with tf.variable_scope("", custom_getter=getter):
            step = tf.train.get_or_create_global_step()
            w = tf.get_variable("w", [3, 2], initializer=tf.random_normal_initializer(seed=5))
            b = tf.get_variable("b", [2], initializer=tf.zeros_initializer())
        values = tf.constant(np.arange(12, dtype="float32").reshape(4, 3) / 10)
        loss = tf.reduce_mean(tf.square(tf.matmul(values, w) + b - [1.0, -1.0]))
        optimizer = wrap()
        train = optimizer.minimize(loss, global_step=step)
        hooks = []
        if has_hook:
            arguments = [] if "Model" in type(optimizer).__name__ else [True, 0]
            hooks = [optimizer.make_session_run_hook(*arguments)]
        for kind in ("global", "local", "trainable"):
            yield kind, [item.name for item in getattr(tf, kind + "_variables")()]
        graph = tf.get_default_graph()
        yield len(graph.get_operations())
        names = [op.name for op in graph.get_operations()]
        yield [name for name in names if not name.startswith("gradients/")]
        losses = []
        with tf.train.SingularMonitoredSession(hooks=hooks) as session:
            for _ in range(steps):
                session.run(train)
                losses.append(session.run(loss))
            yield losses
            variables = sorted(
                tf.global_variables() + tf.local_variables(), key=lambda item: item.name
            )
            yield [(item.name, session.run(item)) for item in variables]

    return Script(
        name, program, rtol=1e-4, atol=1e-6, why="sums round otherwise, twenty times over"
    )


def agn(period):
    def make(opt, base):
        getter = opt.AGNCustomGetter("/cpu:0")
        return getter, lambda: opt.AGNOptimizer(base, 1, getter, communication_period=period)

    return make


def elastic(period, **options):
    def make(opt, base):
        getter = opt.ElasticAverageCustomGetter("/cpu:0")
        return getter, lambda: opt.ElasticAverageOptimizer(
            base, 1, getter, communication_period=period, **options
        )

    return make


def averaged(opt, base):
    getter = opt.ModelAverageCustomGetter("/cpu:0")
    return getter, lambda: opt.ModelAverageOptimizer(base, 1, True, getter, interval_steps=5)


def dropping(staleness):
    return lambda opt, base: (None, lambda: opt.DropStaleGradientOptimizer(base, staleness))


WORKERS = [
    training("agn", agn(4)),
    training("agn_adam", agn(4), "AdamOptimizer"),
    training("agn_momentum", agn(3), "MomentumOptimizer"),
    training("elastic_average", elastic(3)),
    training("elastic_average_momentum", elastic(3, moving_rate=0.2), "MomentumOptimizer"),
    training("elastic_average_adam", elastic(4, rho=0.01), "AdamOptimizer"),
    training("model_average", averaged),
    training("model_average_adam", averaged, "AdamOptimizer"),
    training("drop_stale", dropping(0), has_hook=False),
    training("drop_stale_all", dropping(-1), "MomentumOptimizer", steps=3, has_hook=False),
]


# -- Critical sections, kept tensors, modules ------------------------------------------------------


@script("critical_section")
def critical_section(tf):
    variable = tf.get_variable("v", initializer=0.0, use_resource=True)
    section = tf.CriticalSection(name="section")
    shared = tf.CriticalSection(shared_name="shared")
    argument = tf.constant(3.0) * 2.0

    def count():
        value = variable.read_value()
        with tf.control_dependencies([value]):
            with tf.control_dependencies([variable.assign_add(2.0)]):
                return tf.identity(value)

    counted = [section.execute(count) for _ in range(4)]
    both = section.execute(lambda: {"sum": argument + variable, "none": tf.no_op()}, name="both")
    yield kinds(tf)
    yield [
        sorted(i.name for i in op.control_inputs) for op in tf.get_default_graph().get_operations()
    ]
    with tf.Session() as session:
        session.run(variable.initializer)
        yield sorted(session.run(counted)), session.run(variable), session.run(both)
    yield section.name, shared.name
    yield failure(lambda: shared.execute(count))
    yield failure(lambda: shared.execute(count, exclusive_resource_access=False))
    yield failure(lambda: section.execute(lambda: section.execute(lambda: tf.constant(1.0))))
    yield failure(lambda: tf.CriticalSection(name="a", critical_section_def="b"))
    yield failure(lambda: tf.CriticalSection(critical_section_def="b"))


@script("session_tensors")
def session_tensors(tf):
    product = tf.multiply(tf.constant(10.0), tf.constant(5.0))
    handle = tf.get_session_handle(product)
    texts = tf.get_session_handle(tf.constant([b"x", b"yy"]), name="texts")
    fed = tf.placeholder(tf.float32)
    with tf.Session() as session:
        kept = session.run(handle)
        yield kept.handle.split(";")[:2], str(kept) == kept.handle, kept.eval(), kept.eval()
        holder, tensor = tf.get_session_tensor(kept.handle, tf.float32)
        yield holder.dtype.name, tensor.dtype.name, tensor.shape.ndims
        yield session.run(tensor * 2.0, {holder: kept.handle}), session.run(fed + 1.0, {fed: kept})
        several = session.run({"texts": texts, "product": product})
        yield several["texts"].eval(), several["product"]
        raw = kept.get_raw_handle()
        yield failure(kept.eval), failure(kept.delete)
        yield session.run(tensor, {holder: raw})
        place, delete = tf.delete_session_tensor(raw)
        yield session.run(delete, {place: raw})
        yield failure(lambda: session.run(delete, {place: raw}), "in the session store")
        yield failure(lambda: session.run(tensor, {holder: raw}), "is not in the session store")
        several["texts"].delete()
        yield failure(several["texts"].eval)
    yield failure(lambda: tf.get_session_handle(3.0))
    yield kinds(tf)


@script("module")
def module(tf):
    class InnerPart(tf.Module):
        def __init__(self, name=None):
            super().__init__(name)
            with self.name_scope:
                self.w = tf.Variable(1.0, name="w")
            self.fixed = tf.Variable(2.0, trainable=False)

        @tf.Module.with_name_scope
        def __call__(self, value):
            """Adds."""
            return tf.add(value, self.w)

    class MLPLayer2D(tf.Module):
        def __init__(self):
            super().__init__()
            with self.name_scope:
                self.parts = [InnerPart(), {"b": InnerPart("named"), "a": tf.Variable(3.0)}]
            self.again = self.parts[0]
            self.count = (4, "text")

    outer = MLPLayer2D()
    yield outer.name, [part.name for part in outer.submodules]
    yield [item.name for item in outer.variables], [v.name for v in outer.trainable_variables]
    yield [outer.parts[0](1.0).name for _ in range(2)], InnerPart.__call__.__doc__
    yield [
        str(path) for path, _ in outer._flatten(with_path=True, predicate=lambda leaf: leaf == 4)
    ]
    yield failure(lambda: tf.Module("no name")), tf.Module().name


CASES = table(
    SAMPLERS,
    resample_at_rate_gradient,
    weighted_resample,
    stratified_sample,
    rejection_sample,
    sampler_errors,
    placing,
    hparams,
    hparams_errors,
    parse_values,
    CHECKPOINTS,
    zero_initializer,
    fuse_op,
    WORKERS,
    critical_section,
    session_tensors,
    module,
)
