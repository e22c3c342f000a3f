/**
 * How the city's own map looks: the colours of the page, and what is painted and labelled from which tile layer.
 * base_layer.js reads the palette again and asks for new rules when the page changes its theme.
 */

/* global protomapsL */

const LABEL_PX = 12; // nothing on a dispatcher's map is smaller
const ROAD_LABEL_ZOOM_MIN = 14;
const VILLAGE_LABEL_ZOOM_MAX = 16;
const NAMED_FIRST = ["hospital", "pier", "airport", "clinic", "island", "bridge", "neighbourhood"];
// From afar the units standing there say where the stations are; their names would lie under them.
const STATIONS = ["fire_station", "police", "rescue"];
const STATION_LABEL_ZOOM_MIN = 14.5;

/** @typedef {{sea: string, land: string, landEdge: string, road1: string, road2: string, road3: string, text: string, font: string}} Palette */

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
    font: read("--font-ui", "sans-serif"),
  };
}

/** Line widths in pixels grow with the zoom. @param {[number, number][]} stops */
function widthAt(stops) {
  return protomapsL.exp(1.6, stops);
}

/** @param {Palette} colours @param {{overRaster: boolean}} where */
export function paintRules(colours, { overRaster }) {
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

/** Labels in the order in which they win a place. @param {Palette} colours */
export function labelRules(colours) {
  const halo = { stroke: colours.land, width: 3 };
  const text = { fill: colours.text, fontFamily: colours.font, fontSize: LABEL_PX, lineHeight: 1.2 };
  const dotted = (weight) =>
    new protomapsL.GroupSymbolizer([
      new protomapsL.CircleSymbolizer({ radius: 2, fill: colours.text }),
      new protomapsL.OffsetTextSymbolizer({
        ...text,
        ...halo,
        labelProps: ["name"],
        fontWeight: weight,
        offsetX: 5,
        offsetY: 4,
        maxLineChars: 18,
      }),
    ]);
  const isFirst = (feature) => NAMED_FIRST.includes(feature.props.kind);
  const isStation = (feature) => STATIONS.includes(feature.props.kind);
  const isArea = (feature) => feature.props.kind === "kelurahan" || feature.props.kind === "kecamatan";
  return [
    {
      dataLayer: "places",
      minzoom: 12,
      maxzoom: VILLAGE_LABEL_ZOOM_MAX,
      filter: (_zoom, feature) => feature.props.kind === "kelurahan",
      symbolizer: new protomapsL.CenteredTextSymbolizer({
        ...text,
        ...halo,
        labelProps: ["name"],
        fontSize: 13,
        fontWeight: 600,
        letterSpacing: 0.6,
        maxLineChars: 14,
      }),
    },
    {
      dataLayer: "places",
      minzoom: 13,
      filter: (_zoom, feature) => isFirst(feature),
      symbolizer: dotted(500),
    },
    {
      dataLayer: "places",
      minzoom: STATION_LABEL_ZOOM_MIN,
      filter: (_zoom, feature) => isStation(feature),
      symbolizer: dotted(500),
    },
    {
      dataLayer: "roads",
      minzoom: ROAD_LABEL_ZOOM_MIN,
      filter: (_zoom, feature) => Boolean(feature.props.name) && feature.props.class !== "ferry",
      symbolizer: new protomapsL.LineLabelSymbolizer({
        ...text,
        ...halo,
        labelProps: ["name"],
        repeatDistance: 300,
      }),
    },
    {
      dataLayer: "places",
      minzoom: 15,
      filter: (_zoom, feature) => !isFirst(feature) && !isStation(feature) && !isArea(feature),
      symbolizer: dotted(400),
    },
  ];
}
