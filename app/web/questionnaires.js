// The questionnaires' page: hands in a file, and follows the ones that are being answered.
"use strict";
(() => {
  const form = document.getElementById("sq-form");
  const file = document.getElementById("sq-file");
  const said = document.getElementById("sq-said");
  const all = document.getElementById("sq-all");
  const spaces = [...form.querySelectorAll("input[name='space']")];

  // "Everything" and single spaces exclude each other.
  all.addEventListener("change", () => { if (all.checked) for (const one of spaces) one.checked = false; });
  for (const one of spaces) {
    one.addEventListener("change", () => { all.checked = !spaces.some((space) => space.checked); });
  }

  document.getElementById("sq-choose").addEventListener("click", () => file.click());
  const which = document.getElementById("sq-which");
  const column = document.getElementById("sq-column");
  document.getElementById("sq-take").addEventListener("click", () => take(column.value));
  file.addEventListener("change", () => { which.hidden = true; take(""); });

  // Handed in, it is only read: its page says what was understood.
  async function take(questions) {
    const [chosen] = file.files;
    if (!chosen) return;
    const query = new URLSearchParams({ name: chosen.name, wait: "true" });
    if (questions) query.set("column", questions);
    for (const one of spaces) if (one.checked) query.append("space", one.value);
    if (form.elements.hidden.checked) query.append("hidden", "true");
    if (form.elements.each.checked) query.append("each", "true");
    said.className = "";
    said.textContent = form.dataset.sending;
    try {
      const response = await fetch(`/questionnaires/take?${query}`, {
        method: "POST", body: chosen,
        headers: { "X-CSRF-Token": form.dataset.csrf, "Content-Type": "application/octet-stream" },
      });
      const answer = await response.json().catch(() => ({}));
      if (response.ok) return location.assign(`/questionnaires/preview?${new URLSearchParams({ run: answer.id })}`);
      if (answer.columns) {
        column.replaceChildren(...answer.columns.map((name) => new Option(name, name)));
        which.hidden = false;
        said.textContent = answer.error;
        return column.focus();
      }
      throw new Error(answer.error || response.statusText || String(response.status));
    } catch (error) {
      said.className = "sq-bad";
      said.textContent = error.message;
    }
    file.value = "";
  }

  async function follow() {
    const shown = new Map([...document.querySelectorAll(".sq-run")].map((one) => [one.dataset.run, one]));
    const open = [...shown.values()].some((one) => ["waiting", "running"].includes(one.dataset.state));
    if (!open) return;
    try {
      const response = await fetch("/questionnaires/state");
      if (response.ok) {
        for (const run of (await response.json()).runs) {
          const entry = shown.get(run.id);
          if (!entry) continue;
          if (["waiting", "running"].includes(entry.dataset.state) && !["waiting", "running"].includes(run.state)) {
            return location.reload(); // other buttons
          }
          entry.dataset.state = run.state;
          entry.querySelector(".sq-state").textContent = run.words;
          entry.querySelector(".sq-state").className = `sq-state sq-${run.state}`;
          entry.querySelector("progress").max = run.total || 1;
          entry.querySelector("progress").value = run.done;
          entry.querySelector(".sq-progress").textContent = run.progress;
          entry.querySelector(".sq-summary").textContent = run.summary;
          entry.querySelector(".sq-left").textContent = run.left;
        }
      }
    } catch { /* the server is away; the next look may find it */ }
    setTimeout(follow, 1500);
  }
  follow();
})();
