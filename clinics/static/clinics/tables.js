// While the server looks at a file, the page says so and takes no second click.
for (const form of document.querySelectorAll("form[data-busy]")) {
  form.addEventListener("submit", () => {
    const note = document.createElement("p");
    note.className = "busy";
    note.setAttribute("role", "status");
    const bar = document.createElement("progress");
    note.append(bar, ` ${form.dataset.busy}`);
    form.append(note);
    // After the browser has taken the button's own value along.
    setTimeout(() => {
      for (const button of form.querySelectorAll("button, input[type=submit]")) {
        button.disabled = true;
      }
    });
  });
}

// Coming back by the browser's own button, the page is as it was.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const note of document.querySelectorAll(".busy")) note.remove();
  for (const button of document.querySelectorAll("form[data-busy] :disabled")) button.disabled = false;
});
