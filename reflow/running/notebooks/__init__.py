"""`reflow run NOTEBOOK.ipynb`: its cells in order, in a real kernel, as Jupyter runs them.

`run` starts the kernel (`kernel`: ipykernel with `extension` loaded) and hands it cell after cell;
`output` shows in the terminal what they give, `tracebacks` shortens how they fail.
"""
