// The clinic form with scripts: rows are added on the page, a concept's name is shown as it is
// chosen, and the address is looked up in place. Without scripts all of it works by the buttons.

const form = document.getElementById("entry");
const labels = new Map();

function readLabels() {
  for (const option of document.querySelectorAll("#concepts option")) {
    labels.set(option.value, option.label);
  }
}

// --- rows -----------------------------------------------------------------------------------

function ownTemplate(set) {
  return [...set.querySelectorAll("template")].find((one) => one.closest("[data-formset]") === set);
}

function addRow(set, where) {
  const total = set.querySelector(`[name="${set.dataset.formset}-TOTAL_FORMS"]`);
  const holder = document.createElement("div");
  // The first placeholder of a name is this row's; one after it belongs to a row within.
  const mark = `${set.dataset.formset}-__prefix__`;
  const html = ownTemplate(set).innerHTML.replaceAll(mark, `${set.dataset.formset}-${total.value}`);
  holder.innerHTML = html;
  total.value = Number(total.value) + 1;
  const row = holder.firstElementChild;
  where.append(row);
  if (row.matches("details")) row.open = true;
  enhance(row);
  row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}

function enhance(root) {
  for (const button of root.querySelectorAll("[data-add]")) button.hidden = false;
  for (const rows of root.querySelectorAll(".sources")) {
    rows.addEventListener("input", () => {
      const last = rows.lastElementChild;
      if (![...last.querySelectorAll("input")].some((input) => input.value)) return;
      const next = last.cloneNode(true);
      for (const input of next.querySelectorAll("input")) {
        input.value = "";
        input.removeAttribute("id");
      }
      rows.append(next);
    });
  }
}

// --- concepts -------------------------------------------------------------------------------

function showConcept(input) {
  const text = input.value.trim();
  if (!labels.has(text)) {
    const named = [...labels].filter(([, label]) => label === text || label.split(" / ").includes(text));
    if (named.length === 1) input.value = named[0][0];
  }
  const output = input.closest(".field-row").querySelector("[data-concept-label]");
  if (output) output.textContent = labels.get(input.value.trim()) ?? "";
  const what = input.closest("details")?.querySelector("summary .what");
  if (what && labels.has(input.value.trim())) what.textContent = labels.get(input.value.trim());
}

// --- the address ----------------------------------------------------------------------------

function candidateItem(one, texts) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet";
  button.textContent = texts.use;
  button.addEventListener("click", () =>
    document.dispatchEvent(new CustomEvent("use-point", { detail: one })),
  );
  const away = one.distance_km === null ? "" : `, ${one.distance_km.toFixed(1)} ${texts.away}`;
  item.append(button, ` ${one.label} (${one.precision}${away})`);
  return item;
}

async function lookUp(part) {
  const shown = part.querySelector("[data-candidates]");
  const value = (name) => document.getElementById(`id_facts-${name}`).value;
  const map = document.getElementById("map");
  const body = new URLSearchParams({
    address: value("address") || part.dataset.officialAddress,
    lat: value("latitude") || map.dataset.officialLat,
    lng: value("longitude") || map.dataset.officialLng,
    csrfmiddlewaretoken: form.querySelector("[name=csrfmiddlewaretoken]").value,
  });
  shown.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(part.dataset.url, { method: "POST", body });
    if (!response.ok) throw new Error(String(response.status));
    const answer = await response.json();
    const note = document.createElement("p");
    note.textContent = answer.note;
    const list = document.createElement("ul");
    list.className = "candidates";
    const texts = { use: part.dataset.use, away: part.dataset.away };
    list.append(...answer.candidates.map((one) => candidateItem(one, texts)));
    shown.replaceChildren(...(answer.note ? [note] : []), list);
  } catch {
    shown.textContent = part.dataset.empty;
  } finally {
    shown.removeAttribute("aria-busy");
  }
}

// --- the page -------------------------------------------------------------------------------

function openTarget() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  for (let part = target?.closest?.("details"); part; part = part.parentElement.closest("details")) {
    part.open = true;
  }
  if (target) target.scrollIntoView({ block: "nearest" });
}

function noteUnsaved() {
  const note = document.querySelector("[data-unsaved-note]");
  if (!note) return;
  let unsaved = false;
  form.addEventListener("input", () => { unsaved = true; note.textContent = form.dataset.unsaved; });
  form.addEventListener("change", () => { unsaved = true; note.textContent = form.dataset.unsaved; });
  form.addEventListener("submit", () => { unsaved = false; });
  window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
}

if (form) {
  readLabels();
  enhance(form);
  noteUnsaved();
  openTarget();
  window.addEventListener("hashchange", openTarget);
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-concept]")) showConcept(event.target);
  });
  form.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add]");
    if (add) {
      const set = add.closest("[data-formset]");
      addRow(set, (add.closest("section") ?? set).matches("[data-formset] section")
        ? add.closest("section").querySelector("[data-forms]")
        : set.querySelector("[data-forms]"));
    }
    const button = event.target.closest("[name=look_up]");
    const part = button?.closest("[data-look-up]");
    if (part?.dataset.url) {
      event.preventDefault();
      lookUp(part);
    }
  });
}
