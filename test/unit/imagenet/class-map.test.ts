import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";

import {
  builtInHeads,
  imagenet1k,
  portableClassMap,
  resolveClassMap,
} from "../../../src/imagenet/class-map.js";
import { fileTree } from "../../helpers/file-tree.js";

describe("built-in class maps", () => {
  test("imagenet1k has 1000 classes with column = index and a first synonym", () => {
    const map = imagenet1k();
    assert.equal(map.width, 1000);
    assert.equal(map.classes.length, 1000);
    assert.deepEqual(map.classes[2], {
      index: 2,
      wnid: "n01484850",
      label: "white_shark",
      synonyms:
        "great white shark, white shark, man-eater, man-eating shark, Carcharodon carcharias",
    });
    for (const { index } of map.classes) {
      assert.equal(map.columnOf(index), index);
      assert.equal(map.classOf(index), index);
    }
    assert.equal(map.columnOf(1000), -1);
    assert.equal(map.classOf(1000), -1);
  });

  test("every wide head maps back and forth and stays inside its width", () => {
    for (const { name, width } of builtInHeads()) {
      const map = resolveClassMap(name, width);
      assert.equal(map.name, name);
      const columns = map.classes.map(({ index }) => map.columnOf(index)).filter((c) => c !== -1);
      assert.ok(columns.length >= 991, `${name}: ${columns.length} classes`);
      assert.equal(new Set(columns).size, columns.length);
      for (const column of columns) {
        assert.ok(column < width);
        assert.equal(map.columnOf(map.classOf(column)), column);
      }
    }
  });
});

describe("resolveClassMap", () => {
  test("takes imagenet1k for a head of 1000 and refuses to guess for any other", () => {
    assert.equal(resolveClassMap(undefined, 1000).name, "imagenet1k");
    assert.throws(() => resolveClassMap(undefined, 21843), {
      code: "CLASS_MAP_INVALID",
      hint: /^pass --class-map imagenet21k-google, or --class-map FILE/,
    });
    assert.throws(() => resolveClassMap(undefined, 37), {
      code: "CLASS_MAP_INVALID",
      hint: /^no built-in class map has this width/,
    });
    assert.throws(() => resolveClassMap(undefined, null), { code: "CLASS_MAP_INVALID" });
  });

  test("refuses a map for another width and names the one that fits", () => {
    assert.throws(() => resolveClassMap("imagenet1k", 21841), {
      code: "CLASS_MAP_INVALID",
      message: /imagenet1k: expected one for the model's 21841 outputs, got one for 1000/,
      hint: /imagenet21k-fall11/,
    });
    assert.equal(resolveClassMap("imagenet21k-fall11", null).width, 21841);
  });

  test("a name that is neither built in nor a file lists the names", () => {
    assert.throws(() => resolveClassMap("imagenet2k", 1000), {
      code: "CLASS_MAP_INVALID",
      message: /imagenet2k: expected imagenet1k, imagenet21k-google, .* got ENOENT/,
    });
  });

  test("reads a JSON file; column defaults to index, null is no column, width to the head's", (t) => {
    const document = {
      name: "birds",
      classes: [
        { index: 7, label: "robin", column: null },
        {
          index: 1,
          wnid: "n01530575",
          label: "brambling",
          synonyms: "brambling, finch",
          column: 4,
        },
        { index: 3, label: "jay" },
      ],
    };
    const root = fileTree(t, { "birds.json": `\uFEFF${JSON.stringify(document)}` });
    const map = resolveClassMap(join(root, "birds.json"), 9);
    assert.match(map.name, /^birds@[0-9a-f]{12}$/);
    assert.equal(map.width, 9);
    assert.deepEqual(map.classes, [
      { index: 1, wnid: "n01530575", label: "brambling", synonyms: "brambling, finch" },
      { index: 3, wnid: "jay", label: "jay", synonyms: "jay" },
      { index: 7, wnid: "robin", label: "robin", synonyms: "robin" },
    ]);
    assert.deepEqual(
      [1, 3, 7, 2].map((k) => map.columnOf(k)),
      [4, 3, -1, -1],
    );
    assert.deepEqual(
      [4, 3, 0].map((k) => map.classOf(k)),
      [1, 3, -1],
    );
    assert.equal(resolveClassMap(document, 9).columnOf(1), 4);
  });

  test("a list of labels numbers its classes by line", (t) => {
    const root = fileTree(t, {
      "labels.txt": "red tag, price tag\nplain\r\nn99999999 odd thing\n",
    });
    const map = resolveClassMap(join(root, "labels.txt"), 3);
    assert.deepEqual(map.classes, [
      { index: 0, wnid: "red tag", label: "red tag", synonyms: "red tag, price tag" },
      { index: 1, wnid: "plain", label: "plain", synonyms: "plain" },
      { index: 2, wnid: "n99999999", label: "odd thing", synonyms: "odd thing" },
    ]);
    assert.deepEqual(
      [0, 1, 2].map((k) => map.columnOf(k)),
      [0, 1, 2],
    );
    assert.throws(() => resolveClassMap(join(root, "labels.txt"), 4), {
      code: "CLASS_MAP_INVALID",
    });
  });

  test("a list of WordNet ids keeps ImageNet-1k indices and takes columns from its lines", (t) => {
    const root = fileTree(t, { "wnids.txt": "n00000001\nn01833805 hummingbird\nn01440764" });
    const map = resolveClassMap(join(root, "wnids.txt"), 3);
    assert.deepEqual(
      map.classes.map(({ index }) => index),
      [0, 94],
    );
    assert.deepEqual(
      [94, 0, 1].map((k) => map.columnOf(k)),
      [1, 2, -1],
    );
    assert.equal(map.classOf(0), -1);
  });

  for (const [title, text, expected] of [
    ["broken JSON", '{"classes": [', /expected a JSON document/],
    ["a JSON list", '["a"]', /expected an object with a list "classes", got a list/],
    ["no classes", '{"classes": []}', /expected an object with a list "classes"/],
    ["a class without a label", '{"classes": [{"index": 0}]}', /classes\[0\] with "index"/],
    [
      "a column that is a text",
      '{"classes": [{"index": 0, "label": "a", "column": "1"}]}',
      /"column"/,
    ],
    [
      "a column outside the head",
      '{"classes": [{"index": 0, "label": "a", "column": 2}]}',
      /columns from 0 to 1, got 2/,
    ],
    [
      "a fraction as index",
      '{"classes": [{"index": 0.5, "label": "a"}]}',
      /every class index once/,
    ],
    [
      "an index twice",
      '{"classes": [{"index": 0, "label": "a"}, {"index": 0, "label": "b", "column": 1}]}',
      /every class index once/,
    ],
    [
      "a column twice",
      '{"classes": [{"index": 0, "label": "a"}, {"index": 1, "label": "b", "column": 0}]}',
      /one class per column, got column 0 of class 0/,
    ],
    [
      "a width that is no number",
      '{"width": "2", "classes": [{"index": 0, "label": "a"}]}',
      /"width"/,
    ],
    [
      "another width",
      '{"width": 3, "classes": [{"index": 0, "label": "a"}]}',
      /2 outputs, got one for 3/,
    ],
    ["an empty line", "a\n\nb", /an empty line 2/],
  ] as const) {
    test(`refuses a file with ${title}`, (t) => {
      const root = fileTree(t, { "map.json": text });
      assert.throws(() => resolveClassMap(join(root, "map.json"), 2), {
        code: "CLASS_MAP_INVALID",
        message: expected,
      });
    });
  }
});

describe("portableClassMap", () => {
  test("a file becomes the document that gives the same map anywhere; the rest stays", (t) => {
    const lines = "zebra\nhorse\nmule\n";
    const file = join(fileTree(t, { "animals.txt": lines }), "animals.txt");
    const map = resolveClassMap(file, 3);
    const document = portableClassMap(file, map);
    assert.ok(typeof document === "object");
    const again = resolveClassMap(JSON.parse(JSON.stringify(document)) as typeof document, 3);
    assert.deepEqual(again.classes, map.classes);
    assert.deepEqual([again.name, again.width], [map.name, map.width]);
    for (const { index } of map.classes) assert.equal(again.columnOf(index), map.columnOf(index));
    assert.equal(portableClassMap("imagenet1k", resolveClassMap("imagenet1k", 1000)), "imagenet1k");
    assert.equal(portableClassMap(undefined, resolveClassMap(undefined, 1000)), undefined);
  });
});
