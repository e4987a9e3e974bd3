// One message: who, when, what, its reactions, its thread, and what one can do with it.

import { api } from "./api.js";
import { el, toast } from "./dom.js";
import { openForm, confirm } from "./sheet.js";
import { icon, illustrated, meaning, reaction } from "./marks.js";
import { pick } from "./picker.js";
import { blocks, words } from "./prose.js";
import { isMe, nameOf, state } from "./state.js";
import { clockOf, inFull } from "./times.js";

const LONG = 1500;

/** Do something that the chat may refuse, and say so where it does. */
export async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    toast(error.message);
    return null;
  }
}

export function avatar(user) {
  if (user === state.bot) return el("img", { class: "avatar", src: "static/flag.svg", alt: "", width: 36, height: 36 });
  const name = nameOf(user);
  const initials = name.split(/\s+/).map((word) => [...word][0] ?? "").slice(0, 2).join("").toUpperCase();
  return el("span", { class: `avatar tone-${tone(user)}`, "aria-hidden": "true" }, initials);
}

const tone = (user) => Math.max(0, [...state.people.keys()].indexOf(user)) % 8;

/** Give a message's element. isContinued: the one before is by the same person, just before. */
export function entry(message, { isContinued = false, isInThread = false } = {}) {
  const node = el("li", { class: classes(message, isContinued), id: `${isInThread ? "r" : "m"}-${message.id}`, tabindex: -1 });
  node.append(
    el("time", { class: "at", title: inFull(message.at), datetime: message.at.local }, clockOf(message.at)),
    el("div", { class: "who" }, isContinued ? null : avatar(message.author)),
    el("div", { class: "body" }, isContinued ? null : byline(message), content(message), foot(message, isInThread)),
  );
  node.setAttribute("aria-label", label(message, node));
  if (!message.is_deleted) node.append(toolbar(message, isInThread));
  return node;
}

function classes(message, isContinued) {
  const names = ["entry"];
  if (isContinued) names.push("continued");
  if (message.author === state.bot) names.push("by-bot");
  if (message.is_private) names.push("private");
  if (message.author !== state.me && message.mentions.some(isMe)) names.push("to-me");
  return names.join(" ");
}

function label(message, node) {
  const parts = node.querySelectorAll(".words, .card > *, .gone-words");
  const words = [...parts].map((part) => part.textContent.trim()).join(" ");
  return `${nameOf(message.author)}, ${clockOf(message.at)}: ${words.slice(0, 400)}`;
}

function byline(message) {
  const person = state.people.get(message.author);
  const role = person?.role === "developer" || !person ? null : person.role === "bot" ? "bot" : person.role;
  return el("p", { class: "byline" },
    el("span", { class: "name" }, nameOf(message.author)),
    role && el("span", { class: `role ${role}` }, role),
    person && !person.is_active && el("span", { class: "role gone" }, "left"));
}

function content(message) {
  if (message.is_deleted) return el("p", { class: "gone-words" }, "This message was deleted.");
  const parts = message.blocks ? blocks(message.blocks, (button, node) => press(message, button, node)) : [prose(message)];
  if (message.picture) parts.push(picture(message));
  const edited = message.is_edited && el("span", { class: "edited" }, "edited");
  if (!message.is_private) return el("div", { class: message.blocks ? "card" : "said" }, parts, edited);
  return el("div", { class: "card whisper" }, whisperHead(message), parts, edited);
}

function picture(message) {
  const source = api.pictureOf(message.channel, message.id);
  const image = el("img", { class: "b-picture", src: source, alt: message.picture, width: 1200, height: 640, loading: "lazy" });
  return el("a", { href: source, target: "_blank", rel: "noopener" }, image);
}

function prose(message) {
  const text = el("p", { class: "words", dir: "auto" }, words(message.text));
  if (message.text.length < LONG) return text;
  text.classList.add("folded");
  const more = el("button", { type: "button", class: "more", "aria-expanded": "false", onclick: () => {
    const isOpen = !text.classList.toggle("folded");
    more.setAttribute("aria-expanded", String(isOpen));
    more.textContent = isOpen ? "Show less" : "Show all";
  } }, "Show all");
  return el("div", {}, text, more);
}

function whisperHead(message) {
  return el("p", { class: "whisper-head" }, icon("hidden"), el("span", {}, "Only you can see this"),
    message.about && el("code", {}, message.about.length > 60 ? `${message.about.slice(0, 60)}…` : message.about),
    el("button", { type: "button", class: "quiet small", "aria-label": "Put this away", onclick: () => attempt(() => api.remove(message.channel, message.id)) }, icon("close")));
}

async function press(message, button, node) {
  node.disabled = true;
  const answer = await attempt(() => api.press(message.channel, message.id, button.action, button.value));
  node.disabled = false;
  if (answer?.form) openForm(answer.form);
}

function foot(message, isInThread) {
  const parts = [reactions(message), isInThread ? null : summary(message)].filter(Boolean);
  return parts.length ? el("div", { class: "foot" }, parts) : null;
}

function reactions(message) {
  if (!message.reactions.length) return null;
  return el("div", { class: "reactions" }, message.reactions.map(({ emoji, users }) => {
    const isMine = users.includes(state.me);
    const who = users.map((user) => (user === state.me ? "you" : nameOf(user))).join(", ");
    return el("button", {
      type: "button", class: "reaction", "data-emoji": emoji, "aria-pressed": String(isMine), title: `${who}: ${meaning(emoji)}`,
      "aria-label": `${meaning(emoji)}, ${users.length}: ${who}`,
      onclick: () => attempt(() => api.react(message.channel, message.id, emoji, !isMine)),
    }, reaction(emoji), el("span", {}, String(users.length)));
  }));
}

function summary(message) {
  const thread = message.thread_summary;
  if (!thread) return null;
  const isForMe = thread.mentions.some(isMe);
  return el("a", { class: isForMe ? "summary for-me" : "summary", href: `#${message.channel}/${message.id}` },
    el("span", { class: "faces" }, thread.authors.slice(0, 3).map(avatar)),
    el("span", { class: "count" }, thread.count === 1 ? "1 reply" : `${thread.count} replies`),
    el("span", { class: "last" }, el("b", {}, `${nameOf(thread.last.author)} `), illustrated(thread.last.preview)),
    el("time", {}, clockOf(thread.last.at)));
}

function toolbar(message, isInThread) {
  if (message.is_private) return "";
  const isMine = message.author === state.me;
  const root = message.thread ?? message.id;
  return el("div", { class: "tools", role: "toolbar", "aria-label": "What to do with this message" },
    tool("smile", "React", (event) => pick(event.currentTarget, (emoji) => toggle(message, emoji))),
    isInThread ? null : tool("reply", "Reply in the thread", () => (location.hash = `#${message.channel}/${root}`)),
    isMine && tool("edit", "Edit", () => edit(message, isInThread)),
    isMine && tool("remove", "Delete", () => remove(message)));
}

const tool = (name, words, act) => el("button", { type: "button", class: "tool", tabindex: -1, "aria-label": words, title: words, onclick: act }, icon(name));

function toggle(message, emoji) {
  const had = message.reactions.some((each) => each.emoji === emoji && each.users.includes(state.me));
  return attempt(() => api.react(message.channel, message.id, emoji, !had));
}

async function remove(message) {
  if (await confirm("Delete this message?", "Watchbill blanks what it kept of it, too.", "Delete")) {
    await attempt(() => api.remove(message.channel, message.id));
  }
}

function edit(message, isInThread) {
  const node = document.getElementById(`${isInThread ? "r" : "m"}-${message.id}`);
  const said = node.querySelector(".said");
  const box = el("textarea", { class: "edit-box", "aria-label": "The message's words", rows: 3 });
  box.value = message.text;
  const back = () => { form.replaceWith(said); node.focus(); };
  const save = async () => { if ((await attempt(() => api.edit(message.channel, message.id, box.value))) !== null) back(); };
  const form = el("form", { class: "edit", onsubmit: (event) => { event.preventDefault(); save(); } }, box,
    el("div", { class: "edit-moves" }, el("button", { class: "push primary" }, "Save"), el("button", { type: "button", class: "push plain", onclick: back }, "Cancel")));
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { event.stopPropagation(); back(); }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); save(); }
  });
  said.replaceWith(form);
  box.focus();
}
