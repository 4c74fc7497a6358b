/** Log lines that clients cause: a flood of requests must neither fill the disk nor push other lines out. */
import type { FastifyBaseLogger } from "fastify";

const MOST = 20;
const MINUTE_MS = 60_000;
/** Characters of a text that a client chose. */
const LONGEST = 200;

/** Logs so many lines a minute, and then how many more there would have been. */
export function limitedLog(
  log: Pick<FastifyBaseLogger, "info">,
  most = MOST,
  ms = MINUTE_MS,
): (details: Record<string, unknown>, message: string) => void {
  let [written, left] = [0, 0];
  const startAnew = () => {
    if (left > 0) log.info({ left }, "more lines of this kind were left out");
    [written, left] = [0, 0];
  };
  return (details, message) => {
    if (written === 0) setTimeout(startAnew, ms).unref();
    if (written < most) log.info(shortened(details), message);
    else left += 1;
    written = Math.min(written + 1, most);
  };
}

const shortened = (details: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(details).map(([key, value]) => [
      key,
      typeof value === "string" ? value.slice(0, LONGEST) : value,
    ]),
  );
