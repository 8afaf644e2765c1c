// Suggestions of places under the search field: the editable combobox of the WAI-ARIA Authoring
// Practices. Without network, or without answer, the field stays an ordinary one.

(() => {
  const field = document.getElementById("place");
  const wordsData = document.getElementById("finder-words");
  if (!field || !wordsData) return;

  const words = JSON.parse(wordsData.textContent);
  const english = document.documentElement.lang === "en";
  const WAIT_MS = 180;
  const MOST = 8;
  const LONGEST = 100;

  const list = document.createElement("ul");
  const announcer = document.createElement("p");
  let shown = [];
  let active = -1;
  let composing = false;
  let timer = 0;
  let request = null;
  // What the suggestions belong to; a text that was chosen needs none.
  let answered = "";

  function prepare() {
    list.id = "place-suggestions";
    list.className = "suggestions";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", words.suggestions);
    list.hidden = true;
    announcer.className = "visually-hidden";
    announcer.setAttribute("role", "status");
    // The field itself is not moved: it may have the focus already.
    field.parentElement.classList.add("has-suggestions");
    field.after(list, announcer);
    const attributes = {
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": list.id,
      autocomplete: "off",
      autocapitalize: "none",
      spellcheck: "false",
    };
    for (const [name, value] of Object.entries(attributes)) field.setAttribute(name, value);
  }

  // One kanji or kana names places; one Latin letter or digit would name thousands.
  function isEnough(text) {
    return text.length >= (/^[\u0020-\u024f]*$/.test(text) ? 2 : 1) && text.length <= LONGEST;
  }

  // A postcode resolves by itself; its label goes on with a town that may be spelled otherwise.
  function asWritten(place) {
    return place.kind === "postcode" ? place.label.split(" ")[0] : place.label;
  }

  function part(tag, className, text, language) {
    const element = document.createElement(tag);
    element.className = className;
    element.textContent = text;
    if (language) element.lang = language;
    return element;
  }

  function option(place, index) {
    const item = document.createElement("li");
    item.id = `place-suggestion-${index}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    if (english && place.name_en) {
      const around = place.kind === "prefecture" ? null : place.prefecture;
      const name = around ? `${place.name_en}, ${around.label_en}` : place.name_en;
      item.append(part("span", "suggestion-name", name), " ");
      item.append(part("span", "suggestion-label", place.label, "ja"), " ");
    } else {
      item.append(part("span", "suggestion-name", place.label, english ? "ja" : ""), " ");
    }
    item.append(part("span", "suggestion-kind", words.kinds[place.kind] ?? ""));
    return item;
  }

  function placeList() {
    list.style.top = `${field.offsetTop + field.offsetHeight + 4}px`;
    list.style.left = `${field.offsetLeft}px`;
    list.style.width = `${field.offsetWidth}px`;
  }

  function open() {
    if (!shown.length) return;
    placeList();
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
  }

  function close() {
    clearTimeout(timer);
    request?.abort();
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    activate(-1);
  }

  function activate(index) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = index;
    const item = list.children[index];
    if (item) {
      item.setAttribute("aria-selected", "true");
      item.scrollIntoView({ block: "nearest" });
      field.setAttribute("aria-activedescendant", item.id);
    } else {
      field.removeAttribute("aria-activedescendant");
    }
  }

  function choose(index) {
    field.value = answered = asWritten(shown[index]);
    shown = [];
    close();
    announcer.textContent = "";
  }

  function show(places) {
    shown = places;
    active = -1;
    field.removeAttribute("aria-activedescendant");
    list.replaceChildren(...places.map(option));
    list.scrollTop = 0;
    if (places.length && document.activeElement === field) open();
    else close();
    if (!places.length) announcer.textContent = words.no_suggestions;
    else if (places.length === 1) announcer.textContent = words.suggestion;
    else announcer.textContent = words.suggestion_count.replace("{count}", places.length);
  }

  async function ask(text) {
    request?.abort();
    request = new AbortController();
    const { signal } = request;
    try {
      const query = new URLSearchParams({ q: text, limit: MOST });
      const answer = await fetch(`/api/v1/places?${query}`, { signal });
      const { results } = answer.ok ? await answer.json() : { results: null };
      if (signal.aborted) return;
      if (results) {
        answered = text;
        show(results);
      } else {
        forget();
      }
    } catch {
      // No network: what is typed can be searched all the same.
      if (!signal.aborted) forget();
    }
  }

  // The suggestions of another text are none of this one.
  function forget() {
    shown = [];
    answered = "";
    announcer.textContent = "";
    close();
  }

  function follow() {
    clearTimeout(timer);
    if (composing) return;
    request?.abort();
    const text = field.value.trim();
    if (text === answered && shown.length) return;
    if (!isEnough(text)) return forget();
    timer = setTimeout(() => ask(text), WAIT_MS);
  }

  function move(step) {
    if (list.hidden) {
      if (!shown.length || answered !== field.value.trim()) return follow();
      open();
    }
    // Beyond either end is the field itself, as in the pattern.
    const next = active + step;
    if (active === -1 && step < 0) activate(shown.length - 1);
    else activate(next >= shown.length ? -1 : Math.max(next, -1));
  }

  function onKey(event) {
    if (composing || event.isComposing || event.ctrlKey || event.metaKey) return;
    const isOpen = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (event.altKey) {
        if (event.key === "ArrowDown") open();
        else close();
      } else {
        move(event.key === "ArrowDown" ? 1 : -1);
      }
    } else if (event.key === "Enter" && isOpen && active >= 0) {
      event.preventDefault();
      choose(active);
    } else if (event.key === "Tab" && isOpen && active >= 0) {
      choose(active);
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      close();
    } else if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
      activate(-1);
    }
  }

  prepare();
  field.addEventListener("input", follow);
  field.addEventListener("keydown", onKey);
  field.addEventListener("blur", close);
  field.form?.addEventListener("submit", close);
  field.addEventListener("compositionstart", () => {
    composing = true;
    clearTimeout(timer);
    request?.abort();
  });
  field.addEventListener("compositionend", () => {
    composing = false;
    follow();
  });
  // The field keeps the focus while a finger or mouse is on the list.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const item = event.target.closest("[role=option]");
    if (!item) return;
    choose([...list.children].indexOf(item));
    field.focus();
  });
})();
