// A letter that is on the page becomes the one that was saved: what is the same stays, and so does the place
// that one had scrolled to.

const LINE = "data-line";
const lines = new WeakMap(); // an element of a letter → the line of the brief that it came from

/** Return the line an element came from; undefined for one that came from the template. */
export const lineOf = element => lines.get(element);

/** Take the lines out of a document, so that they do not make blocks differ that are otherwise the same. */
export function takeLines(page) {
  for (const element of page.querySelectorAll(`[${LINE}]`)) {
    lines.set(element, Number(element.getAttribute(LINE)));
    element.removeAttribute(LINE);
  }
}

/** Change ``old`` into ``fresh``; return the elements that were put in or changed. */
export function morph(old, fresh, changed = []) {
  takeAttributes(old, fresh);
  moveLine(old, fresh);
  const before = [...old.childNodes], after = [...fresh.childNodes];
  let start = 0, end = before.length, freshEnd = after.length;
  while (start < end && start < freshEnd && same(before[start], after[start])) start++;
  while (end > start && freshEnd > start && same(before[end - 1], after[freshEnd - 1])) { end--; freshEnd--; }
  const left = before.slice(start, end), right = after.slice(start, freshEnd);
  const paired = left.length === right.length && left.every((node, at) => pairs(node, right[at]));
  if (paired) left.forEach((node, at) => morphNode(node, right[at], changed));
  else replace(old, left, right, before[end] ?? null, changed);
  return changed;
}

function morphNode(node, fresh, changed) {
  if (same(node, fresh)) return;
  if (node.nodeType === Node.ELEMENT_NODE) {
    const inside = changed.length;
    morph(node, fresh, changed);
    if (changed.length === inside) changed.push(node);
  } else {
    node.nodeValue = fresh.nodeValue;
    changed.push(node.parentNode);
  }
}

/** Put ``right`` in place of ``left``, keeping each node that is in both, in order. */
function replace(parent, left, right, next, changed) {
  let at = 0;
  for (const fresh of right) {
    const found = left.findIndex((node, place) => place >= at && same(node, fresh));
    if (found < 0) {
      const node = parent.ownerDocument.adoptNode(fresh);
      parent.insertBefore(node, left[at] ?? next);
      changed.push(node.nodeType === Node.ELEMENT_NODE ? node : parent);
    } else {
      left.slice(at, found).forEach(node => node.remove());
      at = found + 1;
    }
  }
  left.slice(at).forEach(node => node.remove());
  if (left.length > at && !right.length) changed.push(parent);
}

const pairs = (node, fresh) => node.nodeType === fresh.nodeType && node.nodeName === fresh.nodeName;

/** Say whether two nodes are the same; then the old one takes the lines of the fresh one, which may have moved. */
function same(node, fresh) {
  if (!node.isEqualNode(fresh)) return false;
  if (node.nodeType === Node.ELEMENT_NODE) {
    moveLine(node, fresh);
    const inside = fresh.querySelectorAll("*");
    node.querySelectorAll("*").forEach((element, at) => moveLine(element, inside[at]));
  }
  return true;
}

function moveLine(element, fresh) {
  if (lines.has(fresh)) lines.set(element, lines.get(fresh));
  else lines.delete(element);
}

function takeAttributes(element, fresh) {
  for (const { name } of [...element.attributes]) if (!fresh.hasAttribute(name)) element.removeAttribute(name);
  for (const { name, value } of fresh.attributes)
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}
