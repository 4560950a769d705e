import { classInfos, type ClassMap } from "../imagenet/class-info.js";
import type { EvalResult } from "../results/eval-result.js";
import type { FixAccuracy } from "./fix-evaluation.js";

/** Classes listed of each kind. */
const MOST_LISTED = 10;

/** A class of which a number has changed. */
export interface MovedClass {
  readonly index: number;
  readonly label: string;
  readonly before: number;
  readonly after: number;
  /** After less before. */
  readonly change: number;
}

/** Smaller changes than this are 0.000 in print. */
export const LEAST_SHOWN = 0.0005;

/** The changes that a person is shown; the document has all. */
export function shownChanges(moved: readonly MovedClass[]): MovedClass[] {
  return moved.filter(({ change }) => Math.abs(change) >= LEAST_SHOWN);
}

/** What a fix does to the pictures that do show their class. */
export interface SideEffects {
  /**
   * Whose validation pictures: of all classes of the model, of those that the folder of the accuracy
   * has, or of the benchmark's alone.
   */
  readonly of: "all classes" | "measured classes" | "benchmark classes";
  /** Share of a class's validation pictures that are predicted as it; the largest change first. */
  readonly accuracy: readonly MovedClass[];
  /** Mean p_k over the validation pictures of class k; the largest change first. */
  readonly meanProb: readonly MovedClass[];
}

/**
 * The classes whose accuracy and whose mean probability a fix moves most, from the accuracy over all
 * classes where it was measured, else from the benchmark's validation pictures.
 */
export function sideEffects(
  before: EvalResult,
  after: EvalResult,
  accuracy: FixAccuracy | null,
  classMap: ClassMap,
): SideEffects {
  const infoOf = classInfos(classMap);
  const change = (index: number, first: number | null, second: number | null): MovedClass[] => {
    if (first === null || second === null || first === second) return [];
    const { label } = infoOf(index);
    return [{ index, label, before: first, after: second, change: second - first }];
  };
  if (accuracy) {
    const of = (name: "accuracy" | "meanProb"): MovedClass[] =>
      accuracy.classes.flatMap((one) => {
        const [first = null, second = null] = one[name];
        return change(one.index, first, second);
      });
    const whole = accuracy.classes.length >= accuracy.modelClasses;
    const whose = whole ? "all classes" : "measured classes";
    return listed(whose, of("accuracy"), of("meanProb"));
  }
  const of = (name: "fractionVal" | "meanProbVal"): MovedClass[] =>
    before.classes.flatMap((one, i) =>
      change(one.index, one[name], after.classes[i]?.[name] ?? null),
    );
  return listed("benchmark classes", of("fractionVal"), of("meanProbVal"));
}

function listed(of: SideEffects["of"], accuracy: MovedClass[], meanProb: MovedClass[]) {
  const largest = (moved: MovedClass[]): MovedClass[] =>
    moved
      .sort((a, b) => Math.abs(b.change) - Math.abs(a.change) || a.index - b.index)
      .slice(0, MOST_LISTED);
  return { of, accuracy: largest(accuracy), meanProb: largest(meanProb) };
}
