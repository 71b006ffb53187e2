// Single keys: what has data-key is pressed by it, and a table with data-key-rows is walked through row by row.
// They do nothing where somebody writes, nor with Ctrl, Alt or Meta, and can be switched off for this browser.
"use strict";

(() => {
  const KEPT_AS = "wfc.keys";
  const WRITING = "input, textarea, select, [contenteditable]";
  const ON_ROWS = { a: ".accepted", r: ".rejected", p: ".pending", x: ".choose input" };
  const byId = (id) => document.getElementById(id);

  function areOn() {
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

  const isSeen = (element) => element.checkVisibility() && !element.matches(":disabled");

  // The element that `key` presses, if it can be pressed now.
  function pressed(key) {
    return [...document.querySelectorAll(`[data-key~="${CSS.escape(key)}"]`)].find(isSeen);
  }

  function press(element) {
    if (element.matches(WRITING)) element.focus();
    else element.click();
  }

  // --- rows ---

  const rows = () => [...document.querySelectorAll("[data-key-rows] > *")].filter((row) => row.checkVisibility());

  function walk(step) {
    const all = rows();
    if (all.length === 0) return false;
    const at = all.findIndex((row) => row.contains(document.activeElement));
    const next = at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1);
    const link = all[next].querySelector("th a, a");
    link?.focus({ preventScroll: true });
    all[next].scrollIntoView({ block: "nearest" });
    return true;
  }

  function onRows(key) {
    if (key === "j" || key === "k") return walk(key === "j" ? 1 : -1);
    const row = rows().find((one) => one.contains(document.activeElement));
    const button = key in ON_ROWS ? row?.querySelector(ON_ROWS[key]) : null;
    if (!button || !isSeen(button)) return false;
    button.click();
    return true;
  }

  // The page that a row leads to goes on in this very table: also where a browser does not say from where it comes.
  document.addEventListener("click", ({ target }) => {
    const link = target.closest("[data-key-rows] th a");
    if (link && !link.search && location.search) link.search = location.search;
  });

  // --- the list of keys ---

  function help() {
    const dialog = byId("keys");
    if (!dialog) return false;
    const box = dialog.querySelector("[data-keys-on]");
    box.checked = areOn();
    if (!dialog.open) dialog.showModal();
    return true;
  }

  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-keys-on]")) keep(target.checked);
  });
  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-keys-help]")) help();
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
    if (event.defaultPrevented || event.key.length !== 1 || !areOn()) return;
    if (event.target.closest(WRITING) || document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    const element = pressed(key);
    if (element) press(element);
    else if (!(key === "?" ? help() : onRows(key))) return;
    event.preventDefault();
  });
})();
