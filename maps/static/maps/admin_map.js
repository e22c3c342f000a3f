/** The city's own map behind every geometry that is edited in the admin. django-leaflet announces each map. */

import { addBaseLayer } from "./base_layer.js";

window.addEventListener("map:init", (event) => {
  addBaseLayer(event.detail.map, { isDemo: true });
});
