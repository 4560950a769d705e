import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { describe, test } from "node:test";

import { formatDuration, Progress, type ProgressMode } from "../../../src/terminal/progress.js";

/** What a run of two steps writes. */
function written(mode: ProgressMode, isTTY: boolean): string {
  const stream = Object.assign(new PassThrough(), { isTTY });
  const progress = Progress.create(stream, mode);
  progress.begin("evaluating", 4, "images", 1);
  progress.advance(1);
  progress.advance(2);
  progress.end();
  return (stream.read() as Buffer | null)?.toString("utf8") ?? "";
}

describe("Progress", () => {
  test("on a terminal one line is drawn over and over, with rate and count", () => {
    const text = written("auto", true);
    assert.ok(text.startsWith("\r\u001b[2K██████░"));
    assert.match(text, /█{24} evaluating 4\/4 images · [\d.]+\/s · 0 s\n$/);
  });

  test("into a file there are whole lines without control characters", () => {
    const text = written("auto", false);
    assert.match(text, /^evaluating: 4 images\nevaluating 4\/4 images · [\d.]+\/s · 0 s\n$/);
  });

  test("either form can be asked for, or none", () => {
    assert.ok(written("bar", false).includes("\r"));
    assert.ok(!written("lines", true).includes("\r"));
    assert.equal(written("none", true), "");
  });

  test("work of no images is a full bar, not a division by zero", () => {
    const stream = new PassThrough();
    const progress = Progress.create(stream, "bar");
    progress.begin("evaluating", 0, "images");
    progress.end();
    const text = (stream.read() as Buffer).toString("utf8");
    assert.match(text, /█{24} evaluating 0\/0 images · 0\.0\/s/);
  });
});

describe("formatDuration", () => {
  for (const [seconds, text] of [
    [0, "0 s"],
    [59.4, "59 s"],
    [59.6, "1 min 00 s"],
    [185, "3 min 05 s"],
    [3599, "59 min 59 s"],
    [7620, "2 h 07 min"],
  ] as const) {
    test(`${seconds} is ${text}`, () => {
      assert.equal(formatDuration(seconds), text);
    });
  }
});
