/** The page: a few files, read once at boot and served from memory. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { FastifyInstance } from "fastify";

/** The page may load its own files and call its own API, and nothing else. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const files = [
  { url: "/", name: "index.html", type: "text/html; charset=utf-8" },
  { url: "/page.css", name: "page.css", type: "text/css; charset=utf-8" },
  { url: "/controls.css", name: "controls.css", type: "text/css; charset=utf-8" },
  { url: "/page.js", name: "page.js", type: "text/javascript; charset=utf-8" },
  { url: "/icon.svg", name: "icon.svg", type: "image/svg+xml" },
];

/**
 * Fastify plugin: serves the directory page/ beside this module, also when bundled.
 * Browsers keep the files but ask each time (no-cache and ETag), so a new version shows at the next load.
 * @throws when a file is missing
 */
export async function pageRoutes(app: FastifyInstance): Promise<void> {
  for (const { url, name, type } of files) {
    const body = await readFile(new URL(`./page/${name}`, import.meta.url));
    const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
    const headers = {
      "content-type": type,
      "cache-control": "no-cache",
      "content-security-policy": CONTENT_SECURITY_POLICY,
      etag,
    };
    app.get(url, (request, reply) => {
      reply.headers(headers);
      if (request.headers["if-none-match"] === etag) return reply.code(304).send();
      return reply.send(body);
    });
  }
}
