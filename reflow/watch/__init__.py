"""Records a run: what a program computes is tapped, with no change to it, into a run directory."""
