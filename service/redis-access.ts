/** What a client shows and what it trusts, besides the URL: certificates and the Sentinels' password. */
import { X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { secret } from "./secret-file.ts";

/** Kept out of logs like the URL. */
export interface RedisAccess {
  /** For connections with TLS, in PEM; what is missing is the platform's. */
  tls?: { ca?: string; cert?: string; key?: string };
  sentinelPassword?: string;
}

/** Reads one variable, notes what is wrong with it, and goes on with the fallback then. */
export type Read = <T>(name: string, fallback: string, parse: (text: string) => T) => T;

/** As much of a URL's scheme as decides which files go with it. */
interface Scheme {
  tls: boolean;
  /** Whether the seeds have a password of their own. */
  ownPassword: boolean;
}

/** Which REDIS_URL a file is for: with another, one would believe what is not so. */
const TLS = { fits: ({ tls }: Scheme) => tls, where: "rediss" };
const SENTINEL = {
  fits: ({ ownPassword }: Scheme) => ownPassword,
  where: "redis+sentinel or rediss+sentinel",
};

/**
 * Reads the files that the environment names.
 * @param scheme of REDIS_URL, if that has a known one
 * @returns nothing when none is named
 */
export function readRedisAccess(read: Read, scheme: Scheme | undefined): RedisAccess | undefined {
  const file = (name: string, { fits, where }: typeof TLS, check?: (text: string) => void) =>
    read(name, "", (path) => {
      if (path !== "" && scheme && !fits(scheme))
        throw new Error(`needs a REDIS_URL that starts with ${where}`);
      const text = secret(path);
      if (text !== undefined) check?.(text);
      return text;
    });

  const keyIsSet = read("REDIS_KEY_FILE", "", (path) => path !== "");
  const ca = file("REDIS_CA_FILE", TLS, holdsCertificate);
  const cert = file("REDIS_CERT_FILE", TLS, (text) => {
    holdsCertificate(text);
    if (!keyIsSet) throw new Error("needs its REDIS_KEY_FILE");
  });
  const certIsSet = read("REDIS_CERT_FILE", "", (path) => path !== "");
  const key = file("REDIS_KEY_FILE", TLS, (text) => {
    if (!certIsSet) throw new Error("needs its REDIS_CERT_FILE");
    if (cert !== undefined) holdsKeyOf(cert, text);
  });
  const sentinelPassword = file("REDIS_SENTINEL_PASSWORD_FILE", SENTINEL);

  const tls = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  const access = { ...((ca || cert) && { tls }), ...(sentinelPassword && { sentinelPassword }) };
  return Object.keys(access).length > 0 ? access : undefined;
}

/** TLS itself ignores what is no certificate among those it is to trust. */
function holdsCertificate(text: string): void {
  try {
    void new X509Certificate(text);
  } catch (error) {
    throw new Error("must hold a certificate in PEM", { cause: error });
  }
}

function holdsKeyOf(cert: string, key: string): void {
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw new Error("must hold the key of REDIS_CERT_FILE in PEM", { cause: error });
  }
}
