/** Certificates for one test, made with openssl. */
import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** For `{ skip }`: why tests with certificates cannot run here, or false. */
export const noOpenssl = spawnSync("openssl", ["version"]).error ? "needs openssl on the PATH" : false;

/** Files in PEM. */
export interface Authority {
  ca: string;
  /** Signs a certificate for this name and address, 127.0.0.1 if not said. */
  issue(name: string, address?: string): Promise<{ cert: string; key: string }>;
}

/** Makes an authority whose files go into a directory. */
export async function authority(directory: string, name: string): Promise<Authority> {
  const file = (part: string) => join(directory, `${name}-${part}.pem`);
  const [ca, caKey] = [file("ca"), file("ca-key")];
  const fresh = [
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-days",
    "2",
  ];
  await run("openssl", [...fresh, "-subj", `/CN=${name}`, "-keyout", caKey, "-out", ca]);
  const issue = async (subject: string, address = "127.0.0.1") => {
    const [cert, key] = [file(subject), file(`${subject}-key`)];
    const names = `subjectAltName=DNS:${subject},IP:${address}`;
    const signed = ["-CA", ca, "-CAkey", caKey, "-addext", names];
    await run("openssl", [...fresh, "-subj", `/CN=${subject}`, ...signed, "-keyout", key, "-out", cert]);
    return { cert, key };
  };
  return { ca, issue };
}
