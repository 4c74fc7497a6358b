// Requests that no client of good will sends: whoever reads a request must survive them.

import { randomOf } from "../random.ts";

/** One of them, and what is wrong with it. */
export interface Malformed {
  kind: string;
  bytes: Buffer;
  /** A second answer means that what it hides was taken for a request. */
  hides?: true;
}

type Random = () => number;

const HOST = "Host: counter\r\n";
const GET = `GET /api/counter HTTP/1.1\r\n${HOST}\r\n`;
const POST = "POST /api/counter/nothing HTTP/1.1\r\n";

const header = (text: string) => `GET /livez HTTP/1.1\r\n${HOST}${text}\r\n\r\n`;
const path = (text: string) => `GET ${text} HTTP/1.1\r\n${HOST}\r\n`;
const body = (headers: string, text: string) => `${POST}${HOST}${headers}\r\n\r\n${text}`;
const json = (text: string) =>
  body(`Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}`, text);

/** What is wrong, in texts of one byte a character; a number in them is one that a reader may trip over. */
const CORPUS: Record<string, string[]> = {
  "request line": [
    "\r\n\r\n\r\n",
    "GET\r\n\r\n",
    "GET /\r\n\r\n",
    "GET / HTTP\r\n\r\n",
    "GET / HTTP/9.9\r\n\r\n",
    "GET / HTTP/1.\r\n\r\n",
    "GET / HTTP/1.1 HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET  /livez  HTTP/1.1\r\nHost: x\r\n\r\n",
    "get /livez HTTP/1.1\r\nHost: x\r\n\r\n",
    "G\u0000T /livez HTTP/1.1\r\nHost: x\r\n\r\n",
    "NONSENSE /livez HTTP/1.1\r\nHost: x\r\n\r\n",
    "CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n",
    "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET http://user:secret@elsewhere/livez HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003",
    "GET /livez HTTP/1.1\nHost: x\n\n",
    "GET /livez HTTP/1.1\rHost: x\r\r",
  ],
  header: [
    "GET /livez HTTP/1.1\r\n\r\n",
    `GET /livez HTTP/1.1\r\n${HOST}${HOST}\r\n`,
    "GET /livez HTTP/1.1\r\nHost: a b\r\n\r\n",
    "GET /livez HTTP/1.1\r\nHost: [::1\r\n\r\n",
    header("no colon"),
    header(": no name"),
    header("space : before the colon"),
    header("Fold: one\r\n two"),
    header("Nul: a\u0000b"),
    header("Return: a\rb"),
    header("Feed: a\nb"),
    header("Bytes: \u00ff\u00fe\u0080"),
    header("Connection: close, keep-alive, upgrade, \u0001"),
    header("Expect: the unexpected"),
    header("Upgrade: websocket\r\nConnection: Upgrade"),
    header("Range: bytes=0-18446744073709551616"),
    header("If-None-Match: \u0022\r\nIf-Modified-Since: yesterday"),
    header("X-Forwarded-For: ' OR 1=1 --"),
  ],
  size: [
    path(`/${"a".repeat(70_000)}`),
    header(`Long: ${"a".repeat(70_000)}`),
    header(`${"a".repeat(70_000)}: long`),
    header(Array.from({ length: 3000 }, (_, index) => `X-${index}: ${index}`).join("\r\n")),
    `${"A".repeat(70_000)} / HTTP/1.1\r\n\r\n`,
    path(`/livez?${"a=1&".repeat(3000)}`),
    body("Content-Type: text/plain\r\nContent-Length: 70000", "a".repeat(70_000)),
    body("Content-Length: 18446744073709551617", "x"),
    body("Content-Length: 1000000000000", "x"),
  ],
  encoding: [
    path("/%"),
    path("/%zz"),
    path("/%00"),
    path("/%c0%af..%c0%af"),
    path("/..%2f..%2fetc/passwd"),
    path("/../../etc/passwd"),
    path("//livez"),
    path("/livez#fragment"),
    path("/\u00e4\u00f6"),
    path("/livez;v=1"),
    path("/api/counter?value=%ff"),
    header("Accept-Encoding: \u0000\r\nAccept: */*;q=99"),
  ],
  body: [
    json("{"),
    json('{"__proto__": {"x": 1}}'),
    json('{"constructor": {"prototype": {}}}'),
    json("[".repeat(900)),
    json("\u0000"),
    json("\u00ff\u00fe"),
    body("Content-Type: application/json\r\nContent-Length: 100", "{}"),
    body("Content-Type: application/json; charset=\u0001\r\nContent-Length: 2", "{}"),
    body("Content-Type: application/x-gzip\r\nContent-Encoding: gzip\r\nContent-Length: 3", "abc"),
    body("Content-Type: multipart/form-data\r\nContent-Length: 3", "abc"),
    body("Content-Length: -1", "x"),
    body("Content-Length: +1", "x"),
    body("Content-Length: 0x1", "x"),
    body("Content-Length: 1.5", "x"),
    body("Content-Length:", "x"),
  ],
  chunks: [
    body("Transfer-Encoding: chunked", "x\r\n"),
    body("Transfer-Encoding: chunked", "-1\r\n\r\n"),
    body("Transfer-Encoding: chunked", "ffffffffffffffff1\r\nx\r\n0\r\n\r\n"),
    body("Transfer-Encoding: chunked", "5\r\nab\r\n0\r\n\r\n"),
    body("Transfer-Encoding: chunked", `1;${"e".repeat(20_000)}\r\nx\r\n0\r\n\r\n`),
    body("Transfer-Encoding: chunked", `0\r\n${"T: t\r\n".repeat(3000)}\r\n`),
    body("Transfer-Encoding: xchunked", "1\r\nx\r\n0\r\n\r\n"),
    body("Transfer-Encoding: gzip, chunked", "1\r\nx\r\n0\r\n\r\n"),
    body("Transfer-Encoding: chunked", "1\nx\n0\n\n"),
  ],
  pipeline: [
    `${GET.repeat(50)}NONSENSE\r\n\r\n`,
    `${GET}\r\n\r\n\r\n${GET}`,
    `${GET}${GET.slice(0, 20)}`,
    `${body("Content-Length: 1", "x")}${GET}`,
  ],
};

/**
 * Behind a first request whose end two readers may see at different places: one that counts, so that it shows in the count
 * if anybody takes it for a request.
 */
const COUNTS = `POST /api/counter/increment HTTP/1.1\r\n${HOST}\r\n`;
/** As long, and counts for nobody. */
const IDLE = `POST /api/counter/notathing HTTP/1.1\r\n${HOST}\r\n`;

/** Requests with two lengths: whichever is believed, what is hidden is a part of the first one's body, or all is refused. */
function twoLengths(hidden: string): string[] {
  const { length } = hidden;
  const hex = length.toString(16);
  const all = `Content-Length: ${length + 5}`;
  const ended = `0\r\n\r\n${hidden}`;
  return [
    body(`Content-Length: 0\r\nContent-Length: ${length}`, hidden),
    body(`Content-Length: ${length}\r\nContent-Length: 0`, hidden),
    body(`Content-Length: 0, ${length}`, hidden),
    body(`${all}\r\nTransfer-Encoding: chunked`, ended),
    body("Transfer-Encoding: chunked\r\nContent-Length: 4", `${hex}\r\n${hidden}\r\n0\r\n\r\n`),
    body(`Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n${all}`, ended),
    body(`Transfer-Encoding : chunked\r\n${all}`, ended),
    body(`Transfer-Encoding:\u000bchunked\r\n${all}`, ended),
    body(`X: x\nTransfer-Encoding: chunked\r\n${all}`, ended),
    `GET /livez HTTP/1.1\r\n${HOST}Content-Length: ${length}\r\n\r\n${hidden}`,
  ];
}

const ofKind = (kind: string, texts: string[]): Malformed[] =>
  texts.map((text) => ({ kind, bytes: Buffer.from(text, "latin1") }));
const REST = Object.entries(CORPUS).flatMap(([kind, texts]) => ofKind(kind, texts));
const FIXED: Malformed[] = [
  ...REST,
  ...ofKind("two lengths", twoLengths(COUNTS)).map((one) => ({ ...one, hides: true as const })),
];
/** With a byte less of the first request, what it hides is rightly one of its own: none of these may count. */
const CHANGEABLE = [...REST, ...ofKind("two lengths", twoLengths(IDLE))];

/** Of what is no text of the corpus: so many are a text with some bytes changed, the others are random bytes. */
const CHANGED = 0.8;

/**
 * So many requests: each of the corpus once, and then such as no list has: those of the corpus with some bytes changed,
 * and random bytes. The same for the same seed.
 */
export function* malformed(count: number, seed: number): Generator<Malformed> {
  yield* FIXED.slice(0, count);
  const random = randomOf(seed);
  for (let sent = FIXED.length; sent < count; sent++)
    yield random() < CHANGED
      ? { kind: "changed bytes", bytes: changed(CHANGEABLE[below(CHANGEABLE.length, random)]!.bytes, random) }
      : { kind: "random bytes", bytes: randomBytes(1 + below(400, random), random) };
}

const below = (limit: number, random: Random) => Math.floor(random() * limit);
const randomBytes = (length: number, random: Random) =>
  Buffer.from(Array.from({ length }, () => below(256, random)));

/** Some bytes replaced, left out, doubled or put in. A long text is cut, so that a run is not one of long texts. */
function changed(original: Buffer, random: Random): Buffer {
  let bytes = Buffer.from(original.subarray(0, 2000));
  for (let edits = 1 + below(8, random); edits > 0; edits--) {
    const at = below(bytes.length + 1, random);
    const length = below(8, random);
    const put = [randomBytes(length, random), Buffer.alloc(0), bytes.subarray(at, at + length)];
    const cut = random() < 0.5 ? length : 0;
    bytes = Buffer.concat([bytes.subarray(0, at), put[below(3, random)]!, bytes.subarray(at + cut)]);
  }
  return bytes;
}
