import { buildConnector, Client, type Dispatcher } from "undici";
import { type Plan, type RouteName, ROUTES } from "../../../../../checks/load/profiles.ts";
import { faultOf, type Sample, valueIn } from "../../../../../checks/load/samples.ts";
import { epoch } from "../../clock.ts";

/** Longer than any user thinks: connections are closed by the server, if at all. */
const KEEP_MS = 60_000;

/** One connection to the target, made when it is needed; one request at a time, and none is ever sent twice. */
export class Connection {
  readonly #client: Client;
  readonly #plan: Plan;
  readonly #epoch = epoch();
  #connecting = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
    const connect = buildConnector({ timeout: plan.timeout * 1000 });
    const timed: buildConnector.connector = (options, done) => {
      const begun = performance.now();
      connect(options, (...result) => {
        this.#connecting = performance.now() - begun;
        done(...result);
      });
    };
    // The request's own deadline covers what undici's would.
    const own = { headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: KEEP_MS, pipelining: 1 };
    this.#client = new Client(plan.url, { ...own, connect: timed });
  }

  /** Sends a request that was meant to start at `meant`, on the clock of performance.now(). Never throws. */
  send(route: RouteName, meant: number): Promise<Sample> {
    const { promise, resolve } = Promise.withResolvers<Sample>();
    this.#connecting = 0;
    const answer = new Answer(this.#plan.timeout, (error, sent) => {
      const end = performance.now();
      const { status, type, replica, size } = answer;
      const value = route === "page" ? undefined : valueIn(answer.body);
      resolve({
        at: this.#epoch + meant,
        route,
        status,
        latency: (end - meant) * 1000,
        blocked: ((sent ?? end) - meant) * 1000,
        connect: this.#connecting * 1000,
        replica,
        value,
        error: error || faultOf(route, status, value, type),
        size,
      });
    });
    const reset = this.#plan.connections === "new";
    this.#client.dispatch({ ...ROUTES[route], reset }, answer);
    return promise;
  }

  async close(): Promise<void> {
    await this.#client.destroy();
  }
}

/** Takes in an answer; calls `done` once, with why there was none. */
class Answer implements Dispatcher.DispatchHandler {
  status = 0;
  type = "";
  replica = "";
  body = "";
  /** Bytes of the whole body. */
  size = 0;
  #sent: number | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  readonly #done: (error: string, sent: number | undefined) => void;
  readonly #timer: NodeJS.Timeout;

  constructor(timeout: number, done: (error: string, sent: number | undefined) => void) {
    this.#done = done;
    this.#timer = setTimeout(() => {
      this.#controller?.abort(new Error(`no answer in ${timeout} s`));
    }, timeout * 1000);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#sent = performance.now();
  }

  onResponseStart(_: unknown, status: number, headers: Record<string, string | string[] | undefined>): void {
    this.status = status;
    this.type = String(headers["content-type"] ?? "");
    this.replica = String(headers["x-served-by"] ?? "");
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    this.size += chunk.length;
    // A count is short; of a page only the type is looked at.
    if (this.body.length < 200) this.body += chunk.toString("latin1");
  }

  onResponseEnd(): void {
    clearTimeout(this.#timer);
    this.#done("", this.#sent);
  }

  onResponseError(_: unknown, error: Error & { code?: string }): void {
    clearTimeout(this.#timer);
    this.status = 0;
    this.#done(error.code?.startsWith("E") ? error.code : error.message, this.#sent);
  }
}
