// The map of a clinic: one pin. It loads Leaflet, and with it the tiles, when it comes near.
// Without tiles, or without network, the pin stands on lines of latitude and longitude.
"use strict";

(() => {
  const CLOSE = 16;
  const NEAR = "300px";
  const STEPS = [0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];
  const LEAST_BETWEEN_PX = 90;

  const box = document.getElementById("map");
  if (!box || !("IntersectionObserver" in window)) return;

  function load() {
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = box.dataset.leafletStyle;
    const script = document.createElement("script");
    script.src = box.dataset.leaflet;
    // Where either fails, the page is as it was: the links beside it lead to maps.
    style.addEventListener("load", () => document.head.append(script));
    script.addEventListener("load", open);
    document.head.append(style);
  }

  function drawGraticule(map) {
    map.createPane("graticule").style.zIndex = 150; // below the tiles, which cover it
    const lines = L.layerGroup().addTo(map);
    const line = (from, to) =>
      L.polyline([from, to], { pane: "graticule", color: "#86a3a9", weight: 1, interactive: false });
    const label = (at, text) =>
      L.marker(at, {
        pane: "graticule",
        interactive: false,
        keyboard: false,
        icon: L.divIcon({ className: "graticule-label", html: text, iconSize: null }),
      });
    const redraw = () => {
      lines.clearLayers();
      const seen = map.getBounds();
      const wide = seen.getEast() - seen.getWest();
      const most = map.getSize().x / LEAST_BETWEEN_PX;
      const step = [...STEPS].reverse().find((one) => wide / one <= most) ?? STEPS[0];
      const digits = step < 0.01 ? 3 : 2;
      for (let n = Math.ceil(seen.getSouth() / step); n * step < seen.getNorth(); n += 1) {
        const lat = n * step;
        lines.addLayer(line([lat, seen.getWest()], [lat, seen.getEast()]));
        lines.addLayer(label([lat, seen.getWest()], `${lat.toFixed(digits)}°`));
      }
      for (let n = Math.ceil(seen.getWest() / step); n * step < seen.getEast(); n += 1) {
        const lng = n * step;
        lines.addLayer(line([seen.getSouth(), lng], [seen.getNorth(), lng]));
        lines.addLayer(label([seen.getNorth(), lng], `${lng.toFixed(digits)}°`));
      }
    };
    map.on("moveend", redraw);
    redraw();
  }

  function open() {
    const at = L.latLng(Number(box.dataset.lat), Number(box.dataset.lng));
    box.hidden = false;
    const still = { zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false };
    const map = L.map(box, {
      scrollWheelZoom: false,
      dragging: !L.Browser.mobile, // one finger scrolls the page, as everywhere on it
      zoomControl: false,
      minZoom: 8,
      ...(matchMedia("(prefers-reduced-motion: reduce)").matches ? still : {}),
    }).setView(at, CLOSE);
    const { zoomIn, zoomOut, name } = box.dataset;
    L.control.zoom({ position: "topright", zoomInTitle: zoomIn, zoomOutTitle: zoomOut }).addTo(map);
    map.attributionControl.setPrefix(false);
    drawGraticule(map);
    L.marker(at, {
      title: name,
      alt: name,
      interactive: false,
      keyboard: false,
      icon: L.divIcon({ className: "pin", iconSize: [26, 26], iconAnchor: [13, 31] }),
    }).addTo(map);
    if (box.dataset.tiles) {
      L.tileLayer(box.dataset.tiles, { maxZoom: 18, attribution: box.dataset.attribution }).addTo(map);
    }
  }

  const watch = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watch.disconnect();
      load();
    },
    { rootMargin: NEAR },
  );
  // The map itself is hidden until there is something in it.
  watch.observe(box.parentElement);
})();
