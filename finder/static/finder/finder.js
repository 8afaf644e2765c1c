// The search page beyond its forms and links: the position of whoever searches, the map, sharing.
//
// A position stays in the fragment of the page's address, which browsers send to nobody, and goes
// to the server in the body of a request: no address that is logged anywhere holds it. While there
// is one, every search is made here and only the results are exchanged. Without one, forms and
// links are left to the browser.
//
// What a search changes is in #search-results, the first heading of which says the count: the list
// (elements with data-number, each with a .distance), #filters, links with data-search (and with
// data-without="bbox" where they leave the area of the map), #share, #print, #show-map, #map with
// #map-data in #map-section. Outside are #search with #near-me, #status and #finder-words.

(() => {
  const results = () => document.getElementById("search-results");
  const wordsData = document.getElementById("finder-words");
  if (!results() || !wordsData) return;

  const { FURTHER, privatePart, position, isPrivate, withFragment, addressOf } = searchAddresses;
  const words = JSON.parse(wordsData.textContent);
  const searchForm = document.getElementById("search");
  const nearMe = document.getElementById("near-me");
  const { leaflet } = document.currentScript.dataset;
  const roomForMap = matchMedia("(min-width: 60rem)");
  // The need that is chosen until another is.
  const ANYTHING = "any";
  const GEOLOCATION = { enableHighAccuracy: false, timeout: 10_000, maximumAge: 60_000 };

  let map = null;
  let mapWanted = false;
  let leafletLoaded = null;
  let fromMap = false;
  let request = null;
  // The address whose results are shown.
  let shown = location.href;

  // ---- Words ----

  function say(text) {
    const status = document.getElementById("status");
    if (!status) return;
    // The same words twice are said twice only where they went away in between.
    status.textContent = "";
    setTimeout(() => (status.textContent = text), 50);
  }

  // Says what went wrong, for eyes and ears, and offers to try again.
  function complain(text, retry) {
    stopComplaining();
    const notice = document.createElement("div");
    notice.id = "search-problem";
    notice.className = "notice warn";
    const line = document.createElement("p");
    line.textContent = text;
    notice.append(line);
    if (retry) {
      const again = document.createElement("button");
      again.type = "button";
      again.className = "quiet";
      again.textContent = words.retry;
      again.addEventListener("click", retry);
      notice.append(again);
    }
    results().before(notice);
    // Whoever tried again has lost the button they pressed.
    if (document.activeElement === document.body) notice.querySelector("button")?.focus();
    notice.scrollIntoView({ block: "nearest" });
    say(text);
  }

  function stopComplaining() {
    document.getElementById("search-problem")?.remove();
  }

  // ---- Searching with a position ----

  async function search(address) {
    request?.abort();
    request = new AbortController();
    const { signal } = request;
    const url = new URL(address);
    const body = new URLSearchParams(url.searchParams);
    for (const [name, value] of privatePart(address)) body.set(name, value);
    stopComplaining();
    say(words.searching);
    results().setAttribute("aria-busy", "true");
    let fresh = null;
    let busy = false;
    try {
      const answer = await fetch(url.pathname, { method: "POST", body, signal, cache: "no-store" });
      busy = answer.status === 429;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      // A refusal is such a page, too: it says in words what is wrong.
      fresh = page.getElementById("search-results") && page;
    } catch {
      if (signal.aborted) return;
    }
    if (signal.aborted) return;
    if (fresh) {
      shown = address;
      exchange(fresh);
    } else {
      results().removeAttribute("aria-busy");
      complain(busy ? words.too_many : words.unreachable, () => search(address));
    }
  }

  function exchange(page) {
    closeMap();
    results().replaceWith(document.adoptNode(page.getElementById("search-results")));
    document.title = page.title;
    renewSearchForm(page.getElementById("search"));
    const [language, other] = [document, page].map((one) => one.querySelector("a.language"));
    if (language && other) language.href = other.getAttribute("href");
    const mapOpened = prepareResults();
    const heading = results().querySelector("h1, h2");
    if (heading) say(heading.textContent.replace(/\s+/g, " ").trim());
    if (fromMap && mapWanted) {
      // Whoever searches from the map goes on there.
      mapOpened.then(() => document.getElementById("map")?.focus());
    } else if (heading) {
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
      const top = history.state?.scrolled;
      if (top) scrollTo({ top, behavior: "instant" });
      else heading.scrollIntoView({ block: "start" });
    }
  }

  function go(address, isFromMap = false) {
    fromMap = isFromMap;
    history.pushState(null, "", address);
    fillSearchForm();
    search(address);
  }

  function fillSearchForm() {
    const asked = new URL(location.href).searchParams;
    const place = searchForm?.elements.place;
    if (place) place.value = asked.get("place") ?? "";
    const wanted = asked.get("need") ?? ANYTHING;
    for (const choice of searchForm?.querySelectorAll("input[type=radio]") ?? []) {
      choice.checked = choice.value === wanted;
    }
  }

  // What the form keeps of a search besides what is typed, as it stands in the form of an answer.
  function renewSearchForm(fresh) {
    if (!searchForm || !fresh) return;
    for (const kept of searchForm.querySelectorAll("input[type=hidden]")) kept.remove();
    searchForm.prepend(...fresh.querySelectorAll("input[type=hidden]"));
    const [whatFor, answered] = [searchForm, fresh].map((one) => one.querySelector(".what-for"));
    whatFor?.querySelector("summary").replaceWith(answered.querySelector("summary"));
    // What was chosen need not stand between the question and what was found.
    whatFor?.removeAttribute("open");
    const { place } = searchForm.elements;
    for (const name of ["aria-invalid", "aria-describedby"]) {
      const value = fresh.elements.place.getAttribute(name);
      if (value === null) place.removeAttribute(name);
      else place.setAttribute(name, value);
    }
  }

  function onSubmit(event) {
    const form = event.target;
    if (event.defaultPrevented || !["search", "filters"].includes(form.id)) return;
    event.preventDefault();
    const address = addressOf(form, event.submitter);
    // Whoever names a place wants to search there.
    const elsewhere = form === searchForm && address.searchParams.has("place");
    if (isPrivate() && !elsewhere) go(withFragment(address, position()));
    else location.assign(address);
  }

  function onClick(event) {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || event.button !== 0 || !isPrivate()) return;
    const inNewWindow = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    const href = link.getAttribute("href");
    if (href.startsWith("#")) {
      // Such a link would put its own fragment in the place of the position.
      const target = document.getElementById(decodeURIComponent(href.slice(1)));
      if (!target || inNewWindow) return;
      event.preventDefault();
      target.focus();
      target.scrollIntoView();
    } else if (link.matches("[data-search]")) {
      if (inNewWindow || !isPrivate(link.href)) return;
      event.preventDefault();
      go(link.href);
    } else if (results().contains(link)) {
      // Whoever comes back from a clinic finds the list where they left it.
      history.replaceState({ scrolled: Math.round(scrollY) }, "");
    }
  }

  function onReturn() {
    request?.abort();
    results().removeAttribute("aria-busy");
    stopComplaining();
    fromMap = false;
    if (location.href === shown) {
      fillSearchForm();
    } else if (isPrivate()) {
      fillSearchForm();
      search(location.href);
    } else if (isPrivate(shown)) {
      // These results never were an answer to this address: the server has them.
      location.reload();
    }
  }

  // ---- Near me ----

  function askForPosition() {
    stopComplaining();
    say(words.locating);
    nearMe.setAttribute("aria-busy", "true");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        nearMe.removeAttribute("aria-busy");
        const address = addressOf(searchForm);
        address.searchParams.delete("place");
        const [lat, lng] = [coords.latitude.toFixed(4), coords.longitude.toFixed(4)];
        go(withFragment(address, new URLSearchParams({ lat, lng })));
      },
      ({ code }) => {
        nearMe.removeAttribute("aria-busy");
        const reasons = { 1: words.position_denied, 3: words.position_late };
        complain(reasons[code] ?? words.position_unknown, code === 1 ? null : askForPosition);
      },
      GEOLOCATION,
    );
  }

  // ---- The map ----

  function loadLeaflet() {
    leafletLoaded ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = leaflet;
      script.onload = () => resolve();
      script.onerror = () => {
        leafletLoaded = null;
        reject(new Error("The map's library could not be loaded."));
      };
      document.head.append(script);
    });
    return leafletLoaded;
  }

  async function openMap() {
    const box = document.getElementById("map");
    const described = document.getElementById("map-data");
    if (!box || !described || map) return;
    mapWanted = true;
    const button = document.getElementById("show-map");
    button?.setAttribute("aria-busy", "true");
    try {
      await loadLeaflet();
    } catch {
      complain(words.map_unreachable, openMap);
      return;
    } finally {
      button?.removeAttribute("aria-busy");
    }
    // Other results may have come meanwhile, and opened it.
    if (!box.isConnected || map) return;
    stopComplaining();
    const entries = new Map(
      [...results().querySelectorAll("[data-number]")].map((one) => [Number(one.dataset.number), one]),
    );
    const data = JSON.parse(described.textContent);
    document.getElementById("map-section").hidden = false;
    map = resultsMap.open(box, data, entries, words, searchArea);
    if (button) button.hidden = true;
  }

  function closeMap() {
    map?.remove();
    map = null;
  }

  function searchArea(bbox) {
    const url = new URL(location.href);
    // The pages of another area do not go on here.
    const part = position();
    part.set("bbox", bbox.join(","));
    go(withFragment(url, part), true);
  }

  async function prepareMap() {
    const button = document.getElementById("show-map");
    if (!document.getElementById("map-data")) return;
    if (mapWanted || roomForMap.matches) return openMap();
    if (button) {
      button.hidden = false;
      button.addEventListener("click", async () => {
        await openMap();
        document.getElementById("map")?.focus();
      });
    }
  }

  // ---- What a search brought ----

  // Has every link to a search go on where this one is, in a new window as well.
  function prepareLinks() {
    if (!isPrivate()) return;
    for (const link of document.querySelectorAll("a[data-search]")) {
      const part = position();
      for (const name of FURTHER) if (link.dataset[name]) part.set(name, link.dataset[name]);
      if (link.dataset.without) part.delete(link.dataset.without);
      link.href = withFragment(link.href, part);
    }
    const language = document.querySelector("a.language");
    if (language) language.href = withFragment(language.href, privatePart());
  }

  // Gives life to what a search brought; settled once the map is there, where it is to be.
  function prepareResults() {
    const mapOpened = prepareMap();
    prepareLinks();
    linkSharing.prepare(words, say);
    const print = document.getElementById("print");
    if (print) {
      print.hidden = false;
      print.addEventListener("click", () => window.print());
    }
    return mapOpened;
  }

  document.addEventListener("submit", onSubmit);
  document.addEventListener("click", onClick);
  addEventListener("popstate", onReturn);
  roomForMap.addEventListener("change", () => roomForMap.matches && openMap());
  if (nearMe && "geolocation" in navigator) {
    nearMe.hidden = false;
    nearMe.addEventListener("click", askForPosition);
  }
  if (isPrivate()) {
    // What the server made of the address alone, without the position, answers another question.
    results().replaceChildren();
    fillSearchForm();
    search(location.href);
  } else {
    prepareResults();
  }
})();
