"""tf.train.exponential_decay and its like, against TensorFlow 1.15.5 (see training_programs.py)."""

from tests.tf import recorded


@recorded.programs("learning_rate_decay")
def test_programs(program):
    recorded.check(program)
