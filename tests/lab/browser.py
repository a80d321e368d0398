"""A Chromium without a window, and a lab that serves it runs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
)
PATIENCE = 20.0


class Lab:
    """`reflow lab` of a directory, in a process of its own; port 0: any."""

    def __init__(self, directory: str, port: int = 0) -> None:
        code = (
            "from reflow.lab.command import serve; "
            f"serve({str(directory)!r}, port={port}, announce=True)"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.address: str = json.loads(self.process.stdout.readline())["address"]
        self.origin = self.address.split("/?")[0]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


class Page:
    """What a reader does, and what the page then shows."""

    def __init__(self, folder: str, width: int = 1440, height: int = 900, dark: bool = False):
        self.driver = webdriver.Chrome(_options(folder, width, height), _driver())
        self.resize(width, height)
        self.media(dark)

    def media(self, dark: bool) -> None:
        """As if the system had this colour scheme."""
        value = "dark" if dark else "light"
        feature = {"name": "prefers-color-scheme", "value": value}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})

    def resize(self, width: int, height: int) -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def show(self, lab: Lab, view: str, ready: str = "main") -> None:
        """Opens a view (the part after #) and waits until `ready` is there."""
        self.driver.get("about:blank")
        self.driver.get(f"{lab.address}#{view}")
        self.wait(lambda: self.all(ready), f"{ready} in {view}")

    def press(self, *keys: str) -> None:
        """Keys of the keyboard, while nothing on the page has it."""
        self.js("document.activeElement && document.activeElement.blur()")
        self.driver.find_element(By.TAG_NAME, "body").send_keys(*keys)

    def press_with(self, modifier: str, key: str) -> None:
        self.js("document.activeElement && document.activeElement.blur()")
        chain = webdriver.ActionChains(self.driver)
        chain.key_down(modifier).send_keys(key).key_up(modifier).perform()

    def js(self, script: str, *args: Any) -> Any:
        """The value of an expression or of a script with `return`."""
        body = script if "return " in script else f"return {script}"
        return self.driver.execute_script(body, *args)

    def all(self, selector: str) -> list[Any]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector: str = "body") -> str:
        """The text that is seen, without what a style hides; in one go, as the page may change."""
        return self.js(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''")

    def click(self, selector: str) -> None:
        self.driver.find_element(By.CSS_SELECTOR, selector).click()

    def wait(self, true: Callable[[], Any], what: str) -> Any:
        """Until it is true; gives what it then is."""
        end = time.monotonic() + PATIENCE
        while True:
            found = true()
            if found:
                return found
            assert time.monotonic() < end, f"waited {PATIENCE} s in vain for {what}"
            time.sleep(0.05)

    def shown(self) -> list[int]:
        """The numbers of the graphs that are seen."""
        script = """return [...document.querySelectorAll('.panel[data-number]')]
            .filter((panel) => panel.getClientRects().length)
            .map((panel) => Number(panel.dataset.number))"""
        return self.js(script)

    def plot(self, number: int, value: str) -> Any:
        """A value of the graph that plotly draws, such as `layout.dragmode` or `data[0].x`."""
        plot = f"""document.querySelector('.panel[data-number="{number}"] .js-plotly-plot')"""
        return self.js(f"return {plot}?.{value}")

    def drawn(self, *numbers: int) -> None:
        """Waits until plotly has drawn these graphs: each takes its own time."""
        for number in numbers:
            self.wait(lambda n=number: self.plot(n, "data.length"), f"graph {number}")

    def pixels(self, selector: str) -> list[list[int]]:
        """Some of the pixels of a canvas, as red, green, blue and opacity."""
        script = """return (() => {
            const canvas = document.querySelector(arguments[0]);
            const {width, height} = canvas;
            const data = canvas.getContext('2d').getImageData(0, 0, width, height).data;
            const found = [];
            for (let i = 0; i < data.length; i += 4 * 97) found.push([...data.slice(i, i + 4)]);
            return found;
        })()"""
        return self.js(script.replace("arguments[0]", json.dumps(selector)))

    def slide(self, step: int) -> None:
        """Moves the slider over time."""
        self.js(
            """return (() => {
                const slider = document.querySelector('.slider');
                slider.value = arguments[0];
                slider.dispatchEvent(new Event('input'));
            })()""".replace("arguments[0]", str(step))
        )

    def requests(self) -> list[str]:
        """The addresses that the page asked for since the last call."""
        found = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append(message["params"]["request"]["url"])
            elif message["method"] == "Network.webSocketCreated":
                found.append(message["params"]["url"])
        return found

    def complaints(self) -> list[str]:
        """What the browser wrote as errors since the last call."""
        return [
            entry["message"]
            for entry in self.driver.get_log("browser")
            if entry["level"] == "SEVERE"
        ]

    def close(self) -> None:
        self.driver.quit()


def _options(folder: str, width: int, height: int) -> webdriver.ChromeOptions:
    options = webdriver.ChromeOptions()
    for flag in (*_FLAGS, f"--user-data-dir={folder}", f"--window-size={width},{height}"):
        options.add_argument(flag)
    options.binary_location = _found("Chromium", _BROWSERS)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return options


def _driver() -> Service:
    return Service(_found("its driver", ("chromedriver",)))


def _found(what: str, names: tuple[str, ...]) -> str:
    for name in names:
        path = shutil.which(name)
        if path:
            return path
    raise RuntimeError(
        f"the tests of the lab's page need {what}: one of {', '.join(names)} on the PATH"
    )


__all__ = ["Keys", "Lab", "Page"]
