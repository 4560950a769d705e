import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { unpickle } from "../../../src/artefacts/pickle.js";
import {
  PickleError,
  PickleGlobal,
  PickleTruncated,
  type PickleValue,
} from "../../../src/artefacts/pickle-values.js";
import { readFixture } from "../../helpers/fixtures.js";

const read = (name: string): PickleValue => unpickle(readFixture(`checkpoints/${name}`)).value;

/** A pickle from opcodes as characters, without the stop. */
const pickle = (opcodes: string): Buffer => Buffer.from(`${opcodes}.`, "latin1");

const EXPECTED = new Map<PickleValue, PickleValue>([
  ["ints", [0, 255, 256, 65535, 65536, -1, 2 ** 31, -(2 ** 31), 2n ** 63n, -(2n ** 100n)]],
  ["floats", [0.5, -1e300, Infinity]],
  ["texts", ["", "plain", "café 中 😀", "line\nbreak \\ 'quote'", "x".repeat(300)]],
  ["constants", [null, true, false]],
  ["tuples", [[], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4]]],
  [
    "dicts",
    [
      new Map(),
      new Map([["a", new Map([["b", [1]]])]]),
      new Map([
        ["z", 1],
        ["a", 2],
      ]),
    ],
  ],
  ["shared", [[1], [1]]],
]);

describe("plain values", () => {
  for (const protocol of [0, 1, 2, 3, 4, 5]) {
    test(`of protocol ${protocol} are what Python wrote`, () => {
      const value = read(`protocol-${protocol}.pkl`) as Map<PickleValue, PickleValue>;
      assert.deepEqual(value, EXPECTED);
      const shared = value.get("shared") as PickleValue[];
      assert.equal(shared[0], shared[1], "one list, twice");
    });
  }

  for (const protocol of [3, 4, 5]) {
    test(`bytes of protocol ${protocol}`, () => {
      const value = read(`bytes-${protocol}.pkl`) as Map<PickleValue, PickleValue>;
      assert.deepEqual([...(value.get("bytes") as Buffer)], [0, 1, 255]);
      assert.deepEqual(value.get("long"), Buffer.alloc(300, "y"));
      if (protocol === 5) assert.deepEqual(value.get("array"), Buffer.from("abc"));
    });
  }

  test("the number of bytes read is told, and what follows is left alone", () => {
    const { value, length } = unpickle(Buffer.from("K\x07.rest", "latin1"));
    assert.deepEqual([value, length], [7, 3]);
  });

  test("of Python 2", () => {
    assert.deepEqual(unpickle(pickle("U\x02a\xe9")).value, "aé");
    assert.deepEqual(unpickle(pickle("S'it\\'s \\x41\\n'\n")).value, "it's A\n");
    assert.deepEqual(unpickle(pickle("L-12345678901234567890L\n")).value, -12345678901234567890n);
    assert.deepEqual(unpickle(pickle("I01\n")).value, true);
  });
});

describe("code in a pickle", () => {
  for (const name of ["hostile-0.pkl", "hostile-4.pkl"]) {
    test(`${name}: refused by the name of the function it wants`, () => {
      assert.throws(
        () => read(name),
        (error: unknown) => {
          assert.ok(error instanceof PickleError);
          assert.match(error.got, /^a pickle that wants (posix|nt)\.system, which was not run$/);
          return true;
        },
      );
    });
  }

  test("the opcodes that make instances go through the table too", () => {
    for (const opcodes of [
      "(ios\nsystem\n",
      "(cos\nsystem\nX\x01\x00\x00\x00ao",
      "cos\nsystem\n)\x81",
    ]) {
      assert.throws(() => unpickle(pickle(opcodes)), /wants os\.system/);
    }
  });

  test("names of the registry of extensions, sets and buffers outside are no plain values", () => {
    for (const opcode of ["\x82\x01", "\x8f", "(\x91", "\x97"]) {
      assert.throws(() => unpickle(pickle(opcode)), PickleError);
    }
  });

  test("what a table allows is called with its arguments, and nothing else can be called", () => {
    const sum = new PickleGlobal("my.sum", ([a, b]) => Number(a) + Number(b));
    const resolve = (module: string, name: string) =>
      `${module}.${name}` === "my.sum" ? sum : undefined;
    assert.equal(unpickle(pickle("cmy\nsum\nK\x02K\x03\x86R"), { resolve }).value, 5);
    assert.throws(() => unpickle(pickle("K\x02)R")), /can be called, got 2/);
    assert.throws(() => unpickle(pickle("cmy\nsum\nK\x02R"), { resolve }), PickleError);
    assert.throws(() => unpickle(pickle("cmy\nother\n"), { resolve }), /wants my\.other/);
  });

  test("a reference to something outside needs the caller's word", () => {
    const persistent = (id: PickleValue): PickleValue => [id, "found"];
    assert.deepEqual(unpickle(pickle("K\x01Q"), { persistent }).value, [1, "found"]);
    assert.deepEqual(unpickle(pickle("Pkey\n"), { persistent }).value, ["key", "found"]);
    assert.throws(() => unpickle(pickle("K\x01Q")), PickleError);
  });
});

describe("damaged pickles", () => {
  test("every shorter beginning of a pickle is truncated or wrong, never accepted", () => {
    for (const name of ["protocol-0.pkl", "protocol-2.pkl", "protocol-4.pkl"]) {
      const whole = readFixture(`checkpoints/${name}`);
      for (let length = 0; length < whole.length; length++) {
        assert.throws(() => unpickle(whole.subarray(0, length)), PickleTruncated);
      }
    }
  });

  test("any byte changed gives a value or a PickleError, and nothing else", () => {
    const whole = readFixture("checkpoints/protocol-4.pkl");
    for (let at = 0; at < whole.length; at++) {
      for (const byte of [0x00, 0x28, 0x2e, 0x52, 0x62, 0x74, 0x81, 0x93, 0xff]) {
        const changed = Buffer.from(whole);
        changed[at] = byte;
        try {
          unpickle(changed);
        } catch (error) {
          assert.ok(error instanceof PickleError, `byte ${at}: ${String(error)}`);
        }
      }
    }
  });

  const WRONG: Readonly<Record<string, string>> = {
    "an empty stack": "",
    "a mark that is not there": "t",
    "a value below a mark": "K\x01(a",
    "a memory that was never filled": "h\x05",
    "a key without a value": "}(K\x01u",
    "appending to a number": "K\x01K\x02a",
    "an item of a list": "]K\x01K\x02s",
    "state for a number": "K\x01}b",
    "a protocol of the future": "\x80\x06N",
    "digits that are none": "I1x\n",
    "a float that is none": "Fone\n",
    "a float named like a method of JavaScript's objects": "Fconstructor\n",
    "a text without quotes": "Sabc\n",
    "a number of a million bytes": "\x8b\x00\x00\x10\x00",
    "a negative length": "\x8b\xff\xff\xff\xff",
    "named arguments": "ccollections\nOrderedDict\n)}K\x01K\x02s\x92",
    "pairs that are none": "ccollections\nOrderedDict\n]K\x01a\x85R",
  };
  for (const [what, opcodes] of Object.entries(WRONG)) {
    test(`${what} is refused`, () => {
      assert.throws(() => unpickle(pickle(opcodes)), PickleError);
    });
  }

  test("a length past the end takes no memory", () => {
    const before = process.memoryUsage().rss;
    assert.throws(() => unpickle(pickle("\x8e\xff\xff\xff\xff\xff\xff\xff\x7f")), PickleTruncated);
    assert.throws(() => unpickle(pickle("B\xff\xff\xff\xffab")), PickleTruncated);
    assert.ok(process.memoryUsage().rss - before < 50_000_000);
  });

  test("100,000 lists in each other are read without a deep stack", () => {
    const { value } = unpickle(pickle("]".repeat(100_000) + "a".repeat(99_999)));
    let depth = 1;
    for (let list = value as PickleValue[]; list.length > 0; list = list[0] as PickleValue[])
      depth++;
    assert.equal(depth, 100_000);
  });

  test("a list that holds itself is read", () => {
    const value = unpickle(pickle("]q\x00h\x00a")).value as PickleValue[];
    assert.equal(value[0], value);
  });
});

describe("values that a hostile pickle uses again and again", () => {
  /** A list that is remembered, then given to a call so many times. */
  const repeated = (items: number, calls: number): Buffer =>
    pickle(`](${"N".repeat(items)}eq\x000${"ccopy\nof\nh\x00\x85R0".repeat(calls)}N`);
  const copies = {
    resolve: (module: string, name: string) =>
      new PickleGlobal(`${module}.${name}`, ([list]) => list ?? null),
  };

  test("are given to calls as often as files of numbers do", () => {
    assert.equal(unpickle(repeated(1000, 20), copies).value, null);
  });

  test("end with an error before they have been copied without end", () => {
    assert.throws(() => unpickle(repeated(100_000, 2000), copies), {
      name: "PickleError",
      message: /values used about once, got some used again and again/,
    });
  });
});
