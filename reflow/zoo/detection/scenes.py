"""Pictures of squares and circles, drawn at random, with what is to be said about them."""

import numpy as np

SIDE = 64  # of a picture, in pixels
GRID = 8  # cells in each direction
SORTS = ("square", "circle")


def scene(random):
    """One picture and its objects: 1 to 3, at most one in a cell; later ones hide earlier ones.

    Returns the picture [SIDE, SIDE, 1] and the truth [GRID, GRID, 5 + sorts]: for the cell with an
    object's centre 1, the centre's x and y in the cell, width and height (cells and the picture
    are 1 wide), and 1 for its sort; zeros for other cells.
    """
    picture = random.normal(0, 0.1, [SIDE, SIDE, 1])
    truth = np.zeros([GRID, GRID, 5 + len(SORTS)])
    rows, columns = np.mgrid[:SIDE, :SIDE] + 0.5
    for _ in range(random.randint(1, 4)):
        sort = random.randint(len(SORTS))
        radius = random.uniform(5, 12)
        x, y = random.uniform(radius, SIDE - radius, size=2)
        (column, x_in_cell), (row, y_in_cell) = (divmod(at * GRID / SIDE, 1) for at in (x, y))
        cell = truth[int(row), int(column)]
        if cell[0]:
            continue
        size = 2 * radius / SIDE
        cell[:5] = 1, x_in_cell, y_in_cell, size, size
        cell[5 + sort] = 1
        distances = np.abs([columns - x, rows - y])
        inside = (distances.max(0) if SORTS[sort] == "square" else np.hypot(*distances)) < radius
        picture[inside] = random.uniform(0.4, 1)
    return picture, truth


def scenes(count, random):
    """Pictures [count, SIDE, SIDE, 1] and truths [count, GRID, GRID, 5 + sorts]."""
    pictures, truths = zip(*(scene(random) for _ in range(count)))
    return np.stack(pictures), np.stack(truths)
