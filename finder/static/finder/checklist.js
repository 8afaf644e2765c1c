"use strict";
// The checklist in small steps. Without this the same form stands there whole.
(() => {
  const form = document.getElementById("checklist");
  if (!form) return;
  const words = form.dataset;
  const all = (selector, inside = form) => [...inside.querySelectorAll(selector)];
  const one = (selector, inside = form) => inside.querySelector(selector);

  // When an item is asked

  const items = all("[data-item]").map((element) => ({
    element,
    slug: element.dataset.item,
    type: element.dataset.type,
    applies: element.dataset.applies ? JSON.parse(element.dataset.applies) : null,
  }));

  // What is answered to an item, as far as a test can ask for it; null where nothing is.
  function answerOf({ element, slug, type }) {
    const ticked = all("input:checked", element).map((input) => input.value).filter(Boolean);
    if (type === "text") return all("textarea", element).some((text) => text.value.trim()) ? {} : null;
    if (type === "date") return document.getElementById(`${slug}--year`).value.trim() ? {} : null;
    if (type === "number") {
      const measures = all("[data-number]", element).flatMap((number) => {
        const { value, validity } = one("input", number);
        const unit = number.dataset.unit || one("select", number)?.value || undefined;
        if (!value || !validity.valid) return [];
        return [{ value: Number(value), unit, part: number.dataset.number || undefined }];
      });
      return measures.length ? { measures } : null;
    }
    if (!ticked.length) return null;
    if (type === "scale") return { scale: Number(ticked[0]) };
    if (type === "yes-no" || type === "thing-to-bring") return { is: ticked[0] === "yes" };
    return { codes: ticked };
  }

  function passes(test, answer) {
    if (test.answered !== undefined) return (answer !== null) === test.answered;
    if (answer === null) return false;
    if (test.any_of) return (answer.codes || []).some((code) => test.any_of.includes(code));
    if (test.is !== undefined) return answer.is === test.is;
    const numbers = answer.scale !== undefined
      ? [answer.scale]
      : (answer.measures || [])
        .filter(({ unit, part }) => unit === test.unit && part === test.part)
        .map(({ value }) => value);
    return numbers.some((value) => (test.at_least === undefined || value >= test.at_least)
      && (test.at_most === undefined || value <= test.at_most));
  }

  // An item that is not asked has no answer, on which others may depend in turn.
  function showWhatApplies() {
    const answers = new Map(items.map((item) => [item.slug, answerOf(item)]));
    let asked = new Set(answers.keys());
    for (let round = 0; round <= items.length; round += 1) {
      const given = (slug) => (asked.has(slug) ? answers.get(slug) : null);
      const holds = ({ applies }) => {
        if (!applies) return true;
        const passed = (test) => passes(test, given(test.item));
        return applies.behaviour === "all" ? applies.tests.every(passed) : applies.tests.some(passed);
      };
      const next = new Set(items.filter(holds).map(({ slug }) => slug));
      const same = next.size === asked.size && [...next].every((slug) => asked.has(slug));
      asked = next;
      if (same) break;
    }
    for (const { element, slug } of items) {
      element.hidden = !asked.has(slug);
      element.disabled = element.hidden;
    }
  }

  // An emergency stops the form

  const emergency = document.getElementById("emergency");
  const signs = all("[data-sign]");
  let stopped = false;

  function stopAtEmergency(takeFocus) {
    const ticked = signs.filter((sign) => sign.checked).map((sign) => sign.value);
    for (const told of all("[data-option]", emergency)) told.hidden = !ticked.includes(told.dataset.option);
    const first = ticked.length > 0 && !stopped;
    stopped = ticked.length > 0;
    emergency.classList.toggle("there", stopped);
    form.classList.toggle("stopped", stopped);
    next.disabled = stopped;
    if (first) {
      show(steps.findIndex((step) => step.contains(signs[0])), false);
      if (takeFocus) callForHelp();
    }
  }

  // Whom to call stands at the top of what is seen, at once.
  function callForHelp() {
    emergency.focus({ preventScroll: true });
    emergency.scrollIntoView({ block: "start", behavior: "instant" });
  }

  // Steps

  const steps = all(".step");
  const [back, next, finish] = [one(".back"), one(".next"), one(".finish")];
  let at = 0;

  function show(index, takeFocus = true) {
    at = Math.max(0, Math.min(index, steps.length - 1));
    steps.forEach((step, number) => { step.hidden = number !== at; });
    one(".progress .at").textContent = at + 1;
    one(".progress progress").value = at + 1;
    back.hidden = at === 0;
    next.hidden = at === steps.length - 1;
    finish.classList.toggle("quiet", at !== steps.length - 1);
    document.body.classList.toggle("later-step", at > 0);
    const heading = one("h2", steps[at]);
    one(".step-words", heading).textContent
      = `${words.step.replace("{step}", at + 1).replace("{steps}", steps.length)}: `;
    if (takeFocus) heading.focus();
    remember();
  }

  // Every entry of the browser's history knows its step, and nothing else of the form.
  function remember() {
    history.replaceState({ ...history.state, step: at }, "");
  }

  // A step that was left is where the browser's own way back leads, too.
  function go(index) {
    const wrong = all("input, textarea, select", steps[at]).find((field) => !field.checkValidity());
    if (wrong && index > at) {
      wrong.reportValidity();
      return;
    }
    history.pushState(history.state, "");
    show(index);
  }

  function goTo(element) {
    const index = steps.findIndex((step) => step.contains(element));
    if (index < 0) return;
    show(index, false);
    element.focus();
    element.closest("fieldset")?.scrollIntoView({ block: "start" });
  }

  // Keeping answers

  const KEY = `checklist:${words.slug}`;
  const keep = document.getElementById("keep");
  const remove = one(".delete");
  const told = one(".kept");

  // Disabled fields are not among them: what does not apply is neither sent nor kept. Blank ones are:
  // the second of three texts stays the second.
  const typed = () => [...new FormData(form)].filter(([name]) => !name.startsWith("_"));

  function fill(fields) {
    const values = new Map();
    for (const [name, value] of fields) values.set(name, [...(values.get(name) || []), value]);
    for (const field of form.elements) {
      if (!field.name) continue;
      if (["checkbox", "radio"].includes(field.type)) {
        field.checked = (values.get(field.name) || []).includes(field.value);
      } else {
        field.value = (values.get(field.name) || []).shift() ?? "";
      }
    }
  }

  function stored() {
    try {
      return JSON.parse(localStorage.getItem(KEY));
    } catch {
      return null;
    }
  }

  function store() {
    if (!keep.checked) return;
    try {
      localStorage.setItem(KEY, JSON.stringify({ version: words.version, fields: typed() }));
      remove.hidden = false;
    } catch {
      keep.checked = false;
      told.textContent = words.noStore;
    }
  }

  function forget() {
    try {
      localStorage.removeItem(KEY);
    } catch {
      // What cannot be reached holds nothing of ours.
    }
    keep.checked = false;
    remove.hidden = true;
    told.textContent = words.deleted;
  }

  function recall() {
    const kept = stored();
    if (!kept) return;
    remove.hidden = false;
    if (kept.version !== words.version || !Array.isArray(kept.fields)) {
      told.textContent = words.otherVersion;
      return;
    }
    keep.checked = true;
    // What came back with the page is newer.
    if (words.filled === undefined) {
      fill(kept.fields);
      told.textContent = words.restored;
    }
  }

  // What goes together

  function tick(input) {
    if (input.type !== "checkbox" || !input.checked) return;
    const alone = "alone" in input.dataset;
    for (const other of all("input[type=checkbox]", input.closest("fieldset"))) {
      if (other !== input && (alone || "alone" in other.dataset)) other.checked = false;
    }
  }

  // Words belong to a choice: whoever empties the choice takes them back.
  function clearWhatWasAdded(input) {
    for (const option of all(".option", input.closest("fieldset"))) {
      if (one("input", option).checked) continue;
      for (const field of all(".more textarea, .more select", option)) field.value = "";
      option.classList.remove("filled");
    }
  }

  function refresh(takeFocus) {
    showWhatApplies();
    stopAtEmergency(takeFocus);
  }

  form.addEventListener("change", ({ target }) => {
    if (target === keep) {
      if (keep.checked) {
        told.textContent = words.saved;
        store();
      } else {
        forget();
      }
      return;
    }
    if (target.closest("[data-item]") && ["checkbox", "radio"].includes(target.type)) {
      tick(target);
      clearWhatWasAdded(target);
    }
    refresh(true);
    store();
  });
  form.addEventListener("input", ({ target }) => {
    if (target.matches("textarea, input[type=text], input[type=number]")) {
      showWhatApplies();
      store();
    }
  });
  back.addEventListener("click", () => go(at - 1));
  next.addEventListener("click", () => go(at + 1));
  remove.addEventListener("click", () => {
    forget();
    keep.focus();
  });
  form.addEventListener("submit", (event) => {
    const wrong = items.filter(({ element }) => !element.disabled)
      .flatMap(({ element }) => all("input, textarea, select", element))
      .find((field) => !field.checkValidity());
    if (wrong && !stopped) {
      event.preventDefault();
      goTo(wrong);
      wrong.reportValidity();
    }
  });
  // Enter in a field is no wish to be done. To whoever converts words it accepts them; Safari ends the
  // conversion before it tells of the key, and marks it with 229 alone.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    if (!event.target.matches("input")) return;
    event.preventDefault();
    if (event.target.closest("[data-item]") && !stopped && !next.hidden) go(at + 1);
  });
  for (const link of all('.faults a[href^="#"]')) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      goTo(document.getElementById(link.getAttribute("href").slice(1)));
    });
  }
  // A link within the page makes an entry without a step: that of where it was followed.
  window.addEventListener("popstate", ({ state }) => {
    if (stopped || state?.step === undefined) remember();
    else show(state.step);
  });
  // A browser that keeps the page whole, or fills in what it remembers, does so by now.
  window.addEventListener("pageshow", () => refresh(false));

  form.noValidate = true;
  for (const hidden of [one(".progress"), next, one(".keep")]) hidden.hidden = false;
  document.body.classList.add("in-steps");
  recall();
  const start = one("[autofocus]");
  const faults = document.getElementById("faults");
  show(history.state?.step ?? 0, false);
  refresh(false);
  if (start) goTo(start);
  if (stopped) callForHelp();
  else if (faults) faults.focus();
})();
