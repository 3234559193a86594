// The page's own behaviour. Gradio hands over each of our HTML parts once, with `element` (the
// part), `trigger` (calls the server) and `watch` (after the part was drawn again).

import * as server from "./connection.js";
import { startFiles } from "./files.js";
import { closePane, followAddress, openSource, paneIsOpen, startPane } from "./pane.js";

const $ = (selector, within = document) => within.querySelector(selector);
const page = { send: () => {}, conversation: "", chosen: new Map(), drawn: false, changed: "" };
const send = (name, data) => page.send(name, data);
const CHECK_MS = 5000; // an answer on its way that shows nothing for so long is asked after

function takePart([element, trigger, watch]) {
  const isFrame = element.closest("#sr-frame") !== null;
  // Only the frame's events are bound on the server; all parts send through it.
  if (isFrame) page.send = trigger;
  element.addEventListener("click", (event) => {
    const source = event.target.closest("a[data-source]");
    if (source && !aside(event)) {
      event.preventDefault();
      openSource(source);
      return;
    }
    const target = event.target.closest("[data-action]");
    if (!target) return;
    const act = actions[target.dataset.action];
    if (act) act(target, event);
  });
  // A mark in the answer shows which card it means.
  for (const kind of ["mouseover", "focusin", "mouseout", "focusout"]) {
    element.addEventListener(kind, (event) => {
      const card = document.getElementById(event.target.closest("[data-card]")?.dataset.card);
      card?.classList.toggle("sr-shown", kind === "mouseover" || kind === "focusin");
    });
  }
  watch("value", () => {
    if (isFrame) startFrame(element);
    if (element.closest("#sr-header")) nameSide();
    if (element.closest("#sr-header, #sr-live")) nameExport();
    if (element.closest("#sr-live")) liveDrawn(element);
  });
}

const actions = {
  "focus-question"(target, event) {
    event.preventDefault();
    questionBox()?.focus();
  },
  copy,
  withdraw: (target) => send("withdraw", { key: target.dataset.key }),
  "close-pane": () => closePane(),
  keys: () => openDialog("keys", ""),
  attach: () => $("#sr-files-input")?.click(),
  pin: (target) => server.post(`/conversation/${target.dataset.id}/pin`, { pinned: target.dataset.to })
    .then(() => listAgain()),
  archive: (target) => server.post(`/conversation/${target.dataset.id}/archive`, { archived: target.dataset.to })
    .then(() => listAgain()),
  example: (target) => send("example", { index: Number(target.dataset.index) }),
  suggestion: (target) => send("suggestion", { index: Number(target.dataset.index) }),
  retry: () => send("retry", { way: "same" }),
  again(target) {
    target.closest("details").open = false;
    if (target.dataset.way === "all") send("everywhere");
    else send("retry", { way: target.dataset.way });
  },
  everywhere: () => send("everywhere"),
  fresh(target, event) {
    if (event && aside(event)) return;
    event?.preventDefault();
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
    edit(target.closest(".sr-turn"), target.dataset.number);
  },
  vote,
  scope: openScope,
  "scope-clear"(target) {
    page.chosen.clear();
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

// The conversation that is being opened, until it is drawn; null when it is.
let goingTo = asked() || null;
let onTheWay = ""; // the turn whose answer is being written
const left = new Set(); // conversations that this page has left: what is drawn of them came late
let drawnAt = 0;

// The page that the server drew goes, and what was done in it is done.
function takeOver() {
  const first = $("#sr-first");
  if (!first) return;
  const theirs = $("#sf-question");
  const box = questionBox();
  if (!box) return;
  const { asked: sent, clicked } = window.strongroomEarly;
  const typed = theirs.value;
  const focused = document.activeElement === theirs || document.activeElement === document.body;
  const [from, to] = [theirs.selectionStart, theirs.selectionEnd];
  // Gradio takes its labels from the browser's language, and the page may have another one.
  box.placeholder = theirs.placeholder;
  box.setAttribute("aria-label", theirs.getAttribute("aria-label"));
  for (const [selector, words] of [["#sr-ask", theirs.dataset.ask], ["#sr-stop", theirs.dataset.stop]]) {
    const button = $(selector);
    if (button && button.textContent.trim() !== words) button.textContent = words;
  }
  first.remove();
  delete document.documentElement.dataset.first;
  if (box.value !== typed) {
    fill(box, typed);
    if (typed) server.draftChanged(asked(), typed);
  }
  if (focused) {
    box.focus({ preventScroll: true });
    box.setSelectionRange(from, to);
  }
  for (const question of sent) send("ask", { question });
  if (clicked) document.querySelector(`button${clicked}`)?.click();
}

function liveDrawn(element) {
  if ($("#sr-first")) {
    // Gradio fills its other parts in the same breath, the question box among them.
    setTimeout(() => {
      takeOver();
      liveDrawn(element);
    }, 30);
    return;
  }
  const turn = $(".sr-turn", element);
  const conversation = turn?.dataset.conversation || "";
  const running = $(".sr-busy", element) !== null;
  const opened = goingTo !== null;
  if (opened && turn && conversation !== goingTo) return; // of what was on show before
  if (turn && conversation !== asked() && left.has(conversation)) {
    arrive(); // it was on its way when the page had already drawn another one
    return;
  }
  goingTo = null;
  drawnAt = Date.now();
  page.drawn = true;
  // A question has begun a conversation, or another one in place of one that was deleted.
  if (turn && conversation !== asked()) history.pushState(null, "", `/?c=${conversation}`);
  page.conversation = conversation;
  nameExport();
  if (opened || (turn && running && turn.id !== onTheWay)) {
    toNewest(turn, opened || calm());
    listAgain({ adopt: true });
  } else if (!running) {
    listAgain({ adopt: true });
  }
  if (!running && onTheWay) hear(turn);
  onTheWay = running && turn ? turn.id : "";
  if (opened) followAddress();
  askAbout();
}

// The library leads here with a document that one wants to ask about.
function askAbout() {
  const wanted = new URLSearchParams(window.location.search).get("d");
  if (!wanted) return;
  history.replaceState(null, "", "/");
  send("choose", { spaces: [], documents: [wanted] });
  questionBox()?.focus();
}

// A conversation is read at its newest turn, and a new question goes to the top of the window, so
// that its answer grows into view.
function toNewest(turn, atOnce) {
  if (turn && $("#sr-past .sr-turn")) {
    turn.scrollIntoView({ block: "start", behavior: atOnce ? "instant" : "smooth" });
  } else if (atOnce) {
    window.scrollTo({ top: 0, behavior: "instant" });
  }
}

// The finished answer for those who hear it.
function hear(turn) {
  const place = $("#sr-heard");
  const answer = turn && $(".sr-answer :is(.sr-prose, .sr-words, .sr-box)", turn);
  if (place && answer) place.textContent = answer.innerText.slice(0, 3000);
}

function busy() {
  return $("#sr-live .sr-busy") !== null;
}

// A question leaves its box in the moment that it is sent, so that nothing which is written after
// that is sent or lost. While an answer is on its way the next question waits in line.
document.addEventListener("keydown", (event) => {
  if (event.target !== questionBox()) return;
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    event.stopPropagation();
    ask();
  } else if (event.key === "ArrowUp" && !event.target.value && !busy()) {
    const turn = $("#sr-live .sr-turn");
    const pencil = turn && $("[data-action=edit]", turn);
    if (!pencil) return;
    event.preventDefault();
    edit(turn, pencil.dataset.number);
  }
}, true);
document.addEventListener("click", (event) => {
  if (event.target.closest("#sr-ask")) ask();
}, true);
document.addEventListener("input", (event) => {
  if (event.target === questionBox()) server.draftChanged(asked(), event.target.value);
});

function ask() {
  const box = questionBox();
  const question = box.value;
  if (!question.trim()) return;
  fill(box, "");
  server.draftSent(asked());
  send("ask", { question });
}

function fill(box, text) {
  box.value = text;
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

function edit(turn, number) {
  const box = $("#sr-edited");
  box.value = $(".sr-question", turn).textContent;
  openDialog("edit", number);
  box.focus();
}

// Keys that work everywhere on the page; "?" lists them.
document.addEventListener("keydown", (event) => {
  const control = event.ctrlKey || event.metaKey;
  if (control && !event.altKey && event.key.toLowerCase() === "k" && !event.shiftKey) {
    event.preventDefault();
    setSide(true, { quietly: true });
    $("#sr-search")?.focus();
  } else if (control && event.shiftKey && event.key.toLowerCase() === "o") {
    event.preventDefault();
    actions.fresh();
  } else if (event.key === "Escape") {
    escape(event);
  } else if (!control && !event.altKey && !event.target.closest?.("input, textarea, select, dialog")) {
    if (event.key === "?") {
      event.preventDefault();
      openDialog("keys", "");
    } else if (event.key === "/") {
      event.preventDefault();
      questionBox()?.focus();
    }
  }
});

function escape(event) {
  if ($("dialog[open]")) return;
  const menu = $("details.sr-menu[open]");
  if (menu) {
    menu.open = false;
    $("summary", menu).focus();
  } else if (paneIsOpen()) closePane();
  else if (narrow() && sideIsOpen()) setSide(false);
  else if (busy()) {
    event.preventDefault();
    send("stop");
  }
}

function asked() {
  return new URLSearchParams(window.location.search).get("c") || "";
}

async function goTo(conversation) {
  const before = asked();
  const text = questionBox()?.value || "";
  goingTo = conversation; // what still comes of the one before is not drawn any more
  const kept = server.keepDraft(before, text);
  if (before !== conversation) {
    history.pushState(null, "", conversation ? `/?c=${conversation}` : "/");
  }
  closePane({ quietly: true });
  await kept;
  arrive();
}

function arrive() {
  const conversation = asked();
  if (page.conversation) left.add(page.conversation);
  left.delete(conversation);
  page.conversation = conversation;
  onTheWay = "";
  goingTo = conversation;
  if (conversation) send("open", { conversation });
  else send("fresh");
}

// The address has changed by the browser's own buttons.
function wentBack() {
  if (asked() === page.conversation && goingTo === null) followAddress();
  else {
    closePane({ quietly: true });
    arrive();
  }
}

// What happens elsewhere: an answer that was asked for in another tab, or whose news did not come.
async function catchUp() {
  await listAgain();
  if (goingTo !== null || !page.drawn) return;
  const entry = asked() && $(`#sr-list a[data-id="${CSS.escape(asked())}"]`);
  if (!entry) return;
  const silent = Date.now() - drawnAt;
  const goesOn = entry.dataset.busy === "yes";
  const missed = silent > CHECK_MS && (!goesOn || silent > 4 * CHECK_MS);
  if (busy() ? missed : goesOn || entry.dataset.changed !== page.changed) {
    send("open", { conversation: asked(), quiet: true });
  }
}
setInterval(() => {
  if (busy() && Date.now() - drawnAt > CHECK_MS && !document.hidden) catchUp();
}, CHECK_MS);
server.whenBack(catchUp);

// The frame is drawn once; from then on this script alone works in it.
function startFrame(element) {
  const search = $("#sr-search");
  if (!search || search.dataset.started) return;
  search.dataset.started = "yes";
  search.addEventListener("input", () => later("list", listAgain));
  $("#sr-list").addEventListener("keydown", walkList);
  $("#sr-find").addEventListener("input", () => later("choices", listChoices));
  $("#sr-choices").addEventListener("change", (event) => choose(event.target));
  for (const form of element.querySelectorAll("form[data-dialog]:not([data-dialog=session])")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const dialog = form.closest("dialog");
      dialog.close();
      submitted[form.dataset.dialog]?.(dialog.dataset.about, form);
    });
  }
  server.startSession();
  startPane();
  startFiles({
    enter(keys) {
      const chosen = readScope();
      for (const key of keys) chosen.set(`document ${key}`, { kind: "document", key });
      useScope();
      questionBox()?.focus();
    },
    leave(keys) {
      const chosen = readScope();
      for (const key of keys) chosen.delete(`document ${key}`);
      useScope();
    },
  });
  window.addEventListener("popstate", wentBack);
  // Other tabs have conversations too, and a session may have ended meanwhile.
  window.addEventListener("focus", () => later("list", catchUp));
  window.addEventListener("pagehide", () => {
    const box = questionBox();
    if (box) server.keepDraft(asked(), box.value, { keepalive: true });
  });
  document.addEventListener("click", closeMenus);
  const kept = localStorage.getItem("strongroom.side");
  setSide(narrow() ? false : kept !== "closed", { quietly: true });
  window.matchMedia("(max-width: 900px)").addEventListener("change", () => {
    setSide(narrow() ? false : localStorage.getItem("strongroom.side") !== "closed", { quietly: true });
  });
  page.conversation = asked();
  listAgain({ adopt: true });
}

// One stop of the Tab key for each conversation: the arrows lead to what can be done with it.
function walkList(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const side = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const entry = event.target.closest("li");
  if (!entry || !(step || side)) return;
  const all = step ? [...document.querySelectorAll("#sr-list li > a")]
    : [...entry.querySelectorAll("a, button")];
  const from = step ? $("a", entry) : event.target;
  const to = all[all.indexOf(from) + (step || side)];
  if (!to) return;
  event.preventDefault();
  to.focus();
}

const submitted = {
  rename: (about, form) => change(`/conversation/${about}/rename`, { title: form.title.value }),
  async delete(about) {
    const shown = about === page.conversation;
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
  const done = await server.post(path, values);
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
  const path = `/conversation/${page.conversation}/turn/${number}/vote`;
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
// `adopt`: what the page shows is what the list tells of it.
async function listAgain({ adopt = false } = {}) {
  const place = $("#sr-list");
  if (!place) return;
  const mine = ++newestList;
  const html = await part("/conversations", $("#sr-search").value);
  if (html === null || mine !== newestList) return;
  const at = document.activeElement;
  const held = place.contains(at) ? at.closest("li")?.querySelector("a[data-id]")?.dataset.id : null;
  place.innerHTML = html;
  if (held) { // whoever walks through the list goes on where they are
    const entry = $(`a[data-id="${CSS.escape(held)}"]`, place)?.closest("li");
    const same = at.dataset.action && entry && $(`[data-action="${at.dataset.action}"]`, entry);
    (same || (entry && $("a", entry)))?.focus({ preventScroll: true });
  }
  for (const link of place.querySelectorAll("a[data-id]")) {
    if (link.dataset.id !== page.conversation) continue;
    link.setAttribute("aria-current", "page");
    if (adopt) page.changed = link.dataset.changed;
  }
}

async function listChoices() {
  const html = await part("/conversation-scope", $("#sr-find").value);
  if (html === null) return;
  $("#sr-choices").innerHTML = html;
  for (const box of document.querySelectorAll("#sr-choices input")) {
    box.checked = page.chosen.has(`${box.name} ${box.value}`);
  }
}

// Our own server's HTML, escaped there.
async function part(path, find) {
  const answer = await server.ask(`${path}?find=${encodeURIComponent(find)}`);
  return answer?.ok ? answer.text() : null;
}

function readScope() {
  const chosen = page.chosen;
  chosen.clear();
  for (const kind of ["space", "document", "type", "year", "language"]) {
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
  if (box.checked) page.chosen.set(name, { kind: box.name, key: box.value });
  else page.chosen.delete(name);
}

function useScope() {
  const chosen = [...page.chosen.values()];
  const keys = (kind) => chosen.filter((one) => one.kind === kind).map((one) => one.key);
  send("choose", {
    spaces: keys("space"), documents: keys("document"),
    types: keys("type"), years: keys("year"), languages: keys("language"),
  });
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
  const share = $("#sr-share");
  if (share) {
    share.hidden = !conversation;
    share.href = `/conversation/${conversation}/share`;
  }
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

// For programs that take formatted text, and as Markdown for all others.
async function copy(button) {
  const text = $(".sr-copy", button.parentElement).textContent;
  const prose = $(".sr-prose", button.closest(".sr-answer"));
  try {
    const kinds = { "text/plain": new Blob([text], { type: "text/plain" }) };
    if (prose) kinds["text/html"] = new Blob([prose.innerHTML], { type: "text/html" });
    await navigator.clipboard.write([new ClipboardItem(kinds)]);
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

// Parts that Gradio drew before this file was here, and those after.
const early = window.strongroomParts || [];
window.strongroomParts = { push: takePart };
early.forEach(takePart);
