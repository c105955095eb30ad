// A letter in a frame: loaded once, then brought up to date; its blocks marked, lit up and clicked.

import { lineOf, morph, takeLines } from "./morph.js";

const MARKED = 4000; // blocks of one letter that are looked through for lines
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Pane {
  /** ``clicked`` is called with the line of a block that somebody clicks on. */
  constructor(section, clicked) {
    this.section = section;
    this.view = section.dataset.view;
    this.frame = section.querySelector("iframe");
    this.sheet = section.querySelector(".sheet");
    this.clicked = clicked;
    this.address = this.pictures = "";
    this.number = -1; // the change that it shows
    this.blocks = [];
    this.about = { findings: [], kept: null, sizes: "" };
    this.grown = new ResizeObserver(() => this.fit());
    this.frame.addEventListener("load", () => this.loaded());
  }

  /** Ask for the letter at an address; return what brings this pane up to date with it. */
  async ask(address, pictures, signal) {
    if (!this.page || pictures !== this.pictures) { // whether pictures may be shown is a rule of the whole frame
      await this.load(address, signal);
      return number => Object.assign(this, { address, pictures, number });
    }
    const answer = await fetch(address, { signal });
    const html = answer.ok ? await answer.text() : "";
    return number => {
      Object.assign(this, { address, number });
      this.update(html);
    };
  }

  load(address, signal) {
    return new Promise(done => {
      this.frame.addEventListener("load", done, { once: true });
      signal.addEventListener("abort", done, { once: true });
      // A new address would be one more step back for the browser's button; taking the place of the old is none.
      this.frame.contentWindow.location.replace(address);
    });
  }

  loaded() {
    this.page = this.frame.contentDocument;
    if (!this.page || this.page.URL === "about:blank") { this.page = null; return; }
    takeLines(this.page);
    this.page.addEventListener("click", event => this.click(event));
    this.grown.disconnect();
    if (this.page.body) this.grown.observe(this.page.body);
    this.settle();
  }

  update(html) {
    // By the frame's own parser: the letter's styles are allowed there and not here.
    const fresh = new this.frame.contentWindow.DOMParser().parseFromString(html, "text/html");
    takeLines(fresh);
    const changed = morph(this.page.documentElement, fresh.documentElement);
    this.settle();
    this.bar(changed.filter(element => this.page.body.contains(element)));
  }

  settle() {
    this.blocks = [...this.page.body.querySelectorAll("*")].filter(lineOf).slice(0, MARKED);
    this.fit();
  }

  fit() {
    if (!this.page?.body || !this.frame.clientWidth) return; // of a frame without a width nothing is true
    this.sheet.parentElement.style.background = getComputedStyle(this.page.body).backgroundColor;
    this.frame.height = Math.ceil(this.page.body.getBoundingClientRect().height);
    this.draw();
  }

  /** Say what is known of the letter: findings with their lines, and how many characters Gmail keeps. */
  tell(about) {
    this.about = about;
    this.draw();
  }

  draw() {
    this.clear(".mark,.cut");
    if (!this.page?.body || this.section.hidden) return;
    for (const { line, severity } of this.about.findings) {
      const block = line && this.block(line);
      if (block) this.overlay(`mark ${severity}`, block);
    }
    this.cut();
    if (this.lit) this.light(this.lit, false);
  }

  /** Return the block that a line became: the last one that begins on it or before. */
  block(line) {
    let found = null;
    for (const block of this.blocks)
      if (lineOf(block) <= line && (!found || lineOf(block) >= lineOf(found))) found = block;
    return found;
  }

  /** Light up what came from a line; return whether there is anything. */
  light(line, scroll = true) {
    this.clear(".lit");
    this.lit = line;
    const block = line && this.page?.body && this.block(line);
    if (!block || this.section.hidden) return Boolean(block);
    const lit = this.overlay("lit", block);
    if (scroll) lit.scrollIntoView({ block: "center", inline: "nearest", behavior: still.matches ? "auto" : "smooth" });
    return true;
  }

  overlay(kind, block) {
    const { top, height } = block.getBoundingClientRect();
    const overlay = document.createElement("div");
    overlay.className = kind;
    overlay.style.top = `${top}px`;
    overlay.style.height = `${Math.max(height, 4)}px`;
    this.sheet.append(overlay);
    return overlay;
  }

  clear(kinds) {
    this.sheet.querySelectorAll(kinds).forEach(overlay => overlay.remove());
  }

  /** Draw a bar next to what was changed, as printers do; it fades. */
  bar(changed) {
    this.clear(".changed");
    for (const element of changed.slice(0, 50)) {
      const bar = this.overlay("changed", element);
      bar.addEventListener("animationend", () => bar.remove());
    }
  }

  /** Show where Gmail cuts, by the characters that it keeps. */
  cut() {
    const { kept, sizes } = this.about;
    if (kept === null) return;
    const range = this.rangeAfter(kept);
    if (!range) return;
    const cut = document.createElement("div");
    cut.className = "cut";
    cut.style.top = `${range.getBoundingClientRect().bottom}px`;
    const words = document.createElement("p");
    words.textContent = `Gmail cuts here: ${sizes}`;
    cut.append(words);
    this.sheet.append(cut);
  }

  rangeAfter(kept) {
    const texts = this.page.createTreeWalker(this.page.body, NodeFilter.SHOW_TEXT);
    for (let left = kept, node = null; (node = texts.nextNode()); ) {
      if (/^(STYLE|SCRIPT|TITLE)$/.test(node.parentNode.nodeName)) continue;
      let offset = 0;
      for (const character of node.data) {
        if (/\S/u.test(character) && left-- <= 0) return rangeAt(node, offset);
        offset += character.length;
      }
    }
    return null;
  }

  click(event) {
    const target = event.target.nodeType === Node.ELEMENT_NODE ? event.target : event.target.parentElement;
    if (target.closest("a")) event.preventDefault(); // the frame is no browser
    let block = target;
    while (block && !lineOf(block)) block = block.parentElement;
    if (block) this.clicked(lineOf(block), target.closest("a")?.href ?? "");
  }
}

function rangeAt(node, offset) {
  const range = node.ownerDocument.createRange();
  range.setStart(node, offset);
  range.setEnd(node, Math.min(offset + 1, node.length));
  return range;
}
