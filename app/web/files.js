// Files dropped or pasted onto the chat: they are read into the person's own documents, and the
// conversation searches in them from then on. What is not to stay can be taken out again.

import { post, token } from "./connection.js";

const $ = (selector, within = document) => within.querySelector(selector);
const BASE = "/documents/uploads";
const LOOK_MS = 700;

export function startFiles(choose) {
  const place = $("#sr-files");
  if (!place) return; // this person adds no documents
  const words = place.dataset;
  const curtain = $("#sr-drop");
  let inside = 0;
  const holds = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
  document.addEventListener("dragenter", (event) => {
    if (!holds(event) || $("dialog[open]")) return;
    event.preventDefault();
    inside += 1;
    curtain.hidden = false;
  });
  document.addEventListener("dragover", (event) => { if (holds(event)) event.preventDefault(); });
  document.addEventListener("dragleave", (event) => {
    if (!holds(event)) return;
    inside = Math.max(0, inside - 1);
    if (!inside) curtain.hidden = true;
  });
  document.addEventListener("drop", (event) => {
    if (!holds(event)) return;
    event.preventDefault();
    inside = 0;
    curtain.hidden = true;
    take([...event.dataTransfer.files]);
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files || [])];
    if (!files.length) return;
    event.preventDefault();
    take(files);
  });
  const input = $("#sr-files-input");
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = "";
    take(files);
  });
  place.addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    const line = button?.closest("li");
    if (!line) return;
    if (button.dataset.do === "out") {
      const names = JSON.parse(line.dataset.names);
      const form = new URLSearchParams({ space: line.dataset.space });
      for (const name of names) form.append("name", name);
      if (await post("/documents/remove", form)) choose.leave(names.map((name) => `${line.dataset.space}/${name}`));
    }
    line.remove();
  });

  async function take(files) {
    if (!files.length) return;
    const line = draw(fill(words.sending, { name: files[0].name }));
    const space = `~${$("#sr-side").dataset.person}`;
    try {
      const { id } = await asked("", new URLSearchParams({ space }));
      const refused = [];
      for (const file of files) {
        say(line, fill(words.sending, { name: file.name }));
        try {
          await asked(`/${id}/files?name=${encodeURIComponent(nameOf(file))}`, file, "application/octet-stream");
        } catch (error) {
          refused.push(`${file.name}: ${error.message}`);
        }
      }
      if (refused.length === files.length) {
        await asked(`/${id}/abandon`);
        done(line, [], refused, space);
        return;
      }
      await asked(`/${id}/start`);
      await follow(line, id, space, refused);
    } catch (error) {
      done(line, [], [error.message || words.failed], space);
    }
  }

  async function follow(line, id, space, refused) {
    for (;;) {
      await new Promise((wait) => { setTimeout(wait, LOOK_MS); });
      const answer = await fetch(`${BASE}?space=${encodeURIComponent(space)}`);
      if (!answer.ok) throw new Error(words.failed);
      const upload = (await answer.json()).uploads.find((one) => one.id === id);
      if (!upload) throw new Error(words.failed);
      const at = upload.progress;
      if (upload.state === "reading" && at) {
        const values = { name: at.current, page: at.page };
        say(line, fill(at.page ? words.readingPage : words.reading, values),
          at.bytes_total ? at.bytes_done / at.bytes_total : undefined);
      } else if (upload.state === "done" || upload.state === "failed") {
        const bad = upload.statuses.filter((one) => one.status === "rejected");
        const good = upload.statuses.filter((one) => one.status !== "rejected").map((one) => one.document);
        if (upload.state === "failed") refused.push(upload.reason);
        done(line, good, [...refused, ...bad.map((one) => `${one.document}: ${one.reason}`)], space);
        return;
      }
    }
  }

  function done(line, names, refused, space) {
    line.replaceChildren();
    line.dataset.names = JSON.stringify(names);
    line.dataset.space = space;
    if (names.length) {
      line.append(paragraph(fill(words.ready, { names: names.join(", ") })));
      choose.enter(names.map((name) => `${space}/${name}`));
    }
    for (const reason of refused) line.append(paragraph(reason, "sr-alarm-words"));
    const row = document.createElement("div");
    if (names.length) row.append(button(words.out, "out"));
    row.append(button(names.length ? words.keep : words.close, "keep"));
    line.append(row);
  }

  function draw(text) {
    const line = document.createElement("li");
    line.append(paragraph(text), document.createElement("progress"));
    place.append(line);
    return line;
  }

  function say(line, text, share) {
    $("p", line).textContent = text;
    const bar = $("progress", line);
    if (share === undefined) bar.removeAttribute("value");
    else bar.value = share;
  }

  async function asked(path, body, type) {
    const headers = { "X-CSRF-Token": token() };
    if (type) headers["Content-Type"] = type;
    const answer = await fetch(BASE + path, { method: "POST", headers, body });
    if (!answer.ok) {
      const told = await answer.clone().json().catch(() => ({}));
      throw new Error(told.error || (await answer.text().catch(() => "")) || words.failed);
    }
    return answer.status === 204 ? null : answer.json();
  }
}

// A picture from the clipboard is called image.png by every browser.
function nameOf(file) {
  if (!/^image\.\w+$/.test(file.name)) return file.name;
  const now = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  return file.name.replace("image", `pasted-${now}`);
}

function fill(form, values) {
  return form.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

function paragraph(text, name = "") {
  const made = document.createElement("p");
  made.textContent = text;
  made.className = name;
  return made;
}

function button(text, what) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "sr-button";
  made.textContent = text;
  made.dataset.do = what;
  return made;
}
