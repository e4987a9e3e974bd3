// Our own drawings: the reactions look the same on every machine, also on one without an emoji font.

import { drawing, el } from "./dom.js";

const INK = "#0c2a33";
const line = (d) => ["path", { d, fill: "none", stroke: "currentColor", "stroke-width": 1.6, "stroke-linecap": "round", "stroke-linejoin": "round" }];
const shape = (d, fill) => ["path", { d, fill }];
const oval = (cx, cy, rx, ry, fill) => ["ellipse", { cx, cy, rx, ry, fill }];
const box = (x, y, width, height, rx, fill) => ["rect", { x, y, width, height, rx, fill }];
const stroke = (d, colour, width = 1.8) => ["path", { d, fill: "none", stroke: colour, "stroke-width": width, "stroke-linecap": "round", "stroke-linejoin": "round" }];

const THUMB = "M6.5 9 9.6 2.8c1.5-.3 2.5.8 2.3 2.2L11.5 7.5h4.3c1.2 0 2 1 1.7 2.2l-1.3 5.7c-.2 1-1 1.6-2 1.6H6.5z";

/** name (as the events have it): what it says, and how it looks. */
export const REACTIONS = {
  eyes: ["I’m on it", [oval(6, 10, 4, 6.2, "#fff"), oval(14, 10, 4, 6.2, "#fff"), ["ellipse", { cx: 6, cy: 10, rx: 4, ry: 6.2, fill: "none", stroke: "#7d929b" }], ["ellipse", { cx: 14, cy: 10, rx: 4, ry: 6.2, fill: "none", stroke: "#7d929b" }], oval(7.2, 11, 1.9, 2.7, INK), oval(15.2, 11, 1.9, 2.7, INK)]],
  white_check_mark: ["Resolved", [box(2, 2, 16, 16, 4, "#2f9e6b"), stroke("m5.8 10.3 3 3 5.5-6.3", "#fff", 2.3)]],
  rotating_light: ["Make it urgent", [shape("M5 14v-3.5a5 5 0 0 1 10 0V14z", "#e04a2b"), box(3.4, 14, 13.2, 3.4, 1.2, "#5a6f79"), stroke("M10 1v1.8M3.6 3.6l1.3 1.3M16.4 3.6l-1.3 1.3M1.6 9.5h1.6M16.8 9.5h1.6", "#f08b3c", 1.5), stroke("M7.6 11a2.5 2.5 0 0 1 2.4-2.5", "#ffd9cf", 1.3)]],
  pushpin: ["It is a request", [stroke("M8 12 3 17", "#8b9ba3", 1.6), shape("m11.3 2.3 6.4 6.4-1.6 1.2-1.3-.2-2.6 3 .1 2.5-1.5 1.3L4 9.7l1.3-1.5 2.5.1 3-2.6-.2-1.3z", "#dc3d55")]],
  pray: ["Thank you", [shape("M9.6 2.5c-1 .2-1.2 1-1.3 2L7.5 9 3.8 13.5 6.6 17.5l2.4-2c.5-.4.6-1 .6-1.6z", "#e9b07a"), shape("M10.4 2.5c1 .2 1.2 1 1.3 2l.8 4.5 3.7 4.5-2.8 4-2.4-2c-.5-.4-.6-1-.6-1.6z", "#d99a60"), shape("m2.6 14.6 2-1.7 3 4-1.8 1.6zM17.4 14.6l-2-1.7-3 4 1.8 1.6z", "#2f7fa8")]],
  memo: ["Write it down", [box(3, 2, 12, 16, 1.8, "#f3f6f7"), ["rect", { x: 3, y: 2, width: 12, height: 16, rx: 1.8, fill: "none", stroke: "#8fa2aa" }], stroke("M6 6h6M6 9h6M6 12h3", "#8fa2aa", 1.2), shape("m17.5 6.6 1.3 1.3-7 7-2 .7.7-2z", "#f0a63a")]],
  ticket: ["Kept as a request", [shape("M2 6.5A1.5 1.5 0 0 1 3.5 5h13A1.5 1.5 0 0 1 18 6.5v1.8a1.8 1.8 0 0 0 0 3.4v1.8a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 2 13.5v-1.8a1.8 1.8 0 0 0 0-3.4z", "#e0a32e"), stroke("M12.5 7v6", "#fff6df", 1.3), stroke("M5.5 8.5h4M5.5 11.5h3", "#7a5410", 1.2)]],
  "+1": ["Yes", [box(2, 8.6, 3.2, 8.4, 1.2, "#2f7fa8"), shape(THUMB, "#f2bd4b")]],
  "-1": ["No", [["g", {}], box(2, 3, 3.2, 8.4, 1.2, "#2f7fa8"), ["path", { d: THUMB, fill: "#f2bd4b", transform: "matrix(1 0 0 -1 0 20)" }]]],
};

const LETTERS = { "👀": "eyes", "✅": "white_check_mark", "🚨": "rotating_light", "📌": "pushpin", "🙏": "pray", "📝": "memo", "🎫": "ticket", "👍": "+1", "👎": "-1" };
const DRAWN = new RegExp(`(${Object.keys(LETTERS).join("|")})\\uFE0F?`, "u");

/** Give a text in which those emoji that we have a drawing of are drawn. */
export function illustrated(text) {
  return text.split(DRAWN).filter(Boolean).map((part) =>
    LETTERS[part] ? el("span", { class: "glyph", role: "img", "aria-label": part }, drawing(REACTIONS[LETTERS[part]][1], "mark")) : part);
}

const ICONS = {
  menu: [line("M3.5 6h13M3.5 10h13M3.5 14h9")],
  close: [line("m5 5 10 10M15 5 5 15")],
  back: [line("M12 4 6 10l6 6")],
  send: [shape("M3 3.4 17.6 10 3 16.6 5 11l6.5-1L5 9z", "currentColor")],
  reply: [line("M4 4.5h12v8.5H9.5L6 16v-3H4z")],
  smile: [line("M10 2.8a7.2 7.2 0 1 0 7.2 7.2"), line("M7 11.5c.8 1.5 1.8 2.2 3 2.2s2.2-.7 3-2.2M7.6 8v.1M12.4 8v.1M15.5 2.5v5M13 5h5")],
  edit: [line("m4 16 .8-3.3L13.5 4 16 6.5l-8.7 8.7z")],
  remove: [line("M4.5 6h11M8 6V4h4v2M6 6l.8 10h6.4L14 6M8.8 9v4M11.2 9v4")],
  hidden: [line("M3 3l14 14M8 5.3A8 8 0 0 1 10 5c4 0 6.5 3.4 7.3 5a12 12 0 0 1-2 2.6M5.3 6.8A11 11 0 0 0 2.7 10c.8 1.6 3.3 5 7.3 5 1.1 0 2.1-.3 3-.7")],
  "how-to": [line("M10 17.2a7.2 7.2 0 1 0 0-14.4 7.2 7.2 0 0 0 0 14.4zM7.8 8a2.2 2.2 0 1 1 3.3 1.9c-.8.4-1.1.8-1.1 1.6M10 14v.1")],
  sos: [line("M10 17.2a7.2 7.2 0 1 0 0-14.4 7.2 7.2 0 0 0 0 14.4zM10 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM5 5l2.8 2.8M15 5l-2.8 2.8M5 15l2.8-2.8M15 15l-2.8-2.8")],
  alerts: [line("M10 3.2c3 0 4.5 2.2 4.5 5 0 3 .8 4.2 1.8 5.3H3.7c1-1.1 1.8-2.3 1.8-5.3 0-2.8 1.5-5 4.5-5zM8.3 16a1.8 1.8 0 0 0 3.4 0")],
  operations: [line("M10 17.2a7.2 7.2 0 1 0 0-14.4 7.2 7.2 0 0 0 0 14.4zM12.8 7.2l-1.6 4-4 1.6 1.6-4z")],
  general: [line("M3.5 4.5h13v9h-6L7 16.5v-3H3.5z")],
  direct: [line("M3 5h14v10H3zM3.5 5.5 10 11l6.5-5.5")],
};

export const icon = (name) => drawing(ICONS[name] ?? ICONS.general);

/** Give a reaction as a drawing; one that we have no drawing for by its name. */
export function reaction(emoji) {
  const known = REACTIONS[emoji];
  return known ? drawing(known[1], "mark") : el("span", { class: "mark-name" }, `:${emoji}:`);
}

/** Give what a reaction says, for those who cannot see it. */
export const meaning = (emoji) => (REACTIONS[emoji] ? `${REACTIONS[emoji][0]} (${emoji})` : emoji);
