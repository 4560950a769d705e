import { createInterface } from "node:readline";
import { SpuriousError } from "../../errors.js";
import type { Readiness } from "../contestant.js";
import type { Message } from "../messages.js";

export interface Work {
  readonly readiness: Omit<Readiness, "readySeconds">;
  /** Does one run's work; resolves to the units of work done. */
  run(): Promise<number>;
  close(): Promise<void>;
}

/** This program's side of the messages: loads, warms up, then one timed run for every line. */
export async function serve(load: () => Promise<Work>): Promise<void> {
  try {
    const work = await load();
    say({ ready: work.readiness });
    const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
    while ((await lines.next()).done !== true) {
      const begun = performance.now();
      const items = await work.run();
      say({ run: { items, seconds: (performance.now() - begun) / 1000 } });
    }
    await work.close();
  } catch (error) {
    if (!(error instanceof SpuriousError)) throw error;
    say({ failed: `[${error.code}] ${error.message}` });
  }
}

function say(message: Message): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
