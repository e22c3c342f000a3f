/** The city's own map behind every geometry that is edited in the admin. django-leaflet announces each map. */

import { translateTools } from "./admin_words.js";
import { addBaseLayer } from "./base_layer.js";

translateTools();
window.addEventListener("map:init", (event) => {
  event.detail.map.attributionControl?.setPrefix(false);
  addBaseLayer(event.detail.map, { isDemo: true });
});
