/** The forms of REDIS_URL. Messages never repeat the URL, nor a part of it: it may hold a password. */

/** Where something listens. */
export interface Address {
  host: string;
  port: number;
}

/** A URL that names several hosts to ask, as `redis+sentinel://user@one,two:26380/mymaster`. */
export interface Seeds {
  user: string;
  password: string;
  hosts: Address[];
  /** What stands after the slash. */
  name: string;
}

/** What the URL of several hosts looks like. */
export interface SeedsForm {
  /** Port of a host that names none. */
  port: number;
  /** What the path names; without it there is no path. */
  path?: string;
}

const SEEDS = /^([a-z+]+:\/\/)(?:([^:@/]*)(?::([^@/]*))?@)?([^@/?#]*)(?:\/([^/?#]*))?$/;

/**
 * Checks a URL of one host and puts the password into it.
 * @throws {Error} whose message goes on after the name of the variable
 */
export function checkOneHost(text: string, password: string | undefined): string {
  const url = URL.parse(text);
  if (!url) throw new Error("must be a URL, with a port up to 65535, if any");
  if (url.hostname === "") throw new Error("must name a host");
  if (!/^\/?\d*$/.test(url.pathname)) throw new Error("must end after the port, or in a database number");
  if (password === undefined) return text;
  if (url.password !== "") throw twoPasswords();
  url.password = encodeURIComponent(password);
  return url.href;
}

/** The same for a URL of several hosts. */
export function checkSeeds(text: string, password: string | undefined, form: SeedsForm): string {
  const seeds = parseSeeds(text, form);
  if (password === undefined) return text;
  if (seeds.password !== "") throw twoPasswords();
  const login = `${encodeURIComponent(seeds.user)}:${encodeURIComponent(password)}@`;
  return text.replace(SEEDS, (_all, scheme, _user, _password, hosts, path = "") =>
    [scheme, login, hosts, path && `/${path}`].join(""),
  );
}

/**
 * Reads a URL of several hosts. Not with the URL of the platform, which knows one host only.
 * @throws {Error} whose message goes on after the name of the variable
 */
export function parseSeeds(text: string, { port, path }: SeedsForm): Seeds {
  const parts = SEEDS.exec(text);
  if (!parts) throw new Error("must be hosts with commas between them, as in scheme://one,two:1234,three");
  const [, , user = "", password = "", hosts = "", name = ""] = parts;
  if (path !== undefined && !/^[\w.-]+$/.test(name)) throw new Error(`must end in a slash and ${path}`);
  if (path === undefined && name !== "") throw new Error("must end after the last host");
  return {
    user: decoded(user),
    password: decoded(password),
    hosts: hosts.split(",").map((host) => parseHost(host, port)),
    name,
  };
}

function parseHost(text: string, fallback: number): Address {
  const parts = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::(.*))?$/i.exec(text);
  if (!parts) throw new Error("must name hosts with commas between them, none of them empty");
  const port = parts[3] === undefined ? fallback : Number(/^\d{1,5}$/.exec(parts[3])?.[0] ?? 0);
  if (port < 1 || port > 65_535) throw new Error("must name ports from 1 to 65535");
  return { host: parts[1] ?? parts[2] ?? "", port };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new Error("must hold user and password percent-encoded", { cause: error });
  }
}

const twoPasswords = () => new Error("must not hold a password when REDIS_PASSWORD_FILE is set");
