// The one dialogue: forms that the bot opens, and questions before something is lost.

import { api } from "./api.js";
import { byId, el } from "./dom.js";
import { icon } from "./marks.js";
import { blocks } from "./prose.js";

const sheet = byId("sheet");

/** Open a form of the bot's. What was typed stays until the bot has taken it. */
export function openForm(form) {
  let attempt = form.attempt;
  const problem = el("p", { class: "problem", role: "alert", hidden: true });
  const submit = el("button", { class: "push primary" }, form.submit);
  const node = el("form", { novalidate: true, onsubmit: async (event) => {
    event.preventDefault();
    submit.disabled = true;
    clear(node, problem);
    try {
      const answer = await api.submit(form.id, attempt, values(node));
      attempt = answer.attempt;
      if (Object.keys(answer.errors).length) show(node, problem, answer.errors);
      else finish(answer.form);
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
    submit.disabled = false;
  } },
    el("div", { class: "sheet-body" }, blocks(form.intro), problem, form.fields.map(field)),
    el("footer", {}, el("button", { type: "button", class: "push plain", onclick: () => sheet.close() }, "Cancel"), submit));
  node.addEventListener("keydown", (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && node.requestSubmit());
  present(form.title, node);
  node.querySelector("input, textarea, select")?.focus({ preventScroll: true });
}

function finish(next) {
  sheet.close();
  if (next) openForm(next);
}

const values = (node) => Object.fromEntries(new FormData(node));

function present(title, body) {
  if (sheet.open) sheet.close();
  sheet.replaceChildren(
    el("header", {}, el("h2", { id: "sheet-title" }, title), el("button", { type: "button", class: "quiet", "aria-label": "Close", onclick: () => sheet.close() }, icon("close"))),
    body);
  sheet.showModal();
}

function field(wanted) {
  const id = `field-${wanted.name}`;
  const described = [wanted.hint && `${id}-hint`, `${id}-error`].filter(Boolean).join(" ");
  const common = { id, name: wanted.name, "aria-describedby": described, "aria-required": String(!wanted.is_optional) };
  return el("div", { class: "field" },
    el("label", { for: id }, wanted.label, wanted.is_optional && el("span", { class: "optional" }, " optional")),
    wanted.hint && el("p", { class: "field-hint", id: `${id}-hint` }, wanted.hint),
    input(wanted, common),
    el("p", { class: "field-error", id: `${id}-error`, hidden: true }));
}

function input(wanted, common) {
  if (wanted.kind === "choice") {
    const options = wanted.options.map(([value, label]) => el("option", { value, selected: value === wanted.initial }, label));
    return el("select", common, wanted.initial ? null : el("option", { value: "" }, wanted.is_optional ? "Nothing" : "Choose …"), options);
  }
  const node = wanted.kind === "text" ? el("textarea", { ...common, rows: 5 }) : el("input", common);
  node.value = wanted.initial;
  return node;
}

function clear(node, problem) {
  problem.hidden = true;
  for (const error of node.querySelectorAll(".field-error")) error.hidden = true;
  for (const each of node.querySelectorAll("[aria-invalid]")) each.removeAttribute("aria-invalid");
}

function show(node, problem, errors) {
  const fields = Object.entries(errors).map(([name, words]) => [node.elements[name], byId(`field-${name}-error`), words]);
  for (const [input, error, words] of fields.filter(([input]) => input)) {
    input.setAttribute("aria-invalid", "true");
    error.textContent = words;
    error.hidden = false;
  }
  const other = fields.filter(([input]) => !input).map(([, , words]) => words);
  problem.textContent = other.join(" ");
  problem.hidden = !other.length;
  fields.find(([input]) => input)?.[0].focus();
}

/** Ask before something is lost; gives whether it may be. */
export function confirm(title, words, yes) {
  return new Promise((resolve) => {
    const answer = (value) => () => { resolve(value); sheet.close(); };
    sheet.addEventListener("close", () => resolve(false), { once: true });
    present(title, el("div", {}, el("div", { class: "sheet-body" }, el("p", {}, words)),
      el("footer", {}, el("button", { type: "button", class: "push plain", onclick: answer(false) }, "Keep it"),
        el("button", { type: "button", class: "push danger", onclick: answer(true) }, yes))));
  });
}
