import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { machineLines, parseCpuInfo } from "../../../src/bench/machine.js";
import { MACHINE } from "./documents.js";

describe("description of the machine", () => {
  test("tells a processor's generation and instruction sets", () => {
    const text = [
      "processor\t: 0",
      "vendor_id\t: AuthenticAMD",
      "cpu family\t: 26",
      "model\t\t: 17",
      "model name\t: AMD EPYC",
      "flags\t\t: fpu avx2 avx512f hypervisor",
      "",
      "processor\t: 1",
      "cpu family\t: 99",
    ].join("\n");
    assert.deepEqual(parseCpuInfo(text), {
      generation: " (family 26, model 17)",
      flags: ["fpu", "avx2", "avx512f", "hypervisor"],
    });
  });

  test("says nothing where the system tells nothing", () => {
    assert.deepEqual(parseCpuInfo(""), { generation: "", flags: [""] });
  });

  test("prints what a figure depends on", () => {
    const text = machineLines(MACHINE).join("\n");
    for (const part of ["EPYC", "2 virtual cores", "avx512f", "v20.1.0", "2.13.0", "AVX512"]) {
      assert.ok(text.includes(part), part);
    }
  });
});
