"""A city's map from files: OpenStreetMap, boundaries, Overpass. Read outside any transaction, written in one short one.

`road_tags` and `place_tags` are the rules, `osm` and `boundaries` read, `network` and `streets` build, `staging` holds
what was read beside the map, `writing` makes the map so, `run` is the order of these steps, `report` what came of it.
"""
