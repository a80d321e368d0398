"""Two networks against each other: one draws, the other tells what is drawn from what is real."""
