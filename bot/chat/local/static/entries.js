// A list of messages on the page: the timeline of a channel, or the replies of a thread.

import { el } from "./dom.js";
import { entry } from "./entry.js";
import { state } from "./state.js";
import { dayInWords, dayOf, minutesBetween } from "./times.js";

const TOGETHER = 5;

export class Entries {
  /** list: the ol; scroll: what scrolls around it. */
  constructor(list, scroll, isInThread) {
    this.list = list;
    this.scroll = scroll;
    this.isInThread = isInThread;
    this.messages = [];
    list.addEventListener("keydown", (event) => this.walk(event));
    list.addEventListener("focusin", (event) => this.attend(event.target.closest(".entry")));
  }

  /** Show these messages and nothing else; the newest is in sight. */
  show(messages) {
    this.messages = messages;
    this.draw();
    this.toEnd();
  }

  /** Show older ones above; what one reads stays where it is. */
  prepend(messages) {
    const below = this.scroll.scrollHeight - this.scroll.scrollTop;
    this.messages = [...messages, ...this.messages];
    this.draw();
    this.scroll.scrollTop = this.scroll.scrollHeight - below;
  }

  /** Show a message that is new or has changed; gives whether it is a new last one. */
  upsert(message) {
    const index = this.messages.findIndex((each) => each.id === message.id);
    if (index < 0) return this.add(message);
    this.messages[index] = message;
    if (message.is_deleted && !message.thread_summary) this.drop(index);
    else this.replace(index);
    return false;
  }

  add(message) {
    if (message.is_deleted || this.messages.some((each) => each.seq > message.seq)) return false;
    const isAtEnd = this.isAtEnd();
    this.messages.push(message);
    this.list.append(...this.nodes(this.messages.length - 1));
    if (!this.list.contains(document.activeElement)) this.attend(this.list.lastElementChild);
    if (isAtEnd || message.author === state.me) this.toEnd();
    return true;
  }

  drop(index) {
    const hadFocus = this.node(this.messages[index].id)?.contains(document.activeElement);
    this.messages.splice(index, 1);
    this.draw();
    const next = this.messages[Math.min(index, this.messages.length - 1)];
    if (hadFocus && next) this.node(next.id).focus({ preventScroll: true });
  }

  replace(index) {
    const old = this.node(this.messages[index].id);
    if (!old || old.querySelector(".edit")) return;
    const isAtEnd = this.isAtEnd();
    const focused = path(old, document.activeElement);
    const fresh = this.nodes(index).at(-1);
    const wasAttended = old.tabIndex === 0;
    old.replaceWith(fresh);
    if (wasAttended) this.attend(fresh);
    restore(fresh, focused);
    if (isAtEnd) this.toEnd();
  }

  draw() {
    const region = this.list.parentElement;
    region.setAttribute("aria-busy", "true");
    this.list.replaceChildren(...this.messages.flatMap((_, index) => this.nodes(index)));
    this.attend(this.list.lastElementChild);
    requestAnimationFrame(() => region.removeAttribute("aria-busy"));
  }

  nodes(index) {
    const message = this.messages[index];
    const before = this.messages[index - 1];
    const isNewDay = !this.isInThread && (!before || dayOf(before.at) !== dayOf(message.at));
    const node = entry(message, { isInThread: this.isInThread, isContinued: !isNewDay && continues(before, message) });
    return isNewDay ? [el("li", { class: "day", role: "separator" }, el("span", {}, dayInWords(message.at))), node] : [node];
  }

  node(id) {
    return document.getElementById(`${this.isInThread ? "r" : "m"}-${id}`);
  }

  isAtEnd() {
    return this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < 80;
  }

  toEnd() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
  }

  /** Bring a message into sight, and mark it where it was asked for by name. */
  point(id, isNamed = true) {
    const node = this.node(id);
    node?.scrollIntoView({ block: "nearest" });
    if (!node || !isNamed) return;
    node.classList.add("pointed");
    setTimeout(() => node.classList.remove("pointed"), 2500);
  }

  focusLast() {
    const last = this.messages.at(-1);
    if (last) this.node(last.id).focus();
  }

  walk(event) {
    const here = event.target.closest?.(".entry");
    if (event.key === "Enter" && event.target === here) here.querySelector('[aria-label="Reply in the thread"]')?.click();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!here || !step || event.target.matches("textarea")) return;
    const all = [...this.list.querySelectorAll(".entry")];
    const next = all[all.indexOf(here) + step];
    event.preventDefault();
    if (next) next.focus();
    else if (step > 0) this.leave?.();
  }

  /** Only the message one is at, and its tools, are in the order of the tab key. */
  attend(node) {
    if (!node) return;
    for (const each of this.list.querySelectorAll('[tabindex="0"]')) each.tabIndex = -1;
    for (const each of [node, ...node.querySelectorAll(".tool")]) each.tabIndex = 0;
  }
}

function continues(before, message) {
  return Boolean(before) && before.author === message.author && !before.is_private && !message.is_private
    && !before.thread_summary && !message.blocks && minutesBetween(before.at, message.at) < TOGETHER;
}

function path(node, focused) {
  if (!node.contains(focused)) return null;
  if (node === focused) return "";
  return focused.dataset.emoji ? `[data-emoji="${focused.dataset.emoji}"]` : focused.classList.contains("tool") ? `.tool[aria-label="${focused.getAttribute("aria-label")}"]` : focused.classList.contains("summary") ? ".summary" : "";
}

function restore(node, selector) {
  if (selector === null) return;
  ((selector && node.querySelector(selector)) || node).focus({ preventScroll: true });
}
