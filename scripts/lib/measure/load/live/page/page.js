/** The page of loads: it shows what the server tells once a second, and asks it to start, stop and scale. */

import { fillForm, given, setUpForm, showErrors } from "./form.js";
import { loadRuns, setUpRuns } from "./runs.js";
import { element, say } from "./dom.js";
import { showView } from "./view.js";

/** Goes with each change, and is new with each start of the server. */
let token = "";
let phase = "connecting";
/** What the server told last. @type {any} */
let latest;
/** What a yes to the question does. */
let confirmed = () => {};
/** Whether the form has been filled in once. */
let filled = false;
const dialog = /** @type {HTMLDialogElement} */ (element("confirm"));

/**
 * Asks the server for a change.
 * @param {string} path
 * @param {Record<string, string>} [data]
 * @returns {Promise<{ ok: boolean, answer: any }>}
 */
async function post(path, data = {}) {
  try {
    const headers = { "content-type": "application/json", "x-load-token": token };
    const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(data) });
    return { ok: response.ok, answer: await response.json() };
  } catch {
    return { ok: false, answer: { alert: { message: "The server of this page does not answer." } } };
  }
}

/** @param {Record<string, string>} data */
async function start(data) {
  element("start").disabled = true;
  const { ok, answer } = await post("/start", data);
  element("start").disabled = false;
  if (ok) return;
  if (answer.question) return ask(answer.question, data);
  showErrors(answer.errors ?? {});
  document.querySelector("#setup [aria-invalid=true]")?.focus();
  showAlerts(answer.alert ? [answer.alert] : []);
}

/** @param {string} question @param {Record<string, string>} data */
function ask(question, data) {
  element("question").textContent = question;
  confirmed = () => void start({ ...data, yes: "1" });
  dialog.showModal();
}

/** What the user did wrong, or what went wrong; it is read out when it changes. */
function showAlerts(alerts) {
  const box = element("alerts");
  const text = JSON.stringify(alerts);
  if (box.dataset.shown === text) return;
  box.dataset.shown = text;
  box.replaceChildren(...alerts.map(alertBox));
}

function alertBox({ message, hint, lines = [] }) {
  const box = document.createElement("div");
  box.className = "alert";
  const texts = [["p", message], ...(lines.length > 0 ? [["pre", lines.join("\n")]] : [])];
  if (hint) texts.push(["p", `What to do: ${hint}`]);
  for (const [tag, text] of texts) {
    const part = document.createElement(tag);
    part.textContent = text;
    box.append(part);
  }
  return box;
}

/** @param {any} view as view.ts of the server makes it */
function show(view) {
  const before = phase;
  phase = view.phase;
  document.body.dataset.phase = phase;
  const running = ["starting", "running", "stopping"].includes(phase);
  const focused = document.activeElement;
  showView(view);
  if (view.form && (before === "connecting" || before !== phase)) fillForm(view.form);
  // Why a start was refused stays until something happens.
  if (before !== phase || running || view.alerts.length > 0) showAlerts(view.alerts);
  element("stop").hidden = !running;
  element("stop").disabled = phase === "stopping";
  element("new").hidden = running;
  if (before === phase) return;
  // Below a result it can wait.
  element("new").open = !view.result;
  if (before === "connecting") return;
  // What had the focus is not there any more.
  if (running && element("setup").contains(focused)) element("stop").focus();
  if (phase === "ended") {
    void loadRuns();
    if (focused === element("stop") || focused === document.body)
      element(view.result ? "again" : "start").focus();
  }
}

/** The token is new where the server is; what stands in the form stays. */
async function connect() {
  const response = await fetch("/choices");
  const choices = await response.json();
  token = choices.token;
  if (!filled) setUpForm(choices);
  filled = true;
  if (latest) show(latest);
  void loadRuns();
}

function listen() {
  const events = new EventSource("/events");
  events.addEventListener("open", () => void connect());
  events.addEventListener("view", ({ data }) => {
    latest = JSON.parse(data);
    if (filled) show(latest);
  });
  events.addEventListener("end", () => {
    events.close();
    lost("It has been ended. make load-ui opens it again; then reload this page.");
  });
  // The browser tries again by itself.
  events.addEventListener("error", () =>
    lost("The connection to make load-ui is lost. Trying again every second."),
  );
}

/** @param {string} why */
function lost(why) {
  phase = "connecting";
  document.body.dataset.phase = "lost";
  say("phase", "Away");
  say("status", why);
  element("stop").hidden = true;
}

element("setup").addEventListener("submit", (event) => {
  event.preventDefault();
  void start(given());
});
element("again").addEventListener("click", () => void start(latest.form));
element("stop").addEventListener("click", () => void post("/stop"));
element("cancel").addEventListener("click", () => dialog.close());
element("confirmed").addEventListener("click", () => {
  dialog.close();
  confirmed();
});
element("scale").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = element("replicas");
  const { ok, answer } = await post("/scale", { replicas: field.value.trim() });
  field.setAttribute("aria-invalid", String(!ok));
  const { message = "", hint } = answer.alert ?? {};
  say("replicas-error", hint ? `${message}. What to do: ${hint}` : message);
});
setUpRuns();
listen();
