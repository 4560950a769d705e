import { Command } from "clipanion";
import { diagnose, type Diagnosis } from "../doctor/diagnose.js";
import type { Style } from "../terminal/style.js";
import { BaseCommand } from "./base.js";

export class DoctorCommand extends BaseCommand {
  static override paths = [["doctor"]];
  static override usage = Command.Usage({
    category: "Inspect",
    description: "what this machine can do",
    details: `
      Prints Node, the native addon, libtorch and how it was found, CPU features, threads, CUDA and
      cuSOLVER, sharp, where data are found and which setting won, and the size of the cache. The
      exit status is 3 when something that is needed does not work.
    `,
    examples: [["Look", "spurious-native doctor"]],
  });

  async execute(): Promise<number> {
    const diagnosis = await diagnose();
    this.print(diagnosis, () => lines(diagnosis, this.style));
    return diagnosis.problems.length === 0 ? 0 : 3;
  }
}

function lines({ sections, problems }: Diagnosis, style: Style): string[] {
  const width = Math.max(
    ...Object.values(sections).flatMap((section) => Object.keys(section).map((key) => key.length)),
  );
  const described = Object.entries(sections).flatMap(([title, section]) => [
    style.bold(title),
    ...Object.entries(section).map(
      ([key, value]) => `  ${key.padEnd(width)}  ${value === null ? "none" : String(value)}`,
    ),
    "",
  ]);
  if (problems.length === 0) return [...described, style.green("Everything that is needed works.")];
  return [
    ...described,
    style.red(`${String(problems.length)} of the things that are needed do not work:`),
    ...problems.flatMap(({ code, message, hint }) => [
      `  error[${code}]: ${message}`,
      `  hint: ${hint}`,
    ]),
  ];
}
