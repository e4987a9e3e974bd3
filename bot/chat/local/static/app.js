// The page: joins its parts, follows the address, and listens to what happens.

import { api } from "./api.js";
import * as clock from "./clock.js";
import { Composer } from "./composer.js";
import { byId, toast } from "./dom.js";
import { Entries } from "./entries.js";
import { attempt } from "./entry.js";
import * as hint from "./hint.js";
import { icon } from "./marks.js";
import * as rail from "./rail.js";
import { isMe, nameOf, place, remember, remembered, state, take, titleOf } from "./state.js";

const timeline = new Entries(byId("timeline"), byId("scroll"), false);
const replies = new Entries(byId("replies"), byId("thread-scroll"), true);
const composer = new Composer(byId("composer"), "words", () => [state.channel, null], () => timeline.focusLast());
const threadComposer = new Composer(byId("thread-composer"), "thread-words", () => [state.channel, state.thread], () => replies.focusLast());
timeline.leave = () => composer.box.focus();
replies.leave = () => threadComposer.box.focus();
const coarse = matchMedia("(pointer: coarse)");
const inboxes = new Set();
const PATIENCE = 2000;
let source = null;

// -- where one is

function address() {
  const [channel, message] = decodeURIComponent(location.hash.slice(1)).split("/");
  const first = [...state.channels.values()][0];
  return [state.channels.has(channel) ? channel : first?.id, message || null];
}

async function follow() {
  const [channel, message] = address();
  if (channel !== state.channel) await openChannel(channel);
  if (message) await openThread(message);
  else closeThread();
}

async function openChannel(channel) {
  state.channel = channel;
  byId("newer").hidden = true;
  heading();
  composer.moveTo(place().is_direct ? `Message ${titleOf(place())}` : `Say something in ${titleOf(place())}`, channel);
  await loadTimeline();
}

/** Load something of the channel, and then hear again what happened meanwhile, which it may not have. */
async function load(ask, show) {
  const channel = state.channel;
  const inbox = [];
  inboxes.add(inbox);
  const answer = await attempt(() => ask(channel));
  inboxes.delete(inbox);
  if (!answer || channel !== state.channel) return null;
  show(answer);
  for (const message of inbox) settle(message);
  return answer;
}

async function loadTimeline() {
  const answer = await load(api.timeline, ({ messages }) => timeline.show(messages));
  if (!answer) return;
  byId("older").hidden = !answer.has_more;
  emptiness();
  markRead();
}

async function loadOlder() {
  const answer = await attempt(() => api.timeline(state.channel, timeline.messages[0]?.seq));
  if (!answer) return;
  timeline.prepend(answer.messages);
  byId("older").hidden = !answer.has_more;
}

function heading() {
  byId("place-name").replaceChildren(icon(place().kind), place().is_direct ? titleOf(place()) : place().name);
  byId("topic").textContent = place().topic || (place().is_direct ? `Only ${nameOf(state.me)} and the bot` : "");
  rail.draw();
}

function emptiness() {
  byId("empty").hidden = timeline.messages.length > 0;
  byId("empty").replaceChildren(...hint.emptiness(place()));
}

async function openThread(message) {
  const before = state.thread;
  const answer = await load((channel) => api.thread(channel, message), showThread);
  if (!answer) return;
  if (message !== state.thread) replies.point(message);
  timeline.point(state.thread, false);
  if (before !== state.thread) (coarse.matches ? byId("thread") : threadComposer.box).focus();
}

function showThread({ messages }) {
  state.thread = messages[0].id;
  byId("thread").hidden = false;
  byId("ship").classList.add("threaded");
  byId("thread-place").textContent = titleOf(place());
  threadComposer.moveTo("Reply in the thread", `${state.channel}/${state.thread}`);
  replies.show(messages);
}

function closeThread() {
  if (state.thread === null) return;
  const root = state.thread;
  state.thread = null;
  byId("thread").hidden = true;
  byId("ship").classList.remove("threaded");
  (timeline.node(root) ?? composer.box).focus({ preventScroll: true });
}

function leaveThread() {
  location.hash = `#${state.channel}`;
}

// -- what was read

function markRead() {
  if (document.hidden || !state.channel) return;
  const newest = Math.max(0, ...timeline.messages.map((message) => message.seq), ...(state.thread ? replies.messages.map((message) => message.seq) : []), state.newest?.[state.channel] ?? 0);
  place().unread = place().mentions = 0;
  rail.draw();
  if (newest) api.read(state.channel, newest).catch(() => {});
}

// -- what happens

function hear(payload) {
  switch (payload.type) {
    case "hello": return heard();
    case "resync": return resync();
    case "message": return hearMessage(payload);
    case "topic": return hearTopic(payload);
    case "groups": state.groups = payload.groups; return rail.draw();
    case "clock": return clock.show(payload.clock);
    case "read": return hearRead(payload);
    default: return undefined;
  }
}

function hearMessage({ message, is_fresh: isFresh }) {
  const isHere = message.channel === state.channel;
  if (isFresh) count(message, isHere);
  if (!isHere) return;
  for (const inbox of inboxes) inbox.push(message);
  if (settle(message) && !timeline.isAtEnd()) byId("newer").hidden = false;
  emptiness();
  if (isFresh) markRead();
}

/** Put a message where it belongs; gives whether it is the channel's newest. */
function settle(message) {
  if (message.id === state.thread || (message.thread && message.thread === state.thread)) replies.upsert(message);
  return message.thread ? false : timeline.upsert(message);
}

function count(message, isHere) {
  state.newest = { ...state.newest, [message.channel]: message.seq };
  const channel = state.channels.get(message.channel);
  if (!channel || message.author === state.me || (isHere && !document.hidden)) return;
  channel.unread += 1;
  if (message.mentions.some(isMe)) channel.mentions += 1;
  rail.draw();
}

function hearTopic({ channel, topic }) {
  if (!state.channels.has(channel)) return;
  state.channels.get(channel).topic = topic;
  if (channel === state.channel) heading();
}

function hearRead({ channel, seq }) {
  const known = state.channels.get(channel);
  if (!known || (state.newest?.[channel] ?? 0) > seq) return;
  known.unread = known.mentions = 0;
  rail.draw();
}

// -- staying in touch

/** Listen as whoever one speaks as; what is asked for afterwards and what is heard leave no gap between them. */
function listen() {
  source?.close();
  wasHeard = false;
  source = new EventSource(`local/live?as=${encodeURIComponent(state.me)}`);
  return new Promise((resolve) => {
    setTimeout(resolve, PATIENCE);
    source.onmessage = (event) => { hear(JSON.parse(event.data)); resolve(); };
    source.onerror = () => { beacon(false); resolve(); };
  });
}

let wasHeard = false;
function heard() {
  beacon(true);
  if (wasHeard) resync();
  wasHeard = true;
}

function beacon(isLit) {
  byId("beacon").classList.toggle("lost", !isLit);
  byId("beacon").textContent = isLit ? "" : "Connecting …";
}

async function resync() {
  const answer = await api.state().catch(() => null);
  if (!answer) return;
  take(answer);
  clock.show(answer.clock);
  heading();
  await loadTimeline();
  if (state.thread) await openThread(state.thread);
}

// -- whom one speaks as

async function speakAs(user, channel = null, words = null) {
  const before = state.me;
  const wasDirect = state.channels.get(state.channel)?.is_direct;
  const wasAt = state.channel;
  state.me = user;
  state.channel = null;
  await listen();
  const answer = await attempt(() => api.state());
  if (!answer) {
    state.me = before;
    state.channel = wasAt;
    return;
  }
  remember(user);
  take(answer);
  clock.show(answer.clock);
  const own = [...state.channels.values()].find((each) => each.is_direct);
  const target = channel ?? (wasDirect ? own?.id : wasAt);
  const [wanted, message] = address();
  const here = target && state.channels.has(target) ? target : wanted;
  if (here !== wanted) location.hash = `#${here}`;
  await openChannel(here);
  if (message && here === wanted) await openThread(message);
  if (words !== null) {
    composer.write(words);
    composer.box.focus();
  }
}

async function start() {
  const { people } = await api.cast();
  const chosen = people.some((person) => person.id === remembered()) ? remembered() : people[0]?.id;
  if (!chosen) return toast("Nobody is in this chat: the configuration has no people.");
  rail.cast(people, chosen);
  rail.prepare();
  clock.prepare();
  byId("close-thread").append(icon("close"));
  byId("close-thread").addEventListener("click", leaveThread);
  byId("older").addEventListener("click", loadOlder);
  byId("newer").addEventListener("click", () => { timeline.toEnd(); byId("newer").hidden = true; });
  byId("scroll").addEventListener("scroll", () => timeline.isAtEnd() && (byId("newer").hidden = true), { passive: true });
  byId("speaker").addEventListener("change", (event) => speakAs(event.target.value));
  addEventListener("hashchange", follow);
  document.addEventListener("visibilitychange", markRead);
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || byId("sheet").open || byId("picker").matches(":popover-open")) return;
    if (byId("ship").classList.contains("drawn")) rail.drawer(false);
    else if (state.thread) leaveThread();
  });
  await speakAs(chosen);
  hint.prepare((user, channel, words) => speakAs(user, channel, words), () => timeline.toEnd());
  document.documentElement.dataset.ready = "";
}

start().catch((error) => toast(error.message));
