"""Small programs in TensorFlow 1's public names, run under both libraries, and their recordings.

Python 3.7 runs these files, because TensorFlow 1.15.5 does.
"""
