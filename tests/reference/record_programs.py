"""Records what TensorFlow 1.15.5 makes of whole programs, into tests/reference/programs/.

    python tests/reference/record_programs.py graphs CANON MNIST
    python tests/reference/record_programs.py losses MNIST

Run it with Python 3.7 and `pip install tensorflow==1.15.5 'protobuf<3.21' 'matplotlib<3.6'`.
CANON: the folder tensorflow-mnist-tutorial of GoogleCloudPlatform/tensorflow-without-a-phd.
MNIST: a folder with the four IDX files, as train-images-idx3-ubyte and so on.

graphs: every node of six programs, {"program", "forward": the nodes before the first gradient
is built, "training": those after, for information}, each [name, op, inputs, device, attributes].
losses: the loss of each training step of the programs beside the recordings, as float32.
"""

import argparse
import gzip
import importlib
import json
import os
import pathlib
import runpy
import shutil
import sys
import tempfile
import warnings

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["MPLBACKEND"] = "Agg"
# One core, hence one order of summation.
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
warnings.filterwarnings("ignore")

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from tests.reference import observe  # noqa: E402
from tests.reference.programs import mnist  # noqa: E402

FOLDER = HERE / "programs"
CANON = (
    "mnist_1.0_softmax",
    "mnist_2.0_five_layers_sigmoid",
    "mnist_2.1_five_layers_relu_lrdecay",
    "mnist_2.2_five_layers_relu_lrdecay_dropout",
    "mnist_3.0_convolutional",
    "mnist_3.1_convolutional_bigger_dropout",
)
#: How many steps of each program are recorded.
TRAINED = {
    "softmax": 100,
    "five_layers_dropout": 100,
    "convolutional_dropout": 8,
    "convolutional_double": 100,
    "batch_norm": 100,
}


class GraphIsBuilt(Exception):
    """Raised in the place of the training loop."""


def default_nodes():
    return observe.program_nodes(tf, tf.get_default_graph().as_graph_def())


def patched_dashboard():
    """The program's own tensorflowvisu, less what today's matplotlib has not, and its loop."""
    from matplotlib.backend_bases import FigureCanvasBase
    from matplotlib.legend import Legend

    FigureCanvasBase.set_window_title = lambda self, title: None
    Legend.draggable = lambda self, state: None
    dashboard = importlib.import_module("tensorflowvisu")

    def animate(self, *arguments, **options):
        raise GraphIsBuilt

    dashboard.MnistDataVis.animate = animate


def graph_of(program):
    """The nodes of a program: when the optimizer is asked to minimize, and at the end."""
    forward = []
    minimize = tf.train.Optimizer.minimize

    def remember(self, *arguments, **options):
        forward.append(default_nodes())
        return minimize(self, *arguments, **options)

    tf.train.Optimizer.minimize = remember
    tf.reset_default_graph()
    # The dashboard sets the graph's seed when it is imported: once a program, as in a new process.
    sys.modules.pop("tensorflowvisu", None)
    patched_dashboard()
    try:
        runpy.run_path(program + ".py", run_name="__main__")
    except GraphIsBuilt:
        return forward[0], default_nodes()
    finally:
        tf.train.Optimizer.minimize = minimize
    raise RuntimeError(f"{program} ended without a training loop")


def record_graphs(canon, data):
    with tempfile.TemporaryDirectory() as folder:
        workplace = pathlib.Path(folder) / "canon"
        shutil.copytree(str(canon), str(workplace))
        (workplace / "data").mkdir(exist_ok=True)
        for name in mnist.FILES:
            shutil.copy(str(data / name), str(workplace / "data" / name))
        os.chdir(str(workplace))
        sys.path.insert(0, str(workplace))
        for program in CANON:
            forward, everything = graph_of(program)
            training = everything[len(forward) :]
            write(program, {"program": program, "forward": forward, "training": training})
            print(f"{program}: {len(forward)} nodes before minimize, {len(training)} after")
        os.chdir(str(HERE))


def write(name, content):
    text = json.dumps(content, separators=(",", ":"), sort_keys=True)
    target = FOLDER / (name + ".json.gz")
    with open(str(target), "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        file.write(text.encode("ascii"))


def record_losses(data):
    images, labels = mnist.training_set(data)
    for name, steps in TRAINED.items():
        program = importlib.import_module("tests.reference.programs." + name)
        with tf.Graph().as_default():
            losses = program.losses(tf, images, labels, steps)
        np.save(str(FOLDER / (name + ".npy")), np.array(losses, np.float32))
        print(f"{name}: {losses[0]} ... {losses[-1]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command")
    graphs = commands.add_parser("graphs")
    graphs.add_argument("canon", type=pathlib.Path)
    graphs.add_argument("mnist", type=pathlib.Path)
    losses = commands.add_parser("losses")
    losses.add_argument("mnist", type=pathlib.Path)
    arguments = parser.parse_args()
    if tf.__version__ != "1.15.5":
        sys.exit(f"expected TensorFlow 1.15.5. Received: {tf.__version__}")
    if arguments.command == "graphs":
        record_graphs(arguments.canon.resolve(), arguments.mnist.resolve())
    elif arguments.command == "losses":
        record_losses(arguments.mnist.resolve())
    else:
        parser.error("expected graphs or losses")


if __name__ == "__main__":
    main()
