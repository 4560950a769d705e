import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { ROOT } from "./set-up.js";

interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl?: string;
  readonly licenses: readonly {
    readonly expression?: string;
    readonly license?: { readonly id?: string; readonly name?: string };
  }[];
}

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const { components } = JSON.parse(read("packaging/sbom.cdx.json")) as { components: Component[] };
const isOfNpm = ({ purl = "" }: Component): boolean => purl.startsWith("pkg:npm/");
const UPDATE = "run `node tools/make_sbom.mjs`";

/** How the notices call each licence; another one needs a look and a line there. */
const NAMES: Readonly<Record<string, RegExp>> = {
  MIT: /\bMIT\b/,
  ISC: /\bISC\b/,
  "0BSD": /\b0BSD\b/,
  "BSD-2-Clause": /\bBSD\b/,
  "BSD-3-Clause": /\bBSD-3-Clause\b/,
  "Apache-2.0": /\bApache-2\.0\b/,
  "BlueOak-1.0.0": /\bBlueOak-1\.0\.0\b/,
  "LGPL-3.0-or-later": /\bLGPL-3\.0-or-later\b/,
  "OFL-1.1": /SIL Open Font License 1\.1/,
  "WordNet-3.0": /WordNet 3\.0 Copyright 2006/,
};

/** Name and version of every package that npm installs with the program. */
function locked(): string[] {
  const { packages } = JSON.parse(read("package-lock.json")) as {
    packages: Record<string, { version: string; dev?: boolean; name?: string }>;
  };
  return Object.entries(packages)
    .filter(([path, { dev = false }]) => path !== "" && !dev)
    .map(([path, one]) => `${one.name ?? path.split("node_modules/").at(-1) ?? ""}@${one.version}`);
}

describe("packaging/sbom.cdx.json", () => {
  test("lists every package of package-lock.json that is installed with the program", () => {
    const listed = components.filter(isOfNpm).map(({ name, version }) => `${name}@${version}`);
    assert.deepEqual([...new Set(listed)].sort(), [...new Set(locked())].sort(), UPDATE);
  });

  test("lists libtorch as it is fetched, and what is part of the sources, as the notices do", () => {
    const versionOf = (name: string) => components.find((one) => one.name === name)?.version;
    const fetched = /^const VERSION = "([^"]+)"/m.exec(read("tools/setup/fetch-libtorch.mjs"));
    assert.equal(versionOf("libtorch"), fetched?.[1], UPDATE);
    const header = read("native/third_party/doctest/doctest.h");
    const [major] = /^#define DOCTEST_VERSION_MAJOR (\d+)/m.exec(header)?.slice(1) ?? [];
    assert.equal(versionOf("doctest")?.split(".")[0], major, UPDATE);
    const notices = read("THIRD-PARTY-NOTICES.md");
    for (const one of components.filter((other) => !isOfNpm(other))) {
      assert.ok(notices.includes(one.name), `${one.name} is in the third-party notices`);
    }
  });

  test("every part has a licence, and the notices name every licence", () => {
    const notices = read("THIRD-PARTY-NOTICES.md");
    for (const { name, licenses } of components) {
      const names = licenses.flatMap(({ expression, license }) =>
        (expression ?? license?.id ?? license?.name ?? "").split(/[() ]+|\b(?:AND|OR)\b/),
      );
      const real = names.filter((one) => one !== undefined && one !== "");
      assert.ok(real.length > 0, `${name} has a licence`);
      for (const licence of real) {
        assert.ok(NAMES[licence]?.test(notices), `${licence} of ${name} is in the notices`);
      }
    }
  });

  test("says nothing of the machine on which it was made", () => {
    const text = read("packaging/sbom.cdx.json");
    assert.doesNotMatch(text, /timestamp|serialNumber|"\/|file:/);
  });
});
