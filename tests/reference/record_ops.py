"""Records what TensorFlow 1.15.5 answers to the op cases, into tests/reference/ops/.

    python tests/reference/record_ops.py [--check] [TABLE ...]

Run it with Python 3.7 and `pip install tensorflow==1.15.5 'protobuf<3.21'`. Without a table, all
are recorded. --check also checks every gradient against central differences. The same tables
always give the same files.
"""

import argparse
import logging
import os
import pathlib
import re
import sys
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
# One core, hence one thread a pool: some kernels (multinomial) draw one random stream a thread.
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
warnings.filterwarnings("ignore")

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from tests.ops import cases  # noqa: E402
from tests.reference import differences, observe, spec, store  # noqa: E402


def observe_values(built, runs):
    with tf.Session(graph=built.graph) as session:
        return [built.values(session) for _ in range(runs)]


def observe_gradients(case, built, values, second):
    gradients = built.differentiate(values, second=second)
    for order in filter(None, gradients):
        if all(gradient is None for gradient in order):
            raise ValueError("nothing is connected")
    with tf.Session(graph=built.graph) as session:
        return built.gradient_values(session, gradients)


def first_line(message):
    """Without addresses in memory, which differ in every process."""
    return re.sub("0x[0-9a-f]+", "0x", str(message).split("\n")[0])


def same(left, right):
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, (np.ndarray, np.generic)) and left.dtype.kind in "fc":
        return np.allclose(left, right, rtol=1e-5, atol=1e-6, equal_nan=True)
    return np.array_equal(left, right)


def record_case(case):
    found = {"inputs": case.checksum()}
    built = observe.Built(tf, case)
    shapes = {"full": [output.shape for output in built.outputs()]}
    found["shapes"] = shapes
    found["outputs"] = [(output.op, output.dtype) for output in built.outputs()]
    if case.nodes:
        found["nodes"] = built.nodes()
    seen = observe_results(case, built, case.runs, case.grad2)
    found.update(seen)
    for variant in case.variants[1:]:
        try:
            built = observe.Built(tf, case, variant=variant)
        except (ValueError, TypeError) as raised:
            # Where TensorFlow trips over a rank that it does not know, nothing is to be compared.
            if "NoneType" not in str(raised):
                shapes[variant] = "!" + type(raised).__name__
            continue
        shapes[variant] = [output.shape for output in built.outputs()]
        if variant == "unknown":
            require_same(seen, observe_unknown(case, built))
    if len(case.dtypes) > 1:
        found["dtypes"] = {dtype: record_dtype(case, dtype) for dtype in case.dtypes[1:]}
    return found


def observe_results(case, built, runs=1, second=False):
    found = {"values": observe_values(built, runs)}
    if case.differentiable_inputs(built.arrays):
        gradients = observe_gradients(case, built, found["values"][0], second)
        found["gradients"] = gradients.first
        if second:
            found["gradients2"] = gradients.second
    return found


def observe_unknown(case, built):
    """The results with unknown shapes, without gradients where TensorFlow fails to build them."""
    try:
        return observe_results(case, built, case.runs, case.grad2)
    except TypeError as raised:
        if "NoneType" not in str(raised):
            raise
        return {"values": observe_values(built, case.runs)}


def require_same(full, unknown):
    if not all(same(full[field], unknown[field]) for field in unknown):
        raise ValueError("other values with unknown shapes")


def record_dtype(case, dtype):
    stage = "build"
    try:
        built = observe.Built(tf, case, dtype)
        stage = "run"
        found = {"values": observe_values(built, 1)}
    except Exception as raised:  # which class it is, is the observation
        if "OpKernel" in str(raised):
            return {"no_kernel": True}
        return {"error": [stage, type(raised).__name__]}
    found["outputs"] = [(output.op, output.dtype) for output in built.outputs()]
    if case.differentiable_inputs(built.arrays):
        try:
            found["gradients"] = observe_gradients(case, built, found["values"][0], False).first
        except Exception as raised:  # the value stands without it
            print(f"  note: {case.name}: no gradient in {dtype}: {first_line(raised)}")
    return found


def record_failure(failing):
    found = {}
    for variant in failing.variants:
        seen = observe.failure_of(tf, failing, variant)
        found[variant] = seen and [seen[0], seen[1], first_line(seen[2])]
        missing = seen and [f for f in failing.shows if spec.plain(f) not in spec.plain(seen[2])]
        if missing:
            print(f"  note: {failing.name} ({variant}): {missing} not in {first_line(seen[2])}")
    if not any(found.values()):
        raise ValueError("raises nothing")
    return {"inputs": failing.checksum(), "errors": found}


def record(entry, check):
    if isinstance(entry, spec.Script):
        return {"observations": observe.script_observations(tf, entry)}
    if isinstance(entry, spec.Failure):
        return record_failure(entry)
    if check and entry.grad and not entry.no_fd:
        differences.check(tf, entry)
    return record_case(entry)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("tables", nargs="*", metavar="TABLE")
    parser.add_argument("--check", action="store_true", help="check against central differences")
    arguments = parser.parse_args()
    if tf.__version__ != "1.15.5":
        sys.exit(f"expected TensorFlow 1.15.5. Received: {tf.__version__}")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    failed = False
    for name in arguments.tables or cases.names():
        recorded, wrong = {}, 0
        for entry in cases.load(name):
            try:
                recorded[entry.name] = record(entry, arguments.check)
            except Exception as raised:  # all cases are tried before giving up
                wrong += 1
                print(f"{name}: {entry.name}: {type(raised).__name__}: {first_line(raised)}")
        failed = failed or wrong > 0
        if not wrong:
            store.write(name, recorded)
            sizes = [path.stat().st_size for path in sorted(store.FOLDER.glob(name + ".*"))]
            print(f"{name}: {len(recorded)} cases, {sizes} bytes")
    sys.exit(failed)


if __name__ == "__main__":
    main()
