"""How many multiplications and additions the convolutional programs need, by their definition."""

from graph_convolutions import BIGGER, GAN_BATCH, NORMALISED, SMALL, YOLO


def _digits(layers, batch=100):
    """Of a training step: forward, by weights, and by the inputs of all layers but the first."""
    total, inputs, side = 0, 1, 28
    for size, outputs, stride in layers:
        side //= stride
        forward = 2 * side * side * size * size * inputs * outputs
        total += forward * (3 if inputs > 1 else 2)
        inputs = outputs
    dense = 2 * (49 * inputs * 200 + 200 * 10)
    return batch * (total + 3 * dense)


def _yolo():
    forward = sum(2 * 9 * inputs * outputs * side**2 for inputs, outputs, side, _ in YOLO)
    return forward + 2 * 1024 * 125 * 13**2


def _dcgan():
    small = 2 * 14 * 14 * 25 * 64  # between images of one channel and of 64
    large = 2 * 7 * 7 * 25 * 64 * 128
    # Forward: generator, and the discriminator twice.  Backward: the discriminator by its weights
    # and inputs for both its losses, by its inputs for the generator's, and the generator.
    return GAN_BATCH * (small * (3 + 2 + 1 + 2) + large * (3 + 4 + 1 + 2))


#: By program.
FLOPS = {
    "convolutional": _digits(SMALL),
    "convolutional_dropout": _digits(BIGGER),
    "batch_norm": _digits(NORMALISED),
    "yolo": _yolo(),
    "dcgan": _dcgan(),
}
