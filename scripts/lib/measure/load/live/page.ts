import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { lengthOf, type Plan } from "../../../../../checks/load/profiles.ts";
import { escape, headHtml, STYLE, tableHtml } from "../../report/html.ts";
import type { Load } from "../conduct.ts";
import type { Intake } from "../intake.ts";
import { timeCharts } from "../report.ts";
import { errorTable, requestTable } from "../tables.ts";

/** Where the page is, unless something else is there. */
const PORT = 5666;
const EVERY_MS = 1000;
const POLICY =
  "default-src 'none'; script-src 'self'; img-src 'self'; style-src 'unsafe-inline'; connect-src 'self'";

/** A page on the loopback that shows a load while it runs. */
export interface LivePage {
  url: string;
  /** Is told of each part that begins. */
  watch: NonNullable<Load["watch"]>;
  /** The load has ended: from now on it shows that, and the report. */
  end: (headline: string, report: string) => void;
  close: () => void;
}

interface State {
  title: string;
  /** What it is at. */
  state: string;
  part?: { intake: Intake; plan: Plan; number: number };
  /** The file of the report, when there is one. */
  report?: string;
}

/** Opens the page; it stays until it is closed. */
export async function openLivePage(title: string): Promise<LivePage> {
  const state: State = { title, state: "It is about to begin." };
  const readers = new Set<ServerResponse>();
  const send = () => {
    const data = `data: ${JSON.stringify(mainHtml(state))}\n\n`;
    for (const reader of readers) reader.write(data);
  };
  const server = createServer((request, response) => answer(request, response, state, readers));
  const port = await listen(server);
  const timer = setInterval(() => readers.size > 0 && send(), EVERY_MS);
  return {
    url: `http://127.0.0.1:${port}`,
    watch: (intake, plan) => {
      state.part = { intake, plan, number: (state.part?.number ?? 0) + 1 };
      state.state = `Part ${state.part.number}, ${Math.round(lengthOf(plan))} s long`;
    },
    end: (headline, report) => {
      Object.assign(state, { state: `Ended: ${headline}`, report });
      send();
    },
    close: () => {
      clearInterval(timer);
      server.close();
      server.closeAllConnections();
    },
  };
}

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
  for (const port of [PORT, 0]) {
    server.listen(port, "127.0.0.1");
    const heard = await once(server, "listening").then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code !== "EADDRINUSE") throw error;
        return false;
      },
    );
    if (heard) break;
  }
  return (server.address() as AddressInfo).port;
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  state: State,
  readers: Set<ServerResponse>,
): void {
  const html = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" };
  if (request.url === "/") {
    response.writeHead(200, { ...html, "content-security-policy": POLICY }).end(pageHtml(state));
  } else if (request.url === "/live.js") {
    const script = readFileSync(new URL("./live.js", import.meta.url));
    response.writeHead(200, { "content-type": "text/javascript; charset=utf-8" }).end(script);
  } else if (request.url === "/events") {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(`data: ${JSON.stringify(mainHtml(state))}\n\n`);
    readers.add(response);
    response.on("close", () => readers.delete(response));
  } else if (request.url === "/report" && state.report) {
    response.writeHead(200, html).end(readFileSync(state.report));
  } else if (request.url === "/favicon.ico") {
    response.writeHead(204).end();
  } else response.writeHead(404, html).end("There is nothing here.");
}

function pageHtml(state: State): string {
  const more = `<style>${STYLE}</style>
<script src="/live.js" type="module"></script>`;
  return `${headHtml(state.title, more)}
<body><main>${mainHtml(state)}</main></body>
</html>
`;
}

/** What changes: all that there is to see. */
function mainHtml({ title, state, part, report }: State): string {
  const parts = [`<h1>${escape(title)}</h1>`, `<p id="state" role="status">${escape(state)}</p>`];
  if (report) parts.push('<p><a href="/report">The report</a></p>');
  if (!part || part.intake.tally.requests === 0) return parts.join("\n");
  const sums = part.intake.tally.sum(lengthOf(part.plan));
  for (const { title: name, svg } of timeCharts(sums)) parts.push(`<h2>${escape(name)}</h2>${svg}`);
  parts.push(`<h2>Requests, times in ms</h2>${tableHtml(requestTable(sums))}`);
  if (sums.errors.length > 0) parts.push(`<h2>Failures</h2>${tableHtml(errorTable(sums))}`);
  return parts.join("\n");
}
