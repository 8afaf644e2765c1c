"""A page walked through with the Tab key, as somebody without a mouse does."""

from dataclasses import dataclass, field

from playwright.sync_api import Page

# Far more than any page has.
MOST_STEPS = 600

# What takes the focus, each with a number; radio buttons of a group are one stop.
NUMBER_STOPS = """
() => {
  const focusable = 'a[href], area[href], button, input:not([type=hidden]), select, textarea, summary, iframe, [tabindex]';
  const groups = new Map();
  let number = 0;
  for (const element of document.querySelectorAll(focusable)) {
    if (element.disabled || element.tabIndex < 0 || element.closest('[inert]')) continue;
    if (!element.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true})) continue;
    if (element.type === 'radio') {
      const group = `${element.form ? element.form.id : ''}/${element.name}`;
      if (!groups.has(group)) groups.set(group, number++);
      element.dataset.stop = groups.get(group);
    } else element.dataset.stop = number++;
  }
  return number;
}
"""

# A page may have put the focus where somebody has to look first.
FROM_THE_TOP = """
() => {
  const first = document.createElement('span');
  first.tabIndex = -1;
  document.body.prepend(first);
  first.focus();
  first.remove();
  scrollTo(0, 0);
}
"""

# Where the focus is, whether it shows, and whether it is in the window.
LOOK = """
() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const shows = one => {
    const style = getComputedStyle(one);
    return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) ? true : style.boxShadow !== 'none';
  };
  const around = [element, element.closest('label'), ...(element.labels || []), element.nextElementSibling];
  const box = element.getBoundingClientRect();
  return {
    stop: element.dataset.stop === undefined ? null : Number(element.dataset.stop),
    what: element.cloneNode(false).outerHTML.slice(0, 160),
    shows: shows(element) || around.some(one => one && one.matches(':focus-within, :focus + *, label') && shows(one)),
    inside: box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth,
  };
}
"""


@dataclass(slots=True)
class Walk:
    """What a walk came by: how many stops it missed, and those where the focus could not be seen."""

    missed: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    steps: int = 0


def walk(page: Page) -> Walk:
    """Press Tab from the top of the page until the focus leaves it."""
    number = page.evaluate(NUMBER_STOPS)
    walked = Walk()
    met: set[int] = set()
    page.evaluate(FROM_THE_TOP)
    for walked.steps in range(1, MOST_STEPS):
        page.keyboard.press("Tab")
        at = page.evaluate(LOOK)
        if at is None or (at["stop"] in met and at["stop"] is not None):
            break
        if at["stop"] is not None:
            met.add(at["stop"])
        if not (at["shows"] and at["inside"]):
            walked.unseen.append(at["what"])
    for stop in sorted(set(range(number)) - met):
        walked.missed.append(
            page.locator(f'[data-stop="{stop}"]').first.evaluate(
                "element => element.outerHTML.slice(0, 160)"
            )
        )
    return walked
