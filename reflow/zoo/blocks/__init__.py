"""The blocks that deep networks are built from, each in a small network that reads digits."""
