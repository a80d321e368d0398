"""What the original `tensorflowvisu` did; see tests/reference/record_dashboard.py."""

import json
from pathlib import Path

import numpy as np

_FOLDER = Path(__file__).parents[1] / "reference" / "dashboard"

BEHAVIOUR = json.loads((_FOLDER / "behaviour.json").read_text())
VALUES = np.load(_FOLDER / "values.npz")
