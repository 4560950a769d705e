import { readFile } from "node:fs/promises";
import { Classifier, type ClassifierRequest } from "../../models/classifier.js";
import { VERSION } from "../../version.js";
import { serve } from "./serve.js";

interface ForwardWork {
  readonly classifier: ClassifierRequest;
  /** File of bytes [batch, size, size, 3]. */
  readonly pixels: string;
  readonly passes: number;
}

const WARM_UP = 4;

await serve(async () => {
  const {
    classifier: asked,
    pixels: file,
    passes,
  } = JSON.parse(process.argv[2] ?? "") as ForwardWork;
  const classifier = await Classifier.open(asked);
  const { batch, engine, inputSize, normalization } = classifier;
  const { mean, std } = normalization.value;
  const pixels = new Uint8Array(await readFile(file));
  const size = inputSize.value;
  const request = { pixels, count: batch, height: size, width: size, mean, std, batch };

  let first = await engine.forward(request);
  for (let i = 1; i < WARM_UP; i++) first = await engine.forward(request);
  return {
    readiness: {
      version: `spurious-native ${VERSION}`,
      warmUp: `${String(WARM_UP)} passes`,
      answer: [...first.logits.subarray(0, first.classes)],
    },
    async run() {
      for (let i = 0; i < passes; i++) await engine.forward(request);
      return passes * batch;
    },
    close: () => engine.dispose(),
  };
});
