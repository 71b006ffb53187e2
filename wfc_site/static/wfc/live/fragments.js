// The fragments that the socket brings: each takes the place of the element with its id, unless that has not
// changed, has gone, or is a table that changes row by row.
import { byId } from "../dom.js";
import { changed } from "./changes.js";
import { bringRows, focusedIn, greet, keepOpen, refocus, replaceRow, sameVersion, takeOut } from "./rows.js";

let focusedBefore = "";

function beforeFragment(event) {
  const present = event.target;
  const next = event.detail.fragment.querySelector(`#${CSS.escape(present.id)}`);
  if (next === null) return skipKnownRows(event, present); // rows to add, not an element to replace
  if (next.hasAttribute("data-gone")) {
    event.detail.shouldSwap = false;
    takeOut(present);
    changed();
    return;
  }
  if (next.hasAttribute("data-keyed")) {
    event.detail.shouldSwap = false;
    bringRows(present, next);
    changed();
  } else if (sameVersion(present, next)) {
    event.detail.shouldSwap = false;
  } else {
    keepOpen(present, next);
    greet(next);
    focusedBefore = focusedIn(present);
  }
}

function skipKnownRows(event, present) {
  for (const row of [...event.detail.fragment.children]) {
    const known = row.id && byId(row.id);
    if (known && [present, present.parentElement].includes(known.parentElement)) {
      row.remove();
      if (!sameVersion(known, row)) replaceRow(known, row);
    } else {
      greet(row);
    }
  }
}

function afterFragment() {
  refocus(focusedBefore);
  focusedBefore = "";
}

document.addEventListener("htmx:oobBeforeSwap", beforeFragment);
document.addEventListener("htmx:oobAfterSwap", afterFragment);
