"""Records what the original `tensorflowvisu` does, for tests/visu.

    python -m tests.reference.record_dashboard FOLDER

Python 3.7, tensorflow==1.15.5 'protobuf<3.21' matplotlib; FOLDER holds the original, from
GoogleCloudPlatform/tensorflow-without-a-phd, tensorflow-mnist-tutorial.
"""

import json
import os
import sys

import matplotlib
import numpy as np

from tests.reference import dashboard_cases as cases

matplotlib.use("Agg")

RECORDED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "dashboard")


def calls_of(tensorflowvisu, arguments):
    """How the original's animate calls the program's function; its window stays out of it."""

    def animation(figure, function, frames, **options):
        for frame in range(frames):
            function(frame)

    tensorflowvisu.animation.FuncAnimation = animation
    tensorflowvisu.plt.pause = tensorflowvisu.plt.show = lambda *args, **options: None
    dashboard = tensorflowvisu.MnistDataVis.__new__(tensorflowvisu.MnistDataVis)
    dashboard._mpl_update_func = lambda: None
    calls = []
    dashboard.animate(lambda *call: calls.append(call), **arguments)
    return calls


if __name__ == "__main__":
    folder = sys.argv[1]
    os.chdir(folder)
    sys.path.insert(0, folder)
    import tensorflow as tf
    import tensorflowvisu

    nodes, image = cases.images(tf, tensorflowvisu)
    boundaries = map(tensorflowvisu.probability_distribution, cases.distributions())
    os.makedirs(RECORDED, exist_ok=True)
    np.savez_compressed(
        os.path.join(RECORDED, "values.npz"), image=image, boundaries=np.array(list(boundaries))
    )
    with open(os.path.join(RECORDED, "behaviour.json"), "w") as file:
        calls = [calls_of(tensorflowvisu, arguments) for arguments in cases.ANIMATIONS]
        json.dump({"nodes": nodes, "calls": calls}, file, separators=(",", ":"))
        file.write("\n")
