"""Stands in for `tensorflowvisu`, the dashboard module of TensorFlow's MNIST tutorials.

The original draws in a matplotlib window, and no longer runs on today's matplotlib.  This one has
its functions and classes; it shows progress in the terminal and saves the six graphs at the end.
Programs get it as `import tensorflowvisu` through `reflow run` or `import reflow.hook`.
"""
