"""Python 2 programs, translated as they are read.

`detection` says which sources are Python 2.  `syntax` writes what only Python 2's parser reads in
Python 3's words, by fissix, line for line, so that tracebacks show the program's own lines.  What
Python 3 parses but means otherwise (`/` of integers, `d.keys()`, `map`, `import urllib2`) keeps
Python 2's meaning: `semantics` rewrites the tree so that it goes through `operations`, and the
module gets the builtins of `namespace` and the imports of `modules`.
"""
