"""Writes run directories such as watched programs leave, without running any program.

`python -m tests.lab.sample_runs DIRECTORY` writes four: a digit classifier of 2,000 steps whose
numbers come from training a small network in NumPy, two variants of it, a GAN-like program with
two losses and no images, and one that failed with a NaN.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import io
import os
import socket
import sys
import time

import numpy as np
from PIL import Image

from reflow.datasets import mnist
from reflow.files import run_directory
from reflow.files.records import framed
from reflow.files.run_directory import Distribution, Run, Tags, Tiles

STEPS = 2000
PROGRAM = """\
import tensorflow as tf

images = tf.placeholder(tf.float32, [None, 28, 28, 1], name="images")
labels = tf.placeholder(tf.float32, [None, 10], name="labels")
conv1 = tf.layers.conv2d(images, 6, 5, padding="same", activation=tf.nn.relu, name="conv1")
pool1 = tf.layers.max_pooling2d(conv1, 2, 2, name="pool1")
flat = tf.reshape(pool1, [-1, 14 * 14 * 6], name="flat")
hidden = tf.layers.dense(flat, 64, activation=tf.nn.relu, name="hidden")
logits = tf.layers.dense(hidden, 10, name="logits")
prediction = tf.nn.softmax(logits, name="prediction")
loss = tf.reduce_mean(
    tf.nn.softmax_cross_entropy_with_logits_v2(logits=logits, labels=labels), name="loss")
training_op = tf.train.AdamOptimizer(0.003).minimize(loss)
"""
VARIABLES = {
    "conv1/kernel": (5, 5, 1, 6),
    "conv1/bias": (6,),
    "hidden/kernel": (1176, 64),
    "hidden/bias": (64,),
    "logits/kernel": (64, 10),
    "logits/bias": (10,),
}


class Writer:
    """An event file with the values of a run, in one go: nothing here waits for a thread."""

    def __init__(self, directory: str, started: float, seconds_per_step: float) -> None:
        self._file = open(  # noqa: SIM115, open until `close`
            os.path.join(directory, f"events.out.tfevents.{int(started):010d}.sample"), "ab"
        )
        self._started = started
        self._seconds_per_step = seconds_per_step
        self.figures: dict[str, dict[str, float]] = {}
        self._write(file_version="brain.Event:2")

    def _write(self, **fields: object) -> None:
        from tensorboard.compat.proto.event_pb2 import Event

        step = int(fields.get("step", 0))  # type: ignore[call-overload]
        when = self._started + step * self._seconds_per_step
        self._file.write(framed(Event(wall_time=when, **fields).SerializeToString()))

    def put(self, step: int, values: dict[str, float | Distribution | Tiles | str]) -> None:
        """One event with values of every kind, by tag."""
        from tensorboard.compat.proto.summary_pb2 import Summary

        found = []
        for tag, value in values.items():
            if isinstance(value, Distribution):
                found.append(run_directory.distribution_value(tag, value))
            elif isinstance(value, Tiles):
                found.append(run_directory.tiles_value(tag, value))
            elif isinstance(value, str):
                found.append(run_directory.text_value(tag, value))
            else:
                found.append(Summary.Value(tag=tag, simple_value=value))
                self._figure(tag, float(value))
        self._write(step=step, summary=Summary(value=found))

    def _figure(self, tag: str, value: float) -> None:
        if not tag.startswith(("loss/", "accuracy/", "evaluated/")) or not np.isfinite(value):
            return
        known = self.figures.get(tag, {"least": value, "greatest": value})
        self.figures[tag] = {
            "last": value,
            "least": min(known["least"], value),
            "greatest": max(known["greatest"], value),
        }

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def distribution(values: np.ndarray) -> Distribution:
    """Of all elements of an array."""
    flat = np.asarray(values, np.float64).reshape(-1)
    finite = flat[np.isfinite(flat)]
    kept = finite if finite.size else np.zeros(1)
    fractions = run_directory.EDGE_FRACTIONS + run_directory.BASIS_FRACTIONS
    points = [float(point) for point in np.quantile(kept, fractions)]
    return Distribution(
        tuple(points[: len(run_directory.EDGE_FRACTIONS)]),
        tuple(points[len(run_directory.EDGE_FRACTIONS) :]),
        float(flat.size),
        float(kept.mean()),
        float(kept.std()),
        float(np.linalg.norm(kept)),
        float((flat == 0).sum()),
        float(flat.size - finite.size),
    )


def tiles(pictures: np.ndarray, columns: int, **rest: object) -> Tiles:
    """Of uint8 pictures [n, height, width]."""
    count, height, width = pictures.shape
    lines = -(-count // columns)
    sheet = np.zeros((lines * height, columns * width), np.uint8)
    for i, picture in enumerate(pictures):
        top, left = i // columns * height, i % columns * width
        sheet[top : top + height, left : left + width] = picture
    png = io.BytesIO()
    Image.fromarray(sheet).save(png, "PNG")
    return Tiles(png.getvalue(), height, width, columns, count, **rest)  # type: ignore[arg-type]


def batch_tiles(
    images: np.ndarray, labels: np.ndarray, answers: np.ndarray, most: int, columns: int
) -> Tiles:
    """Of examples and the probabilities [n, classes] given for them: the wrong ones come first."""
    given = answers.argmax(1)
    order = np.argsort(given == labels, kind="stable")[:most]
    return tiles(
        images[order],
        columns,
        labels=labels[order].tolist(),
        predictions=given[order].tolist(),
        certainties=np.round(answers.max(1)[order], 4).tolist(),
        total=len(labels),
        correct=int((given == labels).sum()),
        rows=order.tolist(),
    )


class Network:
    """A layer of 64 rectified units and a softmax, trained by Adam."""

    def __init__(self, random: np.random.Generator, rate: float) -> None:
        self.random = random
        self.rate = rate
        self.values = {
            "hidden/kernel": random.normal(0, 0.05, (784, 64)).astype(np.float32),
            "hidden/bias": np.full(64, 0.1, np.float32),
            "logits/kernel": random.normal(0, 0.15, (64, 10)).astype(np.float32),
            "logits/bias": np.zeros(10, np.float32),
        }
        self.moments = {name: [np.zeros_like(v)] * 2 for name, v in self.values.items()}
        self.updates: dict[str, np.ndarray] = {}

    def answer(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The hidden layer [n, 64] and the probabilities [n, 10] for images [n, 784]."""
        hidden = np.maximum(images @ self.values["hidden/kernel"] + self.values["hidden/bias"], 0)
        logits = hidden @ self.values["logits/kernel"] + self.values["logits/bias"]
        powers = np.exp(logits - logits.max(1, keepdims=True))
        return hidden, powers / powers.sum(1, keepdims=True)

    def train(self, step: int, images: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
        """Makes a step of Adam; gives the gradients."""
        hidden, answers = self.answer(images)
        by_logits = (answers - np.eye(10, dtype=np.float32)[labels]) / len(labels)
        by_hidden = by_logits @ self.values["logits/kernel"].T * (hidden > 0)
        gradients = {
            "hidden/kernel": images.T @ by_hidden,
            "hidden/bias": by_hidden.sum(0),
            "logits/kernel": hidden.T @ by_logits,
            "logits/bias": by_logits.sum(0),
        }
        for name, gradient in gradients.items():
            first, second = self.moments[name]
            first, second = 0.9 * first + 0.1 * gradient, 0.999 * second + 0.001 * gradient**2
            self.moments[name] = [first, second]
            scale = self.rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
            self.updates[name] = scale * first / (np.sqrt(second) + 1e-8)
            self.values[name] = self.values[name] - self.updates[name]
        return {**gradients, "activation": by_hidden}


def loss_of(answers: np.ndarray, labels: np.ndarray) -> float:
    """The mean cross-entropy."""
    return float(-np.log(np.maximum(answers[np.arange(len(labels)), labels], 1e-12)).mean())


def _filters(random: np.random.Generator, progress: float) -> np.ndarray:
    """Six kernels [5, 5, 6] on their way from noise to edges."""
    y, x = np.mgrid[-2:3, -2:3] / 2.0
    angles = np.arange(6) * np.pi / 6
    edges = np.stack([np.sin(2.2 * (x * np.cos(a) + y * np.sin(a))) for a in angles], -1)
    return 0.25 * progress * edges + 0.12 * (1 - 0.7 * progress) * random.normal(size=(5, 5, 6))


def _as_pictures(values: np.ndarray) -> np.ndarray:
    """[n, height, width] to uint8, each stretched to its own range."""
    low = values.min((1, 2), keepdims=True)
    high = values.max((1, 2), keepdims=True)
    return (255 * (values - low) / np.maximum(high - low, 1e-9)).astype(np.uint8)


def _maps(images: np.ndarray, kernels: np.ndarray) -> np.ndarray:
    """[n, 28, 28] through kernels [5, 5, channels]: [n, channels, 28, 28]."""
    padded = np.pad(images, ((0, 0), (2, 2), (2, 2)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (5, 5), (1, 2))
    return np.maximum(np.einsum("nijkl,klc->ncij", windows, kernels), 0)


def digit_classifier(
    directory: str,
    rate: float = 0.003,
    steps: int = STEPS,
    seed: int = 0,
    state: str = run_directory.FINISHED,
    started: float | None = None,
) -> Run:
    """A classifier of digits with a convolution, recorded every 10 steps, pictures every 100."""
    os.makedirs(directory, exist_ok=True)
    random = np.random.default_rng(seed)
    data = mnist.load()
    pixels = data.train_images[:20000].reshape(-1, 784).astype(np.float32) / 255
    test_pixels = data.test_images.reshape(-1, 784).astype(np.float32) / 255
    network = Network(random, rate)
    started = time.time() - steps * 0.02 - 60 if started is None else started
    run = new_run(directory, "classifier.py", started)
    run.arguments = ["--rate", str(rate)]
    run.hyperparameters = {"optimizer": "Adam", "learning_rate": rate, "batch_size": 100}
    run.batch_size, run.epoch_size, run.seed, run.steps_total = 100, 60000, seed, steps
    run.sources = ["classifier.py"]
    writer = Writer(directory, started, 0.02)
    for step in range(1, steps + 1):
        rows = random.integers(0, len(pixels), 100)
        labels = data.train_labels[rows]
        gradients = network.train(step, pixels[rows], labels)
        if step % 10 and step != 1:
            continue
        hidden, answers = network.answer(pixels[rows])
        kernels = _filters(random, step / steps)
        values = _statistics(network, gradients, hidden, kernels, rate)
        values[Tags.TRAINING_LOSS + "loss"] = loss_of(answers, labels)
        values[Tags.TRAINING_ACCURACY] = float((answers.argmax(1) == labels).mean())
        values[Tags.PREDICTION + "prediction"] = distribution(answers)
        if step % 100 == 0 or step == 1:
            _, test_answers = network.answer(test_pixels)
            values[Tags.TEST_LOSS + "loss"] = loss_of(test_answers, data.test_labels)
            right = test_answers.argmax(1) == data.test_labels
            values[Tags.TEST_ACCURACY] = float(right.mean())
            batch = data.train_images[rows]
            values[Tags.TRAINING_BATCH] = batch_tiles(batch, labels, answers, 100, 10)
            values[Tags.TEST_BATCH] = batch_tiles(
                data.test_images, data.test_labels, test_answers, 1000, 40
            )
            values.update(_pictures(batch, hidden, kernels))
        writer.put(step, values)
    writer.close()
    run.steps, run.state = {"loss": steps}, state
    run.ended = None if state == run_directory.RUNNING else started + steps * 0.02
    run.heartbeat, run.overhead = time.time(), 0.031
    run.figures = writer.figures
    run.write(directory)
    graph = graph_of(PROGRAM)
    run_directory.write_json(os.path.join(directory, run_directory.GRAPH_FILE), graph)
    run_directory.write_json(os.path.join(directory, run_directory.TRACE_FILE), _trace(graph))
    _write_text(directory, run_directory.SOURCE_FOLDER, "classifier.py", PROGRAM)
    accuracy = f"test accuracy {float(right.mean()):.4f}\n"
    _write_text(directory, "", run_directory.OUTPUT_FILE, accuracy * 40 + "<b>done</b>\n")
    return run


def _statistics(
    network: Network,
    gradients: dict[str, np.ndarray],
    hidden: np.ndarray,
    kernels: np.ndarray,
    rate: float,
) -> dict[str, float | Distribution | Tiles | str]:
    """Distributions and norms of all variables; what the network has not is made up of kernels."""
    weights = {"conv1/kernel": kernels, "conv1/bias": kernels.mean((0, 1)), **network.values}
    slopes = {"conv1/kernel": kernels * 0.02, "conv1/bias": kernels[0, 0] * 0.02, **gradients}
    steps = {"conv1/kernel": kernels * 1e-3, "conv1/bias": kernels[0, 0] * 1e-3, **network.updates}
    found: dict[str, float | Distribution | Tiles | str] = {
        Tags.WEIGHTS: distribution(np.concatenate([weights[n].ravel() for n in VARIABLES][::2])),
        Tags.BIASES: distribution(np.concatenate([weights[n].ravel() for n in VARIABLES][1::2])),
        Tags.LEARNING_RATE + "loss": rate,
        Tags.STEPS_PER_SECOND: 50.0 + 3 * float(hidden.mean()),
        Tags.EXAMPLES_PER_SECOND: 5000.0 + 300 * float(hidden.mean()),
        Tags.MEMORY: 4.1e8,
        Tags.OVERHEAD: 0.031,
        Tags.ACTIVATION + "hidden/Relu": distribution(hidden),
        Tags.ACTIVATION + "conv1/Relu": distribution(np.maximum(kernels, 0)),
        Tags.LOGITS + "logits/BiasAdd": distribution(
            hidden @ network.values["logits/kernel"] + network.values["logits/bias"]
        ),
        Tags.DEAD + "hidden/Relu": float((hidden == 0).all(0).mean()),
        Tags.DEAD + "conv1/Relu": 0.0,
        Tags.FLOW + "hidden/Relu": float(np.linalg.norm(gradients["activation"])),
        Tags.FLOW + "conv1/Relu": float(np.linalg.norm(gradients["activation"])) * 0.4,
        Tags.FLOW + "logits/BiasAdd": float(np.linalg.norm(gradients["activation"])) * 2.5,
    }
    for name in VARIABLES:
        norm = float(np.linalg.norm(weights[name]))
        found[Tags.VARIABLE + name] = distribution(weights[name])
        found[Tags.GRADIENT + name] = distribution(slopes[name])
        found[Tags.GRADIENT_NORM + name] = float(np.linalg.norm(slopes[name]))
        found[Tags.WEIGHT_NORM + name] = norm
        found[Tags.UPDATE_RATIO + name] = float(np.linalg.norm(steps[name])) / max(norm, 1e-9)
    return found


def _pictures(
    batch: np.ndarray, hidden: np.ndarray, kernels: np.ndarray
) -> dict[str, float | Distribution | Tiles | str]:
    """Filters, feature maps of four images, and the inputs that excite eight units most."""
    maps = _maps(batch[:4] / 255.0, kernels).reshape(-1, 28, 28)
    strongest = np.argsort(-hidden[:, :8], axis=0)[:6]
    rows = strongest.T.reshape(-1)
    units = np.repeat(np.arange(8), 6)
    return {
        Tags.FILTERS + "conv1/kernel": tiles(
            _as_pictures(kernels.transpose(2, 0, 1)), 6, names=[f"channel {i}" for i in range(6)]
        ),
        Tags.FEATURE_MAPS + "conv1/Relu": tiles(
            _as_pictures(maps),
            6,
            names=[f"channel {i}" for i in range(6)] * 4,
            rows=np.repeat(np.arange(4), 6).tolist(),
        ),
        Tags.STRONGEST + "hidden/Relu": tiles(
            batch[rows],
            6,
            names=[str(unit) for unit in units],
            rows=rows.tolist(),
            certainties=np.round(hidden[rows, units], 3).tolist(),
        ),
    }


def two_losses(directory: str, steps: int = 600, started: float | None = None) -> Run:
    """A GAN-like program: two learners, no images, no accuracy; it prints text."""
    os.makedirs(directory, exist_ok=True)
    random = np.random.default_rng(1)
    started = time.time() - 7200 if started is None else started
    run = new_run(directory, "gan.py", started)
    run.hyperparameters = {"optimizer": "RMSProp", "learning_rate": 2e-4, "batch_size": 64}
    writer = Writer(directory, started, 0.05)
    names = [f"{part}/dense_{i}/{kind}" for part in ("discriminator", "generator")
             for i in range(12) for kind in ("kernel", "bias")]  # fmt: skip
    for step in range(1, steps + 1, 5):
        noise = random.normal(size=2)
        wave = np.sin(step / 60)
        values: dict[str, float | Distribution | Tiles | str] = {
            Tags.TRAINING_LOSS + "discriminator_loss": 0.9 - 0.2 * wave + 0.05 * noise[0],
            Tags.TRAINING_LOSS + "generator_loss": 1.4 + 0.5 * wave + 0.1 * noise[1],
            Tags.FETCHED + "real_score": 0.6 + 0.1 * wave + 0.02 * noise[0],
            Tags.EVALUATED + "distance": 3 * np.exp(-step / 300) + 0.1,
        }
        for i, name in enumerate(names):
            spread = random.normal(0, 0.05 + 0.0001 * step, 60)
            # One variable gets no gradient to speak of, another one far too much.
            size = {20: 1e-9, 30: 80.0}.get(i, 0.02)
            values[Tags.VARIABLE + name] = distribution(spread)
            values[Tags.GRADIENT_NORM + name] = size * (1 + 0.2 * abs(noise[0]))
            values[Tags.UPDATE_RATIO + name] = {20: 1e-9, 30: 0.4}.get(i, 1e-3)
        if step % 100 == 1:
            values[Tags.TEXT + "sample"] = f"<script>alert({step})</script> to be or not to be"
        writer.put(step, values)
    writer.close()
    run.figures = writer.figures
    run.steps = {"discriminator_loss": steps, "generator_loss": steps}
    run.state, run.ended = run_directory.INTERRUPTED, started + steps * 0.05
    run.write(directory)
    return run


class Growing:
    """A run that is still at it: a falling loss and growing weights, a step at a time."""

    def __init__(self, directory: str) -> None:
        os.makedirs(directory, exist_ok=True)
        self.directory = directory
        self.run = new_run(directory, "growing.py", time.time())
        self.run.pid, self.run.host = os.getpid(), socket.gethostname()
        self._writer = Writer(directory, time.time(), 0.1)
        self._steps = 0

    def add(self, steps: int) -> None:
        """Records so many more steps."""
        for _ in range(steps):
            self._steps += 1
            weights = np.linspace(-1, 1, 50) * (1 + self._steps / 100)
            values: dict[str, float | Distribution | Tiles | str] = {
                Tags.TRAINING_LOSS + "loss": float(np.exp(-self._steps / 50)),
                Tags.TRAINING_ACCURACY: 1 - float(np.exp(-self._steps / 50)),
                Tags.WEIGHTS: distribution(weights),
            }
            self._writer.put(self._steps, values)
        self._tell()

    def add_loss(self, value: float) -> None:
        """Records a step of which the loss alone is known."""
        self._steps += 1
        self._writer.put(self._steps, {Tags.TRAINING_LOSS + "loss": value})
        self._tell()

    def show(self, name: str) -> None:
        """Records what a program hands to its dashboard."""
        self._writer.put(self._steps, {Tags.SHOWN + name: distribution(np.arange(9.0))})
        self._tell()

    def _tell(self) -> None:
        self._writer.flush()
        self.run.steps = {"loss": self._steps}
        self.write()

    def write(self) -> None:
        """Writes run.json as it is now."""
        self.run.heartbeat = time.time()
        self.run.write(self.directory)

    def close(self) -> None:
        self._writer.close()


def failed(directory: str, started: float | None = None) -> Run:
    """A regression whose loss became NaN, after which the program failed."""
    os.makedirs(directory, exist_ok=True)
    started = time.time() - 9000 if started is None else started
    run = new_run(directory, "regression.py", started)
    run.hyperparameters = {"optimizer": "GradientDescent", "learning_rate": 1.5}
    writer = Writer(directory, started, 0.01)
    for step in range(1, 41):
        loss = float(np.exp(step / 5)) if step < 31 else float("nan")
        weights = np.linspace(-1, 1, 20) * min(np.exp(step / 6), 1e6)
        values: dict[str, float | Distribution | Tiles | str] = {
            Tags.TRAINING_LOSS + "mean_square": loss,
            Tags.VARIABLE + "weights": distribution(weights),
            Tags.WEIGHTS: distribution(weights),
            Tags.GRADIENT_NORM + "weights": float(np.exp(step / 3)),
            Tags.UPDATE_RATIO + "weights": 0.9,
        }
        if step == 31:
            values[Tags.NOT_FINITE] = (
                '{"step": 31, "op": "mean_square/Mean", "op_type": "Mean", "variable": "weights",'
                ' "what": "NaN", "line": {"file": "regression.py", "line": 9,'
                ' "text": "loss = tf.reduce_mean(tf.square(guess - truth))"}}'
            )
        writer.put(step, values)
    writer.close()
    run.figures = writer.figures
    run.steps, run.state, run.ended = {"mean_square": 40}, run_directory.FAILED, started + 0.4
    run.error = {
        "type": "InvalidArgumentError",
        "message": "Nan in summary histogram for: weights",
        "traceback": 'Traceback (most recent call last):\n  File "regression.py", line 14\n',
    }
    run.remarks = ["The disk was full from step 35 to 38: those steps are not recorded."]
    run.write(directory)
    return run


def new_run(directory: str, program: str, started: float) -> Run:
    versions = {"reflow": "0.1.0", "torch": "2.13.0", "python": "3.11"}
    name = os.path.basename(directory)
    return Run(name, program, versions=versions, host="sample", pid=1, started=started)


def _write_text(directory: str, folder: str, name: str, text: str) -> None:
    os.makedirs(os.path.join(directory, folder), exist_ok=True)
    with open(os.path.join(directory, folder, name), "w", encoding="utf-8") as file:
        file.write(text)


@functools.cache
def graph_of(program: str) -> dict[str, object]:
    """What graph.json says of the program above; its lines are told apart by their text."""
    import reflow.tf as tf
    from reflow.graph.op_definition import lookup

    graph = tf.Graph()
    with graph.as_default():
        exec(compile(program.replace("import tensorflow as tf", ""), "classifier.py", "exec"),
             {"tf": tf})  # fmt: skip
    nodes = []
    for op in graph.get_operations():
        nodes.append(
            {
                "name": op.name,
                "op": op.type,
                "inputs": [tensor.name for tensor in op.inputs]
                + [f"^{other.name}" for other in op.control_inputs],
                "shapes": [_shape(tensor) for tensor in op.outputs],
                "dtype": op.outputs[0].dtype.name if op.outputs else None,
                "device": op.device,
                "line": _line(program, op.name),
            }
        )
    kernels = {}
    for op_type in sorted({str(node["op"]) for node in nodes}):
        with contextlib.suppress(OSError):  # made by a factory: it has no class of its own
            kernels[op_type] = inspect.getsource(lookup(op_type).rules)
    layers = [
        {"name": "conv1", "op": "Conv2D", "variables": ["conv1/kernel", "conv1/bias"],
         "activation": "conv1/Relu"},
        {"name": "hidden", "op": "MatMul", "variables": ["hidden/kernel", "hidden/bias"],
         "activation": "hidden/Relu"},
        {"name": "logits", "op": "MatMul", "variables": ["logits/kernel", "logits/bias"],
         "activation": "logits/BiasAdd"},
    ]  # fmt: skip
    roles = {
        "learners": [
            {"name": "loss", "loss": "loss:0", "training_op": "Adam", "learning_rate": None,
             "variables": list(VARIABLES)}
        ],
        "image": "images:0", "labels": "labels:0",
        "logits": "logits/BiasAdd:0", "prediction": "prediction:0",
        "layers": layers,
        "variables": [
            {"name": name, "shape": list(shape), "dtype": "float32", "trainable": True}
            for name, shape in VARIABLES.items()
        ],
    }  # fmt: skip
    return {"nodes": nodes, "roles": roles, "kernels": kernels}


def _shape(tensor: object) -> list[int | None] | None:
    shape = tensor.shape  # type: ignore[attr-defined]
    return None if shape.ndims is None else shape.as_list()


def _line(program: str, name: str) -> dict[str, object] | None:
    scope = name.split("/")[0]
    for number, text in enumerate(program.splitlines(), 1):
        if text.startswith(f"{scope} =") or f'name="{scope}"' in text:
            return {"file": "classifier.py", "line": number, "text": text}
    return None


def _trace(graph: dict[str, object]) -> dict[str, object]:
    """Times such as a profiler gives, by type of op."""
    slow = {"Conv2D": 900.0, "Conv2DBackpropFilter": 1400.0, "MatMul": 300.0, "MaxPool": 250.0}
    ops = {}
    for node in graph["nodes"]:  # type: ignore[attr-defined]
        if node["op"] not in ("Const", "Placeholder", "NoOp"):
            ops[node["name"]] = {"microseconds": slow.get(node["op"], 12.0), "bytes": 40960}
    return {"step": 100, "ops": ops}


def write_all(folder: str, steps: int = STEPS) -> dict[str, str]:
    """All sample runs; their directories by name."""
    made = {}
    now = time.time()
    digit_classifier(os.path.join(folder, "digits"), steps=steps, started=now - steps * 0.02 - 60)
    for name, rate in (("slow", 0.0003), ("fast", 0.03)):
        digit_classifier(
            os.path.join(folder, f"digits-{name}"), rate, steps // 2, started=now - 3600
        )
    two_losses(os.path.join(folder, "gan"), started=now - 7200)
    failed(os.path.join(folder, "failed"), started=now - 9000)
    for name in os.listdir(folder):
        made[name] = os.path.join(folder, name)
    return made


if __name__ == "__main__":
    write_all(sys.argv[1])
