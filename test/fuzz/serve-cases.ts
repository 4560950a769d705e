import { SpuriousError } from "../../src/errors.js";
import type { FuzzCase, FuzzMessage, FuzzTask, Outcome } from "./case.js";

/**
 * The end of runCases in the other process: makes and reads one case after the other.
 * @param make the same case for the same index, in every run
 */
export function serveCases(make: (index: number) => FuzzCase | Promise<FuzzCase>): void {
  process.once("message", ({ from, to }: FuzzTask) => {
    void serve(make, from, to).then(() => process.exit());
  });
}

async function serve(
  make: (index: number) => FuzzCase | Promise<FuzzCase>,
  from: number,
  to: number,
): Promise<void> {
  for (let index = from; index < to; index++) {
    const one = await make(index);
    await say({ begin: index, origin: one.origin });
    await say({ end: index, outcome: await outcomeOf(one) });
  }
}

/** Of places that a document names. */
const ELSEWHERE = /^(DATA|IMAGE|MODEL|SOURCE|ARCHIVE)_|^OUTPUT_WRITE_FAILED$/;

async function outcomeOf({ name, pointsElsewhere, read }: FuzzCase): Promise<Outcome> {
  try {
    await read();
    return { kind: "read" };
  } catch (error) {
    if (!(error instanceof SpuriousError)) {
      const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { kind: "wrong", what };
    }
    const { input, message } = error;
    const isElsewhere = pointsElsewhere === true && ELSEWHERE.test(error.code);
    const isNamed = isElsewhere
      ? input !== undefined && message.includes(input)
      : message.includes(name) && (input?.includes(name) === true || pointsElsewhere === true);
    if (isNamed && error.code !== "INTERNAL") return { kind: "refused", code: error.code };
    return {
      kind: "wrong",
      what: `[${error.code}] about ${error.input ?? "nothing"}: ${error.message}`,
    };
  }
}

/** Resolves when it is on its way, so that it arrives even if the process dies next. */
function say(message: FuzzMessage): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()));
}
