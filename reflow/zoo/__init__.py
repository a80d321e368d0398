"""Architectures of the canon as short TensorFlow 1 programs.

They import tensorflow, not reflow: `reflow run -m reflow.zoo.mnist.softmax` runs one on reflow,
and in this package's folder `python -m zoo.mnist.softmax` runs the same file under TensorFlow 1.
docs/zoo.md says what each of them reaches.
"""
