// The map of a clinic: one pin. It loads Leaflet, and with it the tiles, when it comes near.
// Without tiles, or without network, the pin stands on lines of latitude and longitude.
"use strict";

(() => {
  const CLOSE = 16;
  const NEAR = "300px";

  const box = document.getElementById("map");
  if (!box || !("IntersectionObserver" in window)) return;

  function load() {
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = box.dataset.leafletStyle;
    const script = document.createElement("script");
    script.src = box.dataset.leaflet;
    style.addEventListener("load", () => document.head.append(script));
    script.addEventListener("load", open);
    // Where either fails, the links beside it lead to maps.
    for (const part of [style, script]) part.addEventListener("error", () => (box.hidden = true));
    document.head.append(style);
  }

  function open() {
    const at = L.latLng(Number(box.dataset.lat), Number(box.dataset.lng));
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
  // Its room is kept from the start, so that nothing moves under whoever reads or tabs along.
  box.hidden = false;
  watch.observe(box);
})();
