import { readFile } from "node:fs/promises";
import { Classifier, type ClassifierRequest } from "../../models/classifier.js";
import { VERSION } from "../../version.js";
import { spreadDirections } from "../directions.js";
import { serve } from "./serve.js";

interface CamWork {
  readonly classifier: ClassifierRequest;
  readonly components: number;
  /** File of bytes [batch, size, size, 3]. */
  readonly pixels: string;
  readonly batch: number;
  readonly size: number;
}

const WARM_UP = 2;

await serve(async () => {
  const work = JSON.parse(process.argv[2] ?? "") as CamWork;
  const { components, batch, size } = work;
  const classifier = await Classifier.open({ ...work.classifier, needsFeatures: true });
  const { engine, normalization } = classifier;
  const { mean, std } = normalization.value;
  const d = engine.description.head?.features ?? 0;
  const request = {
    components,
    dimensions: d,
    column: 0,
    directions: spreadDirections(components, d),
    classMean: new Float32Array(d),
    pixels: new Uint8Array(await readFile(work.pixels)),
    count: batch,
    height: size,
    width: size,
    mean,
    std,
    batch,
  };
  let first = await engine.gradCam(request);
  for (let i = 1; i < WARM_UP; i++) first = await engine.gradCam(request);
  const plane = size * size;
  const meanOf = (component: number): number => {
    const at = component * batch * plane;
    return first.maps.subarray(at, at + plane).reduce((a, b) => a + b, 0) / plane;
  };
  return {
    readiness: {
      version: `spurious-native ${VERSION}, ${first.method}`,
      warmUp: `${String(WARM_UP)} batches`,
      answer: Array.from({ length: components }, (_, l) => meanOf(l)),
    },
    async run() {
      await engine.gradCam(request);
      return components * batch;
    },
    close: () => engine.dispose(),
  };
});
