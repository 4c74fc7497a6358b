import { copyFile } from "node:fs/promises";
import { authority } from "../../../service/testing/certificates.ts";
import type { TestHost } from "./host.ts";

const NAME = "outside-redis";
const PORT = 6390;
const PASSWORD = "outside";

/**
 * Starts a Redis that is no part of a deployment, with TLS and certificates made for it, from an image that the machine
 * has. It is in no network of Docker's: an engine without its userland proxy keeps those apart. `dir` holds its password in
 * a file of that name. Returns what a deployment is told of it.
 */
export async function startOutsideRedis(
  host: TestHost,
  { address, image, dir }: { address: string; image: string; dir: string },
): Promise<Record<string, string>> {
  const signer = await authority(dir, "signer");
  const { cert, key } = await signer.issue("redis", address);
  for (const [name, file] of Object.entries({ ca: signer.ca, cert, key }))
    await copyFile(file, `${dir}/${name}.pem`);
  const tls = ["--port", "0", "--tls-port", `${PORT}`, "--tls-cert-file", "/certs/cert.pem"];
  const keys = ["--tls-key-file", "/certs/key.pem", "--tls-ca-cert-file", "/certs/ca.pem"];
  const rest = ["--requirepass", PASSWORD, "--appendonly", "yes", "--appendfsync", "always"];
  const run = ["docker", "run", "--detach", "--name", NAME, "--user", "0:0", "--network", "host"];
  const server = [image, "redis-server", ...tls, ...keys, ...rest];
  const started = await host.exec([...run, "--volume", `${dir}:/certs:ro`, ...server]);
  if (!started.ok) throw new Error(started.stderr);
  return {
    REDIS_URL: `rediss://${address}:${PORT}`,
    REDIS_PASSWORD_FILE: `${dir}/password`,
    REDIS_CA_FILE: `${dir}/ca.pem`,
    REDIS_CERT_FILE: `${dir}/cert.pem`,
    REDIS_KEY_FILE: `${dir}/key.pem`,
  };
}

/** Changes its configuration while it runs. */
export async function configure(host: TestHost, name: string, value: string): Promise<void> {
  const tls = `-p ${PORT} --tls --cacert ca.pem --cert cert.pem --key key.pem`;
  const command = `cd /certs && REDISCLI_AUTH=${PASSWORD} redis-cli -e ${tls} config set ${name} ${value}`;
  const done = await host.exec(["docker", "exec", NAME, "sh", "-c", command]);
  if (!done.ok) throw new Error(done.stdout + done.stderr);
}

/** Removes it with its data. */
export async function stopOutsideRedis(host: TestHost): Promise<void> {
  await host.exec(["docker", "rm", "--force", "--volumes", NAME]);
}
