"""Every operation, one class each: its signature, shape rule, torch kernel and gradient."""
