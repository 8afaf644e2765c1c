// Lines of latitude and longitude under a map, for where its picture cannot be reached. They lie
// below the tiles, so nothing flashes while those load or fail.

// So that no label of a meridian touches the next.
const LEAST_BETWEEN_PX = 60;

function drawGraticule(map) {
  const steps = [30, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];
  const pane = map.createPane("graticule");
  pane.classList.add("graticule");
  pane.style.zIndex = 150; // below the tiles, which cover it
  const lines = L.layerGroup([], { pane: "graticule" }).addTo(map);
  const redraw = () => {
    lines.clearLayers();
    const bounds = map.getBounds().pad(0.1);
    const wide = bounds.getEast() - bounds.getWest();
    const most = Math.max(3, map.getSize().x / LEAST_BETWEEN_PX);
    const step = steps.findLast((one) => wide / one <= most) ?? steps[0];
    const line = (from, to) =>
      L.polyline([from, to], { pane: "graticule", color: "#a8b6bc", weight: 1, interactive: false });
    const label = (at, text) =>
      L.marker(at, {
        pane: "graticule",
        interactive: false,
        keyboard: false,
        icon: L.divIcon({ className: "graticule-label", html: text, iconSize: null }),
      });
    const digits = step < 0.01 ? 3 : step < 0.1 ? 2 : step < 1 ? 1 : 0;
    const corner = map.getBounds().getSouthWest();
    for (let n = Math.ceil(bounds.getSouth() / step); n * step < bounds.getNorth(); n += 1) {
      lines.addLayer(line([n * step, bounds.getWest()], [n * step, bounds.getEast()]));
      lines.addLayer(label([n * step, corner.lng], `${(n * step).toFixed(digits)}°`));
    }
    for (let n = Math.ceil(bounds.getWest() / step); n * step < bounds.getEast(); n += 1) {
      lines.addLayer(line([bounds.getSouth(), n * step], [bounds.getNorth(), n * step]));
      const east = L.latLng(0, n * step).wrap().lng.toFixed(digits);
      lines.addLayer(label([map.getBounds().getNorth(), n * step], `${east}°`));
    }
  };
  map.on("moveend", redraw);
  redraw();
}
