"""Programs written for machines with more GPUs than this one has."""

from __future__ import annotations

import pytest
import torch

from reflow import tf
from tests.running.processes import reflow_run

PROGRAM = """
import tensorflow as tf
halves = []
for i in (7, 7):
    with tf.device("/gpu:%d" % i):
        halves.append(tf.constant([1.0, 2.0]) * i)
print(tf.Session().run(tf.add_n(halves)))
"""


def test_reflow_run_takes_what_the_machine_has(tmp_path):
    done = reflow_run(tmp_path, PROGRAM)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[14. 28.]"
    assert done.stderr.count("there is no /device:GPU:7 here") == 1


@pytest.mark.parametrize("device", ["/gpu:7", "/device:GPU:9"])
def test_a_library_says_so_as_tensorflow_does(device):
    with tf.Graph().as_default(), tf.device(device):
        x = tf.constant(1.0)
    assert torch.cuda.device_count() <= 7
    with tf.Session(graph=x.graph) as session:
        with pytest.raises(tf.errors.InvalidArgumentError, match="Cannot assign a device"):
            session.run(x)
