import { writeFile } from "node:fs/promises";
import type { OwnTest } from "./list.ts";

const refusal = (holder: string) => ({ exitCode: 3, stderr: new RegExp(`is held by ${holder}`) });

export const k3sTests: OwnTest[] = [
  {
    name: "forward opens another port, and Ctrl-C ends it",
    run: async (t, { host, address }) => {
      const forward = host.start("forward", { PORT: "8083" });
      for await (const line of forward) if (line.startsWith("http")) break;
      const answer = await fetch(`http://${address}:8083/api/counter`);
      t.equal(answer.status, 200);
      await answer.text();
      t.match(await host.run("forward", { PORT: "8083" }), refusal("node"));
      await host.exec(["pkill", "-INT", "-f", "scripts/forward.ts"]);
      t.match(await forward, { exitCode: 0, signal: null });
    },
  },
  {
    name: "a port that another load balancer has is refused",
    run: async (t, { host }) => {
      const web = ["service", "web", "--namespace=default"];
      await host.exec(["k3s", "kubectl", "create", "service", "loadbalancer", "web", "--tcp=8084:80"]);
      t.match(
        await host.run("deploy-k3s", { PORT: "8084" }),
        refusal("the load balancer of default/web on k3s"),
      );
      await host.exec(["k3s", "kubectl", "delete", ...web]);
    },
  },
  {
    name: "beside Swarm: its ports are refused, and the orchestrator has to be named",
    run: async (t, { host }) => {
      await host.exec(["docker", "swarm", "init", "--advertise-addr=127.0.0.1"]);
      const image = (await host.exec(["docker", "image", "ls", "--quiet"])).stdout.split("\n")[0]!;
      await host.exec(["docker", "service", "create", "--detach", "--name=web", "--publish=8085:80", image]);
      const both = { exitCode: 2, stderr: /both Docker Swarm and k3s[^]*hint +ORCHESTRATOR=/ };
      t.match(await host.run("status"), both);
      t.match(await host.run("status", { ORCHESTRATOR: "k3s" }), { exitCode: 0 });
      t.match(await host.run("status", { ORCHESTRATOR: "nomad" }), {
        exitCode: 2,
        stderr: /one of swarm, k3s/,
      });
      t.match(await host.run("deploy-k3s", { PORT: "8085" }), refusal("the Swarm service web"));
      t.match(
        await host.run("provision", { ORCHESTRATOR: "swarm", PORT: "8080" }),
        refusal("the load balancer of counter/app on k3s"),
      );
      await host.exec(["docker", "service", "rm", "web"]);
      await host.exec(["docker", "swarm", "leave", "--force"]);
      await host.exec(["docker", "network", "rm", "docker_gwbridge"]);
    },
  },
  {
    name: "a namespace of somebody else's is neither taken nor removed",
    run: async (t, { host }) => {
      await host.edit("deploy/settings.yaml", "name: counter", "name: kube-public");
      t.match(await host.run("deploy-k3s", { PORT: "8086" }), { exitCode: 3, stderr: /not this kit's/ });
      t.match(await host.run("teardown", { YES: "1" }), { exitCode: 0, stderr: /^Unchanged in/m });
      await host.edit("deploy/settings.yaml", "name: kube-public", "name: counter");
    },
  },
  {
    name: "without a default route provision refuses, and changes nothing",
    run: async (t, { host }) => {
      const route = (await host.exec(["ip", "route", "show", "default"])).stdout.trim().split(" ");
      await host.exec(["ip", "route", "delete", "default"]);
      const provision = await host.run("provision", { ORCHESTRATOR: "k3s", PORT: "8080" });
      t.match(provision, { exitCode: 3, stderr: /no default route/ });
      await host.exec(["ip", "route", "add", ...route]);
    },
  },
  {
    name: "an image that arrives by half is no version: nothing changes, and a rerun completes",
    run: async (t, { host }) => {
      const status = async () => JSON.parse((await host.run("status", { JSON: "1" })).stdout);
      const { version } = await status();
      await host.edit("service/page/index.html", "<title>Counter 4</title>", "<title>Counter 5</title>");
      const docker = (await host.exec(["sh", "-c", "command -v docker"])).stdout.trim();
      const half = `#!/bin/sh\n[ "$1" = save ] && exec ${docker} "$@" | head -c 1000000\nexec ${docker} "$@"\n`;
      await writeFile(`${host.dir}docker`, half, { mode: 0o755 });
      const PATH = `${host.dir}:${process.env["PATH"]}`;
      const deploy = await host.run("deploy-k3s", { PORT: "8080", PATH });
      t.match(deploy, { exitCode: 1, stderr: /step +\[\d\/\d\] Import[^]*ctr images import/ }, deploy.stderr);
      t.match(await status(), { version, running: 4 });
      t.match(await host.run("deploy-k3s", { PORT: "8080" }), { exitCode: 0 });
      t.match(await status(), { previous: version, running: 4 });
    },
  },
  {
    name: "less memory than k3s needs is refused",
    run: async (t, { host }) => {
      await writeFile(`${host.dir}meminfo`, "MemTotal: 1572864 kB\nMemFree: 1000000 kB\n");
      await host.exec(["mount", "--bind", `${host.dir}meminfo`, "/proc/meminfo"]);
      const provision = await host.run("provision", { ORCHESTRATOR: "k3s", PORT: "8080" });
      await host.exec(["umount", "/proc/meminfo"]);
      t.match(provision, { exitCode: 3, stderr: /1\.5 GiB of memory: 2 GiB is needed/ });
    },
  },
];
