/** The page's behaviour: shows the counter, changes it, and tells when the server or Redis is away. */

/** How often the value is looked up, and how long an answer may take, in milliseconds. */
const POLL_MS = 1000;
const TIMEOUT_MS = 2000;

/** What is said in each state: the word in the corner, and the line below the buttons. */
const states = {
  live: ["Live", ""],
  "redis-away": ["Redis away", "The server answers, but Redis does not. Trying again every second."],
  "server-away": ["Server away", "The server does not answer. Trying again every second."],
};

/** What is to be known of a way to run Redis. */
const notes = { independent: "independent: counts differ" };

/** @param {string} id @returns {HTMLElement} */
const element = (id) => document.getElementById(id);
const buttons = ["minus", "plus", "reset"].map(element);
const dialog = /** @type {HTMLDialogElement} */ (element("confirm"));
const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** @type {HTMLElement | null} The button that lost the focus by being disabled. */
let focused = null;
let timer = 0;
let queue = Promise.resolve();

/** Sends one request after the other: answers cannot overtake each other and show an older value. */
function send(method, path) {
  queue = queue.then(() => exchange(method, path));
  return queue;
}

/** @param {"GET" | "POST"} method @param {string} path below /api/counter */
async function exchange(method, path) {
  if (method === "POST" && document.body.dataset.link !== "live") return;
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(`/api/counter${path}`, { method, signal, cache: "no-store" });
    const replica = response.headers.get("x-served-by");
    if (!replica) throw new Error("answered by a proxy on the way, not by the server");
    showServer(replica, response.headers);
    const { value, error } = await response.json();
    showLink(response.status === 503 ? "redis-away" : "live", error);
    if (response.ok) showValue(value);
  } catch {
    showLink("server-away");
  }
}

/** @param {number} value */
function showValue(value) {
  const output = element("value");
  if (output.dataset.value === String(value)) return;
  const text = value.toLocaleString("en");
  output.textContent = text;
  output.dataset.value = String(value);
  output.style.setProperty("--length", String(text.length));
  document.title = `${text} · Counter`;
  if (!calm.matches) output.animate([{ transform: "scale(1.06)" }, { transform: "none" }], { duration: 180 });
}

/** @param {string} replica @param {Headers} headers */
function showServer(replica, headers) {
  const output = element("replica");
  element("version").textContent = headers.get("x-app-version") ?? "unknown";
  const redis = headers.get("x-redis-mode") ?? "unknown";
  element("redis").textContent = notes[redis] ?? redis;
  if (output.textContent === replica) return;
  output.textContent = replica;
  output.dataset.known = "";
  let hue = 0;
  for (const character of replica) hue = (hue * 31 + character.codePointAt(0)) % 360;
  output.style.setProperty("--hue", String(hue));
}

/** @param {"live" | "redis-away" | "server-away"} link @param {string} [error] what the server says is wrong */
function showLink(link, error) {
  const [word, hint] = states[link];
  say("link", word);
  say("message", link === "live" ? (error ?? "") : hint);
  if (document.body.dataset.link === link) return;
  document.body.dataset.link = link;
  const away = link !== "live";
  if (away) focused = buttons.find((button) => button === document.activeElement) ?? focused;
  for (const button of buttons) button.disabled = away;
  if (away && dialog.open) dialog.close();
  if (!away && document.activeElement === document.body) focused?.focus();
  if (!away) focused = null;
}

/** Screen readers repeat a status when it is written, so it is written only when it changes. */
function say(id, text) {
  if (element(id).textContent !== text) element(id).textContent = text;
}

/** Looks now, and then every second while the page is seen. */
async function poll() {
  clearTimeout(timer);
  if (document.hidden) return;
  await send("GET", "");
  clearTimeout(timer);
  timer = setTimeout(poll, POLL_MS);
}

const increment = () => void send("POST", "/increment");
const decrement = () => void send("POST", "/decrement");
const shortcuts = { "+": increment, "-": decrement, "−": decrement };

element("plus").addEventListener("click", increment);
element("minus").addEventListener("click", decrement);
element("reset").addEventListener("click", () => dialog.showModal());
element("cancel").addEventListener("click", () => dialog.close());
element("confirmed").addEventListener("click", () => {
  dialog.close();
  void send("POST", "/reset");
});
document.addEventListener("keydown", (event) => {
  if (dialog.open || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  shortcuts[event.key]?.();
});
document.addEventListener("visibilitychange", () => void poll());
void poll();
