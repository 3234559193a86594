// The page's own behaviour. Gradio runs this once for each of our HTML parts, with `element`
// (the part), `trigger` (calls the server) and `watch` (after the part was drawn again).

element.addEventListener("click", (event) => {
  const target = event.target.closest("[data-action]");
  if (!target) return;
  const action = target.dataset.action;
  if (action === "source") {
    event.preventDefault();
    show(document.getElementById(target.getAttribute("href").slice(1)));
  } else if (action === "focus-question") {
    event.preventDefault();
    questionBox()?.focus();
  } else if (action === "copy") {
    copy(target);
  } else if (action === "example") {
    trigger("example", { index: Number(target.dataset.index) });
  } else if (action === "retry") {
    trigger("retry");
  } else if (action === "fresh") {
    trigger("fresh");
    questionBox()?.focus();
  }
});

// A new question goes to the top of the window, so that its answer grows into view.
let onTheWay = "";
watch("value", () => {
  nameEmptyChoice();
  const turn = element.closest("#sr-live") && element.querySelector(".sr-turn");
  if (!turn) return;
  const running = turn.querySelector(".sr-busy") !== null;
  if (running && turn.id !== onTheWay) {
    turn.scrollIntoView({ block: "start", behavior: calm() ? "auto" : "smooth" });
  }
  onTheWay = running ? turn.id : "";
});

// Gradio's list of documents says nothing when none is chosen, which means all of them.
function nameEmptyChoice() {
  const words = document.querySelector("[data-all-documents]")?.dataset.allDocuments;
  const input = document.querySelector("#sr-documents input");
  if (words && input) input.placeholder = words;
}

function questionBox() {
  return document.querySelector("#sr-question-box textarea");
}

function calm() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

function show(card) {
  if (!card) return;
  card.scrollIntoView({ block: "nearest", behavior: calm() ? "auto" : "smooth" });
  card.focus({ preventScroll: true });
  card.classList.add("sr-shown");
  setTimeout(() => card.classList.remove("sr-shown"), 1800);
}

async function copy(button) {
  const text = button.parentElement.querySelector(".sr-copy").textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const box = document.createElement("textarea");
    box.value = text;
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
  }
  const words = button.textContent;
  button.textContent = button.dataset.done;
  setTimeout(() => { button.textContent = words; }, 1600);
}
