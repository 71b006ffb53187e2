// The live page: says whether it is connected, connects again, and leaves alone what has not changed.
(() => {
  "use strict";
  const HANDLED_BY_HTMX = [1006, 1011, 1012, 1013];
  const FINAL = {
    4401: "Signed out: reload the page to sign in again.",
    4403: "You may not see this page any more.",
  };
  const LONGEST_PAUSE_MS = 5000;
  let tries = 0;

  const pause = (n) => Math.min(250 * 2 ** n, LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2);
  htmx.config.wsReconnectDelay = pause;

  const say = (state, words) => {
    const element = document.getElementById("connection");
    if (!element) return;
    element.dataset.state = state;
    element.textContent = words;
  };

  document.addEventListener("htmx:wsOpen", () => {
    tries = 0;
    say("live", "live");
  });

  document.addEventListener("htmx:wsClose", (event) => {
    const code = event.detail.event.code;
    if (FINAL[code]) {
      say("ended", FINAL[code]);
      return;
    }
    say("lost", navigator.onLine ? "connecting…" : "offline: changes will show when you are back");
    if (!HANDLED_BY_HTMX.includes(code)) {
      const socket = event.detail.socketWrapper;
      setTimeout(() => socket.reconnect(), pause(tries++));
    }
  });

  // What is on the page already is not swapped: it would cost focus, selection and open menus.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    const fresh = fragment.firstElementChild;
    if (!fresh || fresh.id !== target.id) return;
    if (fresh.dataset.version && fresh.dataset.version === target.dataset.version) {
      event.detail.shouldSwap = false;
      return;
    }
    keepOpen(target, fresh);
    keepFocus(target);
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id === "models") keepFocus(event.detail.target);
  });

  const keepOpen = (old, fresh) => {
    const was = old.querySelector("details[open]");
    const is = fresh.querySelector("details");
    if (was && is) is.open = true;
  };

  const keepFocus = (old) => {
    const focused = document.activeElement;
    if (!focused || !focused.id || !old.contains(focused)) return;
    const id = focused.id;
    requestAnimationFrame(() => document.getElementById(id)?.focus());
  };

  // A menu closes on Escape and on a click beside it.
  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll(".models details[open]")) {
      if (menu !== except) menu.open = false;
    }
  };
  document.addEventListener("click", (event) => closeMenus(event.target.closest(".models details")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.activeElement?.closest?.(".models details[open]");
    closeMenus(null);
    menu?.querySelector("summary")?.focus();
  });
})();
