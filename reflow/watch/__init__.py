"""Records a run: what a program computes is tapped, without a change to it, into a run directory."""
