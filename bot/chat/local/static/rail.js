// The left side: whom one speaks as, the channels with what is unread, the groups.

import { avatar } from "./entry.js";
import { byId, el } from "./dom.js";
import { icon } from "./marks.js";
import { nameOf, state, titleOf } from "./state.js";

const ROLES = [["developer", "Developers"], ["engineer", "Engineers"], ["lead", "Lead"]];
const narrow = matchMedia("(max-width: 760px)");

/** Fill the menu of those whom one can speak as. */
export function cast(people, chosen) {
  const groups = ROLES.map(([role, label]) => [label, people.filter((person) => person.role === role)]);
  byId("speaker").replaceChildren(...groups.filter(([, members]) => members.length).map(([label, members]) =>
    el("optgroup", { label }, members.map((person) => el("option", { value: person.id, selected: person.id === chosen }, person.name)))));
}

/** Show the channels as they are now, and what is unread in the page's title. */
export function draw() {
  byId("speaker").value = state.me;
  byId("speaker-avatar").replaceChildren(avatar(state.me));
  const all = [...state.channels.values()];
  byId("channels").replaceChildren(...all.filter((channel) => !channel.is_direct).map(item));
  byId("directs").replaceChildren(...all.filter((channel) => channel.is_direct).map(item));
  groups();
  const waiting = all.reduce((sum, channel) => sum + (channel.is_direct ? channel.unread : channel.mentions), 0);
  const here = state.channels.get(state.channel);
  document.title = `${waiting ? `(${waiting}) ` : ""}${here ? `${titleOf(here)} · ` : ""}Watchbill`;
}

function item(channel) {
  const isHere = channel.id === state.channel;
  const calls = channel.is_direct ? channel.unread : channel.mentions;
  const unread = channel.unread ? `, ${channel.unread} unread${calls && !channel.is_direct ? `, ${calls} for you` : ""}` : "";
  return el("li", {}, el("a", {
    href: `#${channel.id}`, class: channel.unread && !isHere ? "place unread" : "place", "aria-current": isHere ? "page" : null,
    "aria-label": `${titleOf(channel)}${unread}`,
  }, icon(channel.kind), el("span", { class: "place-name" }, channel.is_direct ? titleOf(channel) : channel.name),
    calls ? el("span", { class: "calls" }, String(calls)) : channel.unread && !isHere ? el("span", { class: "dot" }) : null));
}

function groups() {
  byId("groups").hidden = !state.groups.length;
  byId("groups").querySelector("dl").replaceChildren(...state.groups.map((group) =>
    el("div", {}, el("dt", {}, `@${group.name}`), el("dd", {}, group.members.map(nameOf).join(", ")))));
}

/** Open or close the drawer that the rail is on a phone. */
export function drawer(isOpen) {
  const isDrawn = isOpen && narrow.matches;
  byId("ship").classList.toggle("drawn", isDrawn);
  byId("open-rail").setAttribute("aria-expanded", String(isDrawn));
  byId("log").inert = isDrawn;
  byId("thread").inert = isDrawn;
  byId("rail").inert = narrow.matches && !isDrawn;
  byId("veil").hidden = !isDrawn;
  if (isDrawn) byId("close-rail").focus();
}

export function prepare() {
  byId("open-rail").append(icon("menu"));
  byId("close-rail").append(icon("close"));
  byId("open-rail").addEventListener("click", () => drawer(true));
  for (const id of ["close-rail", "veil"]) byId(id).addEventListener("click", () => { drawer(false); byId("open-rail").focus(); });
  byId("rail").addEventListener("click", (event) => event.target.closest("a") && drawer(false));
  narrow.addEventListener("change", () => drawer(false));
  drawer(false);
}
