"""The same as convolutional_dropout in double precision, where rounding decides nothing."""

from tests.reference.programs import convolutional_dropout


def losses(tf, images, labels, steps):
    """The loss of each training step."""
    return convolutional_dropout.losses(tf, images, labels, steps, "float64")
