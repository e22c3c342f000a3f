/**
 * How the city's own map looks: the colours of the page, and what is painted from which tile layer (map_labels.js: what is labelled).
 * base_layer.js reads the palette again and asks for new rules when the page changes its theme.
 */

/* global protomapsL */

const PATH_ZOOM_MIN = 15;

/** @typedef {{sea: string, land: string, landEdge: string, road1: string, road2: string, road3: string, text: string, strong: string,
 *   hydrant: string, help: string, font: string, labelPx: number}} Palette */

/** @param {Element} element @returns {Palette} */
export function readPalette(element) {
  const style = getComputedStyle(element);
  const read = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  return {
    sea: read("--sea", "#0a1217"),
    land: read("--land", "#191d1f"),
    landEdge: read("--land-edge", "#2f373c"),
    road1: read("--road-1", "#667178"),
    road2: read("--road-2", "#41494f"),
    road3: read("--road-3", "#2b3236"),
    text: read("--text-3", "#929da4"),
    strong: read("--text-2", "#b3bdc3"),
    hydrant: read("--blue-fg", "#9bc2ee"),
    help: read("--teal-fg", "#86d0c0"),
    font: read("--font-ui", "sans-serif"),
    labelPx: Number.parseFloat(read("--map-label-px", "12")),
  };
}

/** Line widths in pixels grow with the zoom. @param {[number, number][]} stops */
function widthAt(stops) {
  return protomapsL.exp(1.6, stops);
}

/** @param {Palette} colours @param {{overRaster: boolean, hidden?: Set<string>}} where hidden: kinds that are switched off */
export function paintRules(colours, { overRaster, hidden = new Set() }) {
  const ofClass = (name) => (_zoom, feature) => feature.props.class === name;
  const road = (name, color, stops, minzoom) => ({
    dataLayer: "roads",
    minzoom,
    filter: ofClass(name),
    symbolizer: new protomapsL.LineSymbolizer({
      color,
      width: widthAt(stops),
      lineCap: "round",
      lineJoin: "round",
    }),
  });
  const ground = overRaster
    ? []
    : [
        {
          dataLayer: "land",
          symbolizer: new protomapsL.PolygonSymbolizer({
            fill: colours.land,
            stroke: colours.landEdge,
            width: 1,
          }),
        },
        { dataLayer: "water", symbolizer: new protomapsL.PolygonSymbolizer({ fill: colours.sea }) },
      ];
  return [
    ...ground,
    {
      dataLayer: "districts",
      minzoom: 11,
      filter: () => !hidden.has("kelurahan"),
      symbolizer: new protomapsL.LineSymbolizer({
        color: colours.landEdge,
        width: 1,
        dash: [4, 4],
        dashColor: colours.landEdge,
        dashWidth: 1,
        skip: true,
      }),
    },
    {
      dataLayer: "roads",
      minzoom: 12,
      filter: ofClass("ferry"),
      symbolizer: new protomapsL.LineSymbolizer({
        color: colours.road2,
        width: 1,
        dash: [2, 6],
        dashColor: colours.road2,
        dashWidth: 1,
        skip: true,
      }),
    },
    {
      dataLayer: "roads",
      minzoom: PATH_ZOOM_MIN,
      filter: ofClass("path"),
      symbolizer: new protomapsL.LineSymbolizer({
        color: colours.road2,
        width: widthAt([
          [15, 1],
          [18, 2.5],
        ]),
        dash: [5, 3],
      }),
    },
    road(
      "r3",
      colours.road3,
      [
        [12, 0.6],
        [14, 1.6],
        [16, 4],
        [18, 9],
      ],
      13,
    ),
    road(
      "r2",
      colours.road2,
      [
        [11, 0.6],
        [13, 1.4],
        [15, 3.2],
        [18, 12],
      ],
      11,
    ),
    road(
      "r1",
      colours.road1,
      [
        [9, 0.8],
        [12, 1.6],
        [14, 3],
        [16, 5.5],
        [18, 14],
      ],
      8,
    ),
  ];
}
