"""Old calls of other libraries, answered while a program runs.

Programs of TensorFlow 1's time call NumPy, SciPy, matplotlib and others as these were then.  What
has gone since is answered here, each with one line of advice, and only where the library has
nothing of that name itself:

- `names`: tables of names and modules that moved or went, and what stands in for them now;
- `lookup`: lets modules answer those names when the program, not a library, asks for them;
- `NAME_calls`: what a table cannot say, functions and methods of one library;
- `NAME_module`: what stands in for a module;
- `tutorial_copies`: old copies of a file of TensorFlow's own.

`reflow run --no-old-libraries` leaves all this off.
"""
