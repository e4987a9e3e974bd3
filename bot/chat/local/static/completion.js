// Completes what stands before the caret: commands and their words after / or ! at the start, people after @,
// channels after #.

import { el } from "./dom.js";
import { state } from "./state.js";

const MOST = 9;
const NAME = /(?:^|\s)([@#])([\p{L}\w.-]*)$/u;
const COMMAND = /^([/!])([\w-]*)( [^\n]*)?$/;

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
    const [word, offers] = named(NAME.exec(before)) ?? commanded(COMMAND.exec(before)) ?? ["", []];
    this.word = word;
    this.offers = offers.slice(0, MOST);
    this.at = 0;
    this.draw();
  }

  draw() {
    this.list.replaceChildren(...this.offers.map((offer, index) => this.option(offer, index)));
    this.list.hidden = !this.offers.length;
    this.box.setAttribute("aria-expanded", String(!this.list.hidden));
    if (this.list.hidden) this.box.removeAttribute("aria-activedescendant");
    else this.box.setAttribute("aria-activedescendant", `${this.list.id}-${this.at}`);
    this.list.children[this.at]?.scrollIntoView({ block: "nearest" });
  }

  option(offer, index) {
    return el("div", {
      role: "option", id: `${this.list.id}-${index}`, class: "offer", "aria-selected": String(index === this.at),
      onmousedown: (event) => event.preventDefault(), onclick: () => this.accept(index),
    }, el("b", {}, offer.label ?? offer.insert), offer.usage && el("code", {}, offer.usage), el("span", {}, offer.words));
  }

  /** Take a key where it is for the completion; gives whether it was. */
  key(event) {
    if (this.list.hidden) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const isOpen = this.offers[this.at].insert.toLowerCase() !== this.word.toLowerCase();
    if (step) this.move(step);
    else if (event.key === "Escape") this.close();
    else if (isOpen && (event.key === "Tab" || event.key === "Enter") && !event.shiftKey) this.accept(this.at);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  move(step) {
    this.at = (this.at + step + this.offers.length) % this.offers.length;
    this.draw();
  }

  accept(index) {
    const caret = this.box.selectionStart;
    const from = caret - this.word.length;
    const insert = `${this.offers[index].insert} `;
    const rest = this.box.value.slice(caret).replace(/^ /, "");
    this.box.value = this.box.value.slice(0, from) + insert + rest;
    this.box.setSelectionRange(from + insert.length, from + insert.length);
    this.update();
    this.changed();
    this.box.focus();
  }

  close() {
    this.offers = [];
    this.draw();
  }
}

function commanded(match) {
  if (!match) return null;
  const [whole, sigil, name, rest] = match;
  return [whole, rest === undefined ? names(sigil, name.toLowerCase()) : forms(sigil, name.toLowerCase(), rest.trimStart())];
}

function names(sigil, typed) {
  const found = [...new Set(state.commands.map(({ name }) => name))].filter((name) => name.startsWith(typed));
  return found.map((name) => {
    const all = state.commands.filter((each) => each.name === name);
    const bare = all.find((each) => !each.usage) ?? all[0];
    const usage = all.length > 1 ? all.map(literal).filter(Boolean).join(" · ") : bare.usage;
    return { insert: sigil + name, usage, words: bare.summary };
  });
}

function forms(sigil, name, typed) {
  const all = state.commands.filter((each) => each.name === name && each.usage);
  const begun = all.filter((each) => literal(each) && literal(each).startsWith(typed.toLowerCase()));
  const chosen = begun.length ? begun : all.filter((each) => literal(each) && `${typed} `.toLowerCase().startsWith(`${literal(each)} `));
  const insert = (each) => (begun.length ? `${sigil}${name} ${literal(each)}` : `${sigil}${name} ${typed}`);
  return chosen.map((each) => ({ insert: insert(each), label: `${sigil}${name}`, usage: each.usage, words: each.summary }));
}

/** Give the words of a form that are typed as they stand: those before the first placeholder. */
const literal = ({ usage }) => /^(?:[a-z][a-z-]*(?=\s|$)\s?)*/.exec(usage)[0].trim();

function named(match) {
  if (!match) return null;
  const [, sigil, typed] = match;
  return [sigil + typed, sigil === "#" ? channels(plain(typed)) : people(plain(typed))];
}

function channels(typed) {
  const open = [...state.channels.values()].filter((channel) => !channel.is_direct && channel.name.includes(typed));
  return open.map((channel) => ({ insert: `#${channel.name}`, words: channel.topic }));
}

function people(typed) {
  const found = [...state.people.values()].filter((person) => person.is_active && matches(person, typed));
  const groups = state.groups.filter((group) => group.name.startsWith(typed));
  return [...found.map((person) => ({ insert: `@${person.id}`, words: person.name })), ...groups.map((group) => ({ insert: `@${group.name}`, words: "group" }))];
}

const plain = (text) => text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();
const matches = (person, typed) => person.id.startsWith(typed) || plain(person.name).split(/\s+/).some((part) => part.startsWith(typed));
