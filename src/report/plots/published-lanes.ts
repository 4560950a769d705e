import type { PublishedScore } from "../../imagenet/facts.js";
import type { Interval } from "../../scoring/bootstrap.js";
import { score } from "../format.js";
import { html, type Markup } from "../html.js";
import { PRETRAINING_GROUPS, pretrainingGroup, type PublishedPlace } from "../published.js";
import { acrossWidth, percentOfWidth, px, type Scale } from "./coordinates.js";

const TOP = 20;
const LANE_HEIGHT = 74;
const LANE_MIDDLE = 40;
/** From the line of a lane up to its name. */
const NAME_RISE = 10;
/** Dots nearer than this are put above or below each other. */
const NEAR = 0.0055;
const DODGE = 8.5;

/**
 * The published models in lanes by what they were trained on; a line and a band mark this model and
 * its interval.
 */
export function publishedLanes(
  { published }: PublishedPlace,
  mean: number,
  ci: Interval | null,
): Markup {
  const lowest = Math.min(0.6, Math.floor(((ci?.[0] ?? mean) - 0.01) * 10) / 10);
  const x = acrossWidth(lowest, 1);
  const bottom = TOP + PRETRAINING_GROUPS.length * LANE_HEIGHT;
  const lanes = PRETRAINING_GROUPS.map((group, at) =>
    lane(
      group,
      published.filter((row) => pretrainingGroup(row) === group),
      x,
      TOP + at * LANE_HEIGHT,
    ),
  );
  const band =
    ci &&
    html`<rect class="band" x="${percentOfWidth(x(ci[0]))}" y="${TOP}" width="${percentOfWidth(x(ci[1]) - x(ci[0]))}" height="${bottom - TOP}"/>`;
  const here = percentOfWidth(x(mean));
  const anchor = x(mean) > 80 ? "end" : x(mean) < 20 ? "start" : "middle";
  return html`<svg class="published" width="100%" height="${bottom + 22}" aria-hidden="true">${band}${lanes}<line class="here" x1="${here}" x2="${here}" y1="${TOP}" y2="${bottom}"/><text class="here-text" x="${here}" y="13" text-anchor="${anchor}">this model ${score(mean)}</text>${ticks(lowest, x, bottom + 16)}</svg>`;
}

function ticks(lowest: number, x: Scale, y: number): Markup[] {
  const count = Math.round((1 - lowest) * 10) + 1;
  return Array.from({ length: count }, (_, i) => {
    const tick = lowest + i / 10;
    const anchor = i === 0 ? "start" : i === count - 1 ? "end" : "middle";
    const at = i === 0 ? 0 : i === count - 1 ? 100 : x(tick);
    return html`<text x="${percentOfWidth(at)}" y="${y}" text-anchor="${anchor}">${tick.toFixed(1)}</text>`;
  });
}

function lane(group: string, models: readonly PublishedScore[], x: Scale, top: number): Markup {
  const middle = top + LANE_MIDDLE;
  const dots = stacked(models).map(
    ({ row, level }) =>
      html`<circle class="model" cx="${percentOfWidth(x(row.score))}" cy="${px(middle + level * DODGE)}" r="4"><title>${`${row.model} (${row.pretraining}): ${score(row.score)}`}</title></circle>`,
  );
  return html`<text class="lane" x="0" y="${middle - NAME_RISE}">${group}</text><line class="grid" x1="0" x2="100%" y1="${middle}" y2="${middle}"/>${dots}`;
}

/** Levels 0, 1, -1, 2, -2, ...: the first in which a model's neighbours leave room for its dot. */
function stacked(models: readonly PublishedScore[]): { row: PublishedScore; level: number }[] {
  const last = new Map<number, number>();
  return [...models]
    .sort((a, b) => a.score - b.score)
    .map((row) => {
      let step = 0;
      const level = (): number => (step % 2 === 0 ? -step / 2 : (step + 1) / 2);
      while (row.score - (last.get(level()) ?? -Infinity) < NEAR) step++;
      last.set(level(), row.score);
      return { row, level: level() };
    });
}
