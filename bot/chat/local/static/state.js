// What this page knows; nothing here touches the page itself.

export const state = {
  me: null,
  bot: "watchbill",
  people: new Map(),
  groups: [],
  channels: new Map(),
  commands: [],
  channel: null,
  thread: null,
};

/** Take the server's word for everything around the messages. */
export function take(answer) {
  state.me = answer.me;
  state.bot = answer.bot;
  state.people = new Map(answer.people.map((person) => [person.id, person]));
  state.groups = answer.groups;
  state.channels = new Map(answer.channels.map((channel) => [channel.id, channel]));
  state.commands = answer.commands;
}

export const nameOf = (user) => state.people.get(user)?.name ?? user;

export const isMe = (user) =>
  user === state.me || state.groups.some((group) => group.name === user && group.members.includes(state.me));

export const place = () => state.channels.get(state.channel);

/** Give a channel's name as people write it. */
export const titleOf = (channel) => (channel.is_direct ? nameOf(state.bot) : `#${channel.name}`);

/** Give the person of a typed handle, in any case of letters. */
export const personCalled = (handle) => state.people.get(handle) ?? state.people.get(handle.toLowerCase());

export const channelCalled = (name) => [...state.channels.values()].find((channel) => !channel.is_direct && channel.name === name);

/** Give who one speaks as in this tab, or spoke as last in any. */
export function remembered() {
  return new URLSearchParams(location.search).get("as") ?? sessionStorage.getItem("speaker") ?? localStorage.getItem("speaker");
}

export function remember(user) {
  if (new URLSearchParams(location.search).has("as")) history.replaceState(null, "", `?as=${encodeURIComponent(user)}${location.hash}`);
  sessionStorage.setItem("speaker", user);
  localStorage.setItem("speaker", user);
}
