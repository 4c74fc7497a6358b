import t from "tap";
import { distributionSources } from "./rootfs.ts";

const deb822 = `# a comment
Types: deb
URIs: http://deb.debian.org/debian
Suites: trixie trixie-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.pgp

Types: deb
URIs: http://deb.debian.org/debian-security
Suites: trixie-security
Components: main
`;

t.test("of stanzas, those stay that name the suite or a part of it", async (t) => {
  const foreign = "Types: deb\nURIs: https://example.com/node\nSuites: nodistro\nComponents: main\n";
  const off = `${deb822.split("\n\n")[1]}Enabled: no\n`;
  const kept = distributionSources([deb822, foreign, off], "trixie");
  t.equal(kept.match(/^Types: deb$/gm)?.length, 2);
  t.match(kept, "Signed-By: /usr/share/keyrings/debian-archive-keyring.pgp");
  t.notMatch(kept, /example|comment|Enabled/);
});

t.test("of lines, too, with and without options", async (t) => {
  const own = [
    "deb http://archive.ubuntu.com/ubuntu noble main universe",
    "deb [arch=amd64 signed-by=/usr/share/keyrings/u.gpg] http://security.ubuntu.com/ubuntu noble-security main",
  ];
  const others = [
    "# deb http://archive.ubuntu.com/ubuntu noble restricted",
    "deb-src http://archive.ubuntu.com/ubuntu noble main",
    "deb https://example.com/apt cloud-noble main",
    "deb https://example.com/apt nobleman main",
    "",
  ];
  t.equal(distributionSources([[...own, ...others].join("\n")], "noble"), own.join("\n"));
});

t.test("of a system without sources of its own nothing stays", async (t) => {
  t.equal(distributionSources(["deb https://example.com/apt stable main\n", ""], "noble"), "");
});
