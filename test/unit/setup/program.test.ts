import assert from "node:assert/strict";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { ROOT, runNode, temporaryFolder, writeFile } from "./set-up.js";

/** Keeps the whole pool busy and prints how many threads this process has. */
const COUNT_THREADS = `
import { pbkdf2 } from "node:crypto";
import { readdirSync } from "node:fs";
const jobs = Array.from({ length: 32 }, () =>
  new Promise((resolve) => pbkdf2("", "", 20000, 32, "sha512", resolve)));
setTimeout(() => console.log(readdirSync("/proc/self/task").length), 20);
await Promise.all(jobs);
`;

/** Threads of the program on a machine that claims to have so many processors. */
async function threads(t: TestContext, processors: number, env: Record<string, string> = {}) {
  const folder = temporaryFolder(t);
  cpSync(join(ROOT, "bin"), join(folder, "bin"), { recursive: true });
  writeFile(join(folder, "package.json"), `{ "type": "module" }`);
  writeFile(join(folder, "dist", "main.js"), COUNT_THREADS);
  const machine = join(folder, "machine.cjs");
  writeFile(machine, `require("node:os").availableParallelism = () => ${processors};`);
  const args = ["--require", machine, join(folder, "bin", "spurious-native.js")];
  const { status, stdout, stderr } = await runNode(args, env);
  assert.equal(status, 0, stderr);
  return Number(stdout);
}

const skip = process.platform !== "linux" && "threads are counted in /proc";

test("images are decoded on as many threads as there are processors", { skip }, async (t) => {
  assert.equal((await threads(t, 19)) - (await threads(t, 9)), 10);
});

test("at least four threads decode, however few processors there are", { skip }, async (t) => {
  assert.equal(await threads(t, 1), await threads(t, 4));
});

test("UV_THREADPOOL_SIZE is left as the user has set it", { skip }, async (t) => {
  const seven = await threads(t, 19, { UV_THREADPOOL_SIZE: "7" });
  assert.equal(seven, await threads(t, 7));
});

test("every package that npm installs with the program is in the third-party notices", () => {
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  const notices = readFileSync(join(ROOT, "THIRD-PARTY-NOTICES.md"), "utf8");
  const missing = Object.keys(dependencies).filter((name) => !notices.includes(`| ${name} |`));
  assert.deepEqual(missing, []);
});
