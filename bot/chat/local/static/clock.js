// The demo's clock: what time it is there, what is due next, and the buttons that move it.

import { api } from "./api.js";
import { attempt } from "./entry.js";
import { byId } from "./dom.js";
import { clockOf, dayInWords } from "./times.js";

const AGAIN = 15000;

/** Show the clock as it is; null: there is none to be moved. */
export function show(clock) {
  byId("clock").hidden = !clock;
  if (!clock) return;
  byId("clock-time").textContent = `${clockOf(clock)} `;
  byId("clock-day").textContent = `${dayInWords(clock)} · ${clock.zone}`;
  byId("clock-next").textContent = clock.next ? `Next: ${clock.next}` : "";
}

export function prepare() {
  const buttons = [...byId("clock").querySelectorAll("button")];
  for (const button of buttons) {
    button.addEventListener("click", async () => {
      for (const each of buttons) each.disabled = true;
      byId("clock").classList.add("moving");
      const clock = await attempt(() => api.move(button.dataset.minutes ? Number(button.dataset.minutes) : null));
      byId("clock").classList.remove("moving");
      for (const each of buttons) each.disabled = false;
      if (clock) show(clock);
      button.focus();
    });
  }
  setInterval(async () => {
    if (!byId("clock").hidden && !document.hidden) await api.clock().then(show, () => {});
  }, AGAIN);
}
