import { SpuriousError } from "../errors.js";
import type { ClassMap } from "../imagenet/class-info.js";
import { describeClasses } from "../imagenet/find-class.js";
import type { Watch } from "../sources/index-walks.js";
import { openPictureTree } from "../sources/open-tree.js";
import type { PictureTree } from "../sources/picture-tree.js";
import { findValFolder, readValSet, type ValSet } from "./imagenet-val.js";
import { compareCodePoints } from "./order.js";
import type { Benchmark } from "./sample.js";
import { readSpuriousSet, type SpuriousSet } from "./spurious-imagenet.js";

export interface BenchmarkRequest extends Watch {
  /** The spurious pictures, as openPictureTree takes them; may hold `imagenet/val` too. */
  readonly data: string;
  /** The validation pictures. */
  readonly val?: string | undefined;
  /** Like `val`, but used only if `data` holds no validation pictures itself. */
  readonly valFallback?: string | undefined;
  readonly classMap: ClassMap;
}

/** Classes named in a message before "and N more". */
const SHOWN = 10;

/**
 * Joins spurious and validation pictures of the same classes, in an order that does not depend on
 * the file system.
 * @throws DATA_NOT_FOUND a folder does not exist
 * @throws DATA_NOT_GIVEN no validation folder, given or inside `data`
 * @throws DATA_LAYOUT a folder holds something else; the message shows what, the hint what is expected
 * @throws DATA_CLASS_WITHOUT_VAL classes with spurious but without validation pictures, by name
 */
export async function openBenchmark(request: BenchmarkRequest): Promise<Benchmark> {
  const { classMap } = request;
  const data = await openPictureTree(request.data, request);
  const spurious = await readSpuriousSet(data, classMap);
  const wanted = new Set(spurious.classes.map(({ index }) => index));
  const val = await readValSet(await valTree(request, data), classMap, wanted);
  if ((await spurious.tree.realRoot()) === (await val.tree.realRoot())) {
    throw new SpuriousError(
      "DATA_LAYOUT",
      `data not usable: ${val.tree.root}: expected spurious and validation pictures in two folders, ` +
        "got the same one for both",
      { input: val.tree.root },
    );
  }
  requireValOfEveryClass(spurious, val, classMap);
  return {
    spuriousRoot: spurious.tree.root,
    valRoot: val.tree.root,
    layout: spurious.layout,
    valLayout: val.layout,
    samples: [...spurious.samples, ...val.samples].sort(
      (a, b) => a.classIndex - b.classIndex || compareCodePoints(a.path, b.path),
    ),
    classes: spurious.classes,
    ignored: [...spurious.ignored, ...val.ignored],
    sizeOf: ({ split, path }) => (split === "val" ? val : spurious).tree.sizeOf(path),
  };
}

async function valTree(request: BenchmarkRequest, inside: PictureTree): Promise<PictureTree> {
  const { data, val, valFallback, classMap } = request;
  if (val !== undefined) return openPictureTree(val, request);
  const found = await findValFolder(inside, classMap);
  if (found !== null) return found.tree;
  if (valFallback === undefined) {
    throw new SpuriousError(
      "DATA_NOT_GIVEN",
      `validation pictures not named: ${data}: expected --val or imagenet/val inside it, got neither`,
      { input: data },
    );
  }
  return openPictureTree(valFallback, request);
}

/** The original counts such a class as 0, which silently lowers the mean. */
function requireValOfEveryClass(spurious: SpuriousSet, val: ValSet, classMap: ClassMap): void {
  const present = new Set(val.samples.map(({ classIndex }) => classIndex));
  const missing = spurious.classes.filter(({ index }) => !present.has(index));
  if (missing.length === 0) {
    return;
  }
  const indices = new Set(missing.map(({ index }) => index));
  const infos = classMap.classes.filter(({ index }) => indices.has(index));
  const more = infos.length > SHOWN ? ` and ${infos.length - SHOWN} more` : "";
  throw new SpuriousError(
    "DATA_CLASS_WITHOUT_VAL",
    `classes without validation pictures: ${val.tree.root}: expected pictures of all ` +
      `${spurious.classes.length} classes of ${spurious.tree.root}, got ${val.found} with none of ` +
      `${describeClasses(infos.slice(0, SHOWN))}${more}`,
    { input: val.tree.root },
  );
}
