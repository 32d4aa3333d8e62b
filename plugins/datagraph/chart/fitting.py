"""How much room words take, by estimate: a drawing made on the server cannot measure its font."""

from __future__ import annotations

NARROW, WIDE = frozenset("iljtfrI.,:;'’!|()-/ "), frozenset("mwMWÀÁÂÄ@%—–→")
MORE = "…"


def width(text: str, size: int, bold: bool = False) -> int:
    """About how many units a text takes; on the safe side for the usual sans-serif fonts."""
    ems = sum(_ems(char) for char in text)
    return round(ems * size * (1.05 if bold else 1.0))


def _ems(char: str) -> float:
    if char in NARROW:
        return 0.31
    if char in WIDE:
        return 0.82
    return 0.62 if char.isupper() else 0.51


def fits(text: str, size: int, room: int, bold: bool = False) -> bool:
    return width(text, size, bold) <= room


def wrapped(text: str, size: int, room: int, most: int = 3, bold: bool = False) -> list[str]:
    """The text over at most `most` lines of `room` units; what does not fit is cut off with an ellipsis."""
    lines: list[str] = []
    for word in text.split():
        if lines and fits(f"{lines[-1]} {word}", size, room, bold):
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1]} {MORE}"]
    return [_cut(line, size, room, bold) for line in lines]


def _cut(text: str, size: int, room: int, bold: bool) -> str:
    if fits(text, size, room, bold):
        return text
    text = text.removesuffix(MORE)
    while text and not fits(text + MORE, size, room, bold):
        text = text[:-1]
    return text.rstrip() + MORE
