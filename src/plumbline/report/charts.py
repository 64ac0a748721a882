"""Small charts as SVG inside a page: no script, no colour that means anything by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDTH: Final = 320
_HEIGHT: Final = 220
_EDGE: Final = 34


def _x(share: float) -> float:
    return round(_EDGE + share * (_WIDTH - _EDGE - 10), 1)


def _y(share: float) -> float:
    return round(_HEIGHT - _EDGE - share * (_HEIGHT - _EDGE - 10), 1)


def _frame(title: str, across: str, up: str, inside: list[str]) -> Markup:
    """Axes from nothing to all, with words for people who cannot see the picture."""
    ticks = "".join(
        f'<text class="tick" x="{_x(at)}" y="{_HEIGHT - _EDGE + 14}" text-anchor="middle">{at:.0%}</text>'
        f'<text class="tick" x="{_EDGE - 4}" y="{_y(at) + 4}" text-anchor="end">{at:.0%}</text>'
        for at in (0.0, 0.5, 1.0)
    )
    axes = f'<path class="axis" d="M{_x(0)} {_y(1)}V{_y(0)}H{_x(1)}"/>'
    names = (
        f'<text class="name" x="{_x(1)}" y="{_HEIGHT - 4}" text-anchor="end">{escape(across)}</text>'
        f'<text class="name" x="{_x(0) + 4}" y="{_y(1) + 8}">{escape(up)}</text>'
    )
    return Markup(  # noqa: S704 - every text above is escaped
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"{axes}{ticks}{names}{''.join(inside)}</svg>"
    )


def gains(points: Sequence[tuple[float, float]], title: str) -> Markup:
    """Good leads found against leads worked; the straight line is what chance finds."""
    path = " ".join(f"{'M' if not at else 'L'}{_x(x)} {_y(y)}" for at, (x, y) in enumerate(points))
    chance = f'<path class="chance" d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}"/>'
    return _frame(
        title, "of the leads worked", "of the good leads found", [chance, f'<path class="line" d="{path}"/>']
    )


def said_and_came(bins: Sequence[tuple[float, float, float, float]], title: str) -> Markup:
    """What was said against what came, with intervals; on the straight line both are the same."""
    inside = [f'<path class="chance" d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}"/>']
    for said, came, low, high in bins:
        inside.append(f'<path class="span" d="M{_x(said)} {_y(low)}V{_y(high)}"/>')
        inside.append(f'<circle class="dot" cx="{_x(said)}" cy="{_y(came)}" r="3"/>')
    return _frame(title, "chance that was said", "came true", inside)


def bars(rows: Sequence[tuple[str, float, float, float]], title: str) -> Markup:
    """A share per name with its interval."""
    wide = 0.7 / max(1, len(rows))
    inside = []
    for at, (name, value, low, high) in enumerate(rows):
        middle = (at + 0.5) / len(rows)
        left, right = _x(middle - wide / 2), _x(middle + wide / 2)
        inside.append(
            f'<rect class="bar" x="{left}" y="{_y(value)}" '
            f'width="{right - left:.1f}" height="{_y(0) - _y(value):.1f}"/>'
        )
        inside.append(f'<path class="span" d="M{_x(middle)} {_y(low)}V{_y(high)}"/>')
        inside.append(
            f'<text class="tick" x="{_x(middle)}" y="{_y(0) - 5}" text-anchor="middle">{escape(name)}</text>'
        )
    return _frame(title, "band", "of its leads are good", inside)


def steps(cells: Sequence[tuple[str, int, int, int]], title: str) -> Markup:
    """Points of one signal, bin by bin, with what the data allow."""
    most = max((abs(end) for _, points, low, high in cells for end in (points, low, high)), default=1) or 1
    row = 18
    middle, half = 190, 110
    inside = [f'<path class="chance" d="M{middle} 0V{row * len(cells)}"/>']
    for at, (name, points, low, high) in enumerate(cells):
        y = at * row + row / 2
        ends = [middle + half * end / most for end in (points, low, high)]
        inside.append(f'<text class="tick" x="0" y="{y + 4}">{escape(name[:26])}</text>')
        inside.append(f'<path class="span" d="M{ends[1]:.1f} {y}H{ends[2]:.1f}"/>')
        inside.append(f'<circle class="dot" cx="{ends[0]:.1f}" cy="{y}" r="3"/>')
        inside.append(
            f'<text class="tick" x="{middle + half + 42}" y="{y + 4}" text-anchor="end">{points:+d}</text>'
        )
    return Markup(  # noqa: S704 - every text above is escaped
        f'<svg class="chart shape" viewBox="0 0 345 {row * max(1, len(cells))}" role="img" '
        f'aria-label="{escape(title)}">{"".join(inside)}</svg>'
    )


#: Of a chart in a file of its own, light as on paper.
_STYLE: Final = (
    "svg{background:#fff;font-family:system-ui,sans-serif}"
    ".axis,.span{fill:none;stroke:#999}.chance{fill:none;stroke:#999;stroke-dasharray:3 3}"
    ".line{fill:none;stroke:#1d5fa8;stroke-width:2}.dot{fill:#1d5fa8}.bar{fill:#9dbbe0}"
    "text{fill:#555;font-size:10px}.name{font-size:11px;fill:#111}"
)


def alone(picture: Markup) -> str:
    """A chart as a file: with a namespace and with its own styles."""
    head, _, rest = picture.partition(">")
    return f'{head} xmlns="http://www.w3.org/2000/svg"><style>{_STYLE}</style>{rest}\n'
