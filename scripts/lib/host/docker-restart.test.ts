import t from "tap";
import { restartProblem } from "./docker-restart.ts";

t.test("an engine elsewhere is not this host's to restart", async (t) => {
  const before = process.env["DOCKER_HOST"];
  t.teardown(() => {
    if (before === undefined) delete process.env["DOCKER_HOST"];
    else process.env["DOCKER_HOST"] = before;
  });
  process.env["DOCKER_HOST"] = "ssh://elsewhere";
  t.match(await restartProblem(), /ssh:\/\/elsewhere.*only this host's own/);
});
