"""Files of OpenStreetMap made by hand, small enough to see the whole of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

from maps.importing import osm, run
from maps.importing.report import Report
from maps.importing.rows import Content

Tags = Mapping[str, str]
BOX = (104.0, 0.0, 105.0, 1.0)


class Extract:
    """`node(1, 104.1, 0.5)`, `way(7, [1, 2], highway="residential")`; positions in lng, lat."""

    def __init__(self, box: tuple[float, ...] | None = BOX) -> None:
        self.box = box
        self.parts: dict[str, list[str]] = {"node": [], "way": [], "relation": []}

    def node(self, ref: int, lng: float, lat: float, **tags: str) -> Extract:
        return self._add("node", f'id="{ref}" lon="{lng}" lat="{lat}"', "", tags)

    def line(self, *refs: int, lat: float = 0.5) -> Extract:
        """Nodes from west to east, a hundredth of a degree apart."""
        for at, ref in enumerate(refs):
            self.node(ref, 104.1 + at / 100, lat)
        return self

    def way(self, ref: int, nodes: Sequence[int], **tags: str) -> Extract:
        inside = "".join(f'<nd ref="{node}"/>' for node in nodes)
        return self._add("way", f'id="{ref}"', inside, tags)

    def relation(self, ref: int, members: Sequence[tuple[str, int, str]], **tags: str) -> Extract:
        inside = "".join(
            f'<member type="{kind}" ref="{member}" role="{role}"/>'
            for kind, member, role in members
        )
        return self._add("relation", f'id="{ref}"', inside, tags)

    def _add(self, name: str, attributes: str, inside: str, tags: Tags) -> Extract:
        said = "".join(
            f"<tag k={quoteattr(key.replace('__', ':'))} v={quoteattr(value)}/>"
            for key, value in tags.items()
        )
        self.parts[name].append(f'<{name} version="1" {attributes}>{inside}{said}</{name}>')
        return self

    def text(self) -> str:
        bounds = ""
        if self.box:
            west, south, east, north = self.box
            bounds = f'<bounds minlon="{west}" minlat="{south}" maxlon="{east}" maxlat="{north}"/>'
        parts = "".join("".join(items) for items in self.parts.values())
        return f'<?xml version="1.0"?><osm version="0.6">{bounds}{parts}</osm>'

    def file(self, folder: Path, name: str = "city.osm") -> Path:
        path = folder / name
        path.write_text(self.text())
        return path

    def content(self, folder: Path) -> Content:
        found = Content()
        osm.read(self.file(folder), found)
        return found

    def imported(self, folder: Path, **wish: object) -> Report:
        return run.run(run.Wish(files=[self.file(folder)], **wish))
