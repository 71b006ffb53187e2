// What the server sends over the page's one WebSocket, and what the reader hears of the connection.
// htmx swaps fragments by id; here is what it leaves open: reconnecting after every kind of close,
// leaving alone what has not changed, and tables that change row by row.
"use strict";

(() => {
  const SIGNED_OUT = 4401;
  const NOT_ALLOWED = 4403;
  const MOVED = 4001; // our own: the page shows another part of its table
  const FINAL = [SIGNED_OUT, NOT_ALLOWED];
  const HTMX_RECONNECTS_ON = [1006, 1011, 1012, 1013];
  const SHOW_LOSS_AFTER_MS = 1500; // a restart of the site is over before anyone needs to read of it

  const byId = (id) => document.getElementById(id);

  // --- the connection ---

  let lossTimer = 0;
  let tries = 0;

  function delayMs(attempt) {
    return Math.min(250 * 2 ** attempt, 5000) * (0.5 + Math.random() / 2);
  }

  function sayConnection(sentence, link) {
    const line = byId("connection");
    line.textContent = sentence;
    if (link) {
      const anchor = document.createElement("a");
      anchor.href = link.href;
      anchor.textContent = link.text;
      line.append(" ", anchor);
    }
    line.hidden = !sentence;
  }

  function lossSentence() {
    return navigator.onLine
      ? "The connection to the server is lost. Trying again; what you see may be out of date."
      : "This computer is offline. What you see may be out of date; it catches up by itself.";
  }

  function sayLossSoon() {
    clearTimeout(lossTimer);
    lossTimer = setTimeout(() => sayConnection(lossSentence()), SHOW_LOSS_AFTER_MS);
  }

  function onOpen() {
    tries = 0;
    clearTimeout(lossTimer);
    sayConnection("");
    document.body.dataset.connection = "live";
  }

  // The socket's address says what the page shows; where htmx has brought another part of a table, that
  // part says its own.
  let socket = null;
  let shows = "";

  htmx.createWebSocket = (address) => {
    socket = new WebSocket(shows ? address.replace(/\?.*/s, `?${shows}`) : address, []);
    return socket;
  };

  function showOther() {
    const now = document.querySelector("[data-live]")?.dataset.live ?? "";
    if (now === shows) return;
    const first = shows === "" && document.body.getAttribute("ws-connect").endsWith(`?${now}`);
    shows = now;
    if (!first) socket?.close(MOVED);
  }

  function onClose({ detail: { event, socketWrapper } }) {
    if (event.code === MOVED) {
      document.body.dataset.connection = "moving";
      socketWrapper.reconnect();
      return;
    }
    document.body.dataset.connection = FINAL.includes(event.code) ? "ended" : "lost";
    clearTimeout(lossTimer);
    if (event.code === SIGNED_OUT) {
      sayConnection("You are signed out.", { href: "/sign-in", text: "Sign in again" });
    } else if (event.code === NOT_ALLOWED) {
      sayConnection("You may not see this page any more.", { href: "/", text: "To the list of jobs" });
    } else {
      sayLossSoon();
      if (!HTMX_RECONNECTS_ON.includes(event.code)) {
        setTimeout(() => socketWrapper.reconnect(), delayMs(tries++));
      }
    }
  }

  htmx.config.wsReconnectDelay = delayMs;
  document.addEventListener("htmx:wsOpen", onOpen);
  document.addEventListener("htmx:wsClose", onClose);
  window.addEventListener("offline", () => sayConnection(lossSentence()));
  window.addEventListener("online", () => {
    if (document.body.dataset.connection === "live") sayConnection("");
  });

  // --- fragments ---

  function sameVersion(present, next) {
    return present.dataset.version !== undefined && present.dataset.version === next.dataset.version;
  }

  // Bring the children of `present` to those of `next`, touching only what differs: the reader keeps
  // focus, selection and opened details in every row that has not changed.
  function bringRows(present, next) {
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

  function replaceRow(known, row) {
    const focused = focusedIn(known);
    keepOpen(known, row);
    known.replaceWith(row);
    htmx.process(row);
    greet(row);
    refocus(focused);
  }

  function greet(row) {
    if (row.matches("tr")) row.classList.add("fresh");
  }

  function focusedIn(element) {
    return element.contains(document.activeElement) ? document.activeElement.id : "";
  }

  function refocus(id) {
    if (id) byId(id)?.focus({ preventScroll: true });
  }

  function keepOpen(present, next) {
    for (const details of present.querySelectorAll("details[id][open]")) {
      next.querySelector(`#${CSS.escape(details.id)}`)?.setAttribute("open", "");
    }
    for (const box of present.querySelectorAll("input[type=checkbox][id]:checked")) {
      next.querySelector(`#${CSS.escape(box.id)}`)?.setAttribute("checked", "");
    }
  }

  let focusedBefore = "";

  function beforeFragment(event) {
    const present = event.target;
    const next = event.detail.fragment.querySelector(`#${CSS.escape(present.id)}`);
    if (next === null) return skipKnownRows(event, present); // rows to add, not an element to replace
    if (next.hasAttribute("data-gone")) {
      event.detail.shouldSwap = false;
      takeOut(present);
      afterChange();
      return;
    }
    if (next.hasAttribute("data-keyed")) {
      event.detail.shouldSwap = false;
      bringRows(present, next);
      afterChange();
    } else if (sameVersion(present, next)) {
      event.detail.shouldSwap = false;
    } else {
      keepOpen(present, next);
      greet(next);
      focusedBefore = focusedIn(present);
    }
  }

  // A row that matches no more leaves; whoever works in it goes on in the next one.
  function takeOut(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    const focused = row.contains(document.activeElement);
    htmx.remove(row);
    if (focused) goOn(next);
  }

  function goOn(row) {
    row?.querySelector("th a, a, summary, button")?.focus({ preventScroll: true });
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

  // An answer to a click replaces its row as well; the reason that the reader has opened stays open.
  let opened = [];
  let checked = [];
  const idsIn = (target, what) => Array.from(target?.querySelectorAll(what) ?? [], ({ id }) => id);
  document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
    opened = idsIn(target, "details.reason[open]");
    checked = idsIn(target, "tr input[type=checkbox][id]:checked");
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const id of opened.splice(0)) byId(id)?.setAttribute("open", "");
    for (const id of checked.splice(0)) byId(id)?.setAttribute("checked", "");
  });
  document.addEventListener("htmx:afterSettle", ({ target }) => {
    showOther();
    if (target.id === "listing") byId("said").textContent = byId("matches")?.textContent ?? "";
  });

  // --- words that follow from what is shown ---

  let said = null;

  function sayStatus() {
    const sentence = document.querySelector("#models [data-say]")?.textContent.trim() ?? "";
    if (said !== null && sentence !== said) byId("said").textContent = sentence;
    said = sentence;
  }

  function countRows() {
    for (const element of document.querySelectorAll("[data-count]")) {
      element.textContent = document.querySelectorAll(element.dataset.count).length;
    }
  }

  function showRemaining() {
    for (const element of document.querySelectorAll("[data-eta-s]")) {
      const passedS = (Date.now() - Date.parse(element.dataset.since)) / 1000;
      const leftS = Math.round(Number(element.dataset.etaS) - Math.max(passedS, 0));
      element.textContent = leftS > 0 ? `about ${leftS} s left` : "a little longer than usual";
    }
  }

  function showAges() {
    for (const element of document.querySelectorAll("[data-age-since]")) {
      const ageS = Math.max(0, Math.round((Date.now() - Date.parse(element.dataset.ageSince)) / 1000));
      element.textContent =
        ageS < 90 ? `${ageS} s` : ageS < 5400 ? `${Math.round(ageS / 60)} min` : `${(ageS / 3600).toFixed(1)} h`;
    }
  }

  const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

  function showLocalTimes() {
    for (const element of document.querySelectorAll("time[datetime]:not([data-local])")) {
      element.textContent = DATE.format(new Date(element.dateTime));
      element.dataset.local = "";
    }
  }

  function afterChange() {
    sayStatus();
    countRows();
    showRemaining();
    showAges();
    showLocalTimes();
  }

  document.addEventListener("htmx:wsAfterMessage", afterChange);
  document.addEventListener("htmx:afterSettle", afterChange);
  setInterval(() => {
    showRemaining();
    showAges();
  }, 1000);

  // --- refusals: the server's own sentence, beside the page, without taking the focus ---

  function sentenceOf(xhr) {
    const type = xhr.getResponseHeader("Content-Type") ?? "";
    if (type.startsWith("text/plain")) return xhr.responseText;
    const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
    return page.querySelector("[data-sentence]")?.textContent ?? `The server answered ${xhr.status}. Try again.`;
  }

  function toast(sentence) {
    const line = document.createElement("p");
    line.className = "notice error";
    const words = document.createElement("span");
    words.textContent = sentence;
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "✕";
    close.setAttribute("aria-label", "Close this message");
    close.addEventListener("click", () => line.remove());
    line.append(words, close);
    byId("toasts").append(line);
  }

  document.addEventListener("htmx:responseError", ({ detail: { xhr } }) => toast(sentenceOf(xhr)));
  document.addEventListener("htmx:sendError", () =>
    toast("The server cannot be reached, so nothing was changed. Try again in a moment."),
  );

  // --- the model selector closes as menus do ---

  function closeSelector(focus) {
    const selector = byId("selector");
    if (!selector?.open) return;
    selector.open = false;
    if (focus) selector.querySelector("summary").focus();
  }

  document.addEventListener("click", ({ target }) => {
    if (!target.closest("#selector")) closeSelector(false);
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") closeSelector(true);
  });

  document.addEventListener("DOMContentLoaded", afterChange);
})();
