"""Networks that tell which of five fonts a character is set in, of 36 x 36 pixels."""
