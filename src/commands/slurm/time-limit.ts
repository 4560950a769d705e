import { invalidFlag } from "../base.js";

const FORMS = "minutes, or a time as Slurm writes it: M:S, H:M:S, D-H, D-H:M or D-H:M:S";

/** Whole minutes of a time limit as Slurm reads it, rounded up. @throws USAGE_INVALID */
export function minutesOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, days, clock = ""] = /^(?:(\d{1,4})-)?(\d{1,6}(?::\d{1,2}){0,2})$/.exec(text) ?? [];
  const numbers = clock.split(":").map(Number);
  // Behind days the first number is of hours; without them one or two are of minutes and seconds.
  const isWithoutHours = days === undefined && numbers.length < 3;
  const [hours = 0, minutes = 0, seconds = 0] = isWithoutHours ? [0, ...numbers] : numbers;
  const total = (Number(days ?? 0) * 24 + hours) * 60 + minutes + Math.ceil(seconds / 60);
  if (clock !== "" && total >= 1) return total;
  throw invalidFlag(flag, text, FORMS);
}
