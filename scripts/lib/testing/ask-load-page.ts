// Asks the page of `make load-ui` as its own script does, from the machine on which it is open:
//
//   node scripts/lib/testing/ask-load-page.ts http://127.0.0.1:8089            prints what the page shows, as JSON
//   node scripts/lib/testing/ask-load-page.ts http://127.0.0.1:8089 /stop '{}'  asks for a change, and prints the status

import { TOKEN_HEADER } from "../measure/load/live/guard.ts";

const [url = "", path, body = "{}"] = process.argv.slice(2);

if (path === undefined) {
  const events = await fetch(`${url}/events`);
  let text = "";
  for await (const chunk of events.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.endsWith("\n\n")) break;
  }
  process.stdout.write(/^data: (.*)$/m.exec(text)?.[1] ?? "");
} else {
  const { token } = (await (await fetch(`${url}/choices`)).json()) as { token: string };
  const headers = { "content-type": "application/json", origin: url, [TOKEN_HEADER]: token };
  const answer = await fetch(url + path, { method: "POST", headers, body });
  process.stdout.write(`${answer.status} ${await answer.text()}`);
}
