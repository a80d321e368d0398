"""Names that TensorFlow's inner modules have and its public ones have not, or for something else.

Each module stands for the inner module of its name, as far as programs and TensorFlow's own tests
reach into it; `reflow.running.inner_modules` says which.
"""
