// The addresses of searches: what of them may be known to a server, and what stays in the fragment,
// which browsers send to nobody.

const searchAddresses = (() => {
  const PRIVATE = ["lat", "lng", "bbox"];
  // Where in the results one is: told by how far a clinic is, from which the position can be found.
  const FURTHER = ["cursor", "start"];

  // Where the searcher is and which area they look at, as the fragment of an address says; empty
  // where it says neither, or nothing that makes sense.
  function privatePart(address = location.href) {
    const said = new URLSearchParams(new URL(address).hash.slice(1));
    const part = new URLSearchParams();
    const holds = (name, limits) => {
      const numbers = (said.get(name) ?? "").split(",");
      return (
        numbers.length === limits.length &&
        numbers.every((text, n) => text.trim() !== "" && Math.abs(Number(text)) <= limits[n])
      );
    };
    if (holds("lat", [90]) && holds("lng", [180])) {
      part.set("lat", said.get("lat"));
      part.set("lng", said.get("lng"));
    }
    if (holds("bbox", [180, 90, 180, 90])) part.set("bbox", said.get("bbox"));
    if (String(part) !== "") {
      for (const name of FURTHER) if (said.has(name)) part.set(name, said.get(name));
    }
    return part;
  }

  // The same without where in the results one is: for another search, and for others.
  function position() {
    const part = privatePart();
    for (const name of FURTHER) part.delete(name);
    return part;
  }

  const isPrivate = (address) => String(privatePart(address)) !== "";

  function withFragment(address, part) {
    const url = new URL(address, location.href);
    for (const name of [...PRIVATE, ...FURTHER]) url.searchParams.delete(name);
    // A comma needs no escape in a fragment.
    url.hash = part.toString().replaceAll("%2C", ",");
    return url.href;
  }

  // The address that a form asks for, without the fields that say nothing.
  function addressOf(form, submitter = null) {
    const url = new URL(form.getAttribute("action") || location.pathname, location.href);
    url.search = url.hash = "";
    const fields = [...new FormData(form)];
    if (submitter?.name) fields.push([submitter.name, submitter.value]);
    for (const [name, value] of fields) {
      const text = String(value).trim();
      if (text !== "" && !PRIVATE.includes(name)) url.searchParams.append(name, text);
    }
    return url;
  }

  return { FURTHER, privatePart, position, isPrivate, withFragment, addressOf };
})();
