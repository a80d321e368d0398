"""Loading of the namespace, and of torch with it."""

from __future__ import annotations

import gc
import sys
from functools import cache
from importlib import import_module
from types import ModuleType


@cache
def load(name: str) -> ModuleType:
    """The module of this name, imported while the garbage collector rests.

    torch makes some 500,000 objects that stay.  The collector would look through them several times
    while they are made, a fifth of the time that it all takes, and again with every full collection
    of the program: 0.1 s each.
    """
    if "torch" in sys.modules or not gc.isenabled():
        return import_module(name)
    gc.disable()
    try:
        module = import_module(name)
    finally:
        gc.enable()
    gc.freeze()
    return module
