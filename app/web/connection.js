// What the chat page tells its server beside Gradio's events, and what it says when that is away or
// the session has ended. A half-written question is kept on the server: the browser keeps nothing.

const $ = (selector, within = document) => within.querySelector(selector);
const DRAFT_MS = 700;
const AGAIN_MS = 4000;
const watchers = new Set(); // told when the server answers again

let csrf = "";
export function token() {
  return csrf || $("#sr-side")?.dataset.csrf || "";
}

export function whenBack(work) {
  watchers.add(work);
}

// Asks the server; null where it is away, refuses, or the session has ended, which is said.
export async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    lost();
    return null;
  }
  if (answer.status === 401) {
    ended();
    return null;
  }
  const fresh = answer.headers.get("x-csrf-token");
  if (fresh) csrf = fresh;
  const person = answer.headers.get("x-strongroom-person");
  if (person && person !== $("#sr-side")?.dataset.person) {
    location.assign("/"); // somebody else has signed in here
    return null;
  }
  found();
  return answer;
}

export async function post(path, values, options = {}) {
  const headers = { "X-CSRF-Token": token() };
  const answer = await ask(path, {
    method: "POST", headers, body: new URLSearchParams(values), ...options,
  });
  return answer !== null && answer.ok;
}

// The server is away.

let looking = 0;
function lost() {
  const place = $("#sr-lost");
  if (!place || !place.hidden) return;
  place.hidden = false;
  looking = setInterval(look, AGAIN_MS);
}

function found() {
  const place = $("#sr-lost");
  if (!place || place.hidden) return;
  place.hidden = true;
  clearInterval(looking);
  for (const work of watchers) work();
}

export async function look() {
  await ask("/conversations?find=");
}

addEventListener("offline", lost);
addEventListener("online", look);

// The session has ended: sign in again in place, and everything that was typed stays.

function ended() {
  const dialog = $("#sr-dialog-session");
  if (!dialog || dialog.open) return;
  for (const other of document.querySelectorAll("dialog[open]")) other.close();
  dialog.showModal();
}

export function startSession() {
  const dialog = $("#sr-dialog-session");
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  $("form", dialog).addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const wrong = $("[data-wrong]", dialog);
    wrong.hidden = true;
    try {
      const page = await (await fetch("/sign-in")).text();
      const theirs = new DOMParser().parseFromString(page, "text/html").querySelector("input[name=csrf]");
      const body = new URLSearchParams({
        csrf: theirs?.value || "", next: "/account", name: form.name.value, password: form.password.value,
      });
      const answer = await fetch("/sign-in", { method: "POST", body });
      form.password.value = "";
      if (answer.ok && !answer.url.endsWith("/sign-in")) {
        dialog.close();
        csrf = "";
        await look();
        for (const work of watchers) work();
        return;
      }
    } catch {
      lost();
    }
    wrong.hidden = false;
    form.password.focus();
  });
}

// Half-written questions.

let waiting;
let told = { conversation: "", text: "" };
export function draftChanged(conversation, text) {
  clearTimeout(waiting);
  waiting = setTimeout(() => keepDraft(conversation, text), DRAFT_MS);
}

export async function keepDraft(conversation, text, options = {}) {
  clearTimeout(waiting);
  if (told.conversation === conversation && told.text === text) return;
  if (await post("/conversation-draft", { conversation, text }, options)) told = { conversation, text };
}

// It was sent: the server forgets the draft with the question.
export function draftSent(conversation) {
  clearTimeout(waiting);
  told = { conversation, text: "" };
}

export function draftShown(conversation, text) {
  told = { conversation, text };
}
