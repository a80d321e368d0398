"""Networks that learn what a digit is from digits alone: to describe it briefly, and to draw it."""
