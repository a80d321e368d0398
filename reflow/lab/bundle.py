"""The page in one file: modules as data addresses that an import map names.

A module that lies in the page has no address that others could be relative to, so `./x.js` becomes
the bare name `lab/x.js`, which the map resolves.
"""

from __future__ import annotations

import base64
import json
import os
import re

_IMPORTED = re.compile(r"""((?:\bfrom|\bimport)\s*\(?\s*)["']\./([\w./-]+\.js)["']""")
_STYLESHEET = re.compile(r"""<link[^>]*\brel="stylesheet"[^>]*\bhref="/page/([\w./-]+)"[^>]*>""")
_SCRIPT = re.compile(r"""<script[^>]*\bsrc="/page/js/([\w./-]+)"[^>]*></script>""")
_OTHER_LINK = re.compile(r"""<link[^>]*\bhref="/page/[^>]*>""")


def bundled(page: str, plotly: str, data: str) -> str:
    """index.html with all that it names inside, and a run.

    Args:
      page: the folder of index.html; its modules are in js/.
      plotly: the file of plotly.js.
      data: the run as JSON, safe inside a script element.
    """
    modules = _modules(os.path.join(page, "js"))
    imports = {name: _address(text) for name, text in modules.items()}
    text = _read(os.path.join(page, "index.html"))
    text = _STYLESHEET.sub(lambda m: f"<style>{_read(os.path.join(page, m[1]))}</style>", text)
    text = _OTHER_LINK.sub("", text)
    text = _SCRIPT.sub(_script, text)
    head = (
        f'<script type="importmap">{json.dumps({"imports": imports})}</script>\n'
        f'<script type="application/json" id="embedded-run">{data}</script>\n'
        f"<script>{_inline(_read(plotly))}</script>\n"
    )
    # The map must come before the first module.
    return text.replace("<head>", f'<head>\n<meta charset="utf-8">\n{head}', 1)


def _script(match: re.Match[str]) -> str:
    return f'<script type="module">import "lab/{match[1]}";</script>'


def _inline(script: str) -> str:
    return script.replace("</script", "<\\/script")


def _modules(folder: str) -> dict[str, str]:
    """The modules' texts, by the bare names that their imports are changed to."""
    found = {}
    for name in sorted(os.listdir(folder)):
        if name.endswith(".js"):
            text = _read(os.path.join(folder, name))
            found[f"lab/{name}"] = _IMPORTED.sub(lambda m: f'{m[1]}"lab/{m[2]}"', text)
    return found


def _address(text: str) -> str:
    return "data:text/javascript;base64," + base64.b64encode(text.encode()).decode()


def _read(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()
