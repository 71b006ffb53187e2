// Times on the page: how long something still takes, how old it is, and moments in the reader's own time zone.
import { all } from "../dom.js";
import { onChange } from "./changes.js";

const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

function showRemaining() {
  for (const element of all("[data-eta-s]")) {
    const passedS = (Date.now() - Date.parse(element.dataset.since)) / 1000;
    const leftS = Math.round(Number(element.dataset.etaS) - Math.max(passedS, 0));
    element.textContent = leftS > 0 ? `about ${leftS} s left` : "a little longer than usual";
  }
}

function showAges() {
  for (const element of all("[data-age-since]")) {
    const ageS = Math.max(0, Math.round((Date.now() - Date.parse(element.dataset.ageSince)) / 1000));
    element.textContent =
      ageS < 90 ? `${ageS} s` : ageS < 5400 ? `${Math.round(ageS / 60)} min` : `${(ageS / 3600).toFixed(1)} h`;
  }
}

function showLocalTimes() {
  for (const element of all("time[datetime]:not([data-local])")) {
    element.textContent = DATE.format(new Date(element.dateTime));
    element.dataset.local = "";
  }
}

function showPassing() {
  showRemaining();
  showAges();
}

onChange(showPassing);
onChange(showLocalTimes);
setInterval(showPassing, 1000);
