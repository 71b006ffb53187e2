// Many files, one request each, three at a time. A file is safe as soon as its line says so; what becomes
// of it then is told by the page's WebSocket. Without this script the form sends all of them at once.
"use strict";

(() => {
  const AT_ONCE = 3;
  const form = document.getElementById("upload");
  const picker = document.getElementById("files");
  if (!form || !picker || form.querySelector("fieldset").disabled) return;

  const panel = document.getElementById("sending");
  const list = panel.querySelector("[data-files]");
  const total = panel.querySelector("[data-batch]");
  const summary = panel.querySelector("[data-summary]");
  const retryAll = panel.querySelector("[data-retry-all]");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;

  const sends = []; // every file of this visit: { file, batch, state, sentBytes, words, line }
  const waiting = []; // those of them that have not begun
  let running = 0;

  const inState = (state) => sends.filter((send) => send.state === state);
  const unfinished = () => inState("waiting").length + inState("sending").length;

  // --- from files to sends ---

  async function begin(files) {
    if (files.length === 0) return;
    const added = Array.from(files, (file) => add(file));
    await announce(added);
  }

  function add(file) {
    const send = { file, batch: "", state: "waiting", sentBytes: 0, words: "", line: line(file) };
    list.prepend(send.line);
    sends.push(send);
    show(send);
    return send;
  }

  // A batch says how many files will come, so that nobody takes a half-sent one for the whole.
  async function announce(added) {
    try {
      const batch = await openBatch(added.length);
      for (const send of added) enqueue(Object.assign(send, { batch }));
    } catch (error) {
      for (const send of added) end(send, "failed", error.message);
    }
  }

  async function openBatch(count) {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
    const body = JSON.stringify({ job_id: Number(form.dataset.job), announced_count: count });
    const response = await fetch(form.dataset.batches, { method: "POST", headers, body }).catch(() => {
      throw new Error("The server cannot be reached. Send it again when it is back.");
    });
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new Error(refusal(answer, response.status));
    return answer.id;
  }

  function refusal(answer, status) {
    return answer?.detail ?? `The server answered ${status}. Send it again.`;
  }

  // --- sending ---

  function enqueue(send) {
    send.state = "waiting";
    waiting.push(send);
    show(send);
    while (running < AT_ONCE && waiting.length > 0) transmit(waiting.shift());
  }

  function transmit(send) {
    running += 1;
    send.state = "sending";
    show(send);
    const body = new FormData();
    body.append("file", send.file, send.file.name);
    const xhr = new XMLHttpRequest();
    xhr.open("POST", `${form.dataset.batches}/${send.batch}/files`);
    xhr.setRequestHeader("X-CSRFToken", token);
    xhr.responseType = "json";
    xhr.upload.addEventListener("progress", ({ loaded, total: all }) => {
      send.sentBytes = (loaded / all) * send.file.size;
      show(send);
    });
    xhr.addEventListener("load", () => answered(send, xhr));
    xhr.addEventListener("error", () => end(send, "failed", "The connection broke. Send it again."));
    xhr.addEventListener("loadend", () => {
      running -= 1;
      if (waiting.length > 0) transmit(waiting.shift());
    });
    xhr.send(body);
  }

  function answered(send, xhr) {
    if (xhr.status !== 201) return end(send, "failed", refusal(xhr.response, xhr.status));
    const { state, reason } = xhr.response;
    const words = { received: "", duplicate: `Duplicate. ${reason}` };
    return end(send, "sent", words[state] ?? reason);
  }

  function end(send, state, words) {
    Object.assign(send, { state, words, sentBytes: state === "sent" ? send.file.size : 0 });
    show(send);
  }

  function again(failed) {
    const announced = failed.filter((send) => send.batch);
    for (const send of announced) enqueue(send);
    const unannounced = failed.filter((send) => !send.batch);
    if (unannounced.length > 0) announce(unannounced);
  }

  // --- showing ---

  const WORDS = { waiting: "waiting", sending: "sending", sent: "received", failed: "not sent" };

  function line(file) {
    const item = document.createElement("li");
    const name = document.createElement("span");
    name.className = "file-name";
    name.textContent = file.name;
    name.title = file.name;
    const state = document.createElement("span");
    state.className = "state";
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.setAttribute("aria-label", file.name);
    const why = document.createElement("span");
    why.className = "why";
    item.append(name, state, bar, why);
    return item;
  }

  function show(send) {
    const [, state, bar, why] = send.line.children;
    state.textContent = WORDS[send.state];
    bar.value = send.file.size ? send.sentBytes / send.file.size : 0;
    bar.hidden = send.state !== "sending";
    why.textContent = send.words;
    if (send.state === "failed") state.append(retryButton(send));
    send.line.hidden = send.state === "sent" && !send.words; // the list below tells the rest
    showAll();
  }

  function retryButton(send) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = "Send again";
    button.setAttribute("aria-label", `Send ${send.file.name} again`);
    button.addEventListener("click", () => again([send]));
    return button;
  }

  function showAll() {
    const bytes = sends.reduce((sum, send) => sum + send.file.size, 0);
    const sentBytes = sends.reduce((sum, send) => sum + send.sentBytes, 0);
    const sent = inState("sent").length;
    const failed = inState("failed").length;
    panel.hidden = sends.length === 0;
    total.value = bytes ? sentBytes / bytes : 0;
    total.hidden = unfinished() === 0;
    retryAll.hidden = failed < 2 || unfinished() > 0;
    const words = `${sent} of ${sends.length} ${sends.length === 1 ? "file" : "files"} received`;
    const missing = failed ? `, ${failed} not sent` : "";
    const text = `${words}${missing}.`;
    if (summary.textContent !== text) summary.textContent = text;
  }

  retryAll.addEventListener("click", () => again(inState("failed")));

  window.addEventListener("beforeunload", (event) => {
    if (unfinished() > 0) event.preventDefault(); // the browser asks whether to leave
  });

  // --- choosing and dropping ---

  form.classList.add("scripted");
  picker.addEventListener("change", () => {
    const files = [...picker.files];
    picker.value = ""; // so that the same file can be chosen again
    begin(files);
  });
  form.addEventListener("submit", (event) => event.preventDefault());

  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  let depth = 0; // dragenter and dragleave come for every child as well

  function mark(step) {
    depth = Math.max(0, depth + step);
    form.classList.toggle("over", depth > 0);
  }

  document.addEventListener("dragenter", (event) => carriesFiles(event) && mark(1));
  document.addEventListener("dragleave", (event) => carriesFiles(event) && mark(-1));
  document.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault(); // anywhere on the page: a file that misses the zone must not replace the page
    mark(-depth);
    begin(event.dataTransfer.files);
  });
})();
