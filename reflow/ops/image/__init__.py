"""Ops on images [batch, height, width, channels] and on files that hold them."""
