import t from "tap";
import { distributionSources } from "./apt-sources.ts";

const debian = { id: "debian", suite: "bookworm" };
const key = "/usr/share/keyrings/debian-archive-keyring.gpg";

const mirrors = () => "# mirrors\nhttps://mirror.example.org/debian\thttp\nhttp://other.example.org\n";

t.test("both formats come out as lines", async (t) => {
  const line = `# a comment\ndeb [arch=amd64 signed-by=${key}] http://mirror.example.org/debian bookworm main contrib # more\n`;
  const stanza = `# a comment
Types: deb deb-src
URIs: http://mirror.example.org/debian
Suites: bookworm bookworm-updates bookworm-backports
Components: main
Signed-By: ${key}

Types: deb
URIs: http://mirror.example.org/debian-security
Suites: bookworm-security
Components: main
`;
  t.same(distributionSources([line, stanza], debian), [
    `deb [signed-by=${key}] http://mirror.example.org/debian bookworm main contrib`,
    `deb [signed-by=${key}] http://mirror.example.org/debian bookworm main`,
    `deb [signed-by=${key}] http://mirror.example.org/debian bookworm-updates main`,
    "deb http://mirror.example.org/debian-security bookworm-security main",
  ]);
});

t.test("others are left out, also those that publish under the distribution's names", async (t) => {
  const others = [
    "deb [signed-by=/etc/apt/keyrings/docker.asc] https://download.docker.com/linux/debian bookworm stable\n",
    "deb [signed-by=/usr/share/keyrings/hashicorp-archive-keyring.gpg] https://apt.example.org bookworm main\n",
    "deb https://apt.example.org nodistro main\n#deb http://mirror.example.org/debian bookworm main\n",
    "deb https://apt.example.org cloud-bookworm main\ndeb https://apt.example.org bookwormer main\n",
    "deb-src http://mirror.example.org/debian bookworm main\n",
    "deb cdrom:[Debian 12]/ bookworm main\ndeb file:/srv/debian bookworm main\n",
    "Types: deb\nURIs: https://ppa.example.org\nSuites: bookworm\nComponents: main\nSigned-By:\n -----BEGIN PGP\n .\n x\n",
    "Enabled: no\nTypes: deb\nURIs: http://mirror.example.org/debian\nSuites: bookworm\nComponents: main\n",
  ];
  t.same(distributionSources(others, debian), []);
});

t.test("a list of mirrors gives its first, because a container does not have the list", async (t) => {
  const stanza =
    "Types: deb\nURIs: mirror+file:///etc/apt/mirrors/debian.list\nSuites: bookworm\nComponents: main\n";
  t.same(distributionSources([stanza], debian, mirrors), [
    "deb https://mirror.example.org/debian bookworm main",
  ]);
});
