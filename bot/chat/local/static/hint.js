// What to try on a first visit; gone for good once it was put away.

import { byId, el } from "./dom.js";
import { icon } from "./marks.js";
import { state } from "./state.js";

const CRY = "our app in prod gives 503 to everyone since a minute ago";
const DEEDS = {
  "how-to": "Questions go here. Watchbill answers where it knows, and stays quiet where it does not.",
  sos: "Production is down? Say it here, and the engineer on call is told within a second.",
  alerts: "Alerts come here, grouped, and close themselves when they are over.",
  operations: "Handovers and the platform’s own affairs.",
  general: "Everything else. Watchbill only acts here when something is urgent.",
  direct: "You and the bot alone. Commands work here without a slash: oncall next.",
};

/** Say what an empty channel is for. */
export function emptiness(channel) {
  return [icon(channel.kind), el("p", {}, DEEDS[channel.kind] ?? "Nothing was said here yet.")];
}

/** Offer a first thing to do. speakAs: (user, channel id, words). resized: what to do when the card took its place. */
export function prepare(speakAs, resized) {
  const sos = [...state.channels.values()].find((channel) => channel.kind === "sos");
  const developer = [...state.people.values()].find((person) => person.role === "developer" && person.is_active);
  if (localStorage.getItem("hinted") || !sos || !developer) return;
  const hint = byId("hint");
  const away = () => { localStorage.setItem("hinted", "1"); hint.hidden = true; };
  hint.replaceChildren(
    el("p", {}, el("strong", {}, "Try this. "), `As ${developer.name}, say in #${sos.name}: “${CRY}”. Then speak as the engineer who is called.`),
    el("div", { class: "hint-moves" },
      el("button", { type: "button", class: "push primary", onclick: () => { away(); speakAs(developer.id, sos.id, CRY); } }, "Write it for me"),
      el("button", { type: "button", class: "push plain", onclick: away }, "Not now")));
  hint.hidden = false;
  resized();
}
