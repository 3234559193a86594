// The source page: arrow keys turn pages, two sizes, and the highlight is brought into view.
const turn = (rel) => document.querySelector(`.so-turn a[rel="${rel}"]`);
const scroll = document.querySelector(".so-scroll");
const zoom = document.querySelector(".so-zoom");

addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const sideways = scroll && scroll.scrollWidth > scroll.clientWidth + 1;
  if (sideways && event.target === scroll) return; // there the arrows move the page itself
  const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  const link = rel && turn(rel);
  if (link) {
    event.preventDefault();
    location.assign(link.href);
  }
});

const toMark = () => {
  const found = [".so-mark", "#passage mark", "#passage"].map((one) => document.querySelector(one));
  const place = found.find(Boolean);
  if (!place) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  place.scrollIntoView({ block: "center", inline: "nearest", behavior: still ? "auto" : "smooth" });
};

if (zoom && scroll) {
  zoom.hidden = false;
  const set = (size) => {
    scroll.dataset.size = size;
    for (const button of zoom.querySelectorAll("button"))
      button.setAttribute("aria-pressed", String(button.dataset.zoom === size));
  };
  zoom.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    set(button.dataset.zoom);
    toMark();
  });
}
const picture = document.querySelector(".so-paper img");
if (picture && !picture.complete) picture.addEventListener("load", toMark, { once: true });
else toMark();
