"""Trains a program in turns, plainly or watched.

    python watching_worker.py FRAMEWORK PROGRAM DIRECTORY RECORDS

For each line on stdin, a number of seconds, it trains so long and prints how many steps it took and
how long they took as JSON; at the end, how many of them were read.
DIRECTORY: where it is recorded; empty: it is not.  RECORDS: how often a second TensorFlow writes
summaries.
"""

import glob
import json
import os
import sys
import time

import graph_convolutions
import graph_programs
from worker import batch, import_framework

# After so many steps the training begins anew: one batch learned for long ends in infinities.
ANEW = 200


def main(framework, program, directory, records):
    if framework == "reflow" and directory:
        import reflow.watch

        reflow.watch.start(directory, quiet=True)
    tf = import_framework(framework)
    tf.set_random_seed(0)
    module = graph_convolutions if hasattr(graph_convolutions, program) else graph_programs
    train, image_input, label_input, feeds = getattr(module, program)(tf)
    images, labels = batch()
    images = images * (images > 0.85)  # as dark as digits: brighter ones make the softmax diverge
    feeds = {**dict(feeds), image_input: images, label_input: labels}
    summary = everything(tf, image_input) if framework == "tensorflow" and directory else None
    writer = tf.summary.FileWriter(directory) if summary is not None else None
    session = tf.Session()
    initialize = tf.global_variables_initializer()
    session.run(initialize)
    for _ in range(20):
        session.run(train, feed_dict=feeds)
    steps = written = trained = 0
    for line in sys.stdin:
        before = steps
        start = now = time.perf_counter()
        end = start + float(line)
        while now < end:
            if steps % ANEW == 0:
                session.run(initialize)
            if summary is not None and trained + now - start > written / float(records):
                _, text = session.run([train, summary], feed_dict=feeds)
                writer.add_summary(text, steps)
                written += 1
            else:
                session.run(train, feed_dict=feeds)
            steps += 1
            now = time.perf_counter()
        trained += now - start
        print(json.dumps({"steps": steps - before, "seconds": now - start}), flush=True)
    if framework == "reflow" and directory:
        written = read_steps(directory)
    print(json.dumps({"records": written}))


def everything(tf, images):
    """Summaries of what reflow records of a step that it reads."""
    for variable in tf.trainable_variables():
        tf.summary.histogram(variable.op.name, variable)
    for op in tf.get_default_graph().get_operations():
        if op.type in ("ApplyAdam", "ApplyGradientDescent"):
            gradient = op.inputs[-1]
            tf.summary.histogram("gradient/" + op.inputs[0].op.name, gradient)
            tf.summary.scalar("norm/" + op.inputs[0].op.name, tf.norm(gradient))
        elif op.type == "Relu":
            tf.summary.histogram("activation/" + op.name, op.outputs[0])
    tf.summary.image("images", tf.reshape(images, [-1, 28, 28, 1]), max_outputs=100)
    return tf.summary.merge_all()


def read_steps(directory):
    """How many steps reflow read, as its recording has it."""
    import reflow.watch
    from reflow.lab.run_reader import RunReader

    reflow.watch.stop()
    (run,) = glob.glob(os.path.join(directory, "*"))
    reader = RunReader(run)
    reader.poll()
    return reader.distributions("weights").serial


if __name__ == "__main__":
    main(*sys.argv[1:])
