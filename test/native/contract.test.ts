import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import ts from "typescript";

import type { NativeEngine } from "../../src/native/contract.js";
import { addon } from "../../src/native/load.js";
import { modelFile } from "../helpers/model-fixtures.js";

const CONTRACT = fileURLToPath(new URL("../../src/native/contract.ts", import.meta.url));

interface Member {
  readonly name: string;
  readonly kind: "method" | "property";
  readonly parameters: number;
}

/** The members of an interface of contract.ts. */
function membersOf(name: string): Member[] {
  const source = ts.createSourceFile(
    CONTRACT,
    readFileSync(CONTRACT, "utf8"),
    ts.ScriptTarget.Latest,
    true,
  );
  const found = source.statements
    .filter((statement) => ts.isInterfaceDeclaration(statement))
    .find((declaration) => declaration.name.text === name);
  assert.ok(found, `contract.ts has an interface ${name}`);
  return found.members.map((member) => ({
    name: member.name?.getText(source) ?? "",
    kind: ts.isMethodSignature(member) ? "method" : "property",
    parameters: ts.isMethodSignature(member) ? member.parameters.length : 0,
  }));
}

function namesOf(members: readonly Member[]): string[] {
  return members.map(({ name }) => name).sort();
}

describe("the addon that was built is the one that contract.ts describes", () => {
  test("every export is in the contract, and every one of the contract is exported", () => {
    const members = membersOf("NativeAddon");
    assert.ok(members.length >= 5);
    const exported = Object.keys(addon());
    assert.deepEqual([...exported].sort(), namesOf(members));
    for (const { name, kind } of members) {
      assert.equal(kind, "method", name);
      assert.equal(typeof (addon() as unknown as Record<string, unknown>)[name], "function", name);
    }
  });

  test("an engine has the members of the contract and no others", async () => {
    const engine = await addon().loadEngine({
      path: modelFile("traced-conv.pt"),
      device: "cpu",
      dtype: "fp32",
      threads: 1,
      queueCapacity: 1,
    });
    const prototype = Object.getPrototypeOf(engine) as object;
    const names = [...Object.getOwnPropertyNames(prototype), ...Object.getOwnPropertyNames(engine)];
    const members = membersOf("NativeEngine");
    assert.deepEqual(names.filter((name) => name !== "constructor").sort(), namesOf(members));
    for (const { name, kind } of members) {
      const type = typeof engine[name as keyof NativeEngine];
      assert.equal(type, kind === "method" ? "function" : "object", name);
    }
    await engine.dispose();
  });

  test("what the addon tells of itself has the fields of the contract", async () => {
    assert.deepEqual(Object.keys(addon().addonInfo()).sort(), namesOf(membersOf("AddonInfo")));
    const engine = await addon().loadEngine({
      path: modelFile("wrapped-normalize.pt"),
      device: "cpu",
      dtype: "fp32",
      threads: 1,
      queueCapacity: 1,
    });
    const { description } = engine;
    assert.deepEqual(Object.keys(description).sort(), namesOf(membersOf("ModelDescription")));
    assert.deepEqual(Object.keys(description.head ?? {}).sort(), namesOf(membersOf("NativeHead")));
    const map = namesOf(membersOf("NativeFeatureMap"));
    assert.deepEqual(Object.keys(description.featureMap ?? {}).sort(), map);
    const result = await engine.forward({
      pixels: new Uint8Array(32 * 32 * 3),
      count: 1,
      height: 32,
      width: 32,
      mean: [0, 0, 0],
      std: [1, 1, 1],
      batch: 1,
    });
    assert.deepEqual(Object.keys(result).sort(), namesOf(membersOf("ForwardResult")));
    await engine.dispose();
  });
});

test("nothing but load.ts calls require on the addon", () => {
  const config = ts.readConfigFile("tsconfig.json", (path) => readFileSync(path, "utf8"));
  assert.equal(config.error, undefined);
  const files = ts.sys.readDirectory("src", [".ts"]);
  assert.ok(files.length > 50);
  const users = files.filter((file) =>
    /createRequire|spurious_native\.node/.test(readFileSync(file, "utf8")),
  );
  assert.deepEqual(
    users.map((file) => file.replaceAll("\\", "/").replace(/^.*src\//, "src/")),
    ["src/native/load.ts"],
  );
});
