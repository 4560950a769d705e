import { readFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { addon } from "../native/load.js";
import { VERSION } from "../version.js";

/** What a figure was measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly virtual: boolean;
  /** Instruction sets that matter to convolutions and to decoding. */
  readonly instructions: readonly string[];
  readonly memoryBytes: number;
  readonly platform: string;
  readonly node: string;
  readonly spuriousNative: string;
  readonly torch: string;
  readonly torchKernels: string;
  readonly preprocessingKernels: string;
}

const INSTRUCTIONS = [
  "avx2",
  "avx512f",
  "avx512_vnni",
  "avx512_bf16",
  "amx_bf16",
  "amx_int8",
  "asimd",
  "bf16",
  "sve",
];

export function describeMachine(): Machine {
  const { torch, cpuCapability, simd } = addon().addonInfo();
  const processor = parseCpuInfo(cpuInfo());
  return {
    cpu: `${cpus()[0]?.model.trim() ?? "unknown"}${processor.generation}`,
    cores: availableParallelism(),
    virtual: processor.flags.includes("hypervisor"),
    instructions: INSTRUCTIONS.filter((name) => processor.flags.includes(name)),
    memoryBytes: totalmem(),
    platform: `${process.platform}-${process.arch}`,
    node: process.version,
    spuriousNative: VERSION,
    torch,
    torchKernels: cpuCapability,
    preprocessingKernels: simd,
  };
}

/** @param text the content of /proc/cpuinfo */
export function parseCpuInfo(text: string): { generation: string; flags: string[] } {
  const field = (name: RegExp): string | undefined => {
    const line = text.split("\n").find((one) => name.test(one));
    return line?.slice(line.indexOf(":") + 1).trim();
  };
  const family = field(/^cpu family\s*:/);
  const model = field(/^model\s*:/);
  return {
    // Virtual machines hide the marketing name; these tell the generation.
    generation: family && model ? ` (family ${family}, model ${model})` : "",
    flags: (field(/^(flags|Features)\s*:/) ?? "").split(/\s+/),
  };
}

function cpuInfo(): string {
  try {
    return readFileSync("/proc/cpuinfo", "utf8");
  } catch {
    return "";
  }
}

export function machineLines(machine: Machine): string[] {
  const { cpu, cores, virtual, instructions, memoryBytes } = machine;
  const gigabytes = (memoryBytes / 1e9).toFixed(0);
  return [
    `${cpu}, ${String(cores)} ${virtual ? "virtual cores" : "cores"}, ${gigabytes} GB, ${instructions.join(" ")}`,
    `${machine.platform}, Node ${machine.node}, libtorch ${machine.torch} (${machine.torchKernels}), pixels ${machine.preprocessingKernels}`,
  ];
}
