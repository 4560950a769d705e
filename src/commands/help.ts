import { Command, type Definition } from "clipanion";
import { VERSION } from "../version.js";

/** The overview: every command in a line. clipanion's own lists all options of all commands. */
export class HelpCommand extends Command {
  static override paths = [["-h"], ["--help"], ["help"]];

  execute(): Promise<void> {
    this.context.stdout.write(`${overview(this.cli.definitions()).join("\n")}\n`);
    return Promise.resolve();
  }
}

/** Commands with a category, by category, in the order in which they were registered. */
export function overview(definitions: readonly Definition[]): string[] {
  const commands = definitions.flatMap(({ path, category, description = "" }) =>
    category === undefined
      ? []
      : [{ name: path.replace("spurious-native ", ""), category, description: description.trim() }],
  );
  const width = Math.max(...commands.map(({ name }) => name.length));
  const categories = [...new Set(commands.map(({ category }) => category))];
  return [
    `spurious-native ${VERSION}: find, measure, see and remove spurious features of image classifiers`,
    "",
    "usage: spurious-native COMMAND [OPTIONS] ...",
    ...categories.flatMap((category) => [
      "",
      category,
      ...commands
        .filter((one) => one.category === category)
        .map(({ name, description }) => `  ${name.padEnd(width)}  ${description}`),
    ]),
    "",
    "`spurious-native COMMAND --help` shows a command's options and an example.",
    "Begin with `spurious-native eval --demo`.",
  ];
}
