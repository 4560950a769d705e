import * as t from "typanion";
import { INTERVAL } from "../results/eval-result-shape.js";

const NUMBER = t.isNullable(t.isNumber());

/** Fields of a LeaderboardDocument. */
export const LEADERBOARD_SHAPE = t.isPartial({
  rows: t.isArray(
    t.isPartial({
      model: t.isString(),
      source: t.isEnum(["published", "result"]),
      pretraining: t.isNullable(t.isString()),
      score: t.isNumber(),
      scoreCi95: INTERVAL,
      auroc: NUMBER,
      accuracy: NUMBER,
      fixedScore: NUMBER,
      fixedAccuracy: NUMBER,
      caveats: t.isArray(t.isString()),
    }),
  ),
});
