/** The form of a new load. What is wrong with it is for the server to say: it has the verb's own checks. */

import { drawCharts, element, say } from "./dom.js";

const FIELDS = ["profile", "users", "rate", "duration", "baseUrl", "generator"];
/** Milliseconds after the last key before the server is asked. */
const REST = 250;

/** What the numbers mean: users come one by one, or requests do. */
const LABELS = {
  closed: { users: "Users", rate: "New users a second", duration: "Duration, like 60s or 1m30s" },
  open: {
    users: "Requests under way at once, at most",
    rate: "Requests a second",
    duration: "Duration, like 60s or 1m30s",
  },
};

/** @type {{ name: string, summary: string, model: "closed" | "open", users: string, rate: string, duration: string }[]} */
let profiles = [];
let timer = 0;
let asked = 0;

/** @returns {Record<string, string>} */
export const given = () => Object.fromEntries(FIELDS.map((name) => [name, element(name).value]));

/** @param {Record<string, string>} values */
export function fillForm(values) {
  for (const name of FIELDS) element(name).value = values[name];
  explain();
  void check();
}

/** @param {any} choices as the server gives them */
export function setUpForm(choices) {
  ({ profiles } = choices);
  element("profile").replaceChildren(...profiles.map(({ name }) => new Option(name)));
  element("generator").replaceChildren(
    ...choices.generators.map(({ name, label, there }) => {
      const option = new Option(label, name);
      option.disabled = !there;
      return option;
    }),
  );
  say("name", choices.name);
  fillForm(choices.first);
}

/** Shows what is wrong at each field. */
export function showErrors(errors) {
  for (const name of FIELDS) {
    say(`${name}-error`, errors[name] ?? "");
    element(name).setAttribute("aria-invalid", String(name in errors));
  }
}

function explain() {
  const profile = profiles.find(({ name }) => name === element("profile").value);
  if (!profile) return;
  say("profile-note", profile.summary);
  for (const [name, text] of Object.entries(LABELS[profile.model])) say(`${name}-label`, text);
}

/** Has the server read the form: the picture of the load, or what is wrong. */
async function check() {
  const mine = ++asked;
  try {
    const response = await fetch(`/plan?${new URLSearchParams(given())}`);
    const { errors, picture } = await response.json();
    // Another question has overtaken this one.
    if (mine !== asked) return;
    showErrors(errors);
    if (picture) drawCharts("plan", [picture]);
  } catch {
    // The connection is lost, and the page says so.
  }
}

element("setup").addEventListener("input", ({ target }) => {
  if (target.id === "profile") {
    const profile = profiles.find(({ name }) => name === target.value);
    for (const name of ["users", "rate", "duration"]) element(name).value = profile[name];
    explain();
  }
  clearTimeout(timer);
  timer = setTimeout(check, REST);
});
