import assert from "node:assert/strict";
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { dirname, join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { readLabels } from "../../../src/labelling/labels-file.js";
import { serveAdjudication, serveLabels, type ServeRequest } from "../../../src/labelling/serve.js";
import type { ComponentView, SessionState } from "../../../src/labelling/session.js";
import { evidenceFiles } from "../../helpers/evidence-files.js";
import { type Asked, askRaw } from "../../helpers/label-client.js";
import { labelsOf } from "../../helpers/labels-files.js";

const SHAPE = { classes: { 3: "fish", 8: "teapot" }, components: 2 };
const SECRET = "what nobody may read";
const ATTACK = "/picture/003/component-000-attack.png";

async function start(t: TestContext, more: Partial<ServeRequest> = {}) {
  const base = await evidenceFiles(t, SHAPE);
  // One folder deeper, so that a secret can lie beside the evidence.
  const root = join(base, "evidence");
  mkdirSync(root);
  for (const name of ["003", "008"]) renameSync(join(base, name), join(root, name));
  for (const name of ["secret.png", "secret.txt"]) writeFileSync(join(base, name), SECRET);
  return { ...(await serve(t, root, more)), root, base };
}

async function serve(t: TestContext, root: string, more: Partial<ServeRequest> = {}) {
  const served = await serveLabels({ evidence: root, annotator: "anna", ...more });
  t.after(() => served[Symbol.asyncDispose]());
  const { port, url, file } = served;
  const token = new URL(url).searchParams.get("token") ?? "";
  const cookie = `spurious-native-label-${port}=${token}`;
  const ask = (path: string, { headers, ...asked }: Asked = {}) =>
    askRaw(port, path, { ...asked, headers: { Cookie: cookie, ...headers } });
  const change = (what: string, body: unknown, headers = {}) =>
    ask(`/api/${what}`, {
      method: "POST",
      body,
      headers: { "Content-Type": "application/json", "X-Label-Token": token, ...headers },
    });
  const state = async () => JSON.parse((await ask("/api/state")).body) as SessionState;
  return { port, url, token, cookie, file, ask, change, state };
}

const SAID = { version: 0, class: 3, component: 0, answer: "spurious", note: "" };

describe("who the label server lets in", () => {
  const PATHS = ["/", "/api/state", "/api/item/3/0", "/assets/label.js", ATTACK];

  test("nobody without the token: 403, and no cookie", async (t) => {
    const { port, token } = await start(t);
    const wrong = `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`;
    for (const path of PATHS) {
      for (const asked of [
        {},
        { headers: { Cookie: `spurious-native-label-${port}=${wrong}` } },
        { headers: { Cookie: `spurious-native-label-${port}=` } },
        { headers: { Cookie: `other=${token}` } },
        { headers: { Authorization: `Bearer ${token}` } },
      ]) {
        const { status, headers } = await askRaw(port, path, asked);
        assert.deepEqual([status, headers["set-cookie"]], [403, undefined], path);
      }
      assert.equal((await askRaw(port, `${path}?token=${wrong}`)).status, 403);
    }
  });

  test("the printed address gives the page and a cookie that scripts and other sites do not get", async (t) => {
    const { port, url, ask } = await start(t);
    const { status, headers } = await askRaw(port, url.slice(url.indexOf("/?")));
    assert.equal(status, 200);
    assert.match(headers["set-cookie"]?.[0] ?? "", /; HttpOnly; SameSite=Strict; Path=\/$/);
    for (const path of PATHS) {
      const answer = await ask(path);
      assert.equal(answer.status, 200, path);
      const policy = String(answer.headers["content-security-policy"]);
      assert.match(policy, /^default-src 'none'; script-src 'self';/);
      assert.doesNotMatch(policy, /unsafe|\*/);
      assert.equal(answer.headers["x-content-type-options"], "nosniff");
      assert.equal(answer.headers["cross-origin-resource-policy"], "same-origin");
      assert.equal(answer.headers["access-control-allow-origin"], undefined);
    }
  });

  test("a token is new for every start, and 192 bits long", async (t) => {
    const first = await start(t);
    const second = await start(t);
    assert.notEqual(first.token, second.token);
    assert.equal(Buffer.from(first.token, "base64url").length, 24);
  });

  test("another Host is refused even with the token", async (t) => {
    const { port, token, ask } = await start(t);
    for (const host of [
      "example.org",
      `example.org:${port}`,
      "127.0.0.1",
      `127.0.0.1:${port + 1}`,
      `127.0.0.1:${port}.example.org`,
    ]) {
      for (const path of [...PATHS, `/?token=${token}`]) {
        assert.equal((await ask(path, { headers: { Host: host } })).status, 403, `${host} ${path}`);
      }
    }
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`]) {
      assert.equal((await ask("/api/state", { headers: { Host: host } })).status, 200);
    }
  });

  test("only this machine can connect", async (t) => {
    const { port } = await start(t);
    const outer = Object.values(networkInterfaces())
      .flatMap((one) => one ?? [])
      .filter(({ internal, family }) => !internal && family === "IPv4");
    if (outer.length === 0) return t.skip("the machine has no other address");
    for (const { address } of outer) {
      const failed = await new Promise((resolve) => {
        connect({ port, host: address }, () => {
          resolve(null);
        }).on("error", (error: NodeJS.ErrnoException) => {
          resolve(error.code);
        });
      });
      assert.equal(failed, "ECONNREFUSED", address);
    }
  });

  test("a change needs the header: what a form or another site can send is refused", async (t) => {
    const { file, token, ask, change } = await start(t);
    const json = { "Content-Type": "application/json" };
    for (const headers of [
      json,
      { ...json, "X-Label-Token": "wrong" },
      { "Content-Type": "text/plain", "X-Label-Token": token },
      { "Content-Type": "application/x-www-form-urlencoded" },
      { ...json, "X-Label-Token": token, Origin: "https://example.org" },
      { ...json, "X-Label-Token": token, Origin: "null" },
    ]) {
      const { status } = await ask("/api/answer", { method: "POST", body: SAID, headers });
      assert.equal(status, 403, JSON.stringify(headers));
    }
    const others = { Cookie: "" };
    assert.equal((await change("answer", SAID, others)).status, 403);
    assert.deepEqual((await readLabels(file)).entries, []);
    assert.equal((await change("answer", SAID)).status, 200);
    assert.equal((await readLabels(file)).entries.length, 1);
  });

  test("other methods, and bodies that are no change, change nothing", async (t) => {
    const { file, ask, change, token } = await start(t);
    const headers = { "Content-Type": "application/json", "X-Label-Token": token };
    for (const method of ["PUT", "DELETE", "OPTIONS", "PATCH"]) {
      assert.equal((await ask("/api/answer", { method, headers })).status, 405, method);
    }
    for (const body of [
      "text",
      null,
      {},
      { ...SAID, version: "0" },
      { ...SAID, answer: "perhaps" },
      { ...SAID, component: -1 },
      { ...SAID, class: "3" },
      { ...SAID, note: "x".repeat(2001) },
      { ...SAID, note: "x".repeat(100_000) },
    ]) {
      assert.equal((await change("answer", body)).status, 400, JSON.stringify(body)?.slice(0, 60));
    }
    assert.equal((await change("answer", { ...SAID, component: 7 })).status, 404);
    assert.equal((await change("other", SAID)).status, 404);
    assert.deepEqual((await readLabels(file)).entries, []);
  });
});

describe("which files the label server gives", () => {
  test("pictures that the evidence names, as they are", async (t) => {
    const { ask, root } = await start(t);
    const { status, headers, body } = await ask(ATTACK);
    assert.deepEqual([status, headers["content-type"]], [200, "image/png"]);
    const file = readFileSync(join(root, ATTACK.replace("/picture/", "")));
    assert.ok(Buffer.from(body, "latin1").equals(file));
  });

  test("nothing else of the folder, and no folder", async (t) => {
    const { ask, root } = await start(t);
    writeFileSync(join(root, "003/other.png"), SECRET);
    for (const path of [
      "003/other.png",
      "003/evidence.json",
      "003/",
      "003",
      "",
      "labels/anna.labels.json",
      "003/component-000-sheet.png",
    ]) {
      assert.equal((await ask(`/picture/${path}`)).status, 404, path);
    }
    for (const path of ["page.ts", "..%2f..%2fpackage.json", "label.js/", "constructor"]) {
      assert.equal((await ask(`/assets/${path}`)).status, 404, path);
    }
  });

  const UP = [
    "../secret.png",
    "..%2fsecret.png",
    "%2e%2e/secret.png",
    "%2e%2e%2fsecret.png",
    "%252e%252e%252fsecret.png",
    "..%5csecret.png",
    "..\\secret.png",
    "....//secret.png",
    "003/../../secret.png",
    "003/..%2f..%2fsecret.png",
    "..%c0%afsecret.png",
    "%u002e%u002e/secret.png",
    "..;/secret.png",
    "003/component-000-attack.png%00/../../secret.png",
    "003/component-000-attack.png/../../../secret.png",
    "003/./../../secret.png",
    "%ff..%2fsecret.png",
  ];

  for (const path of UP) {
    test(`not what lies above: ${path}`, async (t) => {
      const { ask, base } = await start(t);
      for (const tried of [`/picture/${path}`, `/assets/${path}`, `/${path}`, `//${path}`, path]) {
        const { status, body } = await ask(tried);
        assert.ok(status >= 400 && status < 500, `${tried}: ${status}`);
        assert.ok(!body.includes(SECRET));
      }
      const absolute = `/picture/${join(base, "secret.png")}`;
      assert.equal((await ask(absolute)).status, 404);
      assert.equal((await ask(absolute.replace("/picture//", "/picture/%2f"))).status, 404);
    });
  }

  const LINKS: readonly (readonly [string, (root: string) => readonly [string, string]])[] = [
    [
      "a picture that is a link",
      (root: string) => [join(root, "../secret.png"), join(root, "003/component-000-attack.png")],
    ],
    [
      "a picture in a folder that is a link",
      (root: string) => [join(root, "../moved"), join(root, "003")],
    ],
    [
      "a link to another picture inside",
      (root: string) => [
        join(root, "003/component-001-attack.png"),
        join(root, "003/component-000-attack.png"),
      ],
    ],
  ];
  for (const [what, link] of LINKS) {
    test(`not ${what}`, async (t) => {
      const { ask, root } = await start(t);
      const [target, path] = link(root);
      if (path.endsWith("003")) renameSync(path, target);
      else rmSync(path);
      symlinkSync(target, path);
      const { status, body } = await ask(ATTACK);
      assert.equal(status, 404);
      assert.ok(!body.includes(SECRET));
    });
  }

  test("not what a hostile document names", async (t) => {
    const { root } = await start(t);
    const path = join(root, "003/evidence.json");
    for (const [i, name] of [
      "../../secret.png",
      join(dirname(root), "secret.png"),
      "../../secret.txt",
      "evidence.json",
    ].entries()) {
      const text = readFileSync(path, "utf8");
      const document = JSON.parse(text) as { components: { attackImage: string }[] };
      document.components[0]!.attackImage = name;
      writeFileSync(path, JSON.stringify(document));
      const { ask } = await serve(t, root, {
        annotator: `ben ${i}`,
        labels: join(root, "l"),
      });
      for (const tried of [name, encodeURIComponent(name)]) {
        const { status, body } = await ask(`/picture/003/${tried}`);
        assert.ok(status >= 400, `${tried}: ${status}`);
        assert.ok(!body.includes(SECRET));
      }
    }
  });
});

describe("what the label server keeps", () => {
  test("an answer is on disk before it is acknowledged; a stale change is not made", async (t) => {
    const { file, change, state } = await start(t);
    const answer = await change("answer", { ...SAID, note: "a tag" });
    assert.equal(answer.status, 200);
    const { entries } = await readLabels(file);
    assert.equal(entries.length, 1);
    const stale = await change("answer", { ...SAID, answer: "not spurious" });
    assert.deepEqual([stale.status, JSON.parse(stale.body)], [409, { version: 1 }]);
    assert.equal((await change("undo", { version: 0 })).status, 409);
    assert.deepEqual((await readLabels(file)).entries, entries);
    const { version, canUndo, items } = await state();
    assert.deepEqual([version, canUndo], [1, true]);
    const answered = items.filter((one) => one.answer !== null);
    assert.deepEqual(answered, [{ class: 3, component: 0, answer: "spurious", note: "a tag" }]);
  });

  test("of changes made at once on one version, one is made", async (t) => {
    const { file, change } = await start(t);
    const tries = Array.from({ length: 8 }, () => change("answer", SAID));
    const statuses = (await Promise.all(tries)).map(({ status }) => status).sort();
    assert.deepEqual(statuses, [200, ...Array<number>(7).fill(409)]);
    assert.equal((await readLabels(file)).entries.length, 1);
  });

  test("a second page for the same person is refused while the first is open", async (t) => {
    const { root } = await start(t);
    await assert.rejects(serveLabels({ evidence: root, annotator: "anna" }), {
      code: "USAGE_INVALID",
    });
    for (const annotator of ["../anna", "a/b", "", ".hidden", "a\u0000", "x".repeat(65)]) {
      await assert.rejects(serveLabels({ evidence: root, annotator }), { code: "USAGE_INVALID" });
    }
  });

  test("a port in use is refused, and the file is free again", async (t) => {
    const { root, port } = await start(t);
    const request = { evidence: root, annotator: "ben" };
    await assert.rejects(serveLabels({ ...request, port }), {
      code: "USAGE_INVALID",
      message: /in use/,
    });
    await (await serveLabels(request))[Symbol.asyncDispose]();
  });

  test("answers about another PCA are not gone on with", async (t) => {
    const { root, change, file } = await start(t);
    await change("answer", SAID);
    const path = join(root, "003/evidence.json");
    writeFileSync(path, readFileSync(path, "utf8").replaceAll("pca of 3", "another"));
    const copy = join(root, "copy");
    mkdirSync(copy);
    writeFileSync(join(copy, "anna.labels.json"), readFileSync(file));
    const request = { evidence: root, annotator: "anna", labels: copy };
    await assert.rejects(serveLabels(request), { code: "RESUME_MISMATCH" });
  });
});

describe("what the blind do not see", () => {
  const OTHERS = labelsOf("ben", ["spurious", "not spurious"]);

  async function seen(t: TestContext, blind: boolean): Promise<ComponentView> {
    const root = await evidenceFiles(t, SHAPE);
    mkdirSync(join(root, "labels"));
    writeFileSync(join(root, "labels/ben.labels.json"), OTHERS);
    const { ask } = await serve(t, root, { blind });
    return JSON.parse((await ask("/api/item/3/0")).body) as ComponentView;
  }

  test("scores and the answers of others, in anything that is sent", async (t) => {
    const open = await seen(t, false);
    assert.equal(open.scores?.confidence, 0.987);
    assert.deepEqual(open.others, [{ annotator: "ben", answer: "spurious", note: "" }]);
    const blind = await seen(t, true);
    assert.deepEqual([blind.scores, blind.others], [null, null]);
    assert.doesNotMatch(JSON.stringify(blind), /ben|0\.987|"alpha"|"probability"|rank/);
  });
});

describe("adjudication", () => {
  test("is of the disagreements only, shows who said what, and has a file of its own", async (t) => {
    const root = await evidenceFiles(t, SHAPE);
    const files = ["anna", "ben"].map((name) => join(root, `${name}.json`));
    writeFileSync(files[0]!, labelsOf("anna", ["spurious", "not spurious"]));
    writeFileSync(files[1]!, labelsOf("ben", ["spurious", "inconsistent"]));
    const request = { evidence: root, annotator: "carla", files };
    await using served = await serveAdjudication(request);
    const { items, role } = served.session.state();
    assert.deepEqual(
      items.map(({ class: index, component }) => [index, component]),
      [[3, 1]],
    );
    assert.equal(role, "adjudicator");
    const said = served.session.component({ class: 3, component: 1 })?.others ?? [];
    assert.deepEqual(
      said.map(({ annotator, answer }) => [annotator, answer]),
      [
        ["anna", "not spurious"],
        ["ben", "inconsistent"],
      ],
    );
    assert.equal(served.session.component({ class: 3, component: 0 }), null);
    assert.match(served.file, /labels\/carla\.adjudicated\.json$/);
    await assert.rejects(serveAdjudication({ ...request, files: files.slice(1) }), {
      code: "USAGE_INVALID",
    });
  });
});
