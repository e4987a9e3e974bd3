// The small picker of reactions: one for the whole page, shown beside whoever asked for it.

import { byId, el } from "./dom.js";
import { REACTIONS, meaning, reaction } from "./marks.js";

const picker = byId("picker");
let chosen = () => {};
let asker = null;

for (const emoji of Object.keys(REACTIONS)) {
  picker.append(el("button", { type: "button", class: "pick", "data-emoji": emoji, "aria-label": meaning(emoji), title: REACTIONS[emoji][0], onclick: () => choose(emoji) }, reaction(emoji)));
}

picker.addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const picks = [...picker.children];
  picks.at((picks.indexOf(document.activeElement) + step) % picks.length).focus();
});

picker.addEventListener("toggle", (event) => {
  if (event.newState === "closed" && (picker.contains(document.activeElement) || document.activeElement === document.body)) asker?.focus();
});

/** Let somebody pick a reaction, beside the element that asked. */
export function pick(beside, then) {
  chosen = then;
  asker = beside;
  picker.showPopover();
  const spot = beside.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = picker;
  picker.style.left = `${Math.max(8, Math.min(spot.right - width, innerWidth - width - 8))}px`;
  picker.style.top = `${spot.top - height - 6 > 8 ? spot.top - height - 6 : spot.bottom + 6}px`;
  picker.firstElementChild.focus();
}

function choose(emoji) {
  picker.hidePopover();
  chosen(emoji);
}
