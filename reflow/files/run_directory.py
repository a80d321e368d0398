"""The run directory: what a watched run writes, and what the lab and TensorBoard read.

docs/run-directory.md describes it for people.  This module is its one definition: file names, tags,
and how what has no place of its own in TensorBoard's Summary messages is put into them.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

FORMAT = 1

RUN_FILE = "run.json"
GRAPH_FILE = "graph.json"
TRACE_FILE = "trace.json"
CONTROL_FILE = "control.json"
OUTPUT_FILE = "output.txt"
SOURCE_FOLDER = "source"
SAVED_FOLDER = "saved"

# The name of the plugin in the metadata of tensors that TensorBoard itself does not show.
PLUGIN = "reflow"

RUNNING, FINISHED, FAILED, INTERRUPTED = "running", "finished", "failed", "interrupted"

# The canon's bands: seven of equal count, so eight edges.  TensorBoard's basis points: the median,
# and one, one and a half, ... standard deviations of a normal distribution beside it.
EDGE_FRACTIONS: tuple[float, ...] = tuple(i / 7 for i in range(8))
BASIS_FRACTIONS: tuple[float, ...] = (
    0.0,
    0.0668,
    0.1587,
    0.3085,
    0.5,
    0.6915,
    0.8413,
    0.9332,
    1.0,
)


class Tags:
    """The first parts of tags; what follows the slash is a learner, a variable or a tensor.

    A learner is a training op with its loss, named after the loss: a GAN has two.
    """

    # Scalars.
    TRAINING_LOSS = "loss/training/"
    TEST_LOSS = "loss/test/"
    TRAINING_ACCURACY = "accuracy/training"
    TEST_ACCURACY = "accuracy/test"
    FETCHED = "fetched/"  # scalars that the program fetches in a training run
    EVALUATED = "evaluated/"  # and those that it fetches in another run
    SUMMARY = "summary/"  # what the program hands to its own tf.summary writers
    LEARNING_RATE = "learning_rate/"
    GRADIENT_NORM = "gradient_norm/"  # of a variable's gradient as it reaches the optimizer
    WEIGHT_NORM = "weight_norm/"
    UPDATE_RATIO = "update_ratio/"  # the norm of an update against that of the variable
    FLOW = "flow/"  # the norm of the loss's gradient by an activation
    DEAD = "dead/"  # the fraction of units that are 0 for the whole batch
    STEPS_PER_SECOND = "rate/steps_per_second"
    EXAMPLES_PER_SECOND = "rate/examples_per_second"
    MEMORY = "memory/bytes"
    OVERHEAD = "overhead/fraction"  # what watching costs, of the training time

    # Distributions.
    WEIGHTS = "weights"  # of all trainable variables of two and more dimensions together
    BIASES = "biases"  # and of all others
    # What the program hands to its own dashboard instead of weights and biases: of the fourth and
    # the fifth graph, "4/Logits".
    SHOWN = "shown/"
    VARIABLE = "variable/"
    GRADIENT = "gradient/"
    ACTIVATION = "activation/"
    LOGITS = "logits/"
    PREDICTION = "prediction/"

    # Tiles: many small pictures.
    TRAINING_BATCH = "batch/training"
    TEST_BATCH = "batch/test"
    FILTERS = "filters/"  # of a convolution
    FEATURE_MAPS = "maps/"  # an activation's channels, for the first images of the batch
    # The inputs that excite each unit of an activation most: `names` tells each tile's unit ("3"),
    # `certainties` the activation; the tiles of a unit follow each other, the strongest first.
    STRONGEST = "strongest/"

    # Texts.
    NOT_FINITE = "not_finite"  # where the first NaN or infinity appeared, as JSON
    TEXT = "text/"


@dataclass
class Run:
    """The contents of run.json.  Times are seconds since 1970.

    Attributes:
      steps: by learner, how many training runs there were.
      steps_total: how many the farthest learner of those that train will have made, where that is
        known.
      batch_size: examples in a training run; epoch_size: in an epoch; where they are known.
      heartbeat: when the file was written last; a running run's is at most a few seconds old.
      error: of a failed run: its type, message, and the traceback as the terminal had it.
      figures: of the scalars that say how it went, by tag: their last, least and greatest values.
      remarks: what happened to the recording itself, such as a full disk; a line each.
    """

    id: str
    program: str
    arguments: list[str] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    host: str = ""
    pid: int = 0
    seed: int | None = None
    started: float = 0.0
    ended: float | None = None
    heartbeat: float = 0.0
    state: str = RUNNING
    error: dict[str, str] | None = None
    hyperparameters: dict[str, Any] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)
    figures: dict[str, dict[str, float]] = field(default_factory=dict)
    steps_total: int | None = None
    batch_size: int | None = None
    epoch_size: int | None = None
    paused: bool = False
    overhead: float = 0.0
    sources: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    format: int = FORMAT

    def write(self, directory: str) -> None:
        """Replaces run.json whole: a reader sees the old or the new one."""
        write_json(os.path.join(directory, RUN_FILE), asdict(self))

    @classmethod
    def read(cls, directory: str) -> Run:
        """Raises ValueError if the file is no run.json of this format, OSError if there is none."""
        found = read_json(os.path.join(directory, RUN_FILE))
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise ValueError(f"{directory}: its {RUN_FILE} is not one of format {FORMAT}")
        known = {name: found[name] for name in cls.__dataclass_fields__ if name in found}
        try:
            return cls(**known)
        except TypeError as error:
            raise ValueError(f"{directory}: {RUN_FILE}: {error}") from error


@dataclass(frozen=True)
class Distribution:
    """Of a tensor's finite elements.

    Attributes:
      edges: at EDGE_FRACTIONS.  basis: at BASIS_FRACTIONS.
      count: elements.  zeros, not_finite: how many of them are.
      mean, deviation, norm: of the finite ones; deviation is the standard one, norm the L2 norm.
    """

    edges: tuple[float, ...]
    basis: tuple[float, ...]
    count: float
    mean: float
    deviation: float
    norm: float
    zeros: float
    not_finite: float

    def numbers(self) -> list[float]:
        """What is recorded: a float64 tensor of these."""
        rest = (self.count, self.mean, self.deviation, self.norm, self.zeros, self.not_finite)
        return [*self.edges, *self.basis, *rest]

    @classmethod
    def of_numbers(cls, numbers: Sequence[float]) -> Distribution:
        """Raises ValueError if they are not as many as `numbers` gives."""
        edges, basis = len(EDGE_FRACTIONS), len(BASIS_FRACTIONS)
        if len(numbers) != edges + basis + 6:
            raise ValueError(f"not the numbers of a distribution: {len(numbers)} of them")
        return cls(tuple(numbers[:edges]), tuple(numbers[edges : edges + basis]), *numbers[-6:])


@dataclass(frozen=True)
class Tiles:
    """Small pictures of one size, in rows of one large PNG, first row first.

    Attributes:
      png: the large picture.
      height, width: of a tile, in pixels; columns: tiles in a row; count: of tiles.
      labels, predictions: of each tile, class numbers; None where they are not known.
      certainties: the probabilities of the predictions.
      total, correct: how many examples the whole batch has, and how many of them are right; the
        tiles are some of them, those with the wrong answers first.
      names: of each tile, where they have any (a filter's or a feature map's place).
      rows: of each tile, its row in the batch.
    """

    png: bytes
    height: int
    width: int
    columns: int
    count: int
    labels: list[int] | None = None
    predictions: list[int] | None = None
    certainties: list[float] | None = None
    total: int | None = None
    correct: int | None = None
    names: list[str] | None = None
    rows: list[int] | None = None

    def parts(self) -> tuple[bytes, bytes]:
        """What is recorded: a string tensor of the PNG and of the rest as JSON."""
        rest = {name: value for name, value in vars(self).items() if name != "png"}
        return self.png, json.dumps(rest).encode()

    @classmethod
    def of_parts(cls, png: bytes, rest: bytes) -> Tiles:
        """Raises ValueError if the second is not what `parts` gives."""
        try:
            return cls(png, **json.loads(rest))
        except TypeError as error:
            raise ValueError(f"not the description of tiles: {error}") from error


def write_json(path: str, value: Any) -> None:
    """`write_text` of a value as JSON."""
    write_text(path, json.dumps(value, allow_nan=False))


def write_text(path: str, text: str) -> None:
    """Replaces a file whole; nothing is left behind if that fails, by OSError."""
    folder, name = os.path.split(path)
    partial = os.path.join(folder, f".{name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with open(partial, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(partial, path)
    except BaseException:
        if os.path.exists(partial):
            os.unlink(partial)
        raise


def read_json(path: str, limit: int = 1 << 28) -> Any:
    """The value in a file.  ValueError if it is not JSON or longer than `limit`, OSError."""
    with open(path, "rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise ValueError(f"{path} is longer than {limit} bytes")
    return json.loads(data)


# -- Values of Summary messages ---------------------------------------------------------------


def distribution_value(tag: str, distribution: Distribution) -> Any:
    """A Summary.Value: float64 numbers that the lab reads."""
    from tensorboard.compat.proto.types_pb2 import DT_DOUBLE

    value = _tensor_value(tag, "distribution")
    value.tensor.dtype = DT_DOUBLE
    numbers = distribution.numbers()
    value.tensor.tensor_shape.dim.add().size = len(numbers)
    value.tensor.double_val.extend(numbers)
    return value


def tiles_value(tag: str, tiles: Tiles) -> Any:
    """A Summary.Value: two strings that the lab reads."""
    return _strings_value(tag, "tiles", tiles.parts())


def text_value(tag: str, text: str) -> Any:
    """A Summary.Value: one string, UTF-8."""
    return _strings_value(tag, "text", (text.encode(),))


def _strings_value(tag: str, kind: str, strings: tuple[bytes, ...]) -> Any:
    from tensorboard.compat.proto.types_pb2 import DT_STRING

    value = _tensor_value(tag, kind)
    value.tensor.dtype = DT_STRING
    value.tensor.tensor_shape.dim.add().size = len(strings)
    value.tensor.string_val.extend(strings)
    return value


def _tensor_value(tag: str, kind: str) -> Any:
    from tensorboard.compat.proto.summary_pb2 import Summary

    value = Summary.Value(tag=tag)
    value.metadata.plugin_data.plugin_name = PLUGIN
    value.metadata.plugin_data.content = kind.encode()
    return value


def recorded(value: Any) -> float | Distribution | Tiles | str | None:
    """What a Summary.Value of a run's event file holds; None: something that is not the lab's.

    Raises:
      ValueError: it says that it is one of the lab's values, and is not.
    """
    if value.HasField("simple_value"):
        return float(value.simple_value)
    if value.metadata.plugin_data.plugin_name != PLUGIN or not value.HasField("tensor"):
        return None
    kind = value.metadata.plugin_data.content
    strings = value.tensor.string_val
    if kind == b"distribution":
        return Distribution.of_numbers(list(value.tensor.double_val))
    if kind == b"tiles" and len(strings) == 2:
        return Tiles.of_parts(strings[0], strings[1])
    if kind == b"text" and len(strings) == 1:
        return str(strings[0], "utf-8", "replace")
    raise ValueError(f"{value.tag}: not a value of kind {kind!r}")


def is_paused(control: Mapping[str, Any]) -> bool:
    """Whether a control.json asks the program to wait."""
    return control.get("paused") is True
