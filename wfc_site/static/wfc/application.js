// The page of one application: a click on a criterion or a warning lights what it rests on, and brings it into
// view on its page. Without this script the same links lead to the page.
import { all, byId } from "./dom.js";

let lit = "";

// Bring `element` to the middle of its own scrolled part, or of the window if nothing else scrolls.
function bringIntoView(element) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ block: "center", inline: "nearest", behavior: still ? "auto" : "smooth" });
}

function showLit() {
  for (const element of all(".lit")) element.classList.remove("lit");
  if (!lit) return;
  byId(`mark-${lit}`)?.classList.add("lit");
  for (const link of all(`[data-mark="${CSS.escape(lit)}"]`)) link.classList.add("lit");
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-mark]");
  if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
  lit = link.dataset.mark;
  showLit();
  const page = link.hash.slice(1);
  const place = byId(`mark-${lit}`)?.querySelector("rect") ?? byId(page);
  if (place === null) return;
  event.preventDefault();
  bringIntoView(place);
  const found = byId(`mark-${lit}`) !== null;
  byId("marked").textContent = found ? `Marked on ${page.replace("-", " ")}.` : `${page.replace("-", " ")}.`;
});

// What is sent anew is lit as it was.
document.addEventListener("htmx:oobAfterSwap", showLit);

// A decision has taken its reason and its note along.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const form = byId("decide");
  if (detail.successful && form?.contains(detail.elt)) form.reset();
});
