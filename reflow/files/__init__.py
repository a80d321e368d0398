"""TensorFlow's file formats, and files as TensorFlow programs open them.  Imports no torch."""
