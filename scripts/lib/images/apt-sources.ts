import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";

/** Where packages come from: what one line of sources.list, or one stanza of a .sources file, says. */
interface Source {
  uris: string[];
  suites: string[];
  components: string[];
  signedBy: string;
}

/** As /etc/os-release names it: `id` is "debian", `suite` is "bookworm". */
interface Distribution {
  id: string;
  suite: string;
}

/** The texts of this host's apt sources. */
export const hostSources = (): string[] =>
  globSync(["/etc/apt/sources.list", "/etc/apt/sources.list.d/*.{list,sources}"])
    .toSorted()
    .map((file) => readFileSync(file, "utf8"));

/**
 * Those of the apt sources that are the distribution's own, as lines of sources.list(5); mmdebstrap takes only one of
 * the two formats. The suite alone does not tell: Docker and Launchpad publish under the distribution's names.
 * The key does. `read` is for tests.
 */
export function distributionSources(
  texts: string[],
  { id, suite }: Distribution,
  read = (file: string) => readFileSync(file, "utf8"),
): string[] {
  const own = [suite, `${suite}-updates`, `${suite}-security`];
  return texts
    .flatMap((text) => [...lines(text), ...stanzas(text)])
    .filter(({ signedBy }) => !signedBy || basename(signedBy).startsWith(`${id}-archive-keyring.`))
    .flatMap(({ uris, suites, components, signedBy }) => {
      const options = signedBy && `[signed-by=${signedBy}] `;
      const [uri] = uris.map((given) => viaMirrorList(given, read)).filter((given) => /^https?:/.test(given));
      const named = uri ? suites.filter((name) => own.includes(name)) : [];
      return named.map((name) => `deb ${options}${uri} ${name} ${components.join(" ")}`);
    });
}

/** sources.list(5), one-line style. */
function lines(text: string): Source[] {
  const all = text.matchAll(/^[ \t]*deb[ \t]+(?:\[([^\]\n]*)\][ \t]+)?(\S+)[ \t]+(\S+)[ \t]+([^#\n]+)/gm);
  return Array.from(all, ([, options = "", uri = "", suite = "", components = ""]) => ({
    uris: [uri],
    suites: [suite],
    components: components.trim().split(/\s+/),
    signedBy: /signed-by=([^\s,]+)/i.exec(options)?.[1] ?? "",
  }));
}

/** sources.list(5), deb822 style. A key that is written out in the file is no path, and so never the distribution's. */
function stanzas(text: string): Source[] {
  const parts = text.replaceAll(/^#.*\n?/gm, "").split(/\n\s*\n/);
  return parts.flatMap((part) => {
    const unfolded = part.replaceAll(/\n[ \t]+/g, " ");
    const words = (key: string) => {
      const [, value] = new RegExp(`^${key}:[ \t]*(.*)$`, "im").exec(unfolded) ?? [];
      return value?.trim().split(/[\s,]+/) ?? [];
    };
    if (!words("Types").includes("deb") || words("Enabled")[0] === "no") return [];
    const [signedBy = ""] = words("Signed-By");
    return [{ uris: words("URIs"), suites: words("Suites"), components: words("Components"), signedBy }];
  });
}

/** Debian's cloud images name a file of mirrors (apt-transport-mirror(1)), which a container does not have. */
function viaMirrorList(uri: string, read: (file: string) => string): string {
  const [, file] = /^mirror\+file:(?:\/\/)?(\/\S+)$/.exec(uri) ?? [];
  return file ? (/^https?:\S+/m.exec(read(file))?.[0] ?? uri) : uri;
}
