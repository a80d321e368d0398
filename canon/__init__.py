"""What reflow is measured by: public programs, and TensorFlow's own tests."""
