/**
 * What is written on the city's own map, and the marks of what crews look for: hydrants and defibrillators.
 * A rule's zoom is the one of the screen; its tile is one zoom farther (maps/tiles.py).
 */

/* global protomapsL */

const ROAD_LABEL_ZOOM_MIN = 14;
const VILLAGE_LABEL_ZOOM_MAX = 16;
const NAMED_FIRST = ["hospital", "pier", "airport", "clinic", "island", "bridge", "neighbourhood"];
// From afar the units standing there say where the stations are; their names would lie under them.
const STATIONS = ["fire_station", "police", "rescue"];
const STATION_LABEL_ZOOM_MIN = 14.5;
const HOUSING_ZOOM_MIN = 14;
const MARK_ZOOM_MIN = 15;
const ALLEY_ZOOM_MIN = 16;
const HOUSE_NUMBER_ZOOM_MIN = 17;
const MARK_WORDS = { hydrant: "H", aed: "AED" };
const OWN_RULE = new Set(["kelurahan", "kecamatan", "hydrant", "aed", "address", "alley", "housing"]);

/** A filled plate with a word on it, wherever it finds room. */
class Plate {
  #colour;
  #ink;
  #font;
  #high;

  constructor({ colour, ink, font, labelPx }) {
    this.#colour = colour;
    this.#ink = ink;
    this.#font = `700 ${labelPx}px ${font}`;
    this.#high = labelPx / 2 + 2;
  }

  place(layout, geom, feature) {
    const word = MARK_WORDS[feature.props.kind];
    layout.scratch.font = this.#font;
    const [half, high] = [Math.max(this.#high, layout.scratch.measureText(word).width / 2 + 3), this.#high];
    const anchor = geom[0][0];
    const box = {
      minX: anchor.x - half,
      maxX: anchor.x + half,
      minY: anchor.y - high,
      maxY: anchor.y + high,
    };
    return [{ anchor, bboxes: [box], draw: (ctx) => this.#draw(ctx, word, half) }];
  }

  #draw(ctx, word, half) {
    ctx.globalAlpha = 1;
    ctx.fillStyle = this.#colour;
    ctx.beginPath();
    ctx.roundRect(-half, -this.#high, half * 2, this.#high * 2, word.length === 1 ? this.#high : 3);
    ctx.fill();
    ctx.strokeStyle = this.#ink;
    ctx.lineWidth = 1;
    ctx.stroke();
    ctx.font = this.#font;
    ctx.fillStyle = this.#ink;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillText(word, 0, 1);
    ctx.textAlign = "start";
    ctx.textBaseline = "alphabetic";
  }
}

/**
 * Labels in the order in which they win a place.
 * @param {import("./map_style.js").Palette} colours
 * @param {Set<string>} hidden kinds that are switched off
 */
export function labelRules(colours, hidden = new Set()) {
  const halo = { stroke: colours.land, width: 3 };
  const text = { fill: colours.text, fontFamily: colours.font, fontSize: colours.labelPx, lineHeight: 1.2 };
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
  const ofKind = (kind) => (_zoom, feature) => feature.props.kind === kind;
  const plate = (kind, colour) => ({
    dataLayer: "places",
    minzoom: MARK_ZOOM_MIN,
    filter: (_zoom, feature) => feature.props.kind === kind && !hidden.has(kind),
    symbolizer: new Plate({ colour, ink: colours.land, font: colours.font, labelPx: colours.labelPx }),
  });
  return [
    plate("hydrant", colours.hydrant),
    plate("aed", colours.help),
    {
      dataLayer: "places",
      minzoom: 12,
      maxzoom: VILLAGE_LABEL_ZOOM_MAX,
      filter: (_zoom, feature) => feature.props.kind === "kelurahan" && !hidden.has("kelurahan"),
      symbolizer: new protomapsL.CenteredTextSymbolizer({
        ...text,
        ...halo,
        labelProps: ["name"],
        fontSize: colours.labelPx + 1,
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
      dataLayer: "places",
      minzoom: HOUSING_ZOOM_MIN,
      filter: ofKind("housing"),
      symbolizer: new protomapsL.CenteredTextSymbolizer({
        ...text,
        ...halo,
        labelProps: ["name"],
        fontWeight: 500,
        maxLineChars: 16,
      }),
    },
    {
      dataLayer: "roads",
      minzoom: ROAD_LABEL_ZOOM_MIN,
      filter: (zoom, feature) => Boolean(feature.props.name) && isNamedRoad(zoom, feature.props.class),
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
      filter: (_zoom, feature) =>
        !isFirst(feature) && !isStation(feature) && !OWN_RULE.has(feature.props.kind),
      symbolizer: dotted(400),
    },
    {
      dataLayer: "places",
      minzoom: ALLEY_ZOOM_MIN,
      filter: ofKind("alley"),
      symbolizer: new protomapsL.CenteredTextSymbolizer({ ...text, ...halo, labelProps: ["name"] }),
    },
    {
      dataLayer: "places",
      minzoom: HOUSE_NUMBER_ZOOM_MIN,
      filter: (_zoom, feature) => feature.props.kind === "address" && Boolean(feature.props.number),
      symbolizer: new protomapsL.CenteredTextSymbolizer({
        ...text,
        ...halo,
        fill: colours.strong,
        labelProps: ["number"],
      }),
    },
  ];
}

function isNamedRoad(zoom, roadClass) {
  return roadClass !== "ferry" && (roadClass !== "path" || zoom >= ALLEY_ZOOM_MIN);
}
