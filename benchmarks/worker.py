"""One measurement in one framework, in a process of its own; prints it as JSON.

    python worker.py FRAMEWORK TASK

Runs under the framework's own Python (3.7 and later), so it imports nothing of the other side.
"""

import json
import os
import resource
import sys
import time

START = time.perf_counter()
BATCH = 100


def import_framework(framework):
    """The TensorFlow 1 namespace of a framework."""
    if framework == "reflow":
        import reflow as tf

        assert tf.Graph  # the namespace loads at the first name
        return tf
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    if framework == "tensorflow1":
        import tensorflow as tf

        tf.logging.set_verbosity(tf.logging.ERROR)
        return tf
    import tensorflow.compat.v1 as tf

    tf.disable_v2_behavior()
    return tf


def batch():
    import numpy as np

    random = np.random.RandomState(0)
    labels = np.eye(10, dtype=np.float32)[random.randint(0, 10, BATCH)]
    return random.rand(BATCH, 784).astype(np.float32), labels


def torch_step(program):
    """A function of a batch that takes one step of a program in PyTorch."""
    import torch_convolutions
    import torch_programs

    if hasattr(torch_convolutions, program):
        return getattr(torch_convolutions, program)()
    return torch_programs.training_step(*getattr(torch_programs, program)())


def stepper(framework, program):
    """A function without arguments that takes one training step fed from NumPy."""
    images, labels = batch()
    if framework == "pytorch":
        step = torch_step(program)
        return lambda: step(images, labels)
    import graph_convolutions
    import graph_programs

    module = graph_convolutions if hasattr(graph_convolutions, program) else graph_programs
    tf = import_framework(framework)
    tf.set_random_seed(0)
    train, image_input, label_input, feeds = getattr(module, program)(tf)
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    feeds = dict(feeds)
    if image_input is not None:
        feeds.update({image_input: images, label_input: labels})
    return lambda: session.run(train, feed_dict=feeds)


def measure_step(framework, program, seconds=1.5):
    """Milliseconds of a training step: the fastest of many short series."""
    step = stepper(framework, program)
    for _ in range(3):
        step()
    start = time.perf_counter()
    step()
    # Of slow steps, fewer in a series.
    count = max(1, min(25, int(0.05 / (time.perf_counter() - start))))
    for _ in range(2 * count):
        step()
    series = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(series) < 5:
        start = time.perf_counter()
        for _ in range(count):
            step()
        series.append((time.perf_counter() - start) / count)
    return min(series) * 1e3


def measure_product(framework, size=2048):
    """GFLOP/s of a product of matrices in single precision."""
    import torch

    a = torch.rand(size, size)
    best = []
    for _ in range(10):
        start = time.perf_counter()
        torch.mm(a, a)
        best.append(time.perf_counter() - start)
    return 2 * size**3 / min(best) / 1e9


def measure_start(framework, program):
    """Seconds from the start of this program to the end of its first training step."""
    stepper(framework, program)()
    return time.perf_counter() - START


def measure_build(framework, count=5000):
    """Seconds to build a graph of so many operations, the import not counted."""
    import graph_programs

    tf = import_framework(framework)
    graph_programs.many_ops(tf, 50)
    best = []
    for _ in range(3):
        with tf.Graph().as_default():
            start = time.perf_counter()
            graph_programs.many_ops(tf, count)
            best.append(time.perf_counter() - start)
    return min(best)


def measure_first_run(framework, count=10000):
    """Seconds of the first run of a graph of so many operations."""
    import graph_programs
    import numpy as np

    tf = import_framework(framework)
    value = graph_programs.many_ops(tf, count)
    rows = tf.get_default_graph().get_operations()[0].outputs[0]
    with tf.Session() as session:
        warm = tf.zeros([]) + 1.0
        session.run(warm)
        start = time.perf_counter()
        session.run(value, {rows: np.ones((4, 8), np.float32)})
        return time.perf_counter() - start


def measure_memory(framework, program):
    """The largest resident memory of a process that trains for 200 steps, in MB."""
    step = stepper(framework, program)
    for _ in range(200):
        step()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(framework, task):
    kind, _, program = task.partition(":")
    of_programs = {"step": measure_step, "start": measure_start, "memory": measure_memory}
    of_graphs = {
        "build": measure_build,
        "first_run": measure_first_run,
        "product": measure_product,
    }
    if kind in of_graphs:
        value = of_graphs[kind](framework)
    else:
        value = of_programs[kind](framework, program)
    print(json.dumps({"value": value}))


if __name__ == "__main__":
    main(*sys.argv[1:])
