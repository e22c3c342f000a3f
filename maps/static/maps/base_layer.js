/**
 * The city's own map as the base layer of a Leaflet map: vector tiles from PostGIS, no internet needed.
 *
 * The page loads Leaflet (global `L`, from django-leaflet) and protomaps-leaflet (global `protomapsL`, from
 * `npm/protomaps-leaflet/protomaps-leaflet.js`) before the module that calls:
 *
 *   import { addBaseLayer } from "./base_layer.js";            // static "maps/base_layer.js"
 *   const base = addBaseLayer(map, {
 *     tilesUrl: "/maps/tiles/{z}/{x}/{y}.mvt",
 *     rasterUrl: "",                                             // settings.BASEMAP_URL: an outside raster map below the roads
 *     isDemo: true,                                              // says on the map that roads and borders are simplified
 *   });
 *   base.remove();
 *
 * Colours come from the custom properties of tokens.css (--sea --land --land-edge --road-1..3 --text-3 --font-ui) on
 * the map's own element, and are read again when `data-theme` of <html> changes or the system's colours do.
 * Markers belong on top: everything here is drawn in Leaflet's tile pane.
 */

/* global L, protomapsL */

import { labelRules } from "./map_labels.js";
import { paintRules, readPalette } from "./map_style.js";

const DATA_ZOOM_MAX = 16;
const ZOOM_MAX = 18;

/**
 * @param {L.Map} map
 * @param {{tilesUrl?: string, rasterUrl?: string, rasterAttribution?: string, isDemo?: boolean, demoText?: string}} options
 * @returns {{layer: L.GridLayer, retheme: () => void, hide: (kinds: Set<string>) => void, remove: () => void}}
 */
export function addBaseLayer(map, options = {}) {
  const {
    tilesUrl = "/maps/tiles/{z}/{x}/{y}.mvt",
    rasterUrl = "",
    rasterAttribution = "",
    isDemo = false,
    demoText,
  } = options;
  const element = map.getContainer();
  const raster = rasterUrl
    ? L.tileLayer(rasterUrl, { maxZoom: ZOOM_MAX, attribution: rasterAttribution }).addTo(map)
    : null;
  let hidden = new Set();
  const palette = readPalette(element);
  const layer = protomapsL.leafletLayer({
    url: tilesUrl,
    maxDataZoom: DATA_ZOOM_MAX,
    maxZoom: ZOOM_MAX,
    attribution: isDemo && demoText ? demoText : attributionText(isDemo),
    backgroundColor: raster ? undefined : palette.sea,
    paintRules: paintRules(palette, { overRaster: raster !== null }),
    labelRules: labelRules(palette),
  });
  layer.addTo(map);

  const retheme = () => {
    const colours = readPalette(element);
    layer.backgroundColor = raster ? undefined : colours.sea;
    layer.paintRules = paintRules(colours, { overRaster: raster !== null, hidden });
    layer.labelRules = labelRules(colours, hidden);
    layer.clearLayout();
    layer.rerenderTiles();
  };
  /** Leave these kinds of the tiles out: "hydrant", "aed", "kelurahan". */
  const hide = (kinds) => {
    hidden = kinds;
    retheme();
  };
  const themeWatch = new MutationObserver(retheme);
  themeWatch.observe(document.documentElement, {
    attributes: true,
    attributeFilter: ["data-theme", "class"],
  });
  const systemWatch = window.matchMedia("(prefers-color-scheme: dark)");
  systemWatch.addEventListener("change", retheme);

  const remove = () => {
    themeWatch.disconnect();
    systemWatch.removeEventListener("change", retheme);
    layer.remove();
    raster?.remove();
  };
  return { layer, retheme, hide, remove };
}

/** What the corner of the map says. @param {boolean} isDemo */
export function attributionText(isDemo) {
  const translate = typeof window.gettext === "function" ? window.gettext : (text) => text;
  return isDemo
    ? translate("Simplified demo network: roads, borders and many positions are approximate")
    : translate("City map data");
}
