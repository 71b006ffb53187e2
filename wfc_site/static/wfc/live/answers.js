// Answers to clicks: they replace rows as fragments do, and what was open or ticked there stays so.
import { all, byId } from "../dom.js";

let opened = [];
let ticked = [];
const idsIn = (target, selector) => (target ? all(selector, target) : []).map(({ id }) => id);

document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
  opened = idsIn(target, "details.reason[open]");
  ticked = idsIn(target, "tr input[type=checkbox][id]:checked");
});

document.addEventListener("htmx:afterSwap", () => {
  for (const id of opened.splice(0)) byId(id)?.setAttribute("open", "");
  for (const id of ticked.splice(0)) byId(id)?.setAttribute("checked", "");
});
