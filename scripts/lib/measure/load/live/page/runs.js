/** The list of earlier runs, two of which can be laid over each other. */

import { drawCharts, element, fillTable, say } from "./dom.js";

/** @type {any[]} */
let runs = [];
/** Names, in the order in which they were chosen. @type {string[]} */
let chosen = [];

export async function loadRuns() {
  try {
    const response = await fetch("/runs");
    runs = await response.json();
  } catch {
    return;
  }
  chosen = chosen.filter((name) => runs.some((run) => run.name === name));
  element("no-runs").hidden = runs.length > 0;
  element("runs").hidden = runs.length === 0;
  element("choose").hidden = runs.length < 2;
  const rows = runs.map(({ name, started, profile, replicas, target, verdict, headline }) => {
    const time = started.slice(0, 19).replace("T", " ");
    return [time, name, profile, replicas, target, verdict, headline];
  });
  const head = ["began (UTC)", "choose", "profile", "replicas", "front door", "verdict", "what it came to"];
  fillTable("runs", [head, ...rows], (text, column, index) => draw(text, column, runs[index]));
  showChosen();
}

function draw(text, column, run) {
  if (column === 0) {
    const link = document.createElement("a");
    link.href = `/runs/${run.name}/report.html`;
    link.textContent = text;
    return link;
  }
  if (column === 5) {
    const verdict = document.createElement("span");
    verdict.className = text;
    verdict.textContent = text;
    return verdict;
  }
  if (column !== 1) return document.createTextNode(text);
  const box = document.createElement("input");
  box.type = "checkbox";
  box.value = text;
  box.setAttribute("aria-label", `Choose the run of ${run.started.slice(0, 19)}`);
  box.checked = chosen.includes(text);
  return box;
}

function showChosen() {
  element("overlay").disabled = chosen.length !== 2;
  const texts = ["Choose two runs.", "Choose one more.", ""];
  say("chosen", texts[chosen.length] ?? "Choose no more than two.");
}

async function layOver() {
  const [a = "", b = ""] = chosen.toSorted();
  const response = await fetch(`/overlay?${new URLSearchParams({ a, b })}`);
  const { charts, table, alert } = await response.json();
  if (alert) return say("chosen", alert.message);
  const box = element("overlaid");
  box.hidden = false;
  say("overlaid-title", `${table[0][1]} and ${table[0][2]}`);
  fillTable("overlaid-table", table);
  drawCharts("overlaid-charts", charts);
  box.focus();
}

export function setUpRuns() {
  element("runs").addEventListener("change", ({ target }) => {
    chosen = chosen.filter((name) => name !== target.value);
    if (target.checked) chosen.push(target.value);
    showChosen();
  });
  element("overlay").addEventListener("click", () => void layOver());
}
