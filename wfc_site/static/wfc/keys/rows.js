// The rows of a table with data-key-rows: walking through them, and pressing what is in the one with the focus.
import { all } from "../dom.js";
import { isSeen } from "./seen.js";

const IN_ROW = { a: ".accepted", r: ".rejected", p: ".pending", x: ".choose input" };

const rows = () => all("[data-key-rows] > *").filter((row) => row.checkVisibility());
const hasFocus = (row) => row.contains(document.activeElement);

// Focus the row that is `step` further; return whether there is one.
export function walk(step) {
  const found = rows();
  if (found.length === 0) return false;
  const at = found.findIndex(hasFocus);
  const next = found[at < 0 ? 0 : Math.min(Math.max(at + step, 0), found.length - 1)];
  next.querySelector("th a, a")?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  return true;
}

// Press what `key` means in the row with the focus; return whether there is such a thing.
export function pressInRow(key) {
  const button = key in IN_ROW ? rows().find(hasFocus)?.querySelector(IN_ROW[key]) : null;
  if (!button || !isSeen(button)) return false;
  button.click();
  return true;
}

// The page that a row leads to goes on in this very table, even if the browser does not say from where it comes.
document.addEventListener("click", ({ target }) => {
  const link = target.closest("[data-key-rows] th a");
  if (link && !link.search && location.search) link.search = location.search;
});
