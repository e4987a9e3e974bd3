// Completes the word before the caret: commands after / or ! at the start, people after @, channels after #.

import { el } from "./dom.js";
import { state } from "./state.js";

const MOST = 8;

export class Completion {
  constructor(box, list, changed) {
    this.box = box;
    this.list = list;
    this.changed = changed;
    this.offers = [];
    this.at = 0;
    box.addEventListener("blur", () => setTimeout(() => this.close(), 150));
  }

  update() {
    const before = this.box.value.slice(0, this.box.selectionStart);
    const match = /^([/!])([\w-]*)$|(?:^|\s)([@#])([\w.-]*)$/.exec(before);
    if (!match) return this.close();
    const sigil = match[1] ?? match[3];
    const word = (match[2] ?? match[4]).toLowerCase();
    this.word = sigil + word;
    this.offers = offers(sigil, word).slice(0, MOST);
    this.at = 0;
    this.draw();
  }

  draw() {
    this.list.replaceChildren(...this.offers.map((offer, index) =>
      el("div", { role: "option", id: `${this.list.id}-${index}`, class: "offer", "aria-selected": String(index === this.at),
        onmousedown: (event) => event.preventDefault(), onclick: () => this.accept(index) },
      el("b", {}, offer.insert), offer.usage && el("code", {}, offer.usage), el("span", {}, offer.words))));
    this.list.hidden = !this.offers.length;
    this.box.setAttribute("aria-expanded", String(!this.list.hidden));
    if (this.list.hidden) this.box.removeAttribute("aria-activedescendant");
    else this.box.setAttribute("aria-activedescendant", `${this.list.id}-${this.at}`);
    this.list.children[this.at]?.scrollIntoView({ block: "nearest" });
  }

  /** Take a key where it is for the completion; gives whether it was. */
  key(event) {
    if (this.list.hidden) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.at = (this.at + step + this.offers.length) % this.offers.length;
    else if (event.key === "Escape") this.offers = [];
    else if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey && this.offers[this.at].insert !== this.word)) return this.take(event);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    this.draw();
    return true;
  }

  take(event) {
    event.preventDefault();
    this.accept(this.at);
    return true;
  }

  accept(index) {
    const caret = this.box.selectionStart;
    const from = caret - this.word.length;
    const rest = this.box.value.slice(caret);
    const insert = `${this.offers[index].insert} `;
    this.box.value = this.box.value.slice(0, from) + insert + rest.replace(/^ /, "");
    this.box.setSelectionRange(from + insert.length, from + insert.length);
    this.close();
    this.changed();
    this.box.focus();
  }

  close() {
    this.offers = [];
    this.draw();
  }
}

function offers(sigil, word) {
  if (sigil === "/" || sigil === "!") {
    return state.commands.filter(({ name }) => name.startsWith(word)).map(({ name, usage, summary }) => ({ insert: sigil + name, usage, words: summary }));
  }
  if (sigil === "#") {
    return [...state.channels.values()].filter((channel) => !channel.is_direct && channel.name.includes(word)).map((channel) => ({ insert: `#${channel.name}`, words: channel.topic }));
  }
  const people = [...state.people.values()].filter((person) => person.is_active && matches(person, word)).map((person) => ({ insert: `@${person.id}`, words: person.name }));
  const groups = state.groups.filter((group) => group.name.startsWith(word)).map((group) => ({ insert: `@${group.name}`, words: "group" }));
  return [...people, ...groups];
}

const plain = (text) => text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();
const matches = (person, word) => person.id.startsWith(word) || plain(person.name).split(/\s+/).some((part) => part.startsWith(plain(word)));
