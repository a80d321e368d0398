"""The same programs under reflow, TensorFlow and PyTorch, in one run, as ratios."""
