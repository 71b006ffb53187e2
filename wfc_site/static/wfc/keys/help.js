// The list of keys, and the switch in it that turns them off.
import { byId } from "../dom.js";

const KEPT_AS = "wfc.keys";

export function areOn() {
  try {
    return localStorage.getItem(KEPT_AS) !== "off";
  } catch {
    return true; // a browser that keeps nothing
  }
}

function keep(on) {
  try {
    localStorage.setItem(KEPT_AS, on ? "on" : "off");
  } catch {
    // then it holds for as long as the page is open
  }
}

// Open the list; return whether the page has one.
export function showHelp() {
  const dialog = byId("keys");
  if (!dialog) return false;
  dialog.querySelector("[data-keys-on]").checked = areOn();
  if (!dialog.open) dialog.showModal();
  return true;
}

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-keys-on]")) keep(target.checked);
});
document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-keys-help]")) showHelp();
});
