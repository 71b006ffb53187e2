// Single keys: an element with data-key is pressed by its key, and j and k walk through a table's rows.
// They do nothing while somebody writes, nor with Ctrl, Alt or Meta, and can be switched off for this browser.
import { all } from "./dom.js";
import { areOn, showHelp } from "./keys/help.js";
import { pressInRow, walk } from "./keys/rows.js";
import { isSeen } from "./keys/seen.js";

const WRITING = "input, textarea, select, [contenteditable]";

// The element that `key` presses, if it can be pressed now.
function pressed(key) {
  return all(`[data-key~="${CSS.escape(key)}"]`).find(isSeen);
}

function press(element) {
  if (element.matches(WRITING)) element.focus();
  else element.click();
  return true;
}

// Do what `key` means here; return whether it means anything.
function act(key) {
  const element = pressed(key);
  if (element) return press(element);
  if (key === "?") return showHelp();
  if (key === "j" || key === "k") return walk(key === "j" ? 1 : -1);
  return pressInRow(key);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
  if (event.defaultPrevented || event.key.length !== 1 || !areOn()) return;
  if (event.target.closest(WRITING) || document.querySelector("dialog[open]")) return;
  if (act(event.key.toLowerCase())) event.preventDefault();
});
