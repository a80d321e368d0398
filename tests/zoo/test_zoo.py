"""The programs of the zoo, each from its command line to what it prints."""

import re
import subprocess
import sys

import pytest

from tests.running.processes import reflow_run
from tests.zoo.printed import ENVIRONMENT, ROOT, accuracies, assert_same

#: Printed by TensorFlow 1.15.5 for the same command, less the steps per second.
CIRCLE = """\
step   0: centre ( 0.000,  0.000), radius 1.000, mean error 7.98957
step  20: centre ( 1.777, -0.893), radius 3.001, mean error 0.03531
step  40: centre ( 1.956, -0.990), radius 3.008, mean error 0.00974
step  60: centre ( 1.981, -1.007), radius 3.008, mean error 0.00919
step  80: centre ( 1.984, -1.010), radius 3.008, mean error 0.00918
step 100: centre ( 1.984, -1.011), radius 3.008, mean error 0.00918
step 120: centre ( 1.985, -1.011), radius 3.008, mean error 0.00918
step 140: centre ( 1.985, -1.011), radius 3.008, mean error 0.00918
step 160: centre ( 1.985, -1.011), radius 3.008, mean error 0.00918
step 180: centre ( 1.985, -1.011), radius 3.008, mean error 0.00918
step 200: centre ( 1.985, -1.011), radius 3.008, mean error 0.00918
"""
SOFTMAX = """\
step     0   loss 2.303   train accuracy 11.00%   test accuracy 9.80%
step   250   loss 0.518   train accuracy 87.00%   test accuracy 89.80%
step   500   loss 0.371   train accuracy 90.00%   test accuracy 91.13%
"""
MLP = """\
epoch  1   loss 2.296   test accuracy 11.35%
epoch  2   loss 2.142   test accuracy 25.78%
epoch  3   loss 1.471   test accuracy 58.07%
"""
#: In double precision, so that differences are those of the gradients.
MLP_GRADIENTS = """
import numpy as np
import tensorflow as tf
from reflow.zoo.mnist.mlp import network

random = np.random.RandomState(0)
images, labels = random.rand(5, 784), np.eye(10)[random.randint(10, size=5)]
logits = network(tf.constant(images), 1.0)
loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits))
variables = tf.trainable_variables()
gradients = tf.gradients(loss, variables)
placeholder = tf.placeholder(tf.float64)
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    for variable, gradient in zip(variables, session.run(gradients)):
        value = session.run(variable)
        for position in random.randint(value.size, size=8):
            losses = []
            for change in (1e-4, -1e-4):
                changed = value.copy()
                changed.flat[position] += change
                variable.load(changed, session)
                losses.append(session.run(loss))
            variable.load(value, session)
            difference = (losses[0] - losses[1]) / 2e-4
            assert np.isclose(gradient.flat[position], difference, rtol=1e-4, atol=1e-9)
    print(len(variables), "variables")
"""
FIVE_LAYERS = {
    "sigmoid": """\
step     0   loss 2.322   train accuracy 11.00%   test accuracy 10.28%
step   200   loss 0.935   train accuracy 71.00%   test accuracy 73.56%
""",
    "relu": """\
step     0   loss 2.298   train accuracy 11.00%   test accuracy 10.54%
step   200   loss 0.290   train accuracy 89.00%   test accuracy 92.93%
""",
    "dropout": """\
step     0   loss 2.313   train accuracy 13.00%   test accuracy 12.23%
step   200   loss 0.423   train accuracy 86.00%   test accuracy 92.77%
""",
}


def test_circle(run):
    assert_same(run("circle"), CIRCLE)


def test_softmax(run):
    assert_same(run("mnist.softmax", "--steps=500"), SOFTMAX)


@pytest.mark.parametrize("variant", FIVE_LAYERS)
def test_five_layers(run, variant):
    lines = run("mnist.five_layers", f"--variant={variant}", "--steps=200")
    assert_same(lines, FIVE_LAYERS[variant])


def test_mlp(run):
    assert_same(run("mnist.mlp", "--epochs=3"), MLP)


def test_gradients_of_the_mlp_are_finite_differences(tmp_path):
    done = reflow_run(tmp_path, MLP_GRADIENTS)
    assert (done.stdout, done.stderr) == ("4 variables\n", "")


def test_an_unknown_variant_is_refused(run):
    with pytest.raises(AssertionError, match=r"should be one of <sigmoid\|relu\|dropout>"):
        run("mnist.five_layers", "--variant=convolutional")


@pytest.mark.slow
def test_softmax_learns(run):
    assert accuracies(run("mnist.softmax"))[-1] >= 92


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("variant", "least"), [("sigmoid", 97), ("relu", 98), ("dropout", 98)])
def test_five_layers_learn(run, variant, least):
    found = accuracies(run("mnist.five_layers", f"--variant={variant}"))
    assert max(found) >= least, found


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("variant", "least"), [("softmax", 0.92), ("sigmoid", 0.97), ("relu", 0.98), ("dropout", 0.98)]
)
def test_programs_of_the_tutorial_learn(tmp_path, variant, least):
    """Complete programs: downloads, tf.data, 10,000 iterations and the dashboard."""
    program = ROOT / "tests" / "reference" / "programs" / "tutorial.py"
    done = subprocess.run(
        [sys.executable, "-m", "reflow.cli", "run", str(program), variant],
        cwd=tmp_path,
        env={**ENVIRONMENT, "MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    (accuracy,) = re.findall(r"^max test accuracy: ([\d.]+)$", done.stdout, re.MULTILINE)
    assert float(accuracy) >= least
