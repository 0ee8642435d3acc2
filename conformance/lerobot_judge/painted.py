"""Frame numbers painted into pictures, so that a picture says by itself which one it is.

The top row holds squares of width/20 by height/10 pixels, the first one two squares from the left: 16 squares are
the number, bit 0 leftmost, white = 1, black = 0; the 17th is white when the number of white ones among the 16 is odd.
"""

import numpy as np

BITS = 16
FIRST_SQUARE = 2
COLUMNS = 20
ROWS = 10
# A square counts as white or black only when it clearly is: video compression blurs, wrong pictures mix.
BLACK_BELOW = 0.35
WHITE_ABOVE = 0.65


def paint(picture: np.ndarray, number: int) -> None:
    """Paints `number` into an RGB picture (height, width, 3), uint8, in place."""
    height, width, _ = picture.shape
    bits = [(number >> bit) & 1 for bit in range(BITS)]
    bits.append(sum(bits) & 1)
    bottom = round(height / ROWS)
    for place, bit in enumerate(bits):
        left = round((FIRST_SQUARE + place) * width / COLUMNS)
        right = round((FIRST_SQUARE + place + 1) * width / COLUMNS)
        picture[:bottom, left:right] = 255 * bit


def read(picture: np.ndarray) -> int | str:
    """The painted number of a picture (3, height, width), uint8, or the reason it cannot be read."""
    _, height, width = picture.shape
    square_w, square_h = width / COLUMNS, height / ROWS
    top, bottom = round(square_h * 0.25), round(square_h * 0.75)
    bits = []
    for place in range(BITS + 1):
        left = (FIRST_SQUARE + place) * square_w
        patch = picture[:, top:bottom, round(left + square_w * 0.25) : round(left + square_w * 0.75)]
        level = float(patch.mean()) / 255
        if BLACK_BELOW <= level <= WHITE_ABOVE:
            return f"square {place} is grey ({level:.2f})"
        bits.append(int(level > WHITE_ABOVE))
    if sum(bits) % 2 != 0:
        return f"parity is wrong (squares {''.join(map(str, bits))})"
    return sum(bit << place for place, bit in enumerate(bits[:BITS]))
