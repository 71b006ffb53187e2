// The version of the site that this page belongs to. Its scripts may not know the fragments of another version,
// so after an upgrade the page reloads, or asks for it while somebody has unsaved work on it.
import { all } from "../dom.js";
import { say } from "./connection_line.js";

const KEPT_AS = "wfc.left-version";
const here = () => location.pathname + location.search; // without a hash, which would only scroll

export const VERSION = document.querySelector("meta[name=wfc-version]").content;

export function leave() {
  if (hasUnsavedWork() || !isFirstLeave()) {
    say("This site has been updated. Finish what you are doing, then", { href: here(), text: "reload the page" });
  } else {
    location.replace(here()); // not location.reload(), which would send a form again
  }
}

// A site that runs in two versions must not make the page reload forever.
function isFirstLeave() {
  try {
    if (sessionStorage.getItem(KEPT_AS) === VERSION) return false;
    sessionStorage.setItem(KEPT_AS, VERSION);
    return true;
  } catch {
    return false; // a browser that keeps nothing
  }
}

function hasUnsavedWork() {
  const fields = all("input, textarea, select").filter((field) => field.form?.method === "post");
  return fields.some(isChanged) || all("[aria-invalid=true]").length > 0 || isBusy();
}

function isChanged(field) {
  if (field.matches("select")) {
    const usual = Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
    return field.selectedIndex !== usual;
  }
  if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue;
}

// Ask what the browser asks before it leaves a page; files that are on their way say no.
function isBusy() {
  return !window.dispatchEvent(new Event("beforeunload", { cancelable: true }));
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const answering = detail.xhr.getResponseHeader("Wfc-Version");
  if (answering === null || answering === VERSION) return;
  detail.shouldSwap = false;
  leave();
});
