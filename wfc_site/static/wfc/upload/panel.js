// The panel that shows the files on their way: a line for each, and the sum of all.

const STATES = { waiting: "waiting", sending: "sending", sent: "received", failed: "not sent" };

export class Panel {
  #panel;
  #list;
  #total;
  #summary;
  #retryAll;
  #lines = new Map(); // from a send to its line
  #failed = [];
  onRetry = () => {}; // called with the sends that a person wants to send again

  constructor(panel) {
    this.#panel = panel;
    this.#list = panel.querySelector("[data-files]");
    this.#total = panel.querySelector("[data-batch]");
    this.#summary = panel.querySelector("[data-summary]");
    this.#retryAll = panel.querySelector("[data-retry-all]");
    this.#retryAll.addEventListener("click", () => this.onRetry(this.#failed));
  }

  // Show `send`, which has changed, and the sum of all `sends`.
  show(send, sends) {
    const line = this.#lineOf(send);
    const [, state, bar, why] = line.children;
    state.textContent = STATES[send.state];
    bar.value = send.file.size ? send.sentBytes / send.file.size : 0;
    bar.hidden = send.state !== "sending";
    why.textContent = send.words;
    if (send.state === "failed") state.append(this.#retryButton(send));
    line.hidden = send.state === "sent" && !send.words; // the list below tells the rest
    this.#showAll(sends);
  }

  #lineOf(send) {
    if (!this.#lines.has(send)) {
      this.#lines.set(send, newLine(send.file));
      this.#list.prepend(this.#lines.get(send));
    }
    return this.#lines.get(send);
  }

  #retryButton(send) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = "Send again";
    button.setAttribute("aria-label", `Send ${send.file.name} again`);
    button.addEventListener("click", () => this.onRetry([send]));
    return button;
  }

  #showAll(sends) {
    const sum = (of) => sends.reduce((total, send) => total + of(send), 0);
    const bytes = sum((send) => send.file.size);
    const sent = sends.filter(({ state }) => state === "sent").length;
    this.#failed = sends.filter(({ state }) => state === "failed");
    const isDone = sent + this.#failed.length === sends.length;
    this.#panel.hidden = sends.length === 0;
    this.#total.value = bytes ? sum((send) => send.sentBytes) / bytes : 0;
    this.#total.hidden = isDone;
    this.#retryAll.hidden = this.#failed.length < 2 || !isDone;
    const missing = this.#failed.length ? `, ${this.#failed.length} not sent` : "";
    const text = `${sent} of ${sends.length} ${sends.length === 1 ? "file" : "files"} received${missing}.`;
    if (this.#summary.textContent !== text) this.#summary.textContent = text;
  }
}

function newLine(file) {
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
