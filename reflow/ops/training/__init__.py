"""The updates of optimizers: one op for each variable, as TensorFlow has them.

One formula (update_ops.py) makes the four ops of a rule: dense or of some rows, of references or
of handles.  The plan joins equal dense updates of several variables into one call
(runtime/fusion.py).  Source of the formulas: tensorflow/core/kernels/training_ops.cc.
"""
