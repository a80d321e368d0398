"""Networks that read handwritten digits."""
