import type { Confined } from "./processes.ts";

/** One thing that was looked at, and what was found. */
export interface Finding {
  what: string;
  /** The part of the deployment, or of this host. */
  where: string;
  seen: string;
  met: boolean;
}

interface Check {
  what: string;
  seen: (one: Confined) => string;
  met: (one: Confined) => boolean;
}

const NONE = /^0*$/;
const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;

/** What every process of the deployment has to be. */
const CHECKS: readonly Check[] = [
  {
    what: "it is not root's",
    seen: ({ users, groups }) => `user ${[...new Set(users)].join()}, group ${[...new Set(groups)].join()}`,
    met: ({ users, groups }) => users.length > 0 && [...users, ...groups].every((id) => id > 0),
  },
  {
    what: "its root file system is read-only",
    seen: ({ readOnly }) => (readOnly ? "read-only" : "writable"),
    met: ({ readOnly }) => readOnly,
  },
  {
    what: "it has no capabilities, and gets none",
    seen: ({ capabilities }) => capabilities.find((set) => !NONE.test(set)) ?? "none",
    met: ({ capabilities }) => capabilities.every((set) => /^0+$/.test(set)),
  },
  {
    what: "no_new_privs is set",
    seen: ({ noNewPrivileges }) => (noNewPrivileges ? "set" : "not set"),
    met: ({ noNewPrivileges }) => noNewPrivileges,
  },
  {
    what: "a seccomp filter is in force",
    seen: ({ seccomp }) => (seccomp === 2 ? "filter" : "none"),
    met: ({ seccomp }) => seccomp === 2,
  },
  {
    what: "its processes are limited",
    seen: ({ pids }) => (pids === undefined ? "no limit" : String(pids)),
    met: ({ pids }) => pids !== undefined,
  },
  {
    what: "its memory is limited",
    seen: ({ memory }) => (memory === undefined ? "no limit" : mebibytes(memory)),
    met: ({ memory }) => memory !== undefined,
  },
];

/** Holds the processes of a part to every check: a row each, which is met where all of them meet it. */
export function confinement(part: string, processes: Confined[]): Finding[] {
  return CHECKS.map(({ what, seen, met }) => {
    const bad = processes.find((one) => !met(one));
    const texts = [...new Set(processes.map(seen))].join("; ");
    return {
      what,
      where: part,
      seen: bad ? `${seen(bad)}: ${bad.program} of ${bad.container}` : texts || "no process",
      met: processes.length > 0 && bad === undefined,
    };
  });
}

/** Passwords as they are, and as Kubernetes writes them. */
export const formsOf = (secrets: string[]): string[] =>
  secrets.flatMap((secret) => [secret, Buffer.from(secret).toString("base64").replace(/=+$/, "")]);

/** Where the password was found, if anywhere: a row for each place that anybody may look at. */
export function secrecy(secrets: string[], places: Record<string, string>): Finding[] {
  const forms = formsOf(secrets);
  return Object.entries(places).map(([where, text]) => {
    const found = forms.some((form) => text.includes(form));
    const read = text.length > 0 && forms.length > 0;
    const seen = found ? "it is there" : `not in ${text.length.toLocaleString("en")} characters`;
    return {
      what: "no password is told",
      where,
      seen: read ? seen : "nothing was read",
      met: read && !found,
    };
  });
}
