// The preview's page: it follows what is saved, says what should be changed, and shows the letter in panes.

import { morph } from "./morph.js";
import { Pane } from "./panes.js";

const { run, of } = document.body.dataset;
const at = id => document.getElementById(id);
const USUAL = { views: ["phone", "desktop"], one: "phone", side: true, keys: true };
const kept = restore();

function restore() {
  try {
    return { ...USUAL, ...JSON.parse(localStorage.preview ?? "{}") };
  } catch {
    return { ...USUAL };
  }
}

function keep() {
  try { localStorage.preview = JSON.stringify(kept); } catch { /* a browser that keeps nothing: as it was, next time */ }
}

/** Say something that a screen reader reads out when it is done with what it reads. */
function say(words) {
  at("said").textContent = "";
  requestAnimationFrame(() => { at("said").textContent = words; });
}

// ── what is saved ────────────────────────────────────────────────────────────────────────────────────────

let stream = null;

/** Follow what is saved while the page is seen: a browser has only a few streams for one server. */
function listen(refresh) {
  let first = true;
  const open = () => {
    stream = new EventSource("/events");
    stream.onmessage = event => {
      if (event.data !== run) location.reload(); // the preview was started anew
      else refresh(!first);
      first = false;
    };
    stream.onerror = () => say("The preview has ended. The page goes on when it is started again.");
  };
  document.addEventListener("visibilitychange", () => {
    stream?.close();
    stream = null;
    if (!document.hidden) open();
  });
  if (!document.hidden) open();
}

// ── the list of all issues ───────────────────────────────────────────────────────────────────────────────

async function refreshIndex(saved) {
  if (!saved) return;
  const fresh = new DOMParser().parseFromString(await (await fetch("/")).text(), "text/html");
  morph(at("main"), fresh.getElementById("main"));
  say("The list is up to date.");
}

// ── one issue ────────────────────────────────────────────────────────────────────────────────────────────

const narrow = matchMedia("(max-width: 999px)"); // room for one view
let state = null, asked = new AbortController(), lit = null, part = "brief";
const panes = [...document.querySelectorAll(".pane:has(iframe)")].map(pane => new Pane(pane, clicked));

const isSide = () => kept.side && !narrow.matches;
const shown = () => (isSide() ? kept.views : [kept.one]);
const isShown = view => shown().includes(view);

function query(more = {}) {
  const sample = at("sample").value;
  const reader = sample === "@" ? at("address").value.trim() : sample;
  return new URLSearchParams({ of, ...(reader ? { reader } : {}), ...more });
}

/** Ask for how the issue stands and bring the page up to date; what was asked before gives way. */
async function refresh(saved) {
  asked.abort();
  const { signal } = (asked = new AbortController());
  try {
    const [next, letters] = await Promise.all([askState(signal), askLetters(signal)]);
    if (signal.aborted) return;
    state = next;
    showState();
    letters.forEach(bringUpToDate => bringUpToDate(state.number));
    await showViews(signal);
    if (signal.aborted) return;
    document.body.dataset.number = state.number; // by which a test knows that all of it is shown
    if (saved) say(summary());
  } catch (error) {
    if (error.name !== "AbortError") say(`The page could not be brought up to date: ${error.message}`);
  }
}

const counts = () => Object.fromEntries(WEIGHTS.map(
  severity => [severity, state.findings.filter(finding => finding.severity === severity).length]));

function summary() {
  const { error, warning } = counts();
  const many = (count, noun) => `${count || "no"} ${noun}${count === 1 ? "" : "s"}`;
  const found = `${many(error, "error")}, ${many(warning, "warning")}`;
  return state.gone ? state.trouble : state.trouble ? `No new letter: ${found}.` : `Up to date: ${found}.`;
}

async function askState(signal) {
  const answer = await fetch(`/state?${query()}`, { signal });
  if (!answer.ok) throw new Error(`The preview answered ${answer.status}.`);
  return answer.json();
}

function address(pane) {
  const scheme = { dark: "dark", inverted: "inverted" }[pane.view] ?? "light";
  return `/letter?${query({ scheme, pictures: pictures() })}`;
}

const pictures = () => (at("pictures").checked ? "on" : "off");
const openPanes = () => panes.filter(pane => isShown(pane.view));
const askLetters = signal => Promise.all(openPanes().map(pane => pane.ask(address(pane), pictures(), signal)));

async function showViews(signal = asked.signal) {
  document.body.classList.toggle("side", isSide());
  for (const pane of document.querySelectorAll(".pane")) pane.hidden = !isShown(pane.dataset.view);
  for (const button of document.querySelectorAll("[data-shows]"))
    button.setAttribute("aria-pressed", String(isShown(button.dataset.shows)));
  for (const pane of openPanes()) {
    if (pane.address !== address(pane) || pane.number !== state.number)
      (await pane.ask(address(pane), pictures(), signal))(state.number);
    pane.tell({ findings: visibleFindings(), kept: state.letter?.kept ?? null, sizes: sizes() });
  }
  if (isShown("text")) at("text").textContent = state.letter?.text ?? "";
  if (isShown("source")) await showSource(signal);
}

async function showSource(signal) {
  for (const button of document.querySelectorAll("[data-part]"))
    button.setAttribute("aria-pressed", String(button.dataset.part === part));
  const answer = await fetch(`/part/${part}?${query()}`, { signal });
  const text = answer.ok ? await answer.text() : "";
  const source = at("source");
  source.classList.toggle("numbered", part === "brief");
  if (part !== "brief") { source.textContent = text; return; }
  const found = new Map(state.findings.filter(finding => finding.line).map(finding => [finding.line, finding.severity]));
  source.replaceChildren(...text.split("\n").map((line, number) => {
    const row = element("span", { className: `row ${found.get(number + 1) ?? ""}` }, `${line}\n`);
    row.dataset.row = number + 1;
    return row;
  }));
}

const sizes = () => state.letter
  ? `${state.letter.clip.toLocaleString("en")} of ${state.letter.bytes.toLocaleString("en")} bytes` : "";

function showState() {
  at("trouble").textContent = state.trouble;
  at("trouble").hidden = !state.trouble;
  if (state.moved) at("trouble").append(" ", element("a", { href: `/issues/${encodeURIComponent(state.moved)}` },
    `It seems to be called ${state.moved} now.`));
  document.body.classList.toggle("stale", Boolean(state.trouble));
  at("reader-said").textContent = state.reader;
  at("reader-said").hidden = !state.reader;
  showInbox();
  showFindings();
  at("notes")?.replaceChildren(...state.notes.map(note => element("li", { value: note.line },
    element("span", { className: `what ${note.what.replace(" ", "-")}` }, note.what), ` ${note.text} `,
    element("span", { className: "why" }, note.why))));
}

function showInbox() {
  const { letter } = state;
  for (const part of ["from", "subject", "preheader", "summary"]) at(part).textContent = letter?.[part] ?? "";
  const meter = at("size");
  meter.max = letter?.clip ?? 1;
  meter.high = meter.max * 0.8;
  meter.value = letter?.bytes ?? 0;
  at("size-said").textContent = !letter ? "" : letter.kept === null
    ? `${letter.bytes.toLocaleString("en")} bytes of HTML with this reader’s values; Gmail cuts after ${letter.clip.toLocaleString("en")}.`
    : `${letter.bytes.toLocaleString("en")} bytes of HTML: Gmail cuts after ${letter.clip.toLocaleString("en")}, the way to unsubscribe with it.`;
}

// ── findings ─────────────────────────────────────────────────────────────────────────────────────────────

const wanted = () => new Set([...document.querySelectorAll("[data-severity]:checked")].map(box => box.dataset.severity));
const WEIGHTS = ["error", "warning", "notice"]; // what matters most comes first, and then by line
const weight = finding => WEIGHTS.indexOf(finding.severity);
const visibleFindings = () => state.findings.filter(finding => wanted().has(finding.severity))
  .sort((before, after) => weight(before) - weight(after));

function showFindings() {
  for (const [severity, count] of Object.entries(counts()))
    document.querySelector(`[data-count=${severity}]`).textContent = count;
  const focused = document.activeElement?.closest?.(".finding")?.dataset.key;
  const list = visibleFindings();
  at("list").replaceChildren(...list.map(finding));
  at("none").hidden = list.length > 0;
  at("none").textContent = state.findings.length ? "Nothing of what is chosen here." : "Nothing to change.";
  if (focused) [...at("list").children].find(row => row.dataset.key === focused)?.querySelector("button").focus();
}

function finding(found) {
  const text = element("button", { type: "button", className: "message" }, found.message);
  text.addEventListener("click", () => light(found.line));
  text.addEventListener("focus", () => light(found.line));
  const place = found.open ? element("a", { href: found.open, className: "open" }, found.place)
    : element("span", {}, found.place);
  const row = element("li", { className: `finding ${found.severity}` }, text,
    ...found.hint.split("\n").filter(Boolean).map(line => element("p", { className: "hint" }, line)),
    element("p", { className: "where" }, element("span", { className: "severity" }, found.severity), " ", place, " ",
      element("code", {}, found.code)));
  row.dataset.key = `${found.code} ${found.message}`;
  return row;
}

/** Light up what came from a line: in each pane, in the brief, or in the inbox where it is above all stories. */
function light(line) {
  lit = line;
  const there = panes.filter(pane => isShown(pane.view)).map(pane => pane.light(line));
  at("inbox").classList.toggle("lit", Boolean(line) && there.length > 0 && !there.some(Boolean));
  document.querySelectorAll(".row.lit").forEach(row => row.classList.remove("lit"));
  const row = document.querySelector(`[data-row="${line}"]`);
  row?.classList.add("lit");
  row?.scrollIntoView({ block: "center" });
}

function clicked(line, address) {
  light(line);
  const file = [...state.files].reverse().find(({ after }) => line > after);
  const number = line - file.after, link = file.open.replace("{line}", number);
  const name = state.files.length > 1 ? ` of ${file.name}` : "";
  at("place").hidden = false;
  at("place").replaceChildren(`Line ${number}${name} `, link ? element("a", { href: link, className: "open" }, "Open in the editor") : "",
    address ? element("span", { className: "address" }, address) : "");
  const near = [...document.querySelectorAll(".finding .open")].find(place => place.textContent === `${file.name}:${number}`);
  near?.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const rows = [...document.querySelectorAll(".finding .message")];
  if (!rows.length) return;
  const now = rows.indexOf(document.activeElement);
  rows[now < 0 ? (by > 0 ? 0 : rows.length - 1) : (now + by + rows.length) % rows.length].focus();
}

// ── choices ──────────────────────────────────────────────────────────────────────────────────────────────

function choose(view) {
  if (!isSide()) kept.one = view;
  else if (isShown(view)) kept.views = kept.views.length > 1 ? kept.views.filter(other => other !== view) : kept.views;
  else kept.views = [...kept.views, view];
  keep();
  update();
}

const update = () => state && showViews().catch(error => { if (error.name !== "AbortError") throw error; });

function toggle(box) {
  box.checked = !box.checked;
  box.dispatchEvent(new Event("change"));
}

const KEYS = {
  s: () => toggle(at("side")),
  i: () => toggle(at("pictures")),
  j: () => step(1),
  k: () => step(-1),
  o: () => document.activeElement?.closest?.(".finding")?.querySelector("a.open")?.click(),
  e: () => toggle(document.querySelector("[data-severity=error]")),
  w: () => toggle(document.querySelector("[data-severity=warning]")),
  n: () => toggle(document.querySelector("[data-severity=notice]")),
  r: () => at("sample").focus(),
  "?": () => at("help").showModal(),
};

function pressed(event) {
  if (!kept.keys || event.ctrlKey || event.metaKey || event.altKey || at("help").open) return;
  if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
  const view = document.querySelectorAll("[data-shows]")[Number(event.key) - 1];
  const act = view ? () => choose(view.dataset.shows) : KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function begin() {
  at("side").checked = kept.side;
  at("keys").checked = kept.keys;
  at("side").addEventListener("change", () => { kept.side = at("side").checked; keep(); update(); });
  at("keys").addEventListener("change", () => { kept.keys = at("keys").checked; keep(); });
  at("pictures").addEventListener("change", update);
  narrow.addEventListener("change", update);
  for (const button of document.querySelectorAll("[data-shows]"))
    button.addEventListener("click", () => choose(button.dataset.shows));
  for (const button of document.querySelectorAll("[data-part]"))
    button.addEventListener("click", () => { part = button.dataset.part; update(); });
  for (const box of document.querySelectorAll("[data-severity]"))
    box.addEventListener("change", () => { showFindings(); update(); });
  at("sample").addEventListener("change", () => {
    at("by-address").hidden = at("sample").value !== "@";
    if (at("sample").value === "@") at("address").focus();
    else refresh(false);
  });
  at("address").addEventListener("change", () => refresh(false));
  at("reader").addEventListener("submit", event => { event.preventDefault(); refresh(false); });
  at("help-open").addEventListener("click", () => at("help").showModal());
  document.addEventListener("keydown", pressed);
}

if (of) { begin(); listen(refresh); }
else listen(refreshIndex);
