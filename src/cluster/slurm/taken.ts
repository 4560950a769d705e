import { SpuriousError } from "../../errors.js";
import { foundAt } from "../../results/result-folder.js";

/** @throws OUTPUT_EXISTS there is something where the result of a plan is to go */
export async function refuseTaken(out: string): Promise<void> {
  const found = await foundAt(out);
  if (found === null) return;
  throw new SpuriousError(
    "OUTPUT_EXISTS",
    `the result of a plan: ${out}: expected nothing there, got ${found}`,
    { input: out, hint: "plan with another --out, or with --force in the planned command line" },
  );
}
