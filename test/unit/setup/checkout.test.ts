import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import { programs, ROOT, runNode, temporaryFolder, writeFile } from "./set-up.js";

/** A checkout with one dependency; `script` calls a function of one of its set-up modules. */
function checkout(t: TestContext, module: string, call: string) {
  const folder = temporaryFolder(t);
  cpSync(join(ROOT, "tools", "setup"), join(folder, "tools", "setup"), { recursive: true });
  const url = pathToFileURL(join(folder, "tools", "setup", module)).href;
  const report = pathToFileURL(join(folder, "tools", "setup", "report.mjs")).href;
  writeFile(
    join(folder, "script.mjs"),
    `import * as module from ${JSON.stringify(url)};
     import { runMain } from ${JSON.stringify(report)};
     await runMain(import.meta.url, async () => { await module.${call}; });`,
  );
  return { folder, script: join(folder, "script.mjs") };
}

const LOCKED = { packages: { "": {}, "node_modules/a": { version: "1.0.0" } } };

/** An npm that installs what `LOCKED` says and writes a line for each call. */
const NPM = `#!/bin/sh
PATH=/usr/bin:/bin
echo called >> npm.log
mkdir -p node_modules/a
cp package-lock.json node_modules/.package-lock.json
`;

test("npm ci is run once, and again when the lock file wants another version", async (t) => {
  const { folder, script } = checkout(t, "dependencies.mjs", "ensureDependencies()");
  const env = { PATH: programs(folder, { npm: NPM }), HOME: folder };
  const lock = join(folder, "package-lock.json");
  const counts: number[] = [];
  const run = async () => {
    const { status, stderr } = await runNode([script], env);
    assert.equal(status, 0, stderr);
    counts.push(stderr.split("npm ci").length - 1);
  };
  writeFile(lock, JSON.stringify(LOCKED));
  await run();
  await run();
  writeFile(lock, JSON.stringify(LOCKED).replace("1.0.0", "1.0.1"));
  await run();
  await run();
  assert.deepEqual(counts, [1, 0, 1, 0]);
});

test("optional packages of other platforms need not be installed", async (t) => {
  const { folder, script } = checkout(t, "dependencies.mjs", "ensureDependencies()");
  const env = { PATH: programs(folder), HOME: folder };
  const packages = { ...LOCKED.packages, "node_modules/b": { version: "1.0.0", optional: true } };
  writeFile(join(folder, "package-lock.json"), JSON.stringify({ packages }));
  writeFile(join(folder, "node_modules", ".package-lock.json"), JSON.stringify(LOCKED));
  writeFile(join(folder, "node_modules", "a", "package.json"), "{}");
  const { status, stderr } = await runNode([script], env);
  assert.equal(status, 0, stderr);
});

test("an npm ci that fails is reported with what npm said", async (t) => {
  const { folder, script } = checkout(t, "dependencies.mjs", "ensureDependencies()");
  const npm = "#!/bin/sh\necho 'npm error network'; exit 7\n";
  writeFile(join(folder, "package-lock.json"), JSON.stringify(LOCKED));
  const { status, stderr } = await runNode([script], {
    PATH: programs(folder, { npm }),
    HOME: folder,
  });
  assert.equal(status, 3);
  assert.match(stderr, /error\[SETUP_FAILED\].*npm ci ended with status 7:\nnpm error network/);
});

test("C++ tools that cannot be fetched are reported with what pip said", async (t) => {
  const { folder, script } = checkout(t, "cpp-tools.mjs", `cppTool("clang-format")`);
  const python3 = `#!/bin/sh
case "$*" in
  *version_info*) echo 3 ;;
  *"pip --version"*) ;;
  *) echo "ERROR: no such wheel"; exit 1 ;;
esac
`;
  const { status, stderr } = await runNode([script], {
    PATH: programs(folder, { python3 }),
    HOME: folder,
  });
  assert.equal(status, 3);
  assert.match(
    stderr,
    /error\[SETUP_FAILED\]: clang-format==\S+ cannot be fetched:\nERROR: no such wheel/,
  );
});

test("sources that do not compile are reported with the compiler's words, and tried again", async (t) => {
  const { folder, script } = checkout(t, "typescript.mjs", "ensureCompiled()");
  writeFile(
    join(folder, "node_modules/typescript/lib/tsc.js"),
    `console.log("src/main.ts(1,1): error TS1"); process.exit(2);`,
  );
  for (const name of ["package-lock.json", "tsconfig.json", "tsconfig.build.json", "src/main.ts"]) {
    writeFile(join(folder, name), "{}");
  }
  const env = { PATH: programs(folder), HOME: folder };
  for (const attempt of [1, 2]) {
    const { status, stderr } = await runNode([script], env);
    assert.equal(status, 3, `attempt ${attempt}`);
    assert.match(
      stderr,
      /error\[SETUP_FAILED\]: src\/ does not compile:\nsrc\/main\.ts\(1,1\): error TS1/,
    );
  }
});
