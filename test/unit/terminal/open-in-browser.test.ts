import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";

import { openerOf, openInBrowser } from "../../../src/terminal/open-in-browser.js";
import { fakeOpener } from "../../helpers/fake-opener.js";
import { fileTree } from "../../helpers/file-tree.js";

const PAGE = "http://127.0.0.1:1/?token=a&b";

describe("opening a page in the browser", () => {
  test("is what the system calls it, and nothing without a display", () => {
    const of = (platform: NodeJS.Platform, env = {}) => openerOf({ platform, env }, PAGE);
    assert.deepEqual(of("darwin"), ["open", PAGE]);
    assert.deepEqual(of("win32"), ["cmd", "/c", "start", '""', PAGE]);
    assert.deepEqual(of("linux", { DISPLAY: ":0" }), ["xdg-open", PAGE]);
    assert.deepEqual(of("linux", { WAYLAND_DISPLAY: "wayland-0" }), ["xdg-open", PAGE]);
    assert.deepEqual(of("linux"), []);
    assert.deepEqual(of("linux", { DISPLAY: "" }), []);
  });

  test("gives the address to the opener as it stands", async (t) => {
    const { env, opened } = fakeOpener(fileTree(t, []));
    assert.equal(await openInBrowser(PAGE, { platform: "linux", env }), true);
    assert.deepEqual(opened(), [PAGE]);
  });

  test("an opener that fails, or is not there, opened nothing", async (t) => {
    const folder = fileTree(t, []);
    const { env } = fakeOpener(folder, { refuses: "http*" });
    assert.equal(await openInBrowser(PAGE, { platform: "linux", env }), false);
    const none = { ...env, PATH: join(folder, "nowhere") };
    assert.equal(await openInBrowser(PAGE, { platform: "linux", env: none }), false);
    assert.equal(await openInBrowser(PAGE, { platform: "linux", env: {} }), false);
  });
});
