import { fileURLToPath } from "node:url";
import type { EvaluateRequest } from "../evaluation/evaluate.js";

/** The embedded demo: a small classifier and pictures whose spurious features are known. */
const DEMO = new URL("../../demo/", import.meta.url);

function demoPath(name: string): string {
  return fileURLToPath(new URL(name, DEMO));
}

export function demoModel(): string {
  return demoPath("model.pt");
}

/** The demo's pictures, where the request names no others. */
export function demoRequest(request: EvaluateRequest): EvaluateRequest {
  return {
    ...request,
    data: request.data ?? demoPath("spurious_imagenet"),
    val: request.val ?? demoPath("imagenet/val"),
  };
}
