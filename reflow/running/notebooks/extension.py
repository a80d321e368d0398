"""What a notebook's IPython does differently: old cells, old magics, installing TensorFlow."""

from __future__ import annotations

import ast
from typing import Any

from reflow.running.notebooks import install_lines
from reflow.running.python2 import semantics, syntax

__all__ = ["load"]


def load(shell: Any, python2: bool) -> None:
    """Prepare IPython's shell.

    Args:
      shell: the InteractiveShell.
      python2: the cells are Python 2.
    """
    # Advice and errors name the cell, not the temporary file that it is compiled as.
    shell.compile.get_code_name = lambda raw, transformed, number: f"cell {number}"
    shell.input_transformers_cleanup.append(install_lines.without_ours)
    shell.register_magic_function(_tensorflow_version, "line", "tensorflow_version")
    if python2:
        _speak_python2(shell)


def _tensorflow_version(line: str) -> None:
    """Colab's %tensorflow_version: there is one version here, 1.15."""


def _speak_python2(shell: Any) -> None:
    from IPython.display import display

    from reflow.running.python2.namespace import namespace

    shell.input_transformers_post.append(_to_python3)
    shell.ast_transformers.append(_Semantics())
    shell.user_ns.update(__builtins__=namespace(), display=display)


def _to_python3(lines: list[str]) -> list[str]:
    text = "".join(lines)
    try:
        ast.parse(text)
    except SyntaxError:
        try:
            return syntax.to_python3(text).splitlines(keepends=True)
        except syntax.NOT_PYTHON_2:
            pass
    return lines


class _Semantics(ast.NodeTransformer):
    """Rewrites cells; a cell's `from __future__ import division` holds for those after it."""

    def __init__(self) -> None:
        self._true_division = False

    def visit(self, node: Any) -> Any:
        self._true_division |= semantics.imports_division(node)
        return semantics.rewrite(node, self._true_division)
