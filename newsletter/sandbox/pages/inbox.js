"use strict";
// Two comforts, and nothing depends on them: mail shows as it comes, and a mail is as tall as it is.

const EVERY = 2000; // milliseconds between two looks; a page nobody sees does not look
let newest = null;

async function look() {
  if (document.hidden) return;
  const answer = await fetch("/newest");
  if (!answer.ok) return;
  const now = await answer.text();
  if (newest !== null && now !== newest) await refresh();
  newest = now;
}

async function refresh() {
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const focused = document.activeElement && document.activeElement.getAttribute("href");
  for (const old of document.querySelectorAll("[data-fresh]")) {
    const fresh = page.querySelector(`[data-fresh="${old.dataset.fresh}"]`);
    if (fresh && fresh.innerHTML !== old.innerHTML) old.replaceChildren(...fresh.childNodes);
  }
  if (focused) {
    const again = [...document.querySelectorAll("[data-fresh] a")].find((link) => link.getAttribute("href") === focused);
    if (again) again.focus({ preventScroll: true });
  }
  const news = document.querySelector(".news");
  const sums = document.querySelector("[data-fresh=sums]");
  if (news && sums) news.textContent = sums.textContent.trim();
}

function fit(frame) {
  const mail = frame.contentDocument;
  if (!mail || !mail.documentElement) return;
  frame.style.height = "0";
  frame.style.height = `${mail.documentElement.scrollHeight}px`;
}

for (const frame of document.querySelectorAll("iframe")) {
  frame.addEventListener("load", () => fit(frame));
  new ResizeObserver(() => fit(frame)).observe(frame.parentElement);
  fit(frame);
}
// A server that was ended and started again is met by the next look.
setInterval(() => look().catch(() => undefined), EVERY);
look().catch(() => undefined);
