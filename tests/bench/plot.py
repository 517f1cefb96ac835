# SPDX-License-Identifier: MIT
"""The picture of docs/performance.md: CPU time as a ratio to the bare loop, a bar for each program, on a logarithmic axis. An
SVG that needs nothing else, for light and dark pages."""
import math
from xml.sax.saxutils import escape

LEFT, RIGHT, TOP, BAR, GAP, GROUP_GAP, WIDTH = 96, 150, 64, 13, 3, 18, 860
LEAST = 0.1
STYLE = """
svg { font: 12px system-ui, sans-serif; --page: #ffffff; --ink: #16181d; --soft: #5b616b; --line: #dde0e5;
  --ours: #1f6fd0; --peer: #b4bac4; --goal: #b3261e; }
@media (prefers-color-scheme: dark) { svg { --page: #16181d; --ink: #f2f3f5; --soft: #a3a9b3; --line: #343841;
  --ours: #4c95ec; --peer: #5d6470; --goal: #ff8a80; } }
.page { fill: var(--page); } .title { fill: var(--ink); font-size: 15px; font-weight: 600; } .soft { fill: var(--soft); }
.name { fill: var(--ink); font-weight: 600; } .value { fill: var(--ink); } .ours { fill: var(--ours); } .peer { fill: var(--peer); }
.grid { stroke: var(--line); } .bare { stroke: var(--soft); stroke-dasharray: 4 3; } .goal { stroke: var(--goal); stroke-width: 2.5; }
"""


class Scale:
    """From the least to beyond the most, a step of ten at a time."""

    def __init__(self, most):
        self.low, self.high = math.log10(LEAST), math.ceil(math.log10(most))

    def x(self, value):
        part = (math.log10(max(value, LEAST)) - self.low) / (self.high - self.low)
        return LEFT + part * (WIDTH - LEFT - RIGHT)

    def ticks(self):
        return [10.0 ** e for e in range(round(self.low), self.high + 1)]


def number(value):
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def tag(name, text=None, **attributes):
    said = " ".join(f'{k.replace("_", "-")}="{v if isinstance(v, str) else round(v, 1)}"' for k, v in attributes.items())
    return f"<{name} {said}/>" if text is None else f"<{name} {said}>{escape(text)}</{name}>"


def bar(scale, y, name, value, goal):
    """One program's: its goal is a mark across it."""
    ours = name == "portwarden"
    end = scale.x(value)
    yield tag("rect", x=LEFT, y=y, width=max(end - LEFT, 2), height=BAR, rx="2", **{"class": "ours" if ours else "peer"})
    if goal:
        yield tag("line", x1=scale.x(goal), x2=scale.x(goal), y1=y - 2, y2=y + BAR + 2, **{"class": "goal"})
        end = max(end, scale.x(goal) + 2)
    yield tag("text", f"{name} {number(value)}", x=end + 6, y=y + BAR - 2.5, **{"class": "name" if ours else "value"})


def draw(groups):
    """groups: [(workload, [(program, ratio, goal or None)])] -> SVG."""
    scale = Scale(max(value for _, bars in groups for _, value, _ in bars))
    height = TOP + sum(len(bars) * (BAR + GAP) + GROUP_GAP for _, bars in groups) + 26
    parts, y = [], TOP
    for tick in scale.ticks():
        x = scale.x(tick)
        parts.append(tag("line", x1=x, x2=x, y1=TOP - 8, y2=height - 30, **{"class": "bare" if tick == 1 else "grid"}))
        parts.append(tag("text", f"{tick:g}", x=x, y=height - 14, text_anchor="middle", **{"class": "soft"}))
    for workload, bars in groups:
        middle = y + len(bars) * (BAR + GAP) / 2 + 4
        parts.append(tag("text", workload, x=LEFT - 12, y=middle, text_anchor="end", **{"class": "name"}))
        for name, value, goal in bars:
            parts += bar(scale, y, name, value, goal)
            y += BAR + GAP
        y += GROUP_GAP
    head = [tag("text", "CPU time for the same capture, bare pcap_next_ex loop = 1", x=16, y=24, **{"class": "title"}),
            tag("text", "logarithmic; shorter is faster; a red mark is the goal", x=16, y=42, **{"class": "soft"})]
    words = "; ".join(f"{w}: " + ", ".join(f"{n} {number(v)}" for n, v, _ in bars) for w, bars in groups)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
            f'aria-label="{escape(words)}">\n<!-- SPDX-License-Identifier: MIT; made by tests/bench/report -->\n'
            f"<style>{STYLE}</style>\n" + tag("rect", width=WIDTH, height=height, rx="8", **{"class": "page"}) + "\n" +
            "\n".join(head + parts) + "\n</svg>\n")
