// Refusals: the server's own sentence appears beside the page and leaves the focus alone.
import { byId } from "../dom.js";

function sentenceOf(xhr) {
  const type = xhr.getResponseHeader("Content-Type") ?? "";
  if (type.startsWith("text/plain")) return xhr.responseText;
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  return page.querySelector("[data-sentence]")?.textContent ?? `The server answered ${xhr.status}. Try again.`;
}

function toast(sentence) {
  const line = document.createElement("p");
  line.className = "notice error";
  const words = document.createElement("span");
  words.textContent = sentence;
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "✕";
  close.setAttribute("aria-label", "Close this message");
  close.addEventListener("click", () => line.remove());
  line.append(words, close);
  byId("toasts").append(line);
}

document.addEventListener("htmx:responseError", ({ detail: { xhr } }) => toast(sentenceOf(xhr)));
document.addEventListener("htmx:sendError", () =>
  toast("The server cannot be reached, so nothing was changed. Try again in a moment."),
);
