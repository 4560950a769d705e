import { isErrorCode, SpuriousError } from "../errors.js";

/**
 * Awaits a native call. Rejections made in C++ carry a code but no JavaScript frames, so the stack
 * is taken here, where the call is made.
 */
export async function native<T>(call: Promise<T>): Promise<T> {
  const here = new Error("native call");
  try {
    return await call;
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    const { code, input } = cause as Error & { code?: unknown; input?: string };
    const error = new SpuriousError(isErrorCode(code) ? code : "INTERNAL", cause.message, {
      input,
      cause,
    });
    const frames = here.stack?.split("\n").slice(2).join("\n");
    error.stack = `${error.name}: ${error.message}\n${frames ?? ""}`;
    throw error;
  }
}
