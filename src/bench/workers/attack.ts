import { Classifier, type ClassifierRequest } from "../../models/classifier.js";
import type { AttackResult } from "../../native/contract.js";
import { VERSION } from "../../version.js";
import { spreadDirections } from "../directions.js";
import { serve } from "./serve.js";

interface AttackWork {
  readonly classifier: ClassifierRequest;
  readonly components: number;
  readonly steps: number;
  readonly eps: number;
  readonly size: number;
}

const WARM_UP_STEPS = 2;

await serve(async () => {
  const work = JSON.parse(process.argv[2] ?? "") as AttackWork;
  const { components, eps, size } = work;
  const classifier = await Classifier.open(work.classifier);
  const { engine, normalization } = classifier;
  const d = engine.description.head?.features ?? 0;
  const attack = (steps: number): Promise<AttackResult> =>
    engine.attack({
      components,
      dimensions: d,
      column: 0,
      directions: spreadDirections(components, d),
      classMean: new Float32Array(d),
      eigenIndices: Array.from({ length: components }, (_, l) => l),
      classIndex: 0,
      seed: 0,
      eps,
      steps,
      height: size,
      width: size,
      mean: normalization.value.mean,
      std: normalization.value.std,
      batch: components,
      temperature: 1,
      log: true,
    });
  const { log, graph } = await attack(WARM_UP_STEPS);
  return {
    readiness: {
      version: `spurious-native ${VERSION}, ${graph} graph`,
      warmUp: `${String(WARM_UP_STEPS)} steps`,
      // The objective of the grey image: column 0 of the log.
      answer: Array.from({ length: components }, (_, l) => log?.[l * (WARM_UP_STEPS + 1)] ?? 0),
    },
    async run() {
      await attack(work.steps);
      return work.steps;
    },
    close: () => engine.dispose(),
  };
});
