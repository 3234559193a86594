// The source beside the answer: opened by a citation's number, closed by Escape, with its own
// address. Its HTML is our own server's, escaped there.

import { ask } from "./connection.js";

const $ = (selector, within = document) => within.querySelector(selector);
const QUOTING = ":is(#sr-talk, #content)"; // what holds the links: the chat's turns, another page
let opener = null; // what has the focus again when the pane is closed
let newest = 0;
let shown = ""; // the address of what the pane shows

export function paneIsOpen() {
  return document.documentElement.dataset.pane === "open";
}

// The citation or card that the page's address names: "turn.number".
function named() {
  return new URLSearchParams(location.search).get("s") || "";
}

function address(name) {
  const wanted = new URL(location.href);
  if (name) wanted.searchParams.set("s", name);
  else wanted.searchParams.delete("s");
  return wanted.pathname + wanted.search;
}

// The look of the source pages, when one is seen for the first time.
let dressed = null;
function dress() {
  dressed ||= Promise.all(["pages", "source"].map((name) => new Promise((done) => {
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = `/strongroom/${name}.css`;
    sheet.onload = sheet.onerror = done;
    document.head.append(sheet);
  })));
  return dressed;
}

export function openSource(link) {
  opener = link;
  const name = link.dataset.source || "";
  if (name !== named()) history.pushState(null, "", address(name));
  return show(link.getAttribute("href"), name);
}

async function show(path, name) {
  const pane = $("#sr-pane");
  const mine = ++newest;
  const at = opener?.getBoundingClientRect().top;
  document.documentElement.dataset.pane = "open";
  pane.hidden = false;
  // The words around the number stay where they are, whatever room the pane takes.
  const moved = opener?.isConnected ? opener.getBoundingClientRect().top - at : 0;
  if (moved) window.scrollBy({ top: moved, behavior: "instant" });
  pane.setAttribute("aria-busy", "true");
  if (!path.startsWith("/source?")) return;
  const [answer] = await Promise.all([ask(`${path}&bare=1`), dress()]);
  if (mine !== newest) return;
  pane.removeAttribute("aria-busy");
  if (answer === null) {
    if (!$("#sr-dialog-session")) location.assign(path); // no words here for an ended session
    return;
  }
  shown = path;
  $("#sr-pane-body").innerHTML = await answer.text();
  drawSiblings(name);
  const title = $("#sr-pane-body [data-title]")?.dataset.title || "";
  $("#sr-pane-title").textContent = title;
  $("#sr-pane-whole").href = path;
  const picture = $("#sr-pane .so-paper img");
  if (picture && !picture.complete) picture.addEventListener("load", toMark, { once: true });
  else toMark();
  if (!pane.contains(document.activeElement)) $("#sr-pane-title").focus({ preventScroll: true });
}

// The other sources of the same answer.
function drawSiblings(name) {
  const place = $("#sr-pane-siblings");
  const turn = name.split(".")[0];
  const cards = [...document.querySelectorAll(`${QUOTING} a[data-source][data-number]`)]
    .filter((link) => link.dataset.source.split(".")[0] === turn);
  place.replaceChildren(...cards.map((card) => {
    const link = document.createElement("a");
    link.href = card.getAttribute("href");
    link.dataset.source = card.dataset.source;
    link.textContent = card.dataset.number;
    link.title = card.textContent.trim();
    link.setAttribute("aria-label", card.dataset.label);
    if (card.dataset.source === name) link.setAttribute("aria-current", "true");
    return link;
  }));
  place.hidden = cards.length < 2;
}

function toMark() {
  const place = $("#sr-pane .so-mark") || $("#sr-pane #passage mark") || $("#sr-pane #passage");
  const body = $("#sr-pane-body");
  if (!place) {
    body.scrollTop = 0;
    return;
  }
  // Only the pane moves: the conversation stays where it is.
  const gap = place.getBoundingClientRect().top - body.getBoundingClientRect().top;
  body.scrollTop += gap - body.clientHeight / 3;
}

export function closePane({ quietly = false } = {}) {
  if (!paneIsOpen()) return;
  newest += 1;
  shown = "";
  delete document.documentElement.dataset.pane;
  $("#sr-pane").hidden = true;
  $("#sr-pane-body").replaceChildren();
  if (quietly) return;
  if (named()) history.pushState(null, "", address(""));
  const name = opener?.dataset.source;
  const again = opener?.isConnected ? opener
    : name && document.querySelector(`${QUOTING} a[data-source="${CSS.escape(name)}"]`);
  again?.focus();
}

// What the address says, after the conversation was drawn or the reader went back.
export function followAddress() {
  const name = named();
  if (!name) {
    closePane({ quietly: true });
    return;
  }
  const link = document.querySelector(`${QUOTING} a[data-source="${CSS.escape(name)}"]`);
  if (link && (!paneIsOpen() || shown !== link.getAttribute("href"))) {
    opener = link;
    show(link.getAttribute("href"), name);
  }
}

export function startPane() {
  const pane = $("#sr-pane");
  pane.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    const zoom = event.target.closest("[data-zoom]");
    if (zoom) {
      $(".so-scroll", pane).dataset.size = zoom.dataset.zoom;
      for (const button of pane.querySelectorAll("[data-zoom]")) {
        button.setAttribute("aria-pressed", String(button === zoom));
      }
      toMark();
      return;
    }
    const link = event.target.closest("a[href^='/source?']");
    if (!link || link.target === "_blank") return;
    event.preventDefault();
    if (link.dataset.source) openSource(link);
    else show(link.getAttribute("href"), named());
  });
  pane.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
    const link = rel && $(`.so-turn a[rel="${rel}"]`, pane);
    if (!link) return;
    event.preventDefault();
    show(link.getAttribute("href"), named());
  });
}
