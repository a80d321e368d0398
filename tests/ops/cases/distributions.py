"""tf.distributions: densities, statistics, divergences, and samples by TensorFlow's own streams."""

import numpy as np

from tests.reference.spec import case, error, f32, failure, of, script, table

INTEGRALS = (
    "lgamma, igamma, betainc and their kin are other approximations than TensorFlow's, "
    "which differ in the last bits"
)
APPROXIMATE = {"rtol": 2e-4, "atol": 2e-6, "why": INTEGRALS}

NORMAL = (lambda tf, loc, scale: tf.distributions.Normal(loc, scale), [f32(2), of([2.0])])
LAPLACE = (lambda tf, loc, scale: tf.distributions.Laplace(loc, scale), [f32(2), of([2.0])])
UNIFORM = (lambda tf, low, high: tf.distributions.Uniform(low, high), [of([0.0, 1.0]), of([2.0])])
GAMMA = (
    lambda tf, alpha, beta: tf.distributions.Gamma(alpha, beta),
    [of([0.5, 3.0]), f32(1, domain="positive")],
)
EXPONENTIAL = (lambda tf, rate: tf.distributions.Exponential(rate), [of([0.5, 3.0])])
STUDENT_T = (
    lambda tf, df, loc, scale: tf.distributions.StudentT(df, loc, scale),
    [of([1.5, 3.0]), f32(2), of([2.0, 0.5])],
)
BETA = (lambda tf, a, b: tf.distributions.Beta(a, b), [of([0.5, 3.0]), of([2.0, 1.5])])
BERNOULLI = (lambda tf, probs: tf.distributions.Bernoulli(probs=probs), [f32(2, domain="unit")])
BERNOULLI_LOGITS = (
    lambda tf, logits: tf.distributions.Bernoulli(logits=logits, dtype=tf.int64),
    [f32(2)],
)
CATEGORICAL = (
    lambda tf, probs: tf.distributions.Categorical(probs=probs),
    [of([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]])],
)
CATEGORICAL_LOGITS = (lambda tf, logits: tf.distributions.Categorical(logits), [f32(2, 3)])
DIRICHLET = (
    lambda tf, concentration: tf.distributions.Dirichlet(concentration),
    [of([[0.5, 1.5, 2.5], [2.0, 3.0, 4.0]])],
)
DIRICHLET_MULTINOMIAL = (
    lambda tf, concentration: tf.distributions.DirichletMultinomial(5.0, concentration),
    [of([[0.5, 0.3, 0.2], [2.0, 3.0, 4.0]])],
)
MULTINOMIAL = (
    lambda tf, probs: tf.distributions.Multinomial(5.0, probs=probs),
    [of([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]])],
)

REAL = of([[0.3, -1.0], [9.0, -12.0]])
UNIT = of([0.3, 0.5])
COUNTS = of([1.0, 3.0, 1.0])
DENSITIES = ("log_prob", "prob")
CUMULATIVE = ("cdf", "log_cdf", "survival_function", "log_survival_function")
MOMENTS = ("mean", "variance", "stddev")
SHAPES = ("batch_shape_tensor", "event_shape_tensor", "is_scalar_batch", "is_scalar_event")

#: label -> (distribution, a value, methods of a value, methods without)
KINDS = {
    "normal": (NORMAL, REAL, DENSITIES + CUMULATIVE, (*MOMENTS, "mode", "entropy")),
    "laplace": (LAPLACE, REAL, DENSITIES + CUMULATIVE, (*MOMENTS, "mode", "entropy")),
    "uniform": (
        UNIFORM,
        of([[-1.0, 1.5], [1.5, np.nan], [2.0, 3.0]]),
        (*DENSITIES, "cdf"),
        (*MOMENTS, "entropy", "range"),
    ),
    "gamma": (
        GAMMA,
        of([[0.3, 1.5]]),
        (*DENSITIES, "cdf", "log_survival_function"),
        (*MOMENTS, "mode", "entropy"),
    ),
    "exponential": (
        EXPONENTIAL,
        of([[0.3, 1.5]]),
        (*DENSITIES, "cdf", "log_survival_function"),
        (*MOMENTS, "mode", "entropy"),
    ),
    "student_t": (STUDENT_T, of([0.3, -1.0]), (*DENSITIES, "cdf"), (*MOMENTS, "mode", "entropy")),
    "beta": (BETA, UNIT, (*DENSITIES, "cdf", "log_cdf"), (*MOMENTS, "mode", "entropy")),
    "bernoulli": (BERNOULLI, of([[1, 0]], "int32"), DENSITIES, (*MOMENTS, "mode", "entropy")),
    "bernoulli_logits": (
        BERNOULLI_LOGITS,
        of([1, 0], "int64"),
        DENSITIES,
        (*MOMENTS, "mode", "entropy"),
    ),
    "categorical": (CATEGORICAL, of([1, 2], "int32"), (*DENSITIES, "cdf"), ("mode", "entropy")),
    "categorical_logits": (
        CATEGORICAL_LOGITS,
        of([[1, 2], [0, 0]], "int32"),
        DENSITIES,
        ("mode", "entropy"),
    ),
    "dirichlet": (
        DIRICHLET,
        of([0.2, 0.3, 0.5]),
        DENSITIES,
        (*MOMENTS, "entropy", "covariance"),
    ),
    "dirichlet_multinomial": (
        DIRICHLET_MULTINOMIAL,
        COUNTS,
        DENSITIES,
        (*MOMENTS, "covariance"),
    ),
    "multinomial": (MULTINOMIAL, COUNTS, DENSITIES, (*MOMENTS, "covariance")),
}

NO_GRADIENT = {("student_t", "cdf"), ("beta", "cdf"), ("beta", "log_cdf"), ("categorical", "cdf")}


def of_value(make, method):
    return lambda tf, value, *parameters: getattr(make(tf, *parameters), method)(value)


def of_none(make, method):
    return lambda tf, *parameters: getattr(make(tf, *parameters), method)()


def samples(make):
    def build(tf, *parameters):
        tf.set_random_seed(7)
        distribution = make(tf, *parameters)
        return [
            distribution.sample(),
            distribution.sample(3),
            distribution.sample([2, 2], seed=5),
            distribution.sample(tf.constant([2])),
        ]

    return build


def kind_cases(label):
    (make, parameters), value, methods, statistics = KINDS[label]
    # The parameters, which come after the value.
    by_parameters = tuple(range(1, len(parameters) + 1))
    for method in methods:
        yield case(
            label + "_" + method,
            of_value(make, method),
            [value, *parameters],
            grad=() if (label, method) in NO_GRADIENT else by_parameters,
            no_fd="ends and tails, where single precision says little",
            nodes=method == "log_prob",
            **APPROXIMATE,
        )
    for statistic in statistics:
        yield case(
            label + "_" + statistic,
            of_none(make, statistic),
            parameters,
            nodes=False,
            **APPROXIMATE,
        )
    for shape in SHAPES:
        yield case(label + "_" + shape, of_none(make, shape), parameters, nodes=False)


SAMPLED = [
    case(
        label + "_sample",
        samples(KINDS[label][0][0]),
        KINDS[label][0][1],
        runs=2,
        variants=("full",),
        **APPROXIMATE,
    )
    for label in KINDS
    if label != "multinomial"
]


def two(name, kind, *parameters):
    """KL(a || b) and cross entropy for two distributions of a kind."""

    def build(tf, *given):
        half = len(given) // 2
        cls = getattr(tf.distributions, kind)
        a, b = cls(*given[:half]), cls(*given[half:])
        return [a.kl_divergence(b), tf.distributions.kl_divergence(a, b), a.cross_entropy(b)]

    return case(name, build, parameters, grad=True, no_fd="two values", nodes=False, **APPROXIMATE)


KL = [
    two("kl_normal", "Normal", of([0.5]), of([2.0]), of([1.0, -1.0]), of([0.5])),
    two("kl_gamma", "Gamma", of([1.5]), of([2.0]), of([1.0, 3.0]), of([0.5])),
    two("kl_beta", "Beta", of([1.5]), of([2.0]), of([1.0, 3.0]), of([0.5])),
    two("kl_bernoulli", "Bernoulli", of([0.5, -1.0]), of([1.0, 2.0])),
    two("kl_categorical", "Categorical", of([[0.5, -1.0]]), of([[1.0, 2.0]])),
    two("kl_dirichlet", "Dirichlet", of([0.5, 1.5]), of([[1.0, 2.0]])),
]

QUANTILES = case(
    "normal_quantile",
    lambda tf, p: tf.distributions.Normal(1.0, 2.0).quantile(p),
    [of([0.0, 1e-30, 1e-5, 0.01, 0.13, 0.5, 0.9, 0.99, 1.0])],
    nodes=False,
    **APPROXIMATE,
)


def made(kind, *arguments, **options):
    return lambda tf: getattr(tf.distributions, kind)(*arguments, **options)


@script("validated_arguments")
def validated_arguments(tf):
    wrong = {
        "Normal": {"loc": 0.0, "scale": -1.0},
        "Laplace": {"loc": 0.0, "scale": 0.0},
        "Uniform": {"low": 1.0, "high": 1.0},
        "Gamma": {"concentration": -1.0, "rate": 1.0},
        "Exponential": {"rate": -1.0},
        "StudentT": {"df": -1.0, "loc": 0.0, "scale": 1.0},
        "Beta": {"concentration1": -1.0, "concentration0": 1.0},
        "Bernoulli": {"probs": 1.5},
        "Categorical": {"probs": [0.5, 0.6]},
        "Dirichlet": {"concentration": [-1.0, 2.0]},
        "DirichletMultinomial": {"total_count": -1.0, "concentration": [1.0, 2.0]},
        "Multinomial": {"total_count": 1.5, "probs": [0.5, 0.5]},
    }
    for kind, arguments in sorted(wrong.items()):
        for validate_args in (False, True):
            with tf.Graph().as_default():
                given = {
                    name: tf.placeholder_with_default(v, None) for name, v in arguments.items()
                }
                distribution = getattr(tf.distributions, kind)(validate_args=validate_args, **given)
                mean = distribution.probs if kind == "Categorical" else distribution.mean()
                with tf.Session() as session:
                    yield kind, failure(lambda mean=mean: session.run(mean))


@script("validated_values")
def validated_values(tf):
    with tf.Graph().as_default(), tf.Session() as session:
        distributions = tf.distributions
        for distribution, value in (
            (distributions.Gamma(1.0, 1.0, validate_args=True), -1.0),
            (distributions.Beta(1.0, 1.0, validate_args=True), 1.5),
            (distributions.Bernoulli(probs=0.5, validate_args=True), 2),
            (distributions.Categorical(probs=[0.5, 0.5], validate_args=True), 0.5),
            (distributions.Dirichlet([1.0, 1.0], validate_args=True), [0.5, 0.6]),
            (distributions.DirichletMultinomial(2.0, [1.0, 1.0], validate_args=True), [2.0, 1.0]),
            (distributions.Multinomial(2.0, probs=[0.5, 0.5], validate_args=True), [0.5, 1.5]),
        ):
            log_prob = distribution.log_prob(tf.placeholder_with_default(value, None))
            yield (
                type(distribution).__name__,
                failure(lambda log_prob=log_prob: session.run(log_prob)),
            )


@script("undefined_statistics")
def undefined_statistics(tf):
    with tf.Graph().as_default(), tf.Session() as session:
        for kind, arguments, statistic in (
            ("Gamma", (0.5, 1.0), "mode"),
            ("Beta", (0.5, 2.0), "mode"),
            ("StudentT", (0.5, 0.0, 1.0), "mean"),
            ("StudentT", (0.5, 0.0, 1.0), "variance"),
            ("StudentT", (1.5, 0.0, 1.0), "variance"),
        ):
            make = getattr(tf.distributions, kind)
            given = [tf.placeholder_with_default(value, None) for value in arguments]
            value = getattr(make(*given), statistic)()
            strict = getattr(make(*given, allow_nan_stats=False), statistic)()
            yield session.run(value), failure(lambda strict=strict: session.run(strict))


@script("properties")
def properties(tf):
    with tf.Graph().as_default():
        for make, parameters in (kind[0] for kind in KINDS.values()):
            distribution = make(tf, *(tf.constant(p.values or [1.0]) for p in parameters))
            yield str(distribution), repr(distribution)
            yield sorted(distribution.parameters), distribution.copy(name="other").name
            yield distribution.dtype.name, repr(distribution.reparameterization_type)
            yield distribution.validate_args, distribution.allow_nan_stats


@script("parameter_shapes")
def parameter_shapes(tf):
    for kind in ("Normal", "Laplace", "Uniform", "Gamma", "Exponential", "StudentT", "Beta"):
        shapes = getattr(tf.distributions, kind).param_static_shapes([2, 3])
        yield kind, {name: shape.as_list() for name, shape in shapes.items()}
    yield failure(lambda: tf.distributions.Normal.param_static_shapes(tf.TensorShape([None])))


ERRORS = [
    error("both_parameters", made("Bernoulli", logits=0.0, probs=0.5), shows=["but not both"]),
    error("no_parameter", made("Categorical"), shows=["but not both"]),
    error("integer_logits", made("Categorical", logits=[1, 2]), shows=["floating"]),
    error("mixed_types", lambda tf: tf.distributions.Normal(np.float64(0), np.float32(1))),
    error(
        "no_divergence",
        lambda tf: tf.distributions.Normal(0.0, 1.0).kl_divergence(
            tf.distributions.Uniform(0.0, 1.0)
        ),
        shows=["No KL", "Normal", "Uniform"],
    ),
    error("no_statistic", lambda tf: tf.distributions.Uniform(0.0, 1.0).mode(), shows=["Uniform"]),
    error("no_quantile", lambda tf: tf.distributions.Gamma(1.0, 1.0).quantile(0.5)),
    error(
        "registered_twice",
        lambda tf: tf.distributions.RegisterKL(tf.distributions.Normal, tf.distributions.Normal)(
            min
        ),
        shows=["already been registered"],
    ),
]

CASES = table(
    [list(kind_cases(label)) for label in KINDS],
    SAMPLED,
    KL,
    QUANTILES,
    ERRORS,
    validated_arguments,
    validated_values,
    undefined_statistics,
    properties,
    parameter_shapes,
)
