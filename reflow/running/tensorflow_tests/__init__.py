"""What TensorFlow's own tests need beside TensorFlow: helper modules and ops of theirs."""
