// The table of candidates: ticking several, and the question before one decides on them.
// Without this script the same form leads to a page that asks.
import { all, byId } from "./dom.js";

const boxes = () => all("#applications input[name=application]");

function showTicked() {
  const ticked = boxes().filter((box) => box.checked).length;
  showHead(ticked);
  const many = byId("many");
  if (!many) return;
  const every = byId("all-that-match").checked;
  many.classList.toggle("idle", ticked === 0 && !every);
  many.querySelector("[data-chosen]").textContent = every ? "Decide on" : `${ticked} ticked, or`;
  for (const button of all("button", many)) button.disabled = ticked === 0 && !every;
}

function showHead(ticked) {
  const head = document.querySelector("[data-choose-all]");
  if (!head) return;
  head.checked = ticked > 0 && ticked === boxes().length;
  head.indeterminate = ticked > 0 && ticked < boxes().length;
}

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-choose-all]")) for (const box of boxes()) box.checked = target.checked;
  if (target.matches("[data-choose-all], input[name=application], #all-that-match")) showTicked();
});

document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  if (target.id === "confirm-body" && !byId("confirm").open) byId("confirm").showModal();
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("#confirm [data-close]")) return;
  event.preventDefault();
  byId("confirm").close();
});

document.addEventListener("htmx:afterSettle", showTicked);
document.addEventListener("htmx:wsAfterMessage", showTicked);
document.addEventListener("DOMContentLoaded", showTicked);
