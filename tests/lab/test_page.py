"""The lab's page in a real browser: what readers do, and what is drawn then."""

import base64
import io
import json
import re
import shutil
import subprocess
import sys

import pytest
from PIL import Image

from tests.lab.browser import Keys, Lab

pytestmark = pytest.mark.browser

DRAWN = '.dashboard[data-drawn="300"]'


@pytest.fixture
def dashboard(page, lab):
    """The dashboard of the digit classifier, drawn."""
    page.show(lab, "/run/digits", DRAWN)
    page.drawn(1, 2, 4, 5)
    return page


def test_six_graphs(dashboard):
    titles = dashboard.js(
        "[...document.querySelectorAll('h2')].map((h) => h.lastChild.textContent)"
    )
    assert titles == [
        "Accuracy", "Loss", "Training digits", "Weights", "Biases", "Test digits",
    ]  # fmt: skip
    assert dashboard.plot(1, "layout.yaxis.range") == [0, 1]
    assert dashboard.plot(1, "data.length") == dashboard.plot(2, "data.length") == 2
    # Seven bands, between eight edges; and the middle.
    assert dashboard.plot(4, "data.length") == 9
    assert dashboard.plot(5, "data.filter((trace) => trace.fill === 'tonexty').length") == 7


def test_curves_are_sketched_before_plotly_comes(page, lab):
    page.driver.execute_cdp_cmd("Network.enable", {})
    page.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*plotly.min.js"]})
    try:
        page.show(lab, "/run/digits")
        sketched = [1, 2, 4, 5]
        page.wait(lambda: len(page.all(".panel .sketch")) == len(sketched), "the sketches")
        for number in sketched:
            panel = f'.panel[data-number="{number}"]'
            inked = [p for p in page.pixels(f"{panel} .sketch") if p[3] > 0]
            assert len(inked) > 30
        page.wait(lambda: "plotly.js could not be loaded" in page.text(), "what is missing")
    finally:
        page.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
    page.show(lab, "/run/digits/wall")
    page.show(lab, "/run/digits", DRAWN)
    page.drawn(1, 2, 4, 5)
    page.wait(lambda: not page.all(".sketch"), "charts in the place of sketches")
    page.complaints()  # of what was blocked


@pytest.mark.parametrize("number", [3, 6])
def test_misrecognised_digits_are_on_red(dashboard, number):
    selector = f'.panel[data-number="{number}"] canvas'
    dashboard.slide(1)
    dashboard.wait(lambda: dashboard.all('.dashboard[data-drawn="1"]'), "the first step")
    red = [p for p in dashboard.pixels(selector) if p[3] == 255 and p[0] > 1.15 * p[1]]
    assert len(red) > 100
    said = dashboard.js(f"document.querySelector('{selector}').getAttribute('aria-label')")
    assert re.match(r"\d+ examples at step 1, \d+ misrecognised, among them \d taken for \d", said)


@pytest.mark.parametrize(
    ("key", "shown"),
    [(str(n), [n]) for n in range(1, 7)]
    + [("7", [1, 2]), ("8", [4, 5]), ("9", [3, 6])]
    + [("0", [1, 2, 3, 4, 5, 6]), (Keys.ESCAPE, [1, 2, 3, 4, 5, 6])],
)
def test_keys_choose_graphs(dashboard, key, shown):
    small = dashboard.js("document.querySelector('.panel').clientWidth")
    dashboard.press("5" if key != "5" else "4")
    dashboard.press(key)
    assert dashboard.shown() == shown
    script = f"""document.querySelector('.panel[data-number="{shown[0]}"]').clientWidth"""
    width = dashboard.js(script)
    assert width == small if len(shown) == 6 else width > 1.4 * small


def test_grid_and_logarithms(dashboard):
    def axis(number, value):
        return lambda: dashboard.plot(number, value)

    for key, value, before, after in [
        ("g", "layout.xaxis.showgrid", True, False),
        ("k", "layout.xaxis.type", "linear", "log"),
        ("l", "layout.yaxis.type", "linear", "log"),
    ]:
        assert dashboard.plot(2, value) == before
        dashboard.press(key)
        dashboard.wait(lambda v=value, a=after: dashboard.plot(2, v) == a, f"{key} to work")
        dashboard.press(key)
        dashboard.wait(lambda v=value, b=before: dashboard.plot(2, v) == b, f"{key} to undo")


def _drag(page, number, dx, dy):
    from selenium.webdriver import ActionChains

    plot = page.all(f'.panel[data-number="{number}"] .nsewdrag')[0]
    ActionChains(page.driver).move_to_element(plot).click_and_hold().move_by_offset(
        dx, dy
    ).release().perform()


def test_box_zoom_pan_and_reset(dashboard):
    def extent():
        low, high = dashboard.plot(2, "layout.xaxis.range")
        return high - low

    whole = extent()
    dashboard.press("o")
    _drag(dashboard, 2, 80, 60)
    dashboard.wait(lambda: extent() < 0.6 * whole, "the zoom")
    zoomed, start = extent(), dashboard.plot(2, "layout.xaxis.range[0]")
    dashboard.press("p")
    dashboard.wait(lambda: dashboard.plot(2, "layout.dragmode") == "pan", "pan")
    _drag(dashboard, 2, 60, 0)
    dashboard.wait(lambda: dashboard.plot(2, "layout.xaxis.range[0]") != start, "the pan")
    assert extent() == pytest.approx(zoomed)
    dashboard.press("h")
    dashboard.wait(lambda: extent() == pytest.approx(whole), "the reset")


def test_the_keys_are_shown(dashboard):
    dashboard.press("?")
    text = dashboard.text("dialog[open]")
    named = [*"1234567890OHPGKL?", "ESC", "SPACE", "Shift+SPACE", "Ctrl-S"]
    for key in named:
        assert key in text.split()
    dashboard.press(Keys.ESCAPE)
    dashboard.wait(lambda: not dashboard.all("dialog"), "the dialog to go")
    assert dashboard.shown() == [1, 2, 3, 4, 5, 6]


def test_save(dashboard, samples):
    saved = samples / "digits" / "saved"
    shutil.rmtree(saved, ignore_errors=True)
    dashboard.press_with(Keys.CONTROL, "s")
    dashboard.wait(lambda: saved.exists() and list(saved.glob("*.png")), "the file")
    dashboard.wait(lambda: "Saved: saved/" in dashboard.text(".notices"), "the line")
    (path,) = saved.glob("*.png")
    picture = Image.open(path)
    assert picture.width > 2000
    assert len(picture.convert("RGB").resize((200, 120)).getcolors(24000)) > 100


def _steps(page):
    return page.plot(2, "data[0].x.at(-1)")


def test_updates_arrive(page, lab, running):
    page.show(lab, f"/run/{running.run.id}")
    page.wait(lambda: _steps(page) == 40, "40 steps")
    running.add(10)
    page.wait(lambda: _steps(page) == 50, "50 steps")
    page.wait(lambda: "running" in page.text(".run-bar"), "the state")


def test_freeze_stops_the_drawing_only(page, lab, running):
    page.show(lab, f"/run/{running.run.id}")
    page.wait(lambda: _steps(page) == 40, "40 steps")
    page.press(" ")
    page.wait(lambda: "drawing frozen" in page.text(".run-bar"), "the sign")
    running.add(20)
    page.wait(lambda: "step 60" in page.text(".run-bar"), "the count of steps, which goes on")
    page.press("g")
    page.wait(lambda: page.plot(2, "layout.xaxis.showgrid") is False, "the grid to go")
    assert _steps(page) == 40
    page.press(" ")
    page.wait(lambda: _steps(page) == 60, "what was missed")
    assert "frozen" not in page.text(".run-bar")


def test_pause_asks_the_program(page, lab, running, samples):
    page.show(lab, f"/run/{running.run.id}")
    page.wait(lambda: _steps(page) == 40, "40 steps")
    control = samples / running.run.id / "control.json"
    page.press_with(Keys.SHIFT, " ")
    page.wait(lambda: control.exists() and json.loads(control.read_text())["paused"], "the request")
    running.run.paused = True
    running.write()
    page.wait(lambda: "program paused" in page.text(".run-bar"), "the sign")
    page.press_with(Keys.SHIFT, " ")
    page.wait(lambda: not json.loads(control.read_text())["paused"], "the request to go on")


def test_zoom_and_slider_survive_updates(page, lab, running):
    page.show(lab, f"/run/{running.run.id}")
    page.wait(lambda: _steps(page) == 40, "40 steps")
    _drag(page, 2, 60, 40)
    page.wait(lambda: page.plot(2, "layout.xaxis.autorange") is False, "the zoom")
    zoomed = page.plot(2, "layout.xaxis.range")
    page.slide(20)
    running.add(10)
    page.wait(lambda: _steps(page) == 50, "50 steps")
    assert page.plot(2, "layout.xaxis.range") == zoomed
    assert page.plot(2, "layout.shapes[0].x0") == 20
    assert "step 20 of 50" in page.text(".timeline")
    page.click(".timeline button:last-child")
    page.wait(lambda: "step 50" in page.text(".timeline"), "the latest step")
    page.wait(lambda: page.plot(2, "layout.shapes.length") == 0, "the cursor to go")


def test_a_hidden_tab_does_nothing_and_catches_up(page, lab, running):
    page.show(lab, f"/run/{running.run.id}")
    page.wait(lambda: _steps(page) == 40, "40 steps")
    hide = "Object.defineProperty(document, 'hidden', {get: () => %s, configurable: true})"
    page.js(hide % "true")
    page.requests()
    running.add(10)
    page.js("new Promise((done) => setTimeout(() => done(1), 1500))")
    assert page.requests() == []
    assert _steps(page) == 40
    page.js(hide % "false")
    page.js("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait(lambda: _steps(page) == 50, "50 steps")


def test_a_run_deleted_while_shown(page, lab, running, samples):
    page.show(lab, f"/run/{running.run.id}")
    page.wait(lambda: _steps(page) == 40, "40 steps")
    shutil.rmtree(samples / running.run.id)
    page.wait(lambda: "is gone" in page.text(".notices"), "the line")
    assert _steps(page) == 40
    # The browser itself writes down the answer 404.
    assert all("404" in line for line in page.complaints())


def test_a_lab_that_ends(browser, samples):
    lab = Lab(samples)
    browser.show(lab, "/run/digits", DRAWN)
    lab.stop()
    browser.wait(lambda: "does not answer" in browser.text(".notices"), "the line")
    assert "no connection" in browser.text(".top")
    assert browser.shown() == [1, 2, 3, 4, 5, 6]
    browser.driver.get("about:blank")


def test_a_lab_that_starts_anew_serves_the_pages_that_are_open(page, samples, running):
    lab = Lab(samples)
    page.show(lab, f"/run/{running.run.id}")
    page.wait(lambda: _steps(page) == 40, "40 steps")
    lab.stop()
    page.wait(lambda: "does not answer" in page.text(".notices"), "the line")
    running.add(10)
    again = Lab(samples, int(lab.origin.rsplit(":", 1)[1]))
    page.wait(lambda: "answers again" in page.text(".notices"), "the other line")
    page.wait(lambda: _steps(page) == 50, "50 steps")
    again.stop()
    page.driver.get("about:blank")
    page.complaints()
    page.requests()


def test_slider_shows_any_recorded_step(dashboard):
    before = dashboard.pixels('.panel[data-number="6"] canvas')
    dashboard.slide(120)
    dashboard.wait(lambda: dashboard.all('.dashboard[data-drawn="120"]'), "step 120")
    dashboard.wait(
        lambda: "step 100" in " ".join(dashboard.text('[data-number="6"] .legend').split()),
        "digits",
    )
    assert dashboard.pixels('.panel[data-number="6"] canvas') != before
    assert dashboard.plot(4, "layout.shapes[0].x0") == 120


def test_x_by_time_and_epoch(dashboard):
    from selenium.webdriver.support.ui import Select

    choice = Select(dashboard.all(".tools select")[0])
    choice.select_by_value("epoch")
    dashboard.wait(lambda: dashboard.plot(2, "layout.xaxis.title.text") == "epoch", "epochs")
    assert _steps(dashboard) == pytest.approx(300 * 100 / 60000)
    choice.select_by_value("time")
    dashboard.wait(lambda: dashboard.plot(2, "layout.xaxis.title.text") == "seconds", "seconds")
    assert _steps(dashboard) == pytest.approx(300 * 0.02, rel=1e-3)


def test_outliers_do_not_flatten_a_curve(page, lab, running):
    running.add_loss(1e12)
    running.add(40)
    page.show(lab, f"/run/{running.run.id}")
    page.wait(lambda: _steps(page) == 81, "81 steps")
    assert page.plot(2, "layout.yaxis.range[1]") < 2.1
    assert max(page.plot(2, "data[0].y")) == pytest.approx(1e12)
    page.press("l")
    page.wait(lambda: page.plot(2, "layout.yaxis.type") == "log", "the logarithmic axis")
    assert page.plot(2, "layout.yaxis.range[1]") > 11


def test_what_the_program_shows_itself_is_in_the_place_of_weights(page, lab, running):
    running.show("4/Logits")
    page.show(lab, f"/run/{running.run.id}")
    page.drawn(4)
    assert "Logits" in page.text('.panel[data-number="4"]')


def test_a_program_without_images_has_no_empty_box(page, lab):
    page.show(lab, "/run/gan")
    page.wait(lambda: len(page.shown()) == 6, "six graphs")
    page.drawn(*page.shown())
    titles = page.text(".graphs")
    for title in ("Losses", "Fetched values", "Evaluated values", "Gradient norms"):
        assert title in titles
    assert page.plot(2, "data.map((trace) => trace.name)") == [
        "discriminator_loss",
        "generator_loss",
    ]


def test_texts_of_programs_stay_texts(page, lab):
    page.show(lab, "/run/gan")
    page.wait(lambda: page.all(".program details:not([hidden])"), "the folds")
    page.js("document.querySelectorAll('.program details').forEach((fold) => (fold.open = true))")
    page.wait(lambda: "<script>alert(1)</script> to be" in page.text(".program"), "the text")
    assert page.js("document.querySelectorAll('main script').length") == 0


def test_a_failed_run_says_why(page, lab):
    page.show(lab, "/run/failed")
    for said in (
        "InvalidArgumentError: Nan in summary",
        "The first NaN came at step 31, in mean_square/Mean",
        "regression.py:9",
        "variable weights",
        "The disk was full",
    ):
        page.wait(lambda said=said: said in page.text(".notices"), said)
    page.wait(lambda: "failed" in page.text(".run-bar"), "the state")


def test_wall_marks_what_does_not_learn(page, lab):
    page.show(lab, "/run/gan/wall", ".wall[data-drawn]")
    page.wait(lambda: "48 of 48, 2 marked" in page.text(".tools"), "marks")
    page.press("m")
    page.wait(lambda: len([c for c in page.all(".card") if c.is_displayed()]) == 2, "two cards")
    text = page.text(".cards")
    assert "vanishing" in text and "hasty" in text
    page.press("m")
    page.js("document.querySelector('input[type=search]').focus()")
    page.driver.switch_to.active_element.send_keys("dense_7/k")
    page.wait(lambda: "2 of 48" in page.text(".tools"), "the search")
    page.all(".card:not([hidden]) .card-name")[0].click()
    page.wait(
        lambda: page.js("document.querySelectorAll('dialog .js-plotly-plot').length") == 3, "it"
    )
    # Its graph is not recorded, which the browser writes down.
    assert all("404" in line for line in page.complaints())


def test_wall_pictures(page, lab):
    page.show(lab, "/run/digits/wall", ".wall[data-drawn]")
    page.press("3")
    page.wait(lambda: len(page.all(".picture canvas.sheet")) >= 3, "pictures")
    page.wait(lambda: page.all('.wall[data-drawn="pictures 300"]'), "them drawn")
    text = page.text(".pictures")
    for title in ("Filters of conv1/kernel", "Feature maps of conv1/Relu", "hidden/Relu most"):
        assert title in text
    canvas = ".picture:nth-child(2) > .sheet-frame > canvas"
    before = page.pixels(canvas)
    page.all(".picture-choice button")[1].click()
    page.wait(lambda: page.pixels(canvas) != before, "the maps of another image")
    filters = page.pixels(".picture canvas.sheet")
    page.slide(100)
    page.wait(lambda: page.pixels(".picture canvas.sheet") != filters, "earlier filters")


def test_graph_opens_scopes_and_tells_ops(page, lab):
    page.show(lab, "/run/digits/graph", ".box")
    names = page.js("[...document.querySelectorAll('.box')].map((box) => box.dataset.name)")
    assert {"images", "conv1", "hidden", "logits", "loss"} <= set(names)
    assert "gradients" not in names
    shapes = page.js("document.querySelector('.ops').textContent")
    assert re.search(r"\? . 28 . 28 . 1\D", shapes)
    page.js("document.querySelector('[data-scope=hidden]').focus()")
    page.driver.switch_to.active_element.send_keys(Keys.ENTER)
    page.wait(lambda: page.all('[data-name="hidden/MatMul"]'), "what is inside")
    page.js("document.querySelector('[data-name=\"hidden/MatMul\"]').focus()")
    page.driver.switch_to.active_element.send_keys(Keys.ENTER)
    page.wait(lambda: "def kernel" in page.text(".detail"), "the kernel")
    text = page.text(".detail")
    assert "def gradient" in text and "300 µs" in text and "classifier.py, line 8" in text
    layers = "document.querySelector('.graph-view .js-plotly-plot').data[0].x"
    page.wait(lambda: page.js(layers) == ["logits", "hidden", "conv1"], "the gradient's way")
    page.press("e")
    page.wait(lambda: page.all('[data-name="gradients"]'), "all ops")


def test_boxes_of_the_graph_do_not_overlap(page, lab):
    page.show(lab, "/run/digits/graph", ".box")
    page.press("e")
    for scope in ("gradients", "conv1", "conv1/kernel"):
        page.wait(lambda s=scope: page.all(f'[data-scope="{s}"]'), scope)
        page.js(f"document.querySelector('[data-scope=\"{scope}\"]').focus()")
        page.driver.switch_to.active_element.send_keys(Keys.ENTER)
    overlapping = page.js("""return (() => {
        const boxes = [...document.querySelectorAll('.box:not(.open) > rect:first-of-type')]
            .map((box) => box.getBoundingClientRect());
        return boxes.filter((a, i) => boxes.some((b, k) => k > i && a.left < b.right - 1
            && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)).length;
    })()""")
    assert overlapping == 0


def test_runs_are_compared_on_the_same_axes(page, lab):
    page.show(lab, "/compare?ids=digits,digits-fast,digits-slow", ".compare[data-drawn]")
    data = "document.querySelector('.compared .js-plotly-plot').data"
    assert page.js(f"{data}.map((trace) => trace.name)") == ["digits", "digits-fast", "digits-slow"]
    page.wait(lambda: "learning rate" in page.text(".compare table"), "the table")
    page.js("""return (() => {
        const slider = document.querySelector('.smoothing');
        slider.value = 0.9;
        slider.dispatchEvent(new Event('input'));
    })()""")
    page.wait(lambda: page.js(f"{data}.length") == 6, "smooth lines over the faint ones")


def test_table_of_runs_sorts_and_compares(page, lab):
    page.show(lab, "/", "tbody tr")

    def names():
        return page.js("[...document.querySelectorAll('tbody a')].map((a) => a.textContent)")

    assert names()[0] == "digits"
    page.click('[data-place="column test accuracy"]')
    assert names()[0] == "digits-fast" or names()[0] == "digits"
    best = page.js("[...document.querySelectorAll('tbody tr')].map((r) => r.cells[6].textContent)")
    numbers = [float(text) for text in best if text[0].isdigit()]
    assert numbers == sorted(numbers, reverse=True)
    assert page.js("document.querySelector('th[aria-sort=descending]').textContent")
    for run in ("digits", "gan"):
        page.click(f'[aria-label="Compare {run}"]')
    page.click(".runs-bar .primary")
    page.wait(lambda: page.all(".compare[data-drawn]"), "the comparison")
    assert page.js("location.hash") == "#/compare?ids=digits,gan"


@pytest.mark.parametrize("view", ["/", "/run/digits", "/run/digits/wall", "/run/digits/graph"])
def test_what_is_drawn_is_also_said(page, lab, view):
    page.show(lab, view)
    page.wait(lambda: page.all("[data-drawn], tbody tr"), "the view")
    unnamed = page.js("""return [...document.querySelectorAll(
        'button, a, input, select, canvas, [role=img], [role=region], [role=toolbar]')]
        .filter((e) => e.getClientRects().length && !(e.getAttribute('aria-label')
            || e.textContent.trim() || e.closest('label') || e.title))
        .map((e) => e.outerHTML)""")
    assert unnamed == []
    assert page.js("document.querySelectorAll('h1').length") == 1


def test_themes_and_large_print(page, lab):
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    page.show(lab, "/run/digits", DRAWN)
    light = page.js(ground)
    try:
        page.media(dark=True)
        page.wait(lambda: page.js(ground) != light, "dark, as the system")
        page.js("""return (() => {
            const choice = document.querySelector('.theme-choice');
            choice.value = 'light';
            choice.dispatchEvent(new Event('change'));
        })()""")
        assert page.js(ground) == light
    finally:
        page.media(dark=False)
    before = page.plot(2, "layout.font.size")
    page.click('[aria-label="Large print"]')
    page.wait(lambda: page.plot(2, "layout.font.size") > 1.4 * before, "large print")
    page.click('[aria-label="Large print"]')


@pytest.mark.parametrize("view", ["/", "/run/digits", "/run/gan/wall", "/run/digits/graph"])
def test_a_phone_needs_no_sideways_scrolling(page, lab, view):
    page.resize(390, 844)
    page.show(lab, view)
    page.wait(lambda: page.all("[data-drawn], tbody tr"), "the view")
    assert page.js("document.documentElement.scrollWidth") <= 390
    assert all("404" in line for line in page.complaints())


def test_a_run_as_one_file(browser, samples, tmp_path):
    path = tmp_path / "digits.html"
    code = (
        "import sys; from reflow.lab.export import as_html; from reflow.lab.library import Library;"
        "open(sys.argv[2], 'w').write(as_html(Library(sys.argv[1]).open('digits')))"
    )
    subprocess.run([sys.executable, "-c", code, str(samples), str(path)], check=True)
    browser.complaints()
    browser.requests()
    browser.driver.get(path.as_uri())
    browser.wait(lambda: browser.all(DRAWN), "the last step")
    browser.drawn(1, 2, 4, 5)
    assert browser.shown() == [1, 2, 3, 4, 5, 6]
    browser.press("3")
    assert browser.shown() == [3]
    outside = [url for url in browser.requests() if not url.startswith(("file:", "data:", "blob:"))]
    assert outside == []
    assert browser.complaints() == []


def test_a_saved_svg_is_one(dashboard, samples):
    saved = samples / "digits" / "saved"
    shutil.rmtree(saved, ignore_errors=True)
    for number in (1, 3):
        panel = f'.panel[data-number="{number}"]'
        dashboard.js(f"document.querySelector('{panel} details').open = true")
        dashboard.js(f"""[...document.querySelectorAll('{panel} .menu-items button')]
            .find((button) => button.textContent === 'Save as SVG').click()""")
    dashboard.wait(lambda: saved.exists() and len(list(saved.glob("*.svg"))) == 2, "the files")
    for path in saved.glob("*.svg"):
        assert path.read_text().startswith("<svg")
    (digits,) = saved.glob("*Training_digits.svg")
    data = re.search(r"data:image/png;base64,([^\"]+)", digits.read_text())[1]
    assert Image.open(io.BytesIO(base64.b64decode(data))).width > 200
