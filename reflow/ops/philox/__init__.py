"""TensorFlow's random numbers: streams of Philox 4x32-10, and the distributions drawn from them.

`random_stream(seed, seed2)` is what a random op keeps between the runs of a session.
"""

from reflow.ops.philox.streams import (
    PhiloxStream,
    RandomStream,
    StatelessStream,
    UnseededStream,
    random_stream,
)

__all__ = ["PhiloxStream", "RandomStream", "StatelessStream", "UnseededStream", "random_stream"]
