/** The other end of describeApart: loads the model file it is given and says what it is. */
import { SpuriousError } from "../errors.js";
import type { DescribeAnswer } from "./describe-apart.js";
import { Engine } from "./engine.js";

process.once("message", (path: string) => {
  void describe(path).then((answer) => {
    // Nothing of the model, its threads included, may keep the process that is asked for an answer.
    process.send?.(answer, () => process.exit());
  });
});

async function describe(path: string): Promise<DescribeAnswer> {
  try {
    await using engine = await Engine.load(path, { device: "cpu" });
    return { description: engine.description };
  } catch (error) {
    if (error instanceof SpuriousError) return { error: error.toJSON() };
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { error: new SpuriousError("INTERNAL", message).toJSON() };
  }
}
