import { type Column, terminalTable } from "../results/terminal-table.js";
import type { Style } from "../terminal/style.js";
import type { BenchDocument, BenchRow } from "./document.js";
import { machineLines } from "./machine.js";

/** Above this, other work has touched the figures. */
const DISTURBED = 0.05;

/** The readable form of a benchmark's document. */
export function benchLines(document: BenchDocument, style: Style): string[] {
  const { title, rounds, machine, rows, skipped, notes } = document;
  const cells = rows.map((row) => benchCells(row));
  return [
    `${style.bold(document.benchmark)}: ${title}`,
    ...machineLines(machine),
    `${String(rounds)} runs of each in turn, every side in its own process; medians`,
    "",
    ...terminalTable(benchColumns(document), cells, (text, row, column) =>
      column === 0 && rows[row]?.role === "own" ? style.bold(text) : text,
    ),
    "",
    ...rows.map(
      ({ name, version, warmUp, readySeconds }) =>
        `${name}: ${version}; before the first run: ${warmUp}, ready after ${readySeconds.toFixed(1)} s`,
    ),
    ...rows.flatMap(({ name, agreement }) =>
      agreement === null ? [] : [`same work as ${name}: ${agreement}`],
    ),
    ...skipped.map(
      ({ name, reason, install }) =>
        `not measured: ${name}: ${reason}${install === null ? "" : ` (${install})`}`,
    ),
    ...notes,
    ...disturbance(document).map((line) => style.red(line)),
  ];
}

export function benchColumns({ unit }: Pick<BenchDocument, "unit">): Column[] {
  return [
    { title: "", align: "left" },
    { title: unit, align: "right" },
    { title: "least – greatest", align: "left" },
    { title: "own / this", align: "right" },
    { title: "by round", align: "left" },
    { title: "whole process", align: "right" },
    { title: "what it is", align: "left" },
  ];
}

export function benchCells({
  name,
  description,
  summary,
  ownRatio,
  role,
  details,
}: BenchRow): string[] {
  const seconds = details["processSeconds"];
  return [
    name,
    rate(summary.median),
    `${rate(summary.least)} – ${rate(summary.greatest)}`,
    ownRatio === null ? "" : ratio(ownRatio.ratio, role),
    ownRatio === null ? "" : `${ratio(ownRatio.least, role)} – ${ratio(ownRatio.greatest, role)}`,
    seconds === undefined ? "" : `${seconds.toFixed(1)} s`,
    role === "limit" ? `limit: ${description}` : description,
  ];
}

/** Three significant digits, and all digits before the point. */
export function rate(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString("en-US");
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** How often a peer goes into this program; the part of a limit that this program reaches. */
function ratio(value: number, role: BenchRow["role"]): string {
  return role === "limit" ? `${(value * 100).toFixed(0)} %` : `${value.toFixed(2)} x`;
}

/** What to say when other work ran on the machine meanwhile. */
export function disturbance({ othersShare }: Pick<BenchDocument, "othersShare">): string[] {
  if (othersShare === null || othersShare <= DISTURBED) return [];
  return [
    `other work used ${(othersShare * 100).toFixed(0)} % of the processors meanwhile: measure again on a quiet machine`,
  ];
}
