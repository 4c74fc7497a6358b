/** Draws what the server tells of a run. */

import { drawCharts, element, fillTable, say } from "./dom.js";

const PHASES = {
  idle: "Ready",
  starting: "Starting",
  running: "Running",
  stopping: "Stopping",
  ended: "Ended",
};

/** The files of a run, as they are called in the list. */
const FILES = [
  ["report.html?download", "Report (HTML)"],
  ["requests.csv", "Requests (CSV, Locust's columns)"],
  ["failures.csv", "Failures (CSV, Locust's columns)"],
  ["summary.json", "Summary (JSON)"],
  ["samples.csv.gz", "Samples, one a line (CSV, compressed)"],
];

/** @param {any} view as view.ts of the server makes it */
export function showView(view) {
  const { phase, status, progress, figures, charts, tables, machine, result, scale } = view;
  say("phase", PHASES[phase]);
  say("status", status);
  document.title = `${PHASES[phase]} · Load`;
  element("live").hidden = figures.length === 0;
  element("details").hidden = figures.length === 0;
  showTime(progress);
  showFigures(figures);
  drawCharts("charts", charts);
  for (const [id, rows] of [
    ["routes", tables.routes],
    ["by-replica", tables.replicas],
    ["failures", tables.failures],
    ["cores", tables.cores],
  ]) {
    element(id).parentElement.hidden = rows.length < 2;
    fillTable(id, rows);
  }
  say("machine", machine);
  showScale(scale);
  showResult(result);
}

function showTime(progress) {
  element("time").hidden = !progress;
  if (!progress) return;
  const bar = element("progress");
  bar.max = progress.of;
  bar.value = progress.done;
  say("time-text", progress.text);
}

function showFigures(figures) {
  const list = element("figures");
  const names = figures.map(({ name }) => name).join("|");
  if (list.dataset.names !== names) {
    list.dataset.names = names;
    list.replaceChildren(...figures.map(emptyFigure));
  }
  for (const [index, { value }] of figures.entries()) {
    const cell = list.children[index].lastElementChild;
    if (cell.textContent !== value) cell.textContent = value;
  }
}

function emptyFigure({ name }) {
  const box = document.createElement("div");
  const term = document.createElement("dt");
  term.textContent = name;
  box.append(term, document.createElement("dd"));
  return box;
}

function showScale({ url, replicas, busy, text, alert }) {
  element("scaling").disabled = busy || url === undefined;
  const many = `${replicas} ${replicas === 1 ? "replica" : "replicas"} at ${url}`;
  element("baseUrl").placeholder = url ?? "";
  say("replicas-now", url === undefined ? "" : many);
  const failure = alert ? [alert.message, ...(alert.lines ?? [])].join("\n") : "";
  say("scale-state", failure || text);
  element("scale-state").classList.toggle("error", failure !== "");
}

function showResult(result) {
  element("result").hidden = !result;
  if (!result || element("result").dataset.name === result.name) return;
  element("result").dataset.name = result.name;
  const verdict = element("verdict");
  verdict.textContent = result.verdict;
  verdict.className = result.verdict;
  say("headline", result.headline);
  element("remarks").replaceChildren(...result.remarks.map(listItem));
  element("steps").hidden = result.steps.length === 0;
  fillTable("steps", result.steps);
  fillTable("required", result.required);
  element("report").href = `/runs/${result.name}/report.html`;
  element("downloads").replaceChildren(
    ...FILES.map(([file, label]) => {
      const link = document.createElement("a");
      link.href = `/runs/${result.name}/${file}`;
      link.download = "";
      link.textContent = label;
      return listItem(link);
    }),
  );
}

function listItem(content) {
  const item = document.createElement("li");
  item.append(content);
  return item;
}
