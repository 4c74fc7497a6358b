import t from "tap";
import { dockerfileOf, VERSION_NAMES, versionOf } from "./versions.ts";

t.test("a version has a name like any other, always the same, and none has another's", async (t) => {
  const names = VERSION_NAMES.flatMap((name) => [versionOf(name, "aaaa"), versionOf(name, "bbbb")]);
  for (const name of names) t.match(name, /^[0-9a-f]{12}$/);
  t.equal(new Set(names).size, names.length);
  t.equal(versionOf("other", "aaaa"), versionOf("other", "aaaa"));
});

t.test("what does the same has the server of what runs; the others have their own", async (t) => {
  t.equal(
    dockerfileOf("other", "localhost/app", "aaaa"),
    `FROM localhost/app:aaaa\nENV APP_VERSION=${versionOf("other", "aaaa")}\n`,
  );
  t.match(dockerfileOf("mute", "localhost/app", "aaaa"), /^COPY server\.mjs \.\/$/m);
});
