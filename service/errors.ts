/** Errors meant for the client, and the one place that turns any error into `{"error": "..."}`. */
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";

/** An error whose message is written for the client. */
export class ApiError extends Error {
  readonly statusCode: number;

  /** @param statusCode HTTP status, 400 to 599 */
  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

/**
 * Answers an error as JSON. A 503 asks for another try after a second and is not logged: whoever lost
 * its dependency logs that once. The text of an unexpected error stays in the log.
 */
export function answerError(error: FastifyError | ApiError, request: FastifyRequest, reply: FastifyReply) {
  const status = error.statusCode ?? 500;
  const known = status < 500 || error instanceof ApiError;
  if (status === 503) reply.header("retry-after", "1");
  if (!known) request.log.error({ err: error, method: request.method, url: request.url }, "request failed");
  return reply.code(status).send({ error: known ? error.message : "Internal error" });
}

/** Answers what no route matched: 405 with `Allow` when the path exists under other methods, else 404. */
export function answerUnmatched(request: FastifyRequest, reply: FastifyReply) {
  const url = request.url.split("?", 1)[0] ?? "/";
  const methods = isPattern(url) ? [] : ["GET", "HEAD", "POST"];
  const allowed = methods.filter((method) => request.server.hasRoute({ url, method }));
  if (allowed.length === 0) return reply.code(404).send({ error: `Not found: ${url}` });
  reply.header("allow", allowed.join(", "));
  return reply.code(405).send({ error: `${request.method} is not allowed here` });
}

/** Whether the router would take it for a pattern, of which it refuses some with an error. No route here has one. */
const isPattern = (url: string) => /[*:]/.test(url);
