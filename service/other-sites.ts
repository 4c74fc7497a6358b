/** Keeps pages of other sites from changing the count: their visitors' browsers reach the counter where they do not. */
import type { IncomingHttpHeaders } from "node:http";
import type { FastifyInstance } from "fastify";
import { ApiError } from "./errors.ts";
import { limitedLog } from "./limited-log.ts";

/** Methods that change nothing [RFC 9110, 9.2.1]. */
const SAFE = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

/** Answers 403 where a browser says that a page of another site asks for a change, and logs it. */
export function refuseOtherSites(app: FastifyInstance): void {
  const note = limitedLog(app.log);
  app.addHook("onRequest", ({ method, url, ip: peer, headers }, _reply, done) => {
    if (SAFE.has(method) || !isOfOtherSite(headers)) return done();
    note(
      { method, url, peer, origin: headers.origin, site: headers["sec-fetch-site"] },
      "refused another site",
    );
    done(new ApiError(403, "Pages of other sites may not do this"));
  });
}

/**
 * A browser sends Sec-Fetch-Site to addresses with TLS and to loopback alone [Fetch Metadata, 2.3], and Origin with
 * every change. A page can set neither. Other programs send none of them.
 */
function isOfOtherSite({ "sec-fetch-site": site, origin, host }: IncomingHttpHeaders): boolean {
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  return origin !== undefined && (host === undefined || URL.parse(origin)?.host !== host);
}
