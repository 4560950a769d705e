import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Child, type Program, runProgram } from "../../../src/bench/child.js";
import { PeerMissing } from "../../../src/bench/contestant.js";
import { residentContestant } from "../../../src/bench/processes.js";
import type { SpuriousError } from "../../../src/errors.js";

const never = new AbortController().signal;

function script(source: string): Program {
  return { command: process.execPath, args: ["--input-type=module", "-e", source] };
}

const withCode = (code: string) => (error: SpuriousError) => error.code === code;

describe("a contestant's process", () => {
  const about = { name: "a", role: "peer", description: "" } as const;

  test("is warmed up once and then does one run for each that is asked for", async () => {
    const running = await residentContestant(
      about,
      script(`
        import { createInterface } from "node:readline";
        console.log("a library says hello");
        console.log(JSON.stringify({ ready: { version: "1.0", warmUp: "none", answer: [1] } }));
        let runs = 0;
        for await (const line of createInterface({ input: process.stdin }))
          console.log(JSON.stringify({ run: { items: ++runs, seconds: 0.5 } }));
      `),
    ).start(never);
    assert.equal(running.readiness.version, "1.0");
    assert.deepEqual(running.readiness.answer, [1]);
    assert.ok(running.readiness.readySeconds > 0);
    assert.equal((await running.run()).items, 1);
    assert.equal((await running.run()).items, 2);
    await running.stop();
    await running.stop();
  });

  test("that lacks a package is a missing peer with the line that installs it", async () => {
    const missing = { reason: "torch is not installed", install: "pip install torch" };
    const contestant = residentContestant(
      about,
      script(`console.log(${JSON.stringify(JSON.stringify({ missing }))})`),
    );
    await assert.rejects(contestant.start(never), new PeerMissing(missing.reason, missing.install));
  });

  test("whose program does not exist is a missing peer", async () => {
    const ifMissing = { reason: "there is no Python", install: "install it" };
    const program = { command: "/nowhere/python3", args: [], ifMissing };
    await assert.rejects(
      residentContestant(about, program).start(never),
      new PeerMissing(ifMissing.reason, ifMissing.install),
    );
  });

  test("that fails is quoted", async () => {
    const child = new Child(script(`throw new Error("out of cheese")`), never);
    await assert.rejects(child.message(), (error: SpuriousError) => {
      assert.equal(error.code, "BENCH_FAILED");
      return error.message.includes("out of cheese");
    });
    const failed = script(`console.log(JSON.stringify({ failed: "no such model" }))`);
    await assert.rejects(new Child(failed, never).message(), /no such model/);
  });

  test("that answers something else is refused", async () => {
    const early = script(`console.log(JSON.stringify({ run: { items: 1, seconds: 1 } }))`);
    await assert.rejects(residentContestant(about, early).start(never), withCode("BENCH_FAILED"));
  });

  test("is killed when the benchmark is stopped", async () => {
    const controller = new AbortController();
    const child = new Child(script(`setInterval(() => {}, 1000)`), controller.signal);
    const waiting = child.message();
    controller.abort();
    await assert.rejects(waiting, withCode("CANCELLED"));
  });

  test("that is expected to end must end well", async () => {
    assert.equal(await runProgram(script(`console.log("a\\nb")`), never), "a\nb");
    await assert.rejects(
      runProgram(script(`process.exitCode = 3`), never),
      withCode("BENCH_FAILED"),
    );
  });
});
