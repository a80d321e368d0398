"""tf.train.ExponentialMovingAverage, against TensorFlow 1.15.5 (see training_programs.py)."""

from tests.tf import recorded


@recorded.programs("moving_averages")
def test_programs(program):
    recorded.check(program)
