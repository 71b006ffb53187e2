// The table of candidates: choosing several, and the question before one decides on them.
// Without this script the same form leads to a page that asks.
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const boxes = () => [...document.querySelectorAll("#applications input[name=application]")];

  function showChosen() {
    const all = document.querySelector("[data-choose-all]");
    const chosen = boxes().filter((box) => box.checked).length;
    if (all) {
      all.checked = chosen > 0 && chosen === boxes().length;
      all.indeterminate = chosen > 0 && chosen < boxes().length;
    }
    const many = byId("many");
    if (!many) return;
    const every = byId("all-that-match").checked;
    many.classList.toggle("idle", chosen === 0 && !every);
    many.querySelector("[data-chosen]").textContent = every ? "Decide on" : `${chosen} ticked, or`;
    for (const button of many.querySelectorAll("button")) button.disabled = chosen === 0 && !every;
  }

  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-choose-all]")) for (const box of boxes()) box.checked = target.checked;
    if (target.matches("[data-choose-all], input[name=application], #all-that-match")) showChosen();
  });

  document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
    if (target.id === "confirm-body" && !byId("confirm").open) byId("confirm").showModal();
  });

  document.addEventListener("click", (event) => {
    if (!event.target.closest("#confirm [data-close]")) return;
    event.preventDefault();
    byId("confirm").close();
  });

  document.addEventListener("htmx:afterSettle", showChosen);
  document.addEventListener("htmx:wsAfterMessage", showChosen);
  document.addEventListener("DOMContentLoaded", showChosen);
})();
