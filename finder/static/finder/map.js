// The map of the results: their numbers on a map picture or, where that cannot be reached, on
// lines of latitude and longitude with rings of distance. All it shows is in the list as well.

const resultsMap = (() => {
  const RING_STEPS_KM = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];
  const MOST_RINGS = 4;
  // Larger ones are no circles on a map of the world.
  const LARGEST_RING_KM = 9000;
  const BADGE_PX = 28;
  // The middles of badges stand so far apart that no two of their boxes overlap (BADGE_PX × √2).
  const APART_PX = 40;
  const MOST_ROUNDS = 200;
  const CLOSEST_ZOOM = 15;
  const JAPAN = [[30.5, 129], [45.5, 146]];
  const ARROWS = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"];
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  // The same meridian, written so that it lies on the same side of ±180° as another.
  function beside(lng, other) {
    return lng + 360 * Math.round((other - lng) / 360);
  }

  // A clinic is named in English where its English name is known.
  function languageOf(name) {
    return /[\u3040-\u30ff\u3400-\u9fff]/.test(name) ? "ja" : "en";
  }

  function standBeside(one, other) {
    const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
    return a.right <= b.left + 1 || b.right <= a.left + 1;
  }

  function isNowhere() {
    return document.activeElement === null || document.activeElement === document.body;
  }

  function reveal(element, block) {
    element.scrollIntoView({ block, behavior: calm.matches ? "auto" : "smooth" });
  }

  // A map in `box` of `data`, the document of #map-data; `entries` are the list's elements by
  // number. `searchHere` is called with [west, south, east, north] in degrees.
  function open(box, data, entries, words, searchHere) {
    const animated = !calm.matches;
    box.hidden = false;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", words.map);
    const map = L.map(box, {
      scrollWheelZoom: false,
      zoomControl: false,
      attributionControl: false,
      zoomAnimation: animated,
      markerZoomAnimation: animated,
      fadeAnimation: animated,
      inertia: animated,
      maxZoom: 18,
      minZoom: 2,
    });
    const [zoomInTitle, zoomOutTitle] = [words.zoom_in, words.zoom_out];
    L.control.zoom({ position: "topright", zoomInTitle, zoomOutTitle }).addTo(map);
    L.control.attribution({ prefix: false }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);

    const first = data.hits[0] ?? data.centre;
    const hits = data.hits.map((hit) => ({ ...hit, lng: beside(hit.lng, first.lng) }));
    const centre = data.centre && L.latLng(data.centre.lat, beside(data.centre.lng, first.lng));
    fit(map, hits, centre, data.bbox);
    drawGraticule(map);
    drawRings(map, centre ?? (hits.length ? L.latLngBounds(hits).getCenter() : map.getCenter()));
    drawCentre(map, centre, data.radius_km);
    const markers = hits.map((hit) => addMarker(map, hit, entries.get(hit.number), words));
    spread(map, hits, markers);
    map.on("zoomend viewreset", () => spread(map, hits, markers));
    addTiles(map, box, words);
    offerArea(map, box, words, searchHere);
    // A page that is scrolled with the wheel should not stop at the map.
    box.addEventListener("focusin", () => map.scrollWheelZoom.enable());
    box.addEventListener("focusout", () => map.scrollWheelZoom.disable());
    return map;
  }

  function fit(map, hits, centre, bbox) {
    if (bbox) {
      const [west, south, east, north] = bbox;
      // A little smaller than what was searched: else rounding would zoom out by one.
      const area = L.latLngBounds([south, west], [north, beside(east, west + 180)]).pad(-0.02);
      map.fitBounds(area, { animate: false });
      return;
    }
    const points = centre ? [...hits, centre] : hits;
    map.fitBounds(points.length ? L.latLngBounds(points) : JAPAN, {
      animate: false,
      maxZoom: CLOSEST_ZOOM,
      padding: [BADGE_PX + 6, BADGE_PX + 6],
    });
  }

  // Rings of distance around the middle, on the graticule and like it below the map picture.
  function drawRings(map, middle) {
    const passive = { pane: "graticule", interactive: false };
    const rings = L.layerGroup().addTo(map);
    const redraw = () => {
      rings.clearLayers();
      const corners = [map.getBounds().getNorthEast(), map.getBounds().getSouthWest()];
      const furthest_km = Math.max(...corners.map((one) => map.distance(middle, one))) / 1000;
      const step_km = RING_STEPS_KM.find((one) => furthest_km / one <= MOST_RINGS + 1) ?? 5000;
      for (let n = 1; n <= MOST_RINGS && n * step_km < LARGEST_RING_KM; n += 1) {
        const radius = n * step_km * 1000;
        const ring = L.circle(middle, { ...passive, radius, className: "distance-ring" });
        rings.addLayer(ring);
        const html = `<span>${Number((n * step_km).toFixed(1))} km</span>`;
        const icon = L.divIcon({ className: "ring-label", html, iconSize: null });
        const top = [ring.getBounds().getNorth(), middle.lng];
        rings.addLayer(L.marker(top, { ...passive, keyboard: false, icon }));
      }
    };
    map.on("moveend", redraw);
    redraw();
  }

  function drawCentre(map, centre, radius_km) {
    if (!centre) return;
    const passive = { interactive: false };
    if (radius_km) {
      const radius = radius_km * 1000;
      L.circle(centre, { ...passive, radius, weight: 2, className: "search-radius" }).addTo(map);
    }
    L.circleMarker(centre, { ...passive, radius: 8, className: "search-centre" }).addTo(map);
  }

  function addMarker(map, hit, entry, words) {
    const title = `${hit.number} ${hit.name}`;
    const icon = L.divIcon({
      className: "hit-marker",
      html: `<span aria-hidden="true">${Number(hit.number)}</span>`,
      iconSize: [BADGE_PX, BADGE_PX],
      popupAnchor: [0, -BADGE_PX / 2],
    });
    const marker = L.marker(hit, { icon, title, alt: title, riseOnHover: true }).addTo(map);
    const content = popupContent(hit, entry, words);
    marker.bindPopup(content, { minWidth: 160, maxWidth: 260 });
    const badge = marker.getElement();
    // Leaflet gives `alt` to pictures alone.
    badge.setAttribute("aria-label", title);
    badge.lang = languageOf(hit.name);

    const highlight = (on) => {
      badge.classList.toggle("is-active", on);
      entry?.classList.toggle("is-active", on);
      marker.setZIndexOffset(on ? 10_000 : 0);
    };
    const isHeld = () =>
      marker.isPopupOpen() || badge === document.activeElement || badge.matches(":hover") ||
      entry?.matches(":hover, :focus-within");
    const on = () => highlight(true);
    const off = () => highlight(Boolean(isHeld()));
    for (const element of entry ? [badge, entry] : [badge]) {
      element.addEventListener("mouseenter", on);
      element.addEventListener("mouseleave", off);
      element.addEventListener("focusin", on);
      // The focus is nowhere until the event is over.
      element.addEventListener("focusout", () => setTimeout(off));
    }
    badge.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      marker.openPopup();
      content.querySelector("a").focus();
    });
    for (const element of [badge, content]) {
      element.addEventListener("keydown", (event) => {
        if (event.key === "Escape") marker.closePopup();
      });
    }
    marker.on("popupopen", ({ popup }) => {
      highlight(true);
      popup.getElement().querySelector(".leaflet-popup-close-button").ariaLabel = words.close;
      // Only where list and map stand side by side: else the map would leave the screen.
      if (entry && standBeside(entry, map.getContainer())) reveal(entry, "nearest");
    });
    marker.on("popupclose", ({ popup }) => {
      // Whoever was in the popup goes on from its number.
      if (popup.getElement()?.contains(document.activeElement) || isNowhere()) {
        badge.focus({ preventScroll: true });
      }
      setTimeout(off);
    });
    return marker;
  }

  function popupContent(hit, entry, words) {
    const content = document.createElement("div");
    const link = document.createElement("a");
    link.href = hit.url;
    link.textContent = hit.name;
    link.lang = languageOf(hit.name);
    content.append(link);
    const distance = entry?.querySelector(".distance")?.textContent.trim();
    if (distance) {
      const line = document.createElement("p");
      line.textContent = distance;
      content.append(line);
    }
    if (entry) {
      const toEntry = document.createElement("button");
      toEntry.type = "button";
      toEntry.className = "plain small";
      toEntry.textContent = words.in_list;
      toEntry.addEventListener("click", () => {
        entry.querySelector("a[href]")?.focus({ preventScroll: true });
        reveal(entry, "center");
      });
      content.append(toEntry);
    }
    return content;
  }

  // Badges that would hide each other push each other aside, whatever the zoom.
  function spread(map, hits, markers) {
    const truth = hits.map((hit) => map.latLngToLayerPoint(hit));
    // Two at one door need some direction to part in.
    const shown = truth.map((at, n) => at.add([Math.cos(n * 2.4) / 10, Math.sin(n * 2.4) / 10]));
    for (let round = 0; round < MOST_ROUNDS && partOnce(shown); round += 1);
    markers.forEach((marker, n) => {
      const moved = shown[n].distanceTo(truth[n]) > 1;
      marker.setLatLng(moved ? map.layerPointToLatLng(shown[n]) : hits[n]);
    });
  }

  // Moves points that are too near apart, in place; whether there were any.
  function partOnce(points) {
    let any = false;
    points.forEach((one, n) => {
      for (const other of points.slice(n + 1)) {
        const distance = one.distanceTo(other);
        if (distance >= APART_PX - 0.5) continue;
        const push = other.subtract(one).multiplyBy((APART_PX - distance) / 2 / distance);
        one._subtract(push);
        other._add(push);
        any = true;
      }
    });
    return any;
  }

  function addTiles(map, box, words) {
    const missing = document.createElement("p");
    missing.className = "map-missing small";
    missing.textContent = words.tiles_missing;
    missing.hidden = true;
    box.after(missing);
    map.on("unload", () => missing.remove());
    const { tiles, attribution } = box.dataset;
    if (!tiles) {
      missing.hidden = false;
      return;
    }
    const layer = L.tileLayer(tiles, { maxZoom: 18, detectRetina: false, attribution });
    // Some tiles do not exist, at sea for instance; only where none comes is the picture missing.
    let anyLoaded = false;
    layer.on("tileload", () => {
      anyLoaded = true;
      missing.hidden = true;
    });
    layer.on("tileerror", () => {
      missing.hidden = anyLoaded;
    });
    layer.addTo(map);
  }

  // A button that appears once somebody moved the map: not for moves that the page makes itself,
  // such as fitting it to the results or making room for a popup.
  function offerArea(map, box, words, searchHere) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "search-here";
    button.textContent = words.search_here;
    button.hidden = true;
    L.DomEvent.disableClickPropagation(button);
    box.append(button);
    const offer = () => {
      button.hidden = false;
    };
    map.on("dragend zoomend", offer);
    box.addEventListener("keydown", (event) => {
      if (event.target === box && ARROWS.includes(event.key)) offer();
    });
    button.addEventListener("click", () => searchHere(areaOf(map)));
  }

  function areaOf(map) {
    const bounds = map.getBounds();
    const clipped = (degrees, most) => Math.min(Math.max(degrees, -most), most).toFixed(4);
    const [west, east] = [clipped(bounds.getWest(), 180), clipped(bounds.getEast(), 180)];
    const wraps = Number(west) >= Number(east);
    return [
      wraps ? "-180.0000" : west,
      clipped(bounds.getSouth(), 90),
      wraps ? "180.0000" : east,
      clipped(bounds.getNorth(), 90),
    ];
  }

  return { open };
})();
