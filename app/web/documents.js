// The curators' page: sends files one by one, tells how far they are, asks before it deletes.
"use strict";
(() => {
  const drop = document.getElementById("sd-drop");
  const list = document.getElementById("sd-uploads");
  const words = drop.dataset;
  const base = "/documents/uploads";
  let sending = null; // {name, share} while files are on their way
  let watched = false;

  const fill = (form, values) => form.replace(/\{(\w+)\}/g, (_, key) => values[key]);

  async function call(path, body) {
    const response = await fetch(base + path, {
      method: "POST", body, headers: { "X-CSRF-Token": words.csrf },
    });
    if (!response.ok) {
      const answer = await response.json().catch(() => ({}));
      throw new Error(answer.error || answer.detail || String(response.status));
    }
    return response.status === 204 ? null : response.json();
  }

  // One file, with progress, which fetch cannot tell.
  function send(id, file, name, told) {
    return new Promise((done, failed) => {
      const request = new XMLHttpRequest();
      request.open("POST", `${base}/${id}/files?name=${encodeURIComponent(name)}`);
      request.setRequestHeader("X-CSRF-Token", words.csrf);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.upload.onprogress = (event) => told(event.loaded);
      request.onload = () => {
        if (request.status === 200) return done();
        let reason = String(request.status);
        try { reason = JSON.parse(request.responseText).error || reason; } catch { /* not JSON */ }
        failed(new Error(reason));
      };
      request.onerror = () => failed(new Error(words.lost));
      request.send(file);
    });
  }

  async function upload(files) {
    if (!files.length || sending) return;
    const total = files.reduce((sum, one) => sum + one.file.size, 0) || 1;
    const refused = [];
    let before = 0;
    let accepted = 0;
    sending = { name: files[0].name, share: 0 };
    draw();
    try {
      const form = new URLSearchParams({ space: words.space });
      const { id } = await call("", form);
      for (const { file, name } of files) {
        sending = { name, share: before / total };
        draw();
        try {
          await send(id, file, name, (loaded) => { sending.share = (before + loaded) / total; draw(); });
          accepted += 1;
        } catch (error) {
          refused.push({ document: name, status: "rejected", reason: error.message });
        }
        before += file.size;
      }
      await call(`/${id}/${accepted ? "start" : "abandon"}`);
    } catch (error) {
      refused.push({ document: "", status: "rejected", reason: error.message });
    }
    sending = null;
    drawRefused(refused);
    await look();
  }

  let refusedItem = null;
  function drawRefused(refused) {
    refusedItem = refused.length ? item(words.rejected, null, refused, true) : null;
  }

  function item(text, share, statuses, bad) {
    const entry = document.createElement("li");
    entry.className = "sd-upload";
    const line = document.createElement("p");
    line.textContent = text;
    if (bad) line.className = "sd-bad";
    entry.append(line);
    if (share !== null) {
      const bar = document.createElement("progress");
      bar.max = 1;
      if (share !== undefined) bar.value = share;
      bar.setAttribute("aria-label", text);
      entry.append(bar);
    }
    if (statuses && statuses.length) {
      const details = document.createElement("details");
      const summary = document.createElement("summary");
      summary.textContent = words.details;
      const names = document.createElement("ul");
      for (const one of statuses) {
        const row = document.createElement("li");
        row.textContent = [one.document, words[one.status], one.reason].filter(Boolean).join(" — ");
        if (one.status === "rejected") row.className = "sd-bad";
        names.append(row);
      }
      details.open = statuses.some((one) => one.status === "rejected");
      details.append(summary, names);
      entry.append(details);
    }
    return entry;
  }

  function shown(one) {
    const progress = one.progress;
    if (one.state === "done") {
      const rejected = one.statuses.filter((status) => status.status === "rejected").length;
      const indexed = one.statuses.length - rejected;
      return item(fill(words.finished, { indexed, rejected }), null, one.statuses, false);
    }
    if (one.state === "failed") return item(`${words.failed}: ${one.reason}`, null, [], true);
    if (one.state === "reading" && progress) {
      const of = progress.bytes_total ? progress.bytes_done / progress.bytes_total
        : progress.files_done / Math.max(1, progress.files_total);
      const at = { name: progress.current, done: progress.files_done + 1, total: progress.files_total };
      if (progress.page) return item(fill(words.readingPage, { ...at, page: progress.page }), of, null, false);
      return item(fill(words.reading, at), of, null, false);
    }
    return item(words.waiting, undefined, null, false);
  }

  let known = [];
  function draw() {
    const entries = known.filter((one) => one.state !== "receiving").map(shown);
    if (refusedItem) entries.unshift(refusedItem);
    if (sending) entries.unshift(item(fill(words.sending, sending), sending.share, null, false));
    list.replaceChildren(...entries);
  }

  async function look() {
    const ended = (all) => all.filter((one) => one.state === "done" || one.state === "failed").length;
    try {
      const response = await fetch(`${base}?space=${encodeURIComponent(words.space)}`);
      if (!response.ok) return;
      const before = ended(known);
      known = (await response.json()).uploads;
      draw();
      const open = known.length - ended(known) - known.filter((one) => one.state === "receiving").length;
      if (watched && ended(known) > before) await renew();
      watched = true;
      if (open) setTimeout(look, 700);
    } catch { /* the server is away; the next upload says so */ }
  }

  // The list of documents as it is now, without losing what is shown of the uploads.
  async function renew() {
    const page = await (await fetch(location.href)).text();
    const fresh = new DOMParser().parseFromString(page, "text/html");
    for (const query of ["section[aria-labelledby='sd-list']", ".sd-spaces"]) {
      const [mine, theirs] = [document.querySelector(query), fresh.querySelector(query)];
      if (mine && theirs) mine.replaceWith(theirs);
    }
    wire();
  }

  // A dropped folder is a tree to walk; a dropped file is an entry too.
  async function walk(entry, found) {
    if (entry.isFile) {
      const file = await new Promise((done, failed) => entry.file(done, failed));
      found.push({ file, name: entry.fullPath.replace(/^\//, "") });
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const part = await new Promise((done, failed) => reader.readEntries(done, failed));
      if (!part.length) return;
      for (const one of part) await walk(one, found);
    }
  }

  function wire() {
    const form = document.getElementById("sd-chosen");
    const all = document.getElementById("sd-all");
    if (!form) return;
    const boxes = [...form.querySelectorAll("input[name='name']")];
    const actions = form.querySelectorAll(".sd-actions button, .sd-actions select");
    const count = () => {
      const chosen = boxes.filter((box) => box.checked).length;
      for (const action of actions) action.disabled = !chosen;
      all.checked = chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
    };
    all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; count(); });
    for (const box of boxes) box.addEventListener("change", count);
    count();
    const sure = document.getElementById("sd-sure");
    for (const button of form.querySelectorAll("[data-sure]")) {
      button.addEventListener("click", (event) => {
        event.preventDefault();
        sure.showModal();
        document.getElementById("sd-yes").onclick = () => { sure.close(); form.requestSubmit(asked(button)); };
      });
    }
  }
  // The same button again, without its question.
  function asked(button) {
    const plain = button.cloneNode(true);
    plain.hidden = true;
    button.form.append(plain);
    return plain;
  }

  document.getElementById("sd-cancel").addEventListener("click", () => document.getElementById("sd-sure").close());
  for (const kind of ["files", "folder"]) {
    const input = document.getElementById(`sd-${kind}-input`);
    document.getElementById(`sd-${kind}`).addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      const files = [...input.files].map((file) => ({ file, name: file.webkitRelativePath || file.name }));
      input.value = "";
      upload(files);
    });
  }
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("sd-over"); });
  }
  drop.addEventListener("dragleave", () => drop.classList.remove("sd-over"));
  drop.addEventListener("drop", async (event) => {
    event.preventDefault();
    drop.classList.remove("sd-over");
    const entries = [...event.dataTransfer.items].map((one) => one.webkitGetAsEntry()).filter(Boolean);
    const found = [];
    for (const entry of entries) await walk(entry, found);
    upload(found);
  });
  wire();
  look();
})();
