// Where one writes: a box that grows, sends with Enter, and completes commands, people and channels.

import { api } from "./api.js";
import { attempt } from "./entry.js";
import { Completion } from "./completion.js";
import { el } from "./dom.js";
import { icon } from "./marks.js";
import { openForm } from "./sheet.js";

export class Composer {
  /** where: gives [channel, thread]; id: of the box; leave: what ArrowUp in an empty box does. */
  constructor(form, id, where, leave) {
    this.where = where;
    this.drafts = new Map();
    this.box = el("textarea", { id, rows: 1, enterkeyhint: "send", spellcheck: true, role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-label": "Message" });
    this.button = el("button", { class: "send", "aria-label": "Send", title: "Send" }, icon("send"));
    const list = el("div", { class: "completion", role: "listbox", id: `${id}-completion`, "aria-label": "Completions", hidden: true });
    this.box.setAttribute("aria-controls", list.id);
    form.replaceChildren(list, el("div", { class: "box" }, this.box, this.button), el("p", { class: "keys" },
      ...["/", " commands", "@", " people", "#", " channels", "Enter", " sends", "Shift Enter", " new line"].map((word, i) => (i % 2 ? el("span", {}, word) : el("kbd", {}, word)))));
    this.completion = new Completion(this.box, list, () => this.grow());
    form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    this.box.addEventListener("input", () => { this.grow(); this.completion.update(); });
    this.box.addEventListener("keydown", (event) => this.key(event, leave));
    this.grow();
  }

  key(event, leave) {
    if (event.isComposing || this.completion.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); this.send(); }
    if (event.key === "ArrowUp" && !this.box.value) { event.preventDefault(); leave(); }
  }

  /** Come to another place: what was being written there is there again. */
  moveTo(label, key) {
    if (key === this.key_) return;
    this.drafts.set(this.key_, this.box.value);
    this.key_ = key;
    this.box.placeholder = label;
    this.box.setAttribute("aria-label", label);
    this.write(this.drafts.get(key) ?? "");
  }

  write(text) {
    this.box.value = text;
    this.completion.close();
    this.grow();
  }

  async send() {
    const text = this.box.value;
    if (!text.trim() || this.isSending) return;
    this.isSending = true;
    const [channel, thread] = this.where();
    this.write("");
    const answer = await attempt(() => api.say(channel, text, thread));
    this.isSending = false;
    if ((!answer || answer.is_kept) && !this.box.value) this.write(text);
    if (answer?.form) openForm(answer.form);
  }

  grow() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, innerHeight * 0.35)}px`;
    this.button.disabled = !this.box.value.trim();
  }
}
