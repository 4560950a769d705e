import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const PACKAGE = fileURLToPath(new URL("../../..", import.meta.url));

/** The documents that ship, relative to the package. */
const DOCUMENTS = [
  ...readdirSync(PACKAGE).filter((name) => name.endsWith(".md")),
  ...readdirSync(join(PACKAGE, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
];

const read = (document: string): string => readFileSync(join(PACKAGE, document), "utf8");

/** Targets of relative links, without code. */
function linksOf(document: string): string[] {
  const text = read(document).replaceAll(/```.*?```|`[^`\n]*`/gs, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** A heading's anchor, as the hosts of Markdown make it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(/\s/g, "-");
}

describe("documents", () => {
  for (const document of DOCUMENTS) {
    test(`${document}: its links lead somewhere`, () => {
      for (const link of linksOf(document)) {
        const [file = "", anchor] = link.split("#");
        const path =
          file === "" ? join(PACKAGE, document) : resolve(PACKAGE, dirname(document), file);
        assert.ok(existsSync(path), link);
        if (anchor === undefined) continue;
        const headings = readFileSync(path, "utf8").match(/^#+ .*$/gm) ?? [];
        const anchors = headings.map((line) => anchorOf(line.replace(/^#+ /, "")));
        assert.ok(anchors.includes(anchor), link);
      }
    });
  }

  test("docs/README.md leads to every guide, by one link or through the index of commands", () => {
    const front = linksOf("docs/README.md").map((link) =>
      relative(PACKAGE, resolve(PACKAGE, "docs", link)),
    );
    const guides = DOCUMENTS.filter((one) => /^docs\/[^/]+\.md$/.test(one));
    const missing = guides.filter((one) => one !== "docs/README.md" && !front.includes(one));
    assert.deepEqual(missing, []);
    assert.ok(front.includes("docs/commands/README.md"));
  });
});
