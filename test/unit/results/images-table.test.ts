import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parquetReadObjects } from "hyparquet";

import { imagenet1k } from "../../../src/imagenet/class-map.js";
import {
  imagesCsv,
  imagesParquet,
  readImageTable,
  classesByName,
} from "../../../src/results/images-table.js";
import type { ImageRow } from "../../../src/scoring/image-row.js";
import { Random } from "../../helpers/random.js";
import { randomRows, row } from "../../helpers/rows.js";

const rows: ImageRow[] = [
  ...randomRows(new Random(71), [0, 565], 5, 7),
  row({ path: 'odd, "name"\n.jpg', logit: null, predicted: null, predictedProb: null }),
  row({ path: "ünïcode/ 🐦.jpg", predicted: -1, p: Math.fround(1e-12) }),
];

function read(text: string | Uint8Array): ImageRow[] {
  return readImageTable(Buffer.from(text), "images.csv", classesByName(imagenet1k())).rows;
}

function refusal(message: RegExp): { code: string; message: RegExp } {
  return { code: "SCORE_INPUT_INVALID", message };
}

describe("images.csv and images.parquet", () => {
  test("the CSV reads back as the very same rows", () => {
    assert.deepEqual(read(imagesCsv(rows)), rows);
    assert.match(imagesCsv(rows), /^path,split,class,p,logit,predicted,predictedProb\n/);
  });

  test("the Parquet file holds the rows of the CSV", async () => {
    const bytes = imagesParquet(rows);
    const file = new Uint8Array(bytes).buffer;
    const objects = (await parquetReadObjects({ file })) as unknown as ImageRow[];
    assert.deepEqual(
      objects.map((one) => ({ ...one, logit: one.logit ?? null })),
      rows.map((one) => ({ ...one })),
    );
  });

  test("no rows make files with columns alone", async () => {
    assert.equal(imagesCsv([]), "path,split,class,p,logit,predicted,predictedProb\n");
    const file = new Uint8Array(imagesParquet([])).buffer;
    assert.deepEqual(await parquetReadObjects({ file }), []);
  });
});

describe("readImageTable", () => {
  test("takes columns in any order, ignores further ones and lets optional ones be missing", () => {
    const text =
      "\uFEFFp,extra,class,path,split\r\n0.25,x,94,a.jpg,val\r\n\r\n0.5,y,94,b.jpg,spurious\r\n";
    const { rows: found, lines } = readImageTable(
      Buffer.from(text),
      "t.csv",
      classesByName(imagenet1k()),
    );
    const rest = { logit: null, predicted: null, predictedProb: null };
    assert.deepEqual(found, [
      { path: "a.jpg", split: "val", class: 94, p: 0.25, ...rest },
      { path: "b.jpg", split: "spurious", class: 94, p: 0.5, ...rest },
    ]);
    assert.deepEqual(lines, [2, 4]);
  });

  test("names classes by index, WordNet id or label", () => {
    const text = "path,split,class,p\na,val,94,1\nb,val,n01833805,1\nc,val,hummingbird,1\n";
    assert.deepEqual(
      read(text).map((one) => one.class),
      [94, 94, 94],
    );
  });

  test("rounds probabilities to float32, so that saturated ones tie", () => {
    const [one, two] = read("path,split,class,p\na,val,0,0.99999999\nb,val,0,0.999999999\n");
    assert.equal(one?.p, 1);
    assert.equal(two?.p, 1);
  });

  for (const [what, text, message] of [
    ["no p column", "path,split,class\na,val,0\n", /expected the columns .*, got none named p$/],
    ["no rows", "path,split,class,p\n", /expected at least one image/],
    ["nothing", "", /columns/],
    ["words for p", "path,split,class,p\na,val,0,high\n", /images\.csv:2: .*column p, got "high"/],
    ["an empty p", "path,split,class,p\na,val,0,\n", /images\.csv:2: .*column p, got none/],
    ["an unknown class", "path,split,class,p\na,val,yeti,1\n", /images\.csv:2: .*got "yeti"/],
    ["an ambiguous class", "path,split,class,p\na,val,crane,1\n", /which several classes/],
    ["a row too short", "path,split,class,p\na,val\n", /expected a CSV table/],
    ["a broken quote", 'path,split,class,p\n"a,val,0,1\n', /expected a CSV table/],
  ] as const) {
    test(`refuses a table with ${what}`, () => {
      assert.throws(() => read(text), refusal(message));
    });
  }
});
