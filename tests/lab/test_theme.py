"""The page's colours: both themes can be read, and colour-blind eyes tell the curves apart."""

import itertools
import re
from pathlib import Path

import pytest

import reflow.lab

_THEME = (Path(reflow.lab.__file__).parent / "page" / "theme.css").read_text()

# As good as a matrix can: what dichromats see of linear red, green and blue (Viénot, Brettel and
# Mollon 1999).
_SEEN = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no long-wave cones": (
        (0.11238, 0.88762, 0),
        (0.11238, 0.88762, 0),
        (0.00401, -0.00401, 1),
    ),
    "no middle-wave cones": (
        (0.29275, 0.70725, 0),
        (0.29275, 0.70725, 0),
        (-0.02234, 0.02234, 1),
    ),
}


def _colours(theme):
    block = re.search(rf':root\[data-theme="{theme}"\] {{(.*?)}}', _THEME, re.S)[1]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def _linear(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]


def _luminance(colour):
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one, other):
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_can_be_read(theme):
    colours = _colours(theme)
    pairs = [
        (text, ground) for text in ("ink", "muted", "accent") for ground in ("surface", "ground")
    ]
    pairs += [(name, f"{name}-soft") for name in ("accent", "good", "warn", "bad")]
    pairs += [("on-accent", "accent"), ("digit-ink", "paper"), ("wrong-ink", "wrong-paper")]
    pairs += [("right-answer", "wrong-paper"), ("wrong-answer", "wrong-paper")]
    poor = {pair: _contrast(*(colours[name] for name in pair)) for pair in pairs}
    assert {pair: c for pair, c in poor.items() if c < 4.5} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_curves_stand_out(theme):
    colours = _colours(theme)
    hues = [name for name in colours if name.startswith("hue-")]
    hues += ["training", "test", "weights", "biases"]
    contrasts = {name: _contrast(colours[name], colours["surface"]) for name in hues}
    assert {name: c for name, c in contrasts.items() if c < 2.5} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("eye", list(_SEEN))
def test_colour_blind_eyes_tell_curves_apart(theme, eye):
    colours = _colours(theme)

    def seen(name):
        linear = _linear(colours[name])
        return [sum(m * c for m, c in zip(row, linear)) for row in _SEEN[eye]]

    # The first four hues, which most comparisons need, and the pairs that share a graph.
    for one, other in itertools.combinations([f"hue-{n}" for n in range(4)], 2):
        distance = sum((a - b) ** 2 for a, b in zip(seen(one), seen(other))) ** 0.5
        assert distance > 0.08, (one, other)
