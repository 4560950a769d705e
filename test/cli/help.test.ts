import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Cli } from "clipanion";

import { COMMANDS } from "../../src/cli.js";
import { builtInHeads } from "../../src/imagenet/class-map.js";
import { VERSION } from "../../src/version.js";
import { answerOf } from "../helpers/cli.js";

/** Commands that the overview lists, with what their help says. */
const DEFINITIONS = (() => {
  const cli = new Cli({ binaryName: "spurious-native" });
  for (const command of COMMANDS) cli.register(command);
  return cli.definitions().filter(({ category }) => category !== undefined);
})();

function wordsOf(path: string): string[] {
  return path.replace("spurious-native ", "").split(" ");
}

describe("help", () => {
  test("the overview lists every command, and is what no arguments at all get", async () => {
    const { status, stdout, stderr } = await answerOf(["--help"]);
    assert.deepEqual([status, stderr], [0, ""]);
    for (const { path } of DEFINITIONS) {
      assert.match(stdout, new RegExp(`^ {2}${wordsOf(path).join(" ")} `, "m"));
    }
    assert.equal((await answerOf([])).stdout, stdout);
    assert.equal((await answerOf(["-h"])).stdout, stdout);
  });

  test("--version prints the version of package.json", async () => {
    const { status, stdout } = await answerOf(["--version"]);
    assert.deepEqual([status, stdout], [0, `${VERSION}\n`]);
  });

  for (const { path, options, examples } of DEFINITIONS) {
    const words = wordsOf(path);
    test(`${words.join(" ")} --help: every option is explained, examples are understood`, async () => {
      const { status, stdout, stderr } = await answerOf([...words, "--help"]);
      assert.deepEqual([status, stderr], [0, ""]);
      for (const { definition, description } of options) {
        const [name = ""] = definition.split(/[ ,]/);
        assert.ok(stdout.includes(name), `${name} is in the help`);
        assert.ok((description ?? "").length > 10, `${name} is described`);
      }
      assert.ok(examples && examples.length > 0, "there is an example");
      for (const [, line] of examples) {
        assert.ok(stdout.includes(line), `the example "${line}" is in the help`);
        const [program, ...args] = line.split(" ");
        assert.equal(program, "spurious-native");
        const cli = new Cli({ binaryName: "spurious-native" });
        for (const command of COMMANDS) cli.register(command);
        assert.doesNotThrow(() => cli.process(args, Cli.defaultContext), line);
      }
    });
  }

  test("--class-map names every built-in map", async () => {
    const { stdout } = await answerOf(["eval", "--help"]);
    for (const { name } of builtInHeads()) assert.ok(stdout.includes(name), name);
  });

  test("has no escape codes where it goes into a file, and some on a terminal", async () => {
    assert.doesNotMatch((await answerOf(["eval", "--help"])).stdout, /\u001b/);
    const terminal = await answerOf(["eval", "--help"], true);
    const expected = process.env["NO_COLOR"] === undefined && process.env["TERM"] !== "dumb";
    assert.equal(terminal.stdout.includes("\u001b"), expected);
  });
});
