// The library: a filter works when it is chosen, and a document is looked into beside the list.
const form = document.querySelector(".sl-filters");
form.addEventListener("change", (event) => {
  if (event.target.matches("select, input[type=date]")) form.requestSubmit();
});

const pane = document.getElementById("sl-pane");
const body = document.getElementById("sl-pane-body");
let opener = null;
let newest = 0;

async function show(path) {
  const mine = ++newest;
  let answer;
  try {
    answer = await fetch(`${path}&bare=1`);
  } catch {
    answer = null;
  }
  if (mine !== newest) return;
  if (!answer?.ok) {
    location.assign(path); // the page itself says what is wrong
    return;
  }
  body.innerHTML = await answer.text(); // our own server's HTML, escaped there
  body.scrollTop = 0;
  document.getElementById("sl-pane-title").textContent = body.querySelector("[data-title]")?.dataset.title || "";
  document.getElementById("sl-pane-whole").href = path;
  const first = pane.hidden;
  pane.hidden = false;
  if (first) document.getElementById("sl-pane-title").focus({ preventScroll: true });
}

function close() {
  pane.hidden = true;
  newest += 1;
  for (const link of document.querySelectorAll("[data-preview][aria-current]")) link.removeAttribute("aria-current");
  opener?.focus();
}

if (pane) {
  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    const zoom = event.target.closest("[data-zoom]");
    if (zoom) {
      pane.querySelector(".so-scroll").dataset.size = zoom.dataset.zoom;
      return;
    }
    const link = event.target.closest("[data-preview], #sl-pane-body a[href^='/source?']");
    if (!link || (link.download !== undefined && link.hasAttribute("download"))) return;
    event.preventDefault();
    if (link.hasAttribute("data-preview")) {
      for (const other of document.querySelectorAll("[data-preview][aria-current]")) other.removeAttribute("aria-current");
      link.setAttribute("aria-current", "true");
      opener = link;
    }
    show(link.getAttribute("href"));
  });
  document.getElementById("sl-pane-close").addEventListener("click", close);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !pane.hidden) close();
  });
}
