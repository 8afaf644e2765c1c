// A link to a search for others: without where its owner is, unless they want it told.

const linkSharing = (() => {
  const { position, isPrivate, withFragment } = searchAddresses;
  // About 100 metres.
  const SHARED_DIGITS = 3;

  // Puts a button into #share that copies the link; `say` tells what became of it.
  function prepare(words, say) {
    const box = document.getElementById("share");
    if (!box) return;
    const copy = document.createElement("button");
    copy.type = "button";
    copy.className = "quiet";
    copy.textContent = words.copy_link;
    const done = document.createElement("span");
    done.className = "share-done small";
    const withPosition = document.createElement("input");
    withPosition.type = "checkbox";
    copy.addEventListener("click", async () => {
      const address = withPosition.checked ? addressWithPosition() : plainAddress();
      try {
        await navigator.clipboard.writeText(address);
        done.textContent = words.copied;
        say(words.copied);
      } catch {
        done.replaceChildren(selectableText(address, words));
      }
    });
    box.append(copy);
    if (isPrivate()) {
      const choice = document.createElement("label");
      choice.className = "choice small";
      const what = position().has("lat") ? words.include_position : words.include_area;
      choice.append(withPosition, what);
      box.append(choice);
    }
    box.append(done);
  }

  // As the server gives it: without what only somebody at this position can ask.
  function plainAddress() {
    return document.getElementById("share-link").href;
  }

  function addressWithPosition() {
    const part = new URLSearchParams();
    for (const [name, value] of position()) {
      const rounded = value.split(",").map((number) => Number(number).toFixed(SHARED_DIGITS));
      part.set(name, rounded.join(","));
    }
    return withFragment(location.pathname + location.search, part);
  }

  function selectableText(text, words) {
    const field = document.createElement("input");
    field.readOnly = true;
    field.value = text;
    field.setAttribute("aria-label", words.copy_by_hand);
    setTimeout(() => {
      field.focus();
      field.select();
    });
    return field;
  }

  return { prepare };
})();
