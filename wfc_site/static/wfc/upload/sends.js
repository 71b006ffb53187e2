// The files of this visit and their way to the server, a few at a time.

const AT_ONCE = 3;
const WORDS = { received: () => "", duplicate: (reason) => `Duplicate. ${reason}` };

export class Sends {
  #requests;
  #panel;
  #sends = []; // each: { file, batch, state, sentBytes, words }
  #waiting = []; // those that have not begun
  #running = 0;

  // `requests` talks to the server; `panel` shows each send when it has changed.
  constructor(requests, panel) {
    this.#requests = requests;
    this.#panel = panel;
  }

  areUnfinished() {
    return this.#sends.some(({ state }) => state === "waiting" || state === "sending");
  }

  begin(files) {
    if (files.length > 0) this.#announce(Array.from(files, (file) => this.#add(file)));
  }

  again(failed) {
    for (const send of failed.filter(({ batch }) => batch)) this.#enqueue(send);
    const unannounced = failed.filter(({ batch }) => !batch);
    if (unannounced.length > 0) this.#announce(unannounced);
  }

  #add(file) {
    const send = { file, batch: "", state: "waiting", sentBytes: 0, words: "" };
    this.#sends.push(send);
    this.#show(send);
    return send;
  }

  // A batch says how many files will come, so that nobody takes a half-sent one for the whole.
  async #announce(added) {
    try {
      const batch = await this.#requests.openBatch(added.length);
      for (const send of added) this.#enqueue(Object.assign(send, { batch }));
    } catch (error) {
      for (const send of added) this.#end(send, "failed", error.message);
    }
  }

  #enqueue(send) {
    send.state = "waiting";
    this.#waiting.push(send);
    this.#show(send);
    while (this.#running < AT_ONCE && this.#waiting.length > 0) this.#transmit(this.#waiting.shift());
  }

  async #transmit(send) {
    this.#running += 1;
    send.state = "sending";
    this.#show(send);
    try {
      const { state, reason } = await this.#requests.sendFile(send.batch, send.file, (share) => {
        send.sentBytes = share * send.file.size;
        this.#show(send);
      });
      this.#end(send, "sent", WORDS[state]?.(reason) ?? reason);
    } catch (error) {
      this.#end(send, "failed", error.message);
    }
    this.#running -= 1;
    if (this.#waiting.length > 0) this.#transmit(this.#waiting.shift());
  }

  #end(send, state, words) {
    Object.assign(send, { state, words, sentBytes: state === "sent" ? send.file.size : 0 });
    this.#show(send);
  }

  #show(send) {
    this.#panel.show(send, this.#sends);
  }
}
