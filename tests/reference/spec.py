"""What a case is: a program in TensorFlow 1's public names, its inputs, and what to look at.

A case never imports TensorFlow or reflow. It receives the module as its first argument, so
the same case runs under TensorFlow 1.15.5 (to record) and under reflow (to compare).
Python 3.7 runs this file, because TensorFlow 1.15.5 does.
"""

import functools
import zlib

import numpy as np

FLOATS = ("float32", "float64", "float16")
SIGNED = ("int32", "int64", "int16", "int8")
UNSIGNED = ("uint8", "uint16", "uint32", "uint64")
COMPLEX = ("complex64", "complex128")
INTEGERS = SIGNED + UNSIGNED
REALS = FLOATS + INTEGERS
NUMBERS = REALS + COMPLEX
ALL = (*NUMBERS, "bool")

#: How much of the inputs' static shape the program is told, see `variant_shape`.
VARIANTS = ("full", "batch", "rank", "unknown")


def seed_of(text):
    """A seed that depends on nothing but `text`."""
    return zlib.crc32(text.encode("utf-8")) & 0xFFFFFFFF


def _real(domain, rng, shape):
    """Numbers of at most three decimals from `domain`, as float64."""
    low, high = {
        "any": (-2000, 2000),
        "positive": (100, 3000),
        "negative": (-3000, -100),
        "unit": (50, 950),
        "open": (-950, 950),
        "above_one": (1100, 4000),
        "small": (-200, 200),
        "wide": (-20000, 20000),
    }[domain]
    drawn = rng.randint(low, high + 1, size=shape)
    # Zero is a kink of many functions: only the domains that say so contain it.
    return np.where(drawn == 0, 500, drawn) / 1000.0


def _whole(domain, rng, shape, signed):
    low, high = {
        "any": (-9, 9),
        "nonzero": (-9, 9),
        "positive": (1, 9),
        "negative": (-9, -1),
        "ties": (-1, 2),
        "bits": (0, 2),
        "small": (-3, 3),
    }[domain]
    drawn = rng.randint(low if signed else max(low, 0), high + 1, size=shape)
    return np.where(drawn == 0, 5, drawn) if domain == "nonzero" else drawn


_SPECIAL = (
    np.nan,
    np.inf,
    -np.inf,
    0.0,
    -0.0,
    1.0,
    -1.0,
    2.5,
    -2.5,
    0.5,
    -0.5,
    1e-30,
    -1e-30,
    1e30,
)


class Input:
    """One tensor to feed: drawn from a domain, or given.

    dtype None means "the dtype that the case is being run in".
    """

    def __init__(self, shape=None, dtype=None, domain="any", values=None):
        self.dtype = dtype
        self.domain = domain
        self.values = values
        self.shape = tuple(np.shape(values)) if shape is None else tuple(shape)

    def array(self, rng, dtype):
        """The value fed when the case runs in `dtype`."""
        dtype = np.dtype(object if self.dtype == "string" else self.dtype or dtype)
        if self.values is not None:
            # A number beyond the range of an integer type wraps around: NumPy 2 asks for a cast.
            if dtype.kind in "iu":
                return np.array(self.values).astype(dtype)
            return np.array(self.values, dtype=dtype)
        if self.domain == "special":
            # Out of range in float16, and no number in integers, on purpose: NumPy warns of both.
            with np.errstate(over="ignore", invalid="ignore"):
                return np.resize(np.array(_SPECIAL), self.shape).astype(dtype)
        if dtype.kind == "b":
            return rng.randint(0, 2, size=self.shape).astype(dtype)
        if dtype.kind in "iu" or self.domain in ("ties", "bits", "nonzero"):
            domain = {"unit": "positive", "open": "any", "above_one": "positive", "wide": "any"}
            domain = domain.get(self.domain, self.domain)
            return _whole(domain, rng, self.shape, dtype.kind != "u").astype(dtype)
        if dtype.kind == "c":
            real = _real(self.domain, rng, self.shape)
            return (real + 1j * _real(self.domain, rng, self.shape)).astype(dtype)
        return _real(self.domain, rng, self.shape).astype(dtype)


def x(*shape, **options):
    """An input in the case's own dtype(s)."""
    return Input(shape, **options)


def f32(*shape, **options):
    return Input(shape, "float32", **options)


def f64(*shape, **options):
    return Input(shape, "float64", **options)


def i32(*shape, **options):
    return Input(shape, "int32", **options)


def i64(*shape, **options):
    return Input(shape, "int64", **options)


def flags(*shape):
    """A boolean input."""
    return Input(shape, "bool")


def of(values, dtype="float32"):
    """An input with exactly these values; dtype None: the case's own."""
    return Input(dtype=dtype, values=values)


class Fed:
    """What a `Case` and a `Failure` have in common: inputs, fed through placeholders."""

    def arrays(self, dtype=None):
        """The values to feed, the same on every machine."""
        rng = np.random.RandomState(seed_of(self.name))
        return [spec.array(rng, dtype or self.dtype) for spec in self.inputs]

    def checksum(self):
        """Changes when the inputs do, so that a stale recording is noticed."""
        found = 0
        for array in self.arrays():
            content = repr(array.tolist()).encode() if array.dtype == object else array.tobytes()
            found = zlib.crc32(content, found)
        return found & 0xFFFFFFFF


class Case(Fed):
    """A program with one set of inputs; see `case` for the fields."""

    def __init__(self, name, build, inputs=(), **options):
        self.name = name
        self.build = build
        self.inputs = tuple(inputs)
        self.grad = options.pop("grad", False)
        self.grad2 = options.pop("grad2", False)
        self.dtypes = tuple(options.pop("dtypes", ("float32",)))
        self.variants = tuple(options.pop("variants", VARIANTS if inputs else ("full",)))
        self.nodes = options.pop("nodes", True)
        self.runs = options.pop("runs", 1)
        self.rtol = options.pop("rtol", None)
        self.atol = options.pop("atol", None)
        self.why = options.pop("why", None)
        self.no_fd = options.pop("no_fd", None)
        if options:
            raise TypeError(f"case {name!r}: unknown options {sorted(options)}")
        if (self.rtol or self.atol) and not self.why:
            raise TypeError(f"case {name!r}: a tolerance of its own needs a reason (why=...)")

    @property
    def dtype(self):
        """The dtype in which everything is looked at; the others are only run."""
        return self.dtypes[0]

    def differentiable_inputs(self, arrays):
        """Positions of the inputs to differentiate by."""
        floating = [i for i, array in enumerate(arrays) if array.dtype.kind in "fc"]
        if self.grad is True:
            return floating
        return [i for i in self.grad or () if i in floating]


class Failure(Fed):
    """A program that must raise, when built or when run; see `error`."""

    def __init__(self, name, build, inputs=(), **options):
        self.name = name
        self.build = build
        self.inputs = tuple(inputs)
        self.shows = tuple(options.pop("shows", ()))
        self.dtype = options.pop("dtype", "float32")
        self.variants = options.pop("variants", ("full", "unknown") if inputs else ("full",))
        self.instead = options.pop("instead", None)
        self.why = options.pop("why", None)
        if options:
            raise TypeError(f"case {name!r}: unknown options {sorted(options)}")
        if self.instead and not self.why:
            raise TypeError(f"case {name!r}: an error of our own needs a reason (why=...)")


class Script:
    """A generator of observations: several graphs, sessions or runs; see `script`."""

    def __init__(self, name, program, rtol=None, atol=None, why=None):
        self.name = name
        self.program = program
        self.rtol = rtol
        self.atol = atol
        self.why = why


def calls(dotted, *arguments, **options):
    """Builds tf.DOTTED(first input, *arguments, *further inputs, **options)."""

    def build(tf, *inputs):
        public = functools.reduce(getattr, dotted.split("."), tf)
        return public(*inputs[:1], *arguments, *inputs[1:], **options)

    return build


def case(name, build, inputs=(), **options):
    """A program `build(tf, *inputs)` and what to look at.

    build: returns a tensor, or a nest of tensors, operations and plain Python values.
    inputs: `Input`s, fed through placeholders.
    grad: True (by all floating inputs) or positions: compare tf.gradients with a non-uniform
      grad_ys. grad2: the gradients of a weighted sum of those, by the inputs and by grad_ys.
    dtypes: the first is looked at in full; under the others the value, the output dtype and the
      gradient are compared, or the class of the error that TensorFlow answers.
    variants: how much of the inputs' static shape is known, see `VARIANTS`.
    nodes: compare names, op types, inputs and attributes of the nodes that `build` makes.
    runs: successive runs of one session (random numbers).
    rtol, atol, why: a wider tolerance than the dtype's, with the reason.
    no_fd: why finite differences in float64 cannot check the gradient (a kink, a fixed dtype).
    """
    return Case(name, build, inputs, **options)


def error(name, build, inputs=(), **options):
    """A program that must raise TensorFlow's class of exception.

    shows: fragments that the message must contain; spaces and the kind of bracket do not count.
    instead, why: the (stage, class) that reflow raises in the place of TensorFlow's; the reason.
    """
    return Failure(name, build, inputs, **options)


def script(name, **options):
    """Decorates `program(tf)`, a generator of observations (arrays, values, nests of them)."""
    return lambda program: Script(name, program, **options)


def table(*entries):
    """The cases of one table, flattened from nested lists; names are unique."""
    flat = []
    for entry in entries:
        flat.extend(table(*entry) if isinstance(entry, (list, tuple)) else [entry])
    names = [entry.name for entry in flat]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError("case names used twice: {}".format(", ".join(twice)))
    return flat


def variant_shape(variant, shape):
    """The static shape that a placeholder for `shape` is given.

    "full": all of it; "batch": the first dimension unknown; "rank": all dimensions unknown;
    "unknown": None, not even the rank.
    """
    if variant == "unknown":
        return None
    if variant == "rank":
        return [None] * len(shape)
    if variant == "batch":
        return [None if axis == 0 else size for axis, size in enumerate(shape)]
    return list(shape)


def plain(text):
    """`text` without what is a matter of taste: spaces and how a shape is written."""
    return "".join(text.split()).translate(str.maketrans("()", "[]")).replace(",]", "]")


def failure(action, *shows):
    """The class name of what `action()` raises, or "no error".

    The message must contain every fragment of `shows`.
    """
    try:
        action()
    except Exception as raised:  # which class it is, is the observation
        found, message = type(raised).__name__, str(raised)
    else:
        return "no error"
    missing = [fragment for fragment in shows if plain(fragment) not in plain(message)]
    if missing:
        raise AssertionError(f"{found} does not show {missing}: {message}")
    return found
