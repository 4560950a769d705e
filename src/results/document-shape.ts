import * as t from "typanion";

/** 0, 1, 2, ... */
export const WHOLE_NUMBER = t.cascade(t.isNumber(), [t.isInteger(), t.isPositive()]);

/** 1, 2, 3, ... */
export const COUNTING_NUMBER = t.cascade(t.isNumber(), [t.isInteger(), t.isAtLeast(1)]);

/**
 * What is wrong with the fields of a JSON document, in words: the first one that is missing or of
 * another kind. Further fields are no fault: later versions of a schema add some.
 */
export function shapeFault(document: unknown, shape: t.AnyStrictValidator): string | null {
  const errors: string[] = [];
  if (shape(document, { errors })) return null;
  const [first = "something else"] = errors;
  return first.replace(/^\.?: /, "").replace(/: Expected /, ": expected ");
}
