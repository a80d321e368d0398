"""Runs programs as they are: what `import tensorflow` finds, and `reflow run`."""
