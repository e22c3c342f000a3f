/** The words of the drawing tools, which know only English of their own. */
/* global L */

/** Before the first map is made: Leaflet reads its words while it makes the buttons. */
export function translateTools() {
  const { gettext } = window;
  const { draw, edit } = L.drawLocal;
  draw.toolbar.actions = { title: gettext("Cancel drawing"), text: gettext("Cancel") };
  draw.toolbar.finish = { title: gettext("Finish drawing"), text: gettext("Finish") };
  draw.toolbar.undo = { title: gettext("Delete last point drawn"), text: gettext("Delete last point") };
  Object.assign(draw.toolbar.buttons, {
    polyline: gettext("Draw a line"),
    polygon: gettext("Draw an area"),
    rectangle: gettext("Draw a rectangle"),
    marker: gettext("Set the position"),
  });
  draw.handlers.marker.tooltip.start = gettext("Click on the map to set the position.");
  draw.handlers.polygon.tooltip = {
    start: gettext("Click to begin the area."),
    cont: gettext("Click to go on with the area."),
    end: gettext("Click the first point to close the area."),
  };
  draw.handlers.polyline.error = gettext("The edges must not cross.");
  draw.handlers.polyline.tooltip = {
    start: gettext("Click to begin the line."),
    cont: gettext("Click to go on with the line."),
    end: gettext("Click the last point to finish the line."),
  };
  draw.handlers.rectangle.tooltip.start = gettext("Press and drag to draw the rectangle.");
  draw.handlers.simpleshape.tooltip.end = gettext("Let go to finish.");
  edit.toolbar.actions = {
    save: { title: gettext("Keep the changes"), text: gettext("Keep") },
    cancel: { title: gettext("Leave without changes"), text: gettext("Cancel") },
    clearAll: { title: gettext("Remove all"), text: gettext("Remove all") },
  };
  edit.toolbar.buttons = {
    edit: gettext("Move or change what is drawn"),
    editDisabled: gettext("Nothing is drawn yet"),
    remove: gettext("Remove what is drawn"),
    removeDisabled: gettext("Nothing is drawn yet"),
  };
  edit.handlers.edit.tooltip = {
    text: gettext("Drag the points or the marker."),
    subtext: gettext("Cancel takes the changes back."),
  };
  edit.handlers.remove.tooltip.text = gettext("Click what is to be removed.");
  Object.assign(L.Control.Zoom.prototype.options, {
    zoomInTitle: gettext("Zoom in"),
    zoomOutTitle: gettext("Zoom out"),
  });
}
