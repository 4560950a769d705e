import type { Judgement } from "./answers.js";
import type { JudgedComponent } from "./judged-components.js";

/**
 * How the judgements of several people become one: `majority` is more than half of those who judged
 * the component, `unanimous` all of them.
 */
export const RULES = ["majority", "unanimous"] as const;

export type Rule = (typeof RULES)[number];

/**
 * The judgement that holds; null where the rule gives none.
 * @param adjudicated the adjudicator's judgement decides, whatever the others say
 */
export function decide(
  { judged }: Pick<JudgedComponent, "judged">,
  rule: Rule,
  adjudicated: Judgement | null = null,
): Judgement | null {
  if (adjudicated !== null) return adjudicated;
  const votes = new Map<Judgement, number>();
  for (const { judgement } of judged) votes.set(judgement, (votes.get(judgement) ?? 0) + 1);
  for (const [judgement, count] of votes) {
    if (rule === "unanimous" ? count === judged.length : count * 2 > judged.length)
      return judgement;
  }
  return null;
}
