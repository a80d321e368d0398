"""Pictures of dots in which eyes that look beyond them see depth."""

from __future__ import annotations

from typing import Any

from reflow.graph.operation import Tensor
from reflow.ops.image.stereograms import SingleImageRandomDotStereograms


def single_image_random_dot_stereograms(
    depth_values: Any,
    hidden_surface_removal: bool | None = None,
    convergence_dots_size: int | None = None,
    dots_per_inch: int | None = None,
    eye_separation: float | None = None,
    mu: float | None = None,
    normalize: bool | None = None,
    normalize_max: float | None = None,
    normalize_min: float | None = None,
    border_level: float | None = None,
    number_colors: int | None = None,
    output_image_shape: Any = None,
    output_data_window: Any = None,
) -> Tensor:
    """A picture of random dots, uint8, in which one sees the depths of a matrix.

    Args:
      depth_values: [height, width], greater where it is nearer.
      hidden_surface_removal (True): leave out what one of the eyes does not see.
      convergence_dots_size (8): in pixels, of two black dots at the lower edge, which help to look
        beyond the picture; 0 for none.
      dots_per_inch (72): of the screen.
      eye_separation (2.5): in inches.
      mu (0.3333): how near the nearest is, in parts of the distance between eyes and background.
      normalize (True): bring the depths to the range from 0 to 1.
      normalize_max, normalize_min (-100, 100): the depths that become 1 and 0; those that occur if
        the first is less than the second.
      border_level (0): the depth around the matrix.
      number_colors (256): 2 for black and white, 256 for grey, more for colours.
      output_image_shape ([1024, 768, 1]): width, height and channels of the picture.
      output_data_window ([1022, 757]): width and height of the part that shows the matrix.

    Returns:
      [height, width, channels]
    """
    given = {
        "hidden_surface_removal": hidden_surface_removal,
        "convergence_dots_size": convergence_dots_size,
        "dots_per_inch": dots_per_inch,
        "eye_separation": eye_separation,
        "mu": mu,
        "normalize": normalize,
        "normalize_max": normalize_max,
        "normalize_min": normalize_min,
        "border_level": border_level,
        "number_colors": number_colors,
        "output_image_shape": output_image_shape,
        "output_data_window": output_data_window,
    }
    picture: Tensor = SingleImageRandomDotStereograms(
        depth_values, **{name: value for name, value in given.items() if value is not None}
    )
    return picture
