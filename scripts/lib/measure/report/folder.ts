import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { ROOT } from "../../run/paths.ts";

/** Where the folders of all runs are; git ignores it. */
export const REPORTS = `${ROOT}reports`;

/** Makes the folder of a run that began at `started` (ISO 8601), named by time and kind, and returns its path. */
export async function makeFolder(started: string, kind: string, reports = REPORTS): Promise<string> {
  const time = started.slice(0, 19).replaceAll(":", "-");
  await mkdir(reports, { recursive: true });
  for (let again = 1; ; again++) {
    const path = `${reports}/${time}Z-${kind}${again > 1 ? `-again-${again}` : ""}`;
    try {
      await mkdir(path);
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

/** A run in a list. */
interface Listed {
  name: string;
  passed: boolean;
  headline: string;
}

/** The runs whose reports are here, the oldest first. A folder without a summary is one that was cut off. */
export function listReports(reports = REPORTS): Listed[] {
  if (!existsSync(reports)) return [];
  const names = readdirSync(reports, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return names
    .map(({ name }) => {
      // A comparison says the same of itself in a file of another name.
      const file = existsSync(`${reports}/${name}/compare.json`) ? "compare" : "summary";
      return { name, ...summaryOf(`${reports}/${name}/${file}.json`) };
    })
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

function summaryOf(file: string): Omit<Listed, "name"> {
  try {
    const { passed, headline } = JSON.parse(readFileSync(file, "utf8")) as Listed;
    return { passed, headline };
  } catch {
    return { passed: false, headline: "it was cut off: there is no summary" };
  }
}
