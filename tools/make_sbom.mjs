// packaging/sbom.cdx.json: what the program is made of, with licences, as CycloneDX. npm's own list of
// the packages that are installed with it, and what npm knows nothing of.
//
//   node tools/make_sbom.mjs

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const FILE = new URL("../packaging/sbom.cdx.json", import.meta.url);

const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const libtorch = /^const VERSION = "([^"]+)"/m.exec(read("tools/setup/fetch-libtorch.mjs"))?.[1];
const header = read("native/third_party/doctest/doctest.h");
const doctest = ["MAJOR", "MINOR", "PATCH"]
  .map((part) => new RegExp(`^#define DOCTEST_VERSION_${part} (\\d+)`, "m").exec(header)?.[1])
  .join(".");

/** Scope: required, optional (the user's own does as well) or excluded (not in the package). */
const OTHERS = [
  part("library", "libtorch", libtorch, "BSD-3-Clause", "optional", {
    description:
      "linked with on the user's machine: the user's own, or fetched when the addon is built",
    purl: `pkg:pypi/torch@${libtorch}`,
  }),
  part("library", "doctest", doctest, "MIT", "excluded", {
    description: "C++ tests",
    purl: `pkg:github/doctest/doctest@v${doctest}`,
  }),
  part("data", "Inter", "3.19", "OFL-1.1", "required", {
    description: "subsets of two fonts in data/fonts",
    purl: "pkg:github/rsms/inter@v3.19",
  }),
  part("data", "WordNet", "3.0", "WordNet-3.0", "required", {
    description: "names, synonyms and definitions of classes in data/imagenet_classes.json",
  }),
];

function part(type, name, version, license, scope, more) {
  return {
    "bom-ref": `${name}@${version}`,
    type,
    name,
    version,
    scope,
    licenses: [{ license: { [license === "WordNet-3.0" ? "name" : "id"]: license } }],
    ...more,
  };
}

const args = ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only"];
const sbom = JSON.parse(execFileSync("npm", args, { cwd: PACKAGE, encoding: "utf8" }));
// `--omit dev` would leave out packages that development uses as well.
const installed = new Set(
  Object.entries(JSON.parse(read("package-lock.json")).packages)
    .filter(([, { dev = false }]) => !dev)
    .map(([path, { name, version }]) => `${name ?? path.split("node_modules/").at(-1)}@${version}`),
);
sbom.components = sbom.components.filter(({ name, version }) =>
  installed.has(`${name}@${version}`),
);
sbom.dependencies = sbom.dependencies
  .filter(({ ref }) => installed.has(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => installed.has(one)) }));
// What tells when, where and by which npm it was made differs every time.
delete sbom.serialNumber;
delete sbom.metadata.timestamp;
delete sbom.metadata.tools;
sbom.metadata.component.name = "spurious-native";
sbom.components.push(...OTHERS);
writeFileSync(FILE, `${JSON.stringify(sbom, null, 2)}\n`);
