"""`reflow check PROGRAM...`: what a program uses that reflow lacks, and what will be translated.

`sources` reads programs, notebooks and the modules of theirs that they import; `uses` lists the
names of libraries in them, with lines; `findings` says what is the matter with each; `report` shows
it.  Nothing of the program runs.
"""
