// What screen readers are told, and the counts that follow from the rows on the page.
import { all, byId } from "../dom.js";
import { onChange } from "./changes.js";

let status = null;

function speakStatus() {
  const sentence = document.querySelector("#models [data-say]")?.textContent.trim() ?? "";
  if (status !== null && sentence !== status) byId("said").textContent = sentence;
  status = sentence;
}

function countRows() {
  for (const element of all("[data-count]")) element.textContent = all(element.dataset.count).length;
}

onChange(speakStatus);
onChange(countRows);
