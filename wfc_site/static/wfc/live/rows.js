// Rows that come, change and leave. Only what differs is touched: people keep focus, selection and opened details
// in every row that has not changed, and when the row they work in leaves, they go on in the next.
import { all, byId } from "../dom.js";

export function sameVersion(present, next) {
  return present.dataset.version !== undefined && present.dataset.version === next.dataset.version;
}

// Bring the children of `present` to those of `next`.
export function bringRows(present, next) {
  const wanted = new Set(Array.from(next.children, (row) => row.id));
  const worked = [...present.children].findIndex((row) => row.contains(document.activeElement));
  for (const row of [...present.children]) if (!wanted.has(row.id)) takeOut(row);
  let place = present.firstElementChild;
  for (const row of [...next.children]) {
    const known = byId(row.id);
    if (known === null || known.parentElement !== present) {
      present.insertBefore(row, place);
      htmx.process(row);
      greet(row);
      continue;
    }
    if (known === place) place = place.nextElementSibling;
    else present.insertBefore(known, place);
    if (!sameVersion(known, row)) replaceRow(known, row);
  }
  if (worked >= 0 && document.activeElement === document.body) {
    goOn(present.children[worked] ?? present.lastElementChild);
  }
}

export function replaceRow(known, row) {
  const focused = focusedIn(known);
  keepOpen(known, row);
  known.replaceWith(row);
  htmx.process(row);
  greet(row);
  refocus(focused);
}

// A row that matches no more leaves.
export function takeOut(row) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  const focused = row.contains(document.activeElement);
  htmx.remove(row);
  if (focused) goOn(next);
}

export function greet(row) {
  if (row.matches("tr")) row.classList.add("fresh");
}

export function keepOpen(present, next) {
  const own = (element) => next.querySelector(`#${CSS.escape(element.id)}`);
  for (const details of all("details[id][open]", present)) own(details)?.setAttribute("open", "");
  for (const box of all("input[type=checkbox][id]:checked", present)) own(box)?.setAttribute("checked", "");
}

export function focusedIn(element) {
  return element.contains(document.activeElement) ? document.activeElement.id : "";
}

export function refocus(id) {
  if (id) byId(id)?.focus({ preventScroll: true });
}

function goOn(row) {
  row?.querySelector("th a, a, summary, button")?.focus({ preventScroll: true });
}
