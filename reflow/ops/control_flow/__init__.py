"""The control flow constructs of TensorFlow 1: what brings values into branches and loops."""
