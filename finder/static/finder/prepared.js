"use strict";
(() => {
  for (const button of document.querySelectorAll("button.print")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  document.querySelector(".emergency.there")?.focus();
})();
