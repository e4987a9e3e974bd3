// Elements built from values. Words only ever go in as text.

const SVG = "http://www.w3.org/2000/svg";

/** Give an element. attributes: `on…` are listeners, `class` its classes, false and null are left out. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(node, name, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function set(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else node.setAttribute(name, value === true ? "" : String(value));
}

/** Give a drawing of [tag, attributes] shapes on a grid of 20 by 20. */
export function drawing(shapes, name = "icon") {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 20 20", class: name, "aria-hidden": "true" })) {
    svg.setAttribute(key, value);
  }
  for (const [tag, attributes] of shapes) {
    const shape = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
    svg.append(shape);
  }
  return svg;
}

export const byId = (id) => document.getElementById(id);

/** Say something that went wrong where nobody can miss it, for a while. */
export function toast(words) {
  const node = byId("toast");
  node.textContent = words;
  node.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => (node.hidden = true), 6000);
}
