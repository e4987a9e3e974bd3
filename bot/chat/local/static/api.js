// The chat's JSON, as the person one speaks as.

import { state } from "./state.js";

export class Refused extends Error {}

async function call(method, path, body) {
  const response = await fetch(`local/${path}${path.includes("?") ? "&" : "?"}as=${encodeURIComponent(state.me ?? "")}`, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch(() => {
    throw new Refused("The chat cannot be reached. Is Watchbill still running?");
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(answer.error ?? `The chat refused this (${response.status}).`);
  return answer;
}

const at = (...parts) => parts.map(encodeURIComponent).join("/");

export const api = {
  cast: () => call("GET", "cast"),
  state: () => call("GET", "state"),
  timeline: (channel, before) => call("GET", `channels/${at(channel)}/messages${before ? `?before=${before}` : ""}`),
  thread: (channel, message) => call("GET", `channels/${at(channel)}/threads/${at(message)}`),
  pictureOf: (channel, message) =>
    `local/channels/${at(channel)}/messages/${at(message)}/picture?as=${encodeURIComponent(state.me ?? "")}`,
  say: (channel, text, thread) => call("POST", `channels/${at(channel)}/messages`, { text, thread }),
  edit: (channel, message, text) => call("PATCH", `channels/${at(channel)}/messages/${at(message)}`, { text }),
  remove: (channel, message) => call("DELETE", `channels/${at(channel)}/messages/${at(message)}`),
  react: (channel, message, emoji, wanted) =>
    call(wanted ? "PUT" : "DELETE", `channels/${at(channel)}/messages/${at(message)}/reactions/${at(emoji)}`),
  press: (channel, message, action, value) =>
    call("POST", `channels/${at(channel)}/messages/${at(message)}/press`, { action, value }),
  submit: (form, attempt, fields) => call("POST", `forms/${at(form)}`, { attempt, fields }),
  read: (channel, seq) => call("PUT", `channels/${at(channel)}/read`, { seq }),
  clock: () => call("GET", "clock"),
  move: (minutes) => call("POST", "clock", { minutes }),
};
