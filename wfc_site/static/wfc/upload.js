// Sending résumés: one file a request, three at a time, with progress for each and for all.
(() => {
  "use strict";
  const form = document.getElementById("upload");
  if (!form) return;
  const AT_ONCE = 3;
  const input = form.querySelector("input[type=file]");
  const button = form.querySelector("button");
  const panel = document.getElementById("sending");
  const words = document.getElementById("sending-words");
  const all = document.getElementById("sending-all");
  const list = document.getElementById("sending-files");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;

  // One sending at a time adds to these; they are counts of files.
  let waiting = [];
  let running = 0;
  let total = 0;
  let done = 0;

  button.hidden = true; // choosing or dropping is enough
  input.addEventListener("change", () => start([...input.files]));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    start([...input.files]);
  });
  for (const kind of ["dragenter", "dragover"]) {
    form.addEventListener(kind, (event) => {
      event.preventDefault();
      form.classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) {
    form.addEventListener(kind, () => form.classList.remove("over"));
  }
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    start([...event.dataTransfer.files]);
  });
  window.addEventListener("beforeunload", (event) => {
    if (running || waiting.length) event.preventDefault();
  });

  async function start(files) {
    input.value = "";
    if (!files.length) return;
    if (!running && !waiting.length) {
      total = done = 0;
      list.replaceChildren();
    }
    panel.hidden = false;
    total += files.length;
    show();
    const batch = await openBatch(files.length);
    for (const file of files) {
      const entry = { file, batch, row: addRow(file.name) };
      if (batch) waiting.push(entry);
      else failed(entry, "The upload could not be opened. Check your connection.");
    }
    next();
  }

  async function openBatch(count) {
    try {
      const answer = await fetch(form.dataset.batches, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token },
        body: JSON.stringify({ job_id: Number(form.dataset.job), announced_count: count }),
      });
      return answer.ok ? (await answer.json()).id : null;
    } catch {
      return null;
    }
  }

  function next() {
    while (running < AT_ONCE && waiting.length) send(waiting.shift());
  }

  function send(entry) {
    running += 1;
    const request = new XMLHttpRequest();
    request.open("POST", `${form.dataset.batches}/${entry.batch}/files`);
    request.setRequestHeader("X-CSRFToken", token);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) entry.row.progress.value = event.loaded / event.total;
    };
    request.onload = () => {
      running -= 1;
      if (request.status === 201) received(entry);
      else failed(entry, sentence(request));
      next();
    };
    request.onerror = () => {
      running -= 1;
      failed(entry, "The connection broke while sending.");
      next();
    };
    const body = new FormData();
    body.append("file", entry.file);
    request.send(body);
  }

  function received(entry) {
    done += 1;
    entry.row.remove(); // from here on the ledger below tells
    show();
  }

  function failed(entry, why) {
    done += 1;
    const again = document.createElement("button");
    again.type = "button";
    again.className = "quiet";
    again.textContent = "Send again";
    again.addEventListener("click", () => {
      entry.row.remove();
      start([entry.file]);
    });
    entry.row.state.textContent = why;
    entry.row.progress.replaceWith(again);
    show();
  }

  function sentence(request) {
    try {
      return JSON.parse(request.responseText).detail;
    } catch {
      return `The server answered ${request.status}.`;
    }
  }

  function addRow(name) {
    const row = document.createElement("li");
    row.className = "file";
    const label = document.createElement("span");
    label.className = "name";
    label.textContent = name;
    row.state = document.createElement("span");
    row.state.className = "muted";
    row.progress = document.createElement("progress");
    row.progress.max = 1;
    row.progress.value = 0;
    row.progress.setAttribute("aria-label", `Sending ${name}`);
    row.append(label, row.progress, row.state);
    list.append(row);
    return row;
  }

  function show() {
    all.max = total;
    all.value = done;
    const left = list.querySelectorAll("button").length;
    if (done < total) words.textContent = `Sending ${done + 1} of ${total}…`;
    else if (left) words.textContent = `${total - left} of ${total} sent, ${left} not.`;
    else words.textContent = `${total} sent.`;
  }
})();
