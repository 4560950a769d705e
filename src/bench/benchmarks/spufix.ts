import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { inspectModel } from "../../models/inspect.js";
import { addon } from "../../native/load.js";
import { native } from "../../native/native-error.js";
import type { Benchmark, BenchSettings, Plan } from "../benchmark.js";
import { compareNumbers } from "../compare.js";
import { exists } from "../files.js";
import { type BenchModel, benchModel } from "../models.js";
import { randomBytes } from "../random-pixels.js";
import { ownForward, threadCount } from "./forward.js";

/** As many components and classes as the paper has labelled. */
const ROWS = 322;
const CLASSES = 233;
const SEED = 7;

export const spufixBenchmark: Benchmark = {
  name: "spufix",
  description: "forward passes of a model with its fix built in",
  unit: "images/s",
  peers: [],
  compare: compareNumbers,
  async plan(settings): Promise<Plan> {
    const model = await benchModel(settings);
    const mended = await mendedModel(settings, model);
    const { batch, threads, dtype } = settings;
    const plain = await ownForward(settings, model);
    return {
      title: `${model.title}, ${String(model.size)} px, batches of ${String(batch)}, ${dtype}, ${threadCount(threads)}, with a fix of ${String(ROWS)} components`,
      workload: { model: model.title, size: model.size, batch, dtype, threads, components: ROWS },
      contestants: [
        {
          ...(await ownForward(settings, { ...model, file: mended })),
          description: "the file that spufix export writes",
        },
        {
          ...plain,
          name: "without-fix",
          role: "limit",
          description: "the same model before",
        },
      ],
      skipped: [],
      notes: [
        `The fix is made of seeded random directions: ${String(ROWS)} components of ${String(CLASSES)} classes, as many as the paper labelled. Logits differ by what it takes away.`,
      ],
    };
  },
};

/** The model with a random fix, as `spufix export` writes it; made once. */
async function mendedModel({ note }: BenchSettings, model: BenchModel): Promise<string> {
  const file = join(model.folder, "mended.pt");
  if (await exists(file)) return file;
  note("building a fix into the model (once)");
  const { head, metadata } = await inspectModel(model.file);
  const dimensions = head?.features ?? 0;
  const outputs = head?.classes ?? 0;
  const bytes = randomBytes(ROWS * dimensions, SEED);
  await mkdir(model.folder, { recursive: true });
  await native(
    addon().writeMendedModel({
      model: model.file,
      path: file,
      rows: ROWS,
      dimensions,
      slopes: Float32Array.from(bytes, (byte) => (byte - 127.5) / 5000),
      offsets: new Float32Array(ROWS),
      columns: Int32Array.from({ length: ROWS }, (_, row) => ((row % CLASSES) * 4) % outputs),
      // Says, as in an exported fix, that the logits are not the head's own.
      extraFiles: {
        "spurious_native.json": JSON.stringify({ ...metadata, spufix: { rows: ROWS } }),
      },
    }),
  );
  return file;
}
