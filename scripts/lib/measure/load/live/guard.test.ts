import type { IncomingHttpHeaders } from "node:http";
import t from "tap";
import { ownerIn, TOKEN_HEADER, usersOf, whyRefused } from "./guard.ts";

const TOKEN = "the-token";
const users = new Set([0, 1000]);
const page = {
  host: "127.0.0.1:8089",
  origin: "http://127.0.0.1:8089",
  "content-type": "application/json",
  [TOKEN_HEADER]: TOKEN,
  "sec-fetch-site": "same-origin",
};

const refused = (method: string, headers: IncomingHttpHeaders, user: number | undefined = 1000) =>
  whyRefused({ method, headers, user }, TOKEN, users);

t.test("the page's own requests are answered, and an address that is typed or linked to", async (t) => {
  t.equal(refused("POST", page), undefined);
  t.equal(refused("GET", { host: "localhost:8089" }), undefined, "by hand");
  t.equal(refused("GET", page, undefined), undefined, "where the machine does not say who asks");
  const link = { host: page.host, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
  t.equal(refused("GET", link), undefined, "a link of another page");
  const tunnel = { ...page, host: "localhost:9000", origin: "http://localhost:9000" };
  t.equal(refused("POST", tunnel), undefined, "through ssh -L 9000:127.0.0.1:8089");
});

t.test("a name that was made to lead here, another page and another user are not", async (t) => {
  const wrong: [string, IncomingHttpHeaders, number?][] = [
    ["GET", { host: "evil.example:8089" }],
    ["GET", {}],
    ["GET", { host: "127.0.0.1.evil.example" }],
    ["GET", { ...page, "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }],
    ["GET", { ...page, "sec-fetch-site": "same-site", "sec-fetch-mode": "cors" }],
    ["POST", { ...page, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }],
    ["POST", { ...page, origin: "http://evil.example" }],
    ["POST", { ...page, origin: "http://127.0.0.1:8090" }],
    ["POST", { ...page, origin: "null" }],
    ["POST", { ...page, origin: undefined }],
    ["POST", { ...page, [TOKEN_HEADER]: "another-t" }],
    ["POST", { ...page, [TOKEN_HEADER]: undefined }],
    ["POST", { ...page, "content-type": "text/plain" }],
    ["POST", { ...page, "content-type": undefined }],
    ["POST", page, 1001],
    ["GET", page, Number.NaN],
  ];
  for (const [method, headers, user] of wrong)
    t.ok(refused(method, headers, user), `${method} ${JSON.stringify(headers)} ${user}`);
});

t.test("the user at the other end of a connection", async (t) => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F99 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1 0
   1: 0100007F:1F99 0100007F:C001 01 00000000:00000000 00:00000000 00000000  1000        0 2 1 0
   2: 0100007F:C001 0100007F:1F99 01 00000000:00000000 00:00000000 00000000  1234        0 3 1 0`;
  t.equal(ownerIn(table, 0xc001, 8089), 1234);
  t.same(ownerIn(table, 0xc002, 8089), Number.NaN);
});

t.test("whoever started it through sudo may use it, too", async (t) => {
  t.ok(usersOf({}).has(process.getuid!()));
  t.equal(usersOf({ SUDO_UID: "4321" }).has(4321), process.getuid!() === 0);
});
