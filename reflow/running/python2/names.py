"""What only Python 2 has: tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["CUE", "OLD_METHODS", "OLD_MODULES", "OLD_NAMES"]

#: Builtins that Python 3 lacks.
OLD_NAMES: Final = frozenset(
    [
        "apply",
        "basestring",
        "cmp",
        "execfile",
        "long",
        "raw_input",
        "reduce",
        "reload",
        "unichr",
        "unicode",
        "xrange",
    ]
)

#: Methods that objects of Python 3's own lack.
OLD_METHODS: Final = frozenset(
    ["has_key", "iteritems", "iterkeys", "itervalues", "viewitems", "viewkeys", "viewvalues"]
)

#: Modules under the names of Python 2, and where their names are now; several are asked in order.
OLD_MODULES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "BaseHTTPServer": "http.server",
        "CGIHTTPServer": "http.server",
        "ConfigParser": "configparser",
        "Cookie": "http.cookies",
        "HTMLParser": "html.parser",
        "Queue": "queue",
        "SimpleHTTPServer": "http.server",
        "SocketServer": "socketserver",
        "StringIO": "reflow.running.python2.files",
        "Tkinter": "tkinter",
        "UserDict": "collections",
        "UserList": "collections",
        "UserString": "collections",
        "__builtin__": "reflow.running.python2.namespace builtins",
        "anydbm": "dbm",
        "cPickle": "reflow.running.python2.pickles pickle",
        "cStringIO": "reflow.running.python2.files",
        "commands": "subprocess",
        "cookielib": "http.cookiejar",
        "copy_reg": "copyreg",
        "dummy_thread": "_thread",
        "exceptions": "builtins",
        "htmlentitydefs": "html.entities",
        "httplib": "http.client",
        "md5": "hashlib",
        "robotparser": "urllib.robotparser",
        "sha": "hashlib",
        "thread": "_thread",
        "tkFileDialog": "tkinter.filedialog",
        "tkMessageBox": "tkinter.messagebox",
        "ttk": "tkinter.ttk",
        "urllib2": "urllib.request urllib.error urllib.parse",
        "urlparse": "urllib.parse",
        "xmlrpclib": "xmlrpc.client",
    }
)

#: Found in every source that uses any of these.
CUE: Final = re.compile(
    rf"\b({'|'.join(sorted({*OLD_NAMES, *OLD_METHODS, *OLD_MODULES}))})\b".encode("ascii")
    # print ("%d") % 3, which is Python 3 too, of another meaning
    + rb"|\bprint *\(.*\) *[%,.]"
)
