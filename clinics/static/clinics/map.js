// The map of the clinic form: a pin and two number fields that say the same point.
// Without tiles, or without network, the pin stands on lines of latitude and longitude.

const JAPAN = { lat: 37.5, lng: 137.5, zoom: 5 };
const CLOSE = 16;

const box = document.getElementById("map");
const latitude = document.getElementById("id_facts-latitude");
const longitude = document.getElementById("id_facts-longitude");
const source = document.getElementById("id_facts-position_source");

function point(lat, lng) {
  if (lat === "" || lng === "") return null;
  const [north, east] = [Number(lat), Number(lng)];
  const onEarth = Math.abs(north) <= 90 && Math.abs(east) <= 180;
  return Number.isFinite(north) && Number.isFinite(east) && onEarth
    ? L.latLng(north, east)
    : null;
}

function open(map, editable) {
  const register = point(box.dataset.officialLat, box.dataset.officialLng);
  const icon = (set) =>
    L.divIcon({ className: set ? "pin" : "pin unset", iconSize: [28, 28], iconAnchor: [14, 27] });
  let pin = null;

  if (register) {
    L.circleMarker(register, { radius: 9, color: "#205067", fill: false, weight: 3 })
      .bindTooltip(box.dataset.register)
      .addTo(map);
  }

  const fill = (at, from) => {
    latitude.value = at.lat.toFixed(6);
    longitude.value = at.lng.toFixed(6);
    source.value = from;
    for (const field of [latitude, longitude, source]) {
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  };
  const place = (at, isSet) => {
    if (pin === null) {
      const title = box.dataset.pin;
      pin = L.marker(at, { draggable: editable, icon: icon(isSet), title, alt: title }).addTo(map);
      pin.on("dragend", () => {
        pin.setIcon(icon(true));
        fill(pin.getLatLng().wrap(), "curated");
      });
    } else {
      pin.setLatLng(at).setIcon(icon(isSet));
    }
  };
  const follow = () => {
    const typed = point(latitude.value, longitude.value);
    if (typed) {
      place(typed, true);
      map.setView(typed, Math.max(map.getZoom(), 13));
    } else if (register) {
      place(register, false);
    } else if (pin) {
      pin.remove();
      pin = null;
    }
  };

  const here = point(latitude.value, longitude.value) ?? register;
  map.setView(here ?? L.latLng(JAPAN.lat, JAPAN.lng), here ? CLOSE : JAPAN.zoom);
  follow();
  map.setZoom(here ? CLOSE : JAPAN.zoom, { animate: false });
  for (const field of [latitude, longitude]) {
    field.addEventListener("input", () => {
      // Whoever types a point has set it.
      if (source.value !== "curated" && field.value) source.value = "curated";
      follow();
    });
  }
  document.addEventListener("use-point", (event) => {
    fill(L.latLng(event.detail.lat, event.detail.lng), "geocoded");
    follow();
  });
  if (editable) {
    map.on("click", (event) => {
      if (pin === null) {
        place(event.latlng, true);
        fill(event.latlng.wrap(), "curated");
      }
    });
  }
}

if (box && latitude && longitude && typeof L !== "undefined") {
  box.hidden = false;
  document.getElementById("map-help").hidden = false;
  const map = L.map(box, { scrollWheelZoom: false, zoomAnimation: false, fadeAnimation: false, zoomControl: false });
  L.control.zoom({ position: "topright" }).addTo(map);
  map.attributionControl.setPrefix(false);
  open(map, !latitude.matches(":disabled"));
  drawGraticule(map);
  if (box.dataset.tiles) {
    L.tileLayer(box.dataset.tiles, { maxZoom: 18, attribution: box.dataset.attribution }).addTo(map);
  }
}
