import { readFileSync } from "node:fs";
import { confirm } from "../../../run/confirm.ts";
import { EXIT, Failure } from "../../../run/failure.ts";
import type { Context } from "../../../run/verb.ts";
import { now } from "../../clock.ts";
import { planChart } from "../charts.ts";
import { k6AtHand } from "../k6.ts";
import { firstForm, formOf, plannedBy, profiles, questionOf, readForm } from "./form.ts";
import { fileOf, layOver, listRuns } from "./runs.ts";
import { openServer, type Answer, type LocalServer, PORT, type Question, type Route } from "./server.ts";
import { Session } from "./session.ts";
import { viewOf } from "./view.ts";

const EVERY_MS = 1000;

/** The page's own files, below page/. */
const FILES: Record<string, [name: string, type: string]> = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/page.css": ["page.css", "text/css; charset=utf-8"],
  "/figures.css": ["figures.css", "text/css; charset=utf-8"],
  "/controls.css": ["controls.css", "text/css; charset=utf-8"],
  "/page.js": ["page.js", "text/javascript; charset=utf-8"],
  "/dom.js": ["dom.js", "text/javascript; charset=utf-8"],
  "/form.js": ["form.js", "text/javascript; charset=utf-8"],
  "/view.js": ["view.js", "text/javascript; charset=utf-8"],
  "/runs.js": ["runs.js", "text/javascript; charset=utf-8"],
  "/icon.svg": ["icon.svg", "image/svg+xml"],
};

/** A report has its style in it, and runs nothing. */
const REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'";

/** A page of the loopback that starts loads, shows them, and stops them. */
export interface LoadPage extends Pick<LocalServer, "url">, AsyncDisposable {
  /** Stands behind the address where it is not the usual one. */
  note: string;
  /** Starts the load that the command line asks for. */
  start: () => Promise<void>;
  /** Waits for what goes on, after an interruption. Returns why the verb fails; undefined if it does not. */
  settled: () => Promise<Failure | undefined>;
}

/** Opens the page; nothing is sent before it is started. Throws a Failure where the options are wrong. */
export async function openLoadPage(context: Context): Promise<LoadPage> {
  const { settings } = context;
  const { start: _, ...options } = context.options;
  const k6 = await k6AtHand(settings.load.k6, options);
  const named = options.generator === "auto" ? undefined : options.generator;
  const first = firstForm(options, named ?? (k6 ? "k6" : "builtin"));
  const session = new Session({ settings, options });
  const view = () => viewOf(session, now());
  const generators = [
    {
      name: "k6",
      label: k6 ? `k6 ${k6.version}` : "k6 (not installed)",
      there: k6 !== undefined || named === "k6",
    },
    { name: "builtin", label: "built-in", there: true },
  ];
  const choices = () => ({
    token: server.token,
    first,
    profiles: profiles(),
    generators,
    name: settings.name,
  });
  const tell = () => server.send("view", view());
  const server = await openServer(
    [...fileRoutes(), ...readRoutes(session, choices), ...changeRoutes(session, tell)],
    view,
  );
  void session.look().then(tell);
  const timer = setInterval(() => {
    session.tick(now());
    if (server.readers() > 0) tell();
  }, EVERY_MS);
  return {
    url: server.url,
    note: server.url.endsWith(`:${PORT}`) ? "" : ` (${PORT} is taken)`,
    start: async () => {
      const { options: read, errors } = readForm({ ...first }, options);
      if (!read) throw new Failure(Object.values(errors).join("; "), { code: EXIT.usage });
      const question = await questionOf(read);
      if (question) await confirm(question, "make load-ui START=1 YES=1 BASE_URL=...");
      await session.start(first, question ? { ...read, yes: true } : read);
    },
    settled: () => session.settled(),
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      tell();
      server.send("end", {});
      await server.close();
    },
  };
}

const fileRoutes = (): Route[] =>
  Object.entries(FILES).map(([path, [name, type]]) => {
    const body = readFileSync(new URL(`./page/${name}`, import.meta.url));
    return [
      "GET",
      new RegExp(`^${path.replace(".", "\\.")}$`),
      async () => ({ headers: { "content-type": type }, body }),
    ];
  });

const readRoutes = (session: Session, choices: () => object): Route[] => [
  [
    "GET",
    /^\/choices$/,
    async () => {
      // That takes CPU, which a load has to itself.
      if (!session.busy) void session.look();
      return { body: choices() };
    },
  ],
  ["GET", /^\/plan$/, async ({ query }) => ({ body: planned(Object.fromEntries(query), session) })],
  ["GET", /^\/runs$/, async () => ({ body: listRuns() })],
  ["GET", /^\/runs\/([^/]+)\/([^/]+)$/, file],
  [
    "GET",
    /^\/overlay$/,
    async ({ query }) => ({ body: layOver([query.get("a") ?? "", query.get("b") ?? ""]) }),
  ],
];

const changeRoutes = (session: Session, tell: () => void): Route[] => [
  ["POST", /^\/start$/, (question) => start(session, question).finally(tell)],
  [
    "POST",
    /^\/stop$/,
    async () => {
      session.stop();
      tell();
      return { status: 202 };
    },
  ],
  [
    "POST",
    /^\/scale$/,
    async ({ body }) => {
      await session.scale(body["replicas"] ?? "").finally(tell);
      return { status: 202 };
    },
  ],
];

/** The picture of what was filled in, or what is wrong with it. */
function planned(given: Record<string, string>, session: Session) {
  const { options, errors } = readForm(given, session.options);
  return options ? { errors: {}, picture: planChart(plannedBy(options)) } : { errors };
}

async function start(session: Session, { body }: Question): Promise<Answer> {
  const confirmed = body["yes"] === "1" && { yes: true };
  const { options, errors } = readForm(body, { ...session.options, ...confirmed });
  if (!options) return { status: 400, body: { errors } };
  const question = await questionOf(options);
  if (question) return { status: 409, body: { question } };
  await session.start(formOf(body), options);
  return { status: 202 };
}

async function file({ parts, query }: Question): Promise<Answer> {
  const [run = "", name = ""] = parts;
  const { type, body } = await fileOf(run, name);
  const shown = name === "report.html" && !query.has("download");
  const how = shown ? "inline" : "attachment";
  const headers = {
    "content-type": type,
    "content-disposition": `${how}; filename="${run}-${name}"`,
    ...(shown && { "content-security-policy": REPORT_POLICY }),
  };
  return { headers, body };
}
