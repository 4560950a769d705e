import assert from "node:assert/strict";
import { test } from "node:test";

import {
  fileNameOf,
  insideOf,
  isUrl,
  plainFolder,
  resolveLocation,
  splitUrl,
} from "../../../src/sources/location.js";

test("paths are made absolute, URLs stay as they are", () => {
  assert.equal(resolveLocation("a/b", "/x"), "/x/a/b");
  assert.equal(resolveLocation("/a", "/x"), "/a");
  for (const url of ["http://h/a.tar", "HTTPS://h/a?b#c"]) {
    assert.ok(isUrl(url));
    assert.equal(resolveLocation(url, "/x"), url);
  }
  for (const path of ["http:/h/a", "file:///a", "httpx://a"]) assert.ok(!isUrl(path), path);
});

test("a place inside an archive is a path behind its path, or behind # of its URL", () => {
  assert.equal(insideOf("/x/a.tar", "b/c"), "/x/a.tar/b/c");
  assert.equal(insideOf("/x/a.tar", ""), "/x/a.tar");
  const url = "https://h/a.tar?key=1";
  assert.equal(insideOf(url, ""), url);
  assert.deepEqual(splitUrl(insideOf(url, "b/c")), { archive: url, inside: "b/c" });
  assert.deepEqual(splitUrl(`${url}#./b//c/`), { archive: url, inside: "b/c" });
  assert.deepEqual(splitUrl(url), { archive: url, inside: "" });
  assert.deepEqual([".", "./", "/", ""].map(plainFolder), ["", "", "", ""]);
});

test("the name of a file is the last part of its path, also at a URL with a query", () => {
  assert.equal(fileNameOf("/x/a.tar"), "a.tar");
  assert.equal(fileNameOf("https://h/x/a.tar?b=c/d.tar"), "a.tar");
});
