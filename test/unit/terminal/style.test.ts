import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { describe, test, type TestContext } from "node:test";

import { isTerminal, makeStyle, wantsColor } from "../../../src/terminal/style.js";

const pipe = new PassThrough();
const terminal = Object.assign(new PassThrough(), { isTTY: true });
const VARIABLES = ["NO_COLOR", "FORCE_COLOR", "TERM"] as const;

/** Sets the variables that decide about colour for one test; those not given are taken away. */
function setEnvironment(t: TestContext, values: Partial<Record<string, string>>): void {
  const before = VARIABLES.map((name) => [name, process.env[name]] as const);
  const assign = (name: string, value: string | undefined): void => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  t.after(() => {
    for (const [name, value] of before) assign(name, value);
  });
  for (const name of VARIABLES) assign(name, values[name]);
}

describe("wantsColor", () => {
  for (const [env, onTerminal, onPipe] of [
    [{}, true, false],
    [{ NO_COLOR: "1" }, false, false],
    [{ NO_COLOR: "" }, true, false],
    [{ FORCE_COLOR: "1" }, true, true],
    [{ FORCE_COLOR: "0" }, true, false],
    [{ NO_COLOR: "1", FORCE_COLOR: "1" }, false, false],
    [{ TERM: "dumb" }, false, false],
  ] as const) {
    test(`environment ${JSON.stringify(env)}`, (t) => {
      setEnvironment(t, env);
      assert.equal(wantsColor(terminal, undefined), onTerminal);
      assert.equal(wantsColor(pipe, undefined), onPipe);
    });
  }

  test("a flag wins over everything", (t) => {
    setEnvironment(t, { NO_COLOR: "1" });
    assert.equal(wantsColor(pipe, true), true);
    setEnvironment(t, { FORCE_COLOR: "1" });
    assert.equal(wantsColor(terminal, false), false);
  });
});

describe("makeStyle", () => {
  test("wraps text in codes that it also ends", () => {
    const style = makeStyle(true);
    assert.equal(style.bold("x"), "\u001b[1mx\u001b[22m");
    assert.equal(style.red("x"), "\u001b[31mx\u001b[39m");
  });

  test("leaves text alone when colour is not wanted", () => {
    const style = makeStyle(false);
    for (const name of ["bold", "dim", "red", "green", "yellow"] as const) {
      assert.equal(style[name]("x"), "x");
    }
  });
});

test("isTerminal: a pipe is none", () => {
  assert.equal(isTerminal(terminal), true);
  assert.equal(isTerminal(pipe), false);
});
