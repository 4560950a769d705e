import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { EvaluateRequest } from "../evaluation/evaluate.js";

/** The embedded demo: a small classifier and pictures whose spurious features are known. */
const DEMO = new URL("../../demo/", import.meta.url);

function demoPath(name: string): string {
  return fileURLToPath(new URL(name, DEMO));
}

export const demoFolder = (): string => demoPath("");
export const demoModel = (): string => demoPath("model.pt");
export const demoSpurious = (): string => demoPath("spurious_imagenet");
export const demoVal = (): string => demoPath("imagenet/val");
export const demoTrain = (): string => demoPath("train");

/** The demo's pictures, where the request names no others. */
export function demoRequest(request: EvaluateRequest): EvaluateRequest {
  return { ...request, data: request.data ?? demoSpurious(), val: request.val ?? demoVal() };
}

/** What is planted where (demo/truth.json). */
export interface DemoTruth {
  readonly classes: readonly {
    readonly index: number;
    readonly label: string;
    readonly planted: boolean;
    /** null in a clean class. */
    readonly feature: string | null;
    /** Eigen index of the component that follows the planted feature. */
    readonly component: number;
  }[];
  /** Pictures of the planted classes. */
  readonly pictures: readonly {
    /** Within the demo's folder. */
    readonly path: string;
    readonly class: number;
    readonly split: "train" | "val" | "spurious";
    /** Whether it carries the feature. */
    readonly tagged: boolean;
  }[];
}

export function demoTruth(): DemoTruth {
  return JSON.parse(readFileSync(demoPath("truth.json"), "utf8")) as DemoTruth;
}
