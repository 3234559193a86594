// The page's own behaviour. Gradio runs this once for each of our HTML parts, with `element`
// (the part), `trigger` (calls the server) and `watch` (after the part was drawn again).

const isFrame = element.closest("#sr-frame") !== null;
// Only the frame's events are bound on the server; all parts send through it.
if (isFrame) window.strongroom = { send: trigger, conversation: "", chosen: new Map(), sent: null };
const send = (name, data) => window.strongroom.send(name, data);
const $ = (selector, within = document) => within.querySelector(selector);

element.addEventListener("click", (event) => {
  const target = event.target.closest("[data-action]");
  if (!target) return;
  const act = actions[target.dataset.action];
  if (act) act(target, event);
});

const actions = {
  "focus-question"(target, event) {
    event.preventDefault();
    questionBox()?.focus();
  },
  copy,
  example: (target) => send("example", { index: Number(target.dataset.index) }),
  suggestion: (target) => send("suggestion", { index: Number(target.dataset.index) }),
  retry: () => send("retry"),
  everywhere: () => send("everywhere"),
  fresh(target, event) {
    if (aside(event)) return;
    event.preventDefault();
    goTo("");
    closeDrawer();
    questionBox()?.focus();
  },
  open(target, event) {
    if (aside(event)) return;
    event.preventDefault();
    goTo(target.dataset.id);
    closeDrawer();
  },
  side: () => setSide(!sideIsOpen()),
  close: (target) => target.closest("dialog").close(),
  rename(target) {
    const box = $("#sr-title");
    box.value = target.dataset.title;
    openDialog("rename", target.dataset.id);
    box.select();
  },
  delete(target) {
    $("#sr-dialog-delete [data-title]").textContent = target.dataset.title;
    openDialog("delete", target.dataset.id);
  },
  edit(target) {
    const box = $("#sr-edited");
    box.value = $(".sr-question", target.closest(".sr-turn")).textContent;
    openDialog("edit", target.dataset.number);
    box.focus();
  },
  vote,
  scope: openScope,
  "scope-clear"(target) {
    window.strongroom.chosen.clear();
    useScope();
    target.closest("dialog").close();
  },
  "scope-remove"(target) {
    readScope().delete(`${target.dataset.kind} ${target.dataset.key}`);
    useScope();
    $(".sr-scope-button")?.focus();
  },
};

// A click that opens a new tab is the browser's.
function aside(event) {
  return event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
}

// A new question goes to the top of the window, so that its answer grows into view.
let onTheWay = "";
watch("value", () => {
  if (isFrame) startFrame();
  if (element.closest("#sr-header")) nameSide();
  if (element.closest("#sr-header, #sr-live")) nameExport();
  if (!element.closest("#sr-live")) return;
  const turn = $(".sr-turn", element);
  const conversation = turn?.dataset.conversation || "";
  const running = $(".sr-busy", element) !== null;
  emptyBox(turn);
  if (turn && conversation !== asked()) {
    if (!running && asked()) {
      // The reader has gone on to another one while this was on its way.
      send("open", { conversation: asked() });
      return;
    }
    history.pushState(null, "", `/?c=${conversation}`);
  }
  window.strongroom.conversation = conversation;
  nameExport();
  if (turn && running && turn.id !== onTheWay) {
    turn.scrollIntoView({ block: "start", behavior: calm() ? "auto" : "smooth" });
    listAgain();
  }
  if (!running) listAgain();
  onTheWay = running && turn ? turn.id : "";
});

// What was sent leaves the question box when its turn is shown; what was written since stays.
// While an answer is on its way nothing can be sent, and the next question waits in its box.
if (isFrame) {
  const note = () => {
    if ($("#sr-live .sr-busy")) return;
    window.strongroom.sent = { text: questionBox()?.value, after: $("#sr-live .sr-turn")?.id };
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && event.target === questionBox()) note();
  }, true);
  document.addEventListener("click", (event) => {
    if (event.target.closest("#sr-ask")) note();
  }, true);
}

function emptyBox(turn) {
  const { sent } = window.strongroom;
  if (!sent || !turn || turn.id === sent.after) return;
  window.strongroom.sent = null;
  const box = questionBox();
  if (box && box.value === sent.text) {
    box.value = "";
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function asked() {
  return new URLSearchParams(window.location.search).get("c") || "";
}

function goTo(conversation) {
  if (asked() !== conversation) {
    history.pushState(null, "", conversation ? `/?c=${conversation}` : "/");
  }
  arrive();
}

function arrive() {
  const conversation = asked();
  window.strongroom.conversation = conversation;
  onTheWay = "";
  if (conversation) send("open", { conversation });
  else send("fresh");
  window.scrollTo({ top: 0 });
}

// The frame is drawn once; from then on this script alone works in it.
function startFrame() {
  const search = $("#sr-search");
  if (!search || search.dataset.started) return;
  search.dataset.started = "yes";
  search.addEventListener("input", () => later("list", listAgain));
  $("#sr-find").addEventListener("input", () => later("choices", listChoices));
  $("#sr-choices").addEventListener("change", (event) => choose(event.target));
  for (const form of element.querySelectorAll("form[data-dialog]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const dialog = form.closest("dialog");
      dialog.close();
      submitted[form.dataset.dialog](dialog.dataset.about, form);
    });
  }
  window.addEventListener("popstate", arrive);
  // Other tabs have conversations too, and a session may have ended meanwhile.
  window.addEventListener("focus", () => later("list", listAgain));
  document.addEventListener("click", closeMenus);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || $("dialog[open]")) return;
    const menu = $("details.sr-menu[open]");
    if (menu) {
      menu.open = false;
      $("summary", menu).focus();
    } else if (narrow() && sideIsOpen()) setSide(false);
  });
  const kept = localStorage.getItem("strongroom.side");
  setSide(narrow() ? false : kept !== "closed", { quietly: true });
  window.strongroom.conversation = asked();
  listAgain();
}

const submitted = {
  rename: (about, form) => change(`/conversation/${about}/rename`, { title: form.title.value }),
  async delete(about) {
    const shown = about === window.strongroom.conversation;
    if (!(await change(`/conversation/${about}/delete`, {}))) return;
    if (shown) {
      history.replaceState(null, "", "/");
      arrive();
    }
    $("#sr-search")?.focus();
  },
  edit: (about, form) => send("edit", { number: Number(about), question: form.question.value }),
  comment: (about, form) => judge(
    about, $("#sr-dialog-comment").dataset.verdict, form.comment.value, { thank: true }),
  scope: useScope,
};

function openDialog(name, about) {
  const dialog = $(`#sr-dialog-${name}`);
  dialog.dataset.about = about;
  dialog.showModal();
}

async function change(path, values, { quietly = false } = {}) {
  let done = false;
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "X-CSRF-Token": $("#sr-side").dataset.csrf },
      body: new URLSearchParams(values),
    });
    done = answer.ok;
  } catch { /* the server is away: said below, as for a refusal */ }
  if (!done) say($("#sr-side").dataset.failed);
  else if (!quietly) await listAgain();
  return done;
}

async function vote(target) {
  const verdict = target.dataset.verdict;
  if (target.getAttribute("aria-pressed") === "true") {
    await judge(target.dataset.number, "", "");
  } else {
    await judge(target.dataset.number, verdict, "");
    const box = $("#sr-comment");
    box.value = "";
    $("#sr-dialog-comment").dataset.verdict = verdict;
    openDialog("comment", target.dataset.number);
    box.focus();
  }
}

async function judge(number, verdict, comment, { thank = false } = {}) {
  const path = `/conversation/${window.strongroom.conversation}/turn/${number}/vote`;
  if (!(await change(path, { verdict, comment }, { quietly: true }))) return;
  for (const button of document.querySelectorAll(`[data-action=vote][data-number="${number}"]`)) {
    button.setAttribute("aria-pressed", String(button.dataset.verdict === verdict));
  }
  if (thank) say($("#sr-side").dataset.thanks);
}

let said;
function say(words) {
  const place = $("#sr-said");
  place.textContent = words;
  clearTimeout(said);
  said = setTimeout(() => { place.textContent = ""; }, 6000);
}

const waiting = {};
function later(name, work) {
  clearTimeout(waiting[name]);
  waiting[name] = setTimeout(work, 180);
}

let newestList = 0;
async function listAgain() {
  const place = $("#sr-list");
  if (!place) return;
  const mine = ++newestList;
  const html = await part("/conversations", $("#sr-search").value);
  if (html === null || mine !== newestList) return;
  place.innerHTML = html;
  for (const link of place.querySelectorAll("a[data-id]")) {
    if (link.dataset.id === window.strongroom.conversation) {
      link.setAttribute("aria-current", "page");
    }
  }
}

async function listChoices() {
  const html = await part("/conversation-scope", $("#sr-find").value);
  if (html === null) return;
  $("#sr-choices").innerHTML = html;
  for (const box of document.querySelectorAll("#sr-choices input")) {
    box.checked = window.strongroom.chosen.has(`${box.name} ${box.value}`);
  }
}

// Our own server's HTML, escaped there.
async function part(path, find) {
  try {
    const answer = await fetch(`${path}?find=${encodeURIComponent(find)}`);
    // The session has ended: the sign-in page leads back here.
    if (answer.status === 401) window.location.reload();
    return answer.ok ? await answer.text() : null;
  } catch {
    return null;
  }
}

function readScope() {
  const chosen = window.strongroom.chosen;
  chosen.clear();
  for (const kind of ["space", "document"]) {
    for (const chip of document.querySelectorAll(`.sr-chip[data-${kind}]`)) {
      chosen.set(`${kind} ${chip.dataset[kind]}`, { kind, key: chip.dataset[kind] });
    }
  }
  return chosen;
}

async function openScope() {
  readScope();
  $("#sr-find").value = "";
  openDialog("scope", "");
  await listChoices();
}

function choose(box) {
  const name = `${box.name} ${box.value}`;
  if (box.checked) window.strongroom.chosen.set(name, { kind: box.name, key: box.value });
  else window.strongroom.chosen.delete(name);
}

function useScope() {
  const chosen = [...window.strongroom.chosen.values()];
  const keys = (kind) => chosen.filter((one) => one.kind === kind).map((one) => one.key);
  send("choose", { spaces: keys("space"), documents: keys("document") });
}

function narrow() {
  return window.matchMedia("(max-width: 900px)").matches;
}

function sideIsOpen() {
  return document.documentElement.dataset.side === "open";
}

function setSide(open, { quietly = false } = {}) {
  document.documentElement.dataset.side = open ? "open" : "closed";
  nameSide();
  if (quietly) return;
  if (!narrow()) localStorage.setItem("strongroom.side", open ? "open" : "closed");
  $(open ? "#sr-side [data-action=side]" : "#sr-header [data-action=side]")?.focus();
}

function closeDrawer() {
  if (narrow()) setSide(false, { quietly: true });
}

function nameSide() {
  for (const button of document.querySelectorAll("button[data-action=side]")) {
    button.setAttribute("aria-expanded", String(sideIsOpen()));
  }
}

function closeMenus(event) {
  for (const menu of document.querySelectorAll("details.sr-menu[open]")) {
    if (!menu.contains(event.target) || event.target.closest(".sr-menu-list a")) menu.open = false;
  }
}

function nameExport() {
  const menu = $("[data-export]");
  if (!menu) return;
  const conversation = $("#sr-live .sr-turn")?.dataset.conversation;
  menu.hidden = !conversation;
  for (const link of menu.querySelectorAll("a")) {
    link.href = `/conversation/${conversation}.${link.dataset.file}`;
  }
}

function questionBox() {
  return $("#sr-question-box textarea");
}

function calm() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

// A mark in the answer shows which card it means; following it opens the page itself.
for (const kind of ["mouseover", "focusin", "mouseout", "focusout"]) {
  element.addEventListener(kind, (event) => {
    const card = document.getElementById(event.target.closest("[data-card]")?.dataset.card);
    card?.classList.toggle("sr-shown", kind === "mouseover" || kind === "focusin");
  });
}

async function copy(button) {
  const text = $(".sr-copy", button.parentElement).textContent;
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
