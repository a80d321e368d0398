import shutil

import pytest

from tests.lab import sample_runs
from tests.lab.browser import Lab, Page

# Enough for every kind of picture to be there at several steps.
STEPS = 300


@pytest.fixture(scope="session")
def samples(tmp_path_factory):
    """A directory with all sample runs: to be read, not to be changed."""
    folder = tmp_path_factory.mktemp("runs")
    sample_runs.write_all(str(folder), STEPS)
    return folder


@pytest.fixture(scope="session")
def lab(samples):
    served = Lab(samples)
    yield served
    served.stop()


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    opened = Page(str(tmp_path_factory.mktemp("browser")))
    yield opened
    opened.close()


@pytest.fixture
def page(browser, lab):
    """The browser; afterwards it must have asked no other host, and complained of nothing."""
    browser.resize(1440, 900)
    browser.requests()
    browser.complaints()
    yield browser
    own = (lab.origin, lab.origin.replace("http", "ws"), "data:", "blob:", "about:")
    assert [url for url in browser.requests() if not url.startswith(own)] == []
    assert browser.complaints() == []


@pytest.fixture
def running(samples, tmp_path, page):
    """A run that goes on: its directory, and a function that adds steps to it."""
    directory = samples / f"running-{tmp_path.name}"
    growing = sample_runs.Growing(str(directory))
    growing.add(40)
    yield growing
    growing.close()
    page.driver.get("about:blank")
    shutil.rmtree(directory, ignore_errors=True)
