// Words, lines and blocks as elements. Whatever somebody wrote is set as text, never as markup.

import { el } from "./dom.js";
import { illustrated } from "./marks.js";
import { channelCalled, isMe, nameOf, personCalled, state } from "./state.js";

const TOKEN = /(`[^`\n]+`)|(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])|(?<![\w@./])@([\w](?:[\w.-]*[\w])?)|(?<![\w#&/])#([a-z0-9][\w-]*)/gi;

/** Give what people wrote: their words, with links, code, mentions and channels told apart. */
export function words(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(TOKEN)) {
    const node = token(match);
    if (!node) continue;
    nodes.push(illustrated(text.slice(from, match.index)), node);
    from = match.index + match[0].length;
  }
  return [...nodes, illustrated(text.slice(from))].flat();
}

function token([whole, code, link, handle, name]) {
  if (code) return el("code", {}, whole.slice(1, -1));
  if (link) return anchor(whole, whole);
  if (handle) return known(handle) ? mention(personCalled(handle)?.id ?? handle, personCalled(handle)?.name ?? handle) : null;
  const channel = name && channelCalled(name);
  return channel ? reference(channel.id, null, `#${channel.name}`) : null;
}

const known = (handle) => personCalled(handle) || state.groups.some((group) => group.name === handle);

const anchor = (url, label) => el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label);

export const mention = (user, name) => el("span", { class: isMe(user) ? "mention mine" : "mention" }, `@${name || nameOf(user)}`);

const reference = (channel, message, label) => el("a", { class: "reference", href: `#${channel}${message ? `/${message}` : ""}` }, label);

function span(part) {
  if (typeof part === "string") return illustrated(part);
  switch (part.kind) {
    case "mention": return mention(part.user, part.name);
    case "channel": return reference(part.channel, null, `#${part.name}`);
    case "message": return reference(part.channel, part.message, part.label);
    case "link": return link(part);
    case "strong": return el("strong", {}, part.text);
    default: return el("code", {}, part.text);
  }
}

function link({ url, label }) {
  if (!/^https?:\/\//i.test(url)) return label;
  const host = URL.canParse(url) ? new URL(url).host : "";
  return el("span", {}, anchor(url, label), label.includes(host) ? null : el("span", { class: "host" }, ` (${host})`));
}

const line = (parts) => parts.flatMap(span);

/** Give the blocks of a message or a form. press: what a button does; none: there are no buttons. */
export function blocks(list, press = null) {
  return list.map((block) => one(block, press)).filter(Boolean);
}

function one(block, press) {
  switch (block.kind) {
    case "heading": return el("h3", { class: "b-heading" }, block.text);
    case "paragraph": return el("p", { class: "b-paragraph" }, line(block.line));
    case "note": return el("p", { class: "b-note" }, line(block.line));
    case "bullets": return el("ul", { class: "b-bullets" }, block.items.map((item) => el("li", {}, line(item))));
    case "quote": return el("blockquote", { class: "b-quote", dir: "auto" }, block.text);
    case "fields": return el("dl", { class: "b-fields" }, block.pairs.map(([label, value]) => el("div", {}, el("dt", {}, label), el("dd", {}, line(value)))));
    case "buttons": return press && el("div", { class: "b-buttons" }, block.buttons.map((button) => push(button, press)));
    default: return null;
  }
}

function push(button, press) {
  return el("button", { type: "button", class: `push ${button.style}`, "data-action": button.action, onclick: (event) => press(button, event.currentTarget) }, button.label);
}
