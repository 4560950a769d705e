import assert from "node:assert/strict";
import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { cacheFolder } from "../../../src/config/cache-folder.js";
// @ts-expect-error plain JavaScript without declarations
import { cacheFolder as folderOfSetup } from "../../../tools/setup/paths.mjs";

const ofSetup = folderOfSetup as () => string;

test("cacheFolder follows the variables, the nearer one first, as the setup does", () => {
  const home = join(homedir(), ".cache", "spurious-native");
  assert.equal(cacheFolder({}), home);
  assert.equal(cacheFolder({ XDG_CACHE_HOME: "/c" }), "/c/spurious-native");
  assert.equal(cacheFolder({ XDG_CACHE_HOME: "/c", SPURIOUS_NATIVE_CACHE: "/d" }), "/d");
  assert.equal(cacheFolder(), ofSetup());
});
