/**
 * The folder of a process's control group, of version 1 or 2, as far as one controller goes: `groups` is its
 * /proc/PID/cgroup, `mounts` a /proc/PID/mountinfo [cgroups(7), proc(5)]. Undefined where the controller is not mounted.
 */
export function groupFolder(groups: string, mounts: string, controller: string): string | undefined {
  const rows = groups.split("\n").map((line) => /^\d+:([^:]*):(.*)$/.exec(line) ?? []);
  const its = rows.find(([, controllers = ""]) => controllers.split(",").includes(controller));
  const [, , path] = its ?? rows.find(([, controllers]) => controllers === "") ?? [];
  for (const line of mounts.split("\n")) {
    const [place = "", kind = ""] = line.split(" - ");
    const [type, , options = ""] = kind.split(" ");
    const right = its ? type === "cgroup" && options.split(",").includes(controller) : type === "cgroup2";
    const [, , , root = "", point = ""] = place.split(" ");
    if (!right || path === undefined) continue;
    const below = root !== "/" && path.startsWith(root) ? path.slice(root.length) : path;
    return `${point}${below === "/" ? "" : below}`;
  }
  return undefined;
}
