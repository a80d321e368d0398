"""Architectures of the canon as short TensorFlow 1 programs.

They import tensorflow, not reflow: `reflow run -m reflow.zoo.mnist.softmax` runs one on reflow,
and the same file runs under TensorFlow 1 as it is.
"""
