import { readdir } from "node:fs/promises";
import { SpuriousError } from "../../errors.js";

/** @throws OUTPUT_EXISTS there is something where the result of a plan is to go */
export async function refuseTaken(out: string): Promise<void> {
  let found: string;
  try {
    const names = await readdir(out);
    if (names.length === 0) return;
    found = `a folder with ${names.slice(0, 3).join(", ")}`;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return;
    found = code === "ENOTDIR" ? "a file" : ((error as Error).message ?? "something else");
  }
  throw new SpuriousError(
    "OUTPUT_EXISTS",
    `the result of a plan: ${out}: expected nothing there, got ${found}`,
    { input: out, hint: "plan with another --out, or with --force in the planned command line" },
  );
}
