// The two requests of an upload: open a batch, and send a file of it. Each throws an Error with a sentence.

export class Requests {
  #batches;
  #job;
  #token;

  constructor(form) {
    this.#batches = form.dataset.batches;
    this.#job = Number(form.dataset.job);
    this.#token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  }

  // Return the id of a new batch of `count` files.
  async openBatch(count) {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": this.#token };
    const body = JSON.stringify({ job_id: this.#job, announced_count: count });
    const response = await fetch(this.#batches, { method: "POST", headers, body }).catch(() => {
      throw new Error("The server cannot be reached. Send it again when it is back.");
    });
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw refusal(answer, response.status);
    return answer.id;
  }

  // Return the server's { state, reason }; tell `onProgress` the share that is sent, from 0 to 1.
  sendFile(batch, file, onProgress) {
    const body = new FormData();
    body.append("file", file, file.name);
    const xhr = new XMLHttpRequest(); // fetch tells nothing of progress
    xhr.open("POST", `${this.#batches}/${batch}/files`);
    xhr.setRequestHeader("X-CSRFToken", this.#token);
    xhr.responseType = "json";
    xhr.upload.addEventListener("progress", ({ loaded, total }) => onProgress(loaded / total));
    return new Promise((resolve, reject) => {
      xhr.addEventListener("load", () => {
        if (xhr.status === 201) resolve(xhr.response);
        else reject(refusal(xhr.response, xhr.status));
      });
      xhr.addEventListener("error", () => reject(new Error("The connection broke. Send it again.")));
      xhr.send(body);
    });
  }
}

function refusal(answer, status) {
  return new Error(answer?.detail ?? `The server answered ${status}. Send it again.`);
}
