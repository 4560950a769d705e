// A page per command from the commands' own help, so that both always say the same.

import { Cli } from "clipanion";

import { COMMANDS } from "../src/cli.ts";
import { BaseCommand } from "../src/commands/base.ts";
import { ModelCommand } from "../src/commands/model-command.ts";

const BINARY = "spurious-native";
const MADE = "Made from the commands' own help by `npm run docs`.";

/** @returns {Map<string, string>} Markdown by file name, the index (README.md) first */
export function commandPages() {
  const shared = { every: optionsOf(BaseCommand), model: optionsOf(ModelCommand) };
  /** @type {{ name: string, file: string, usage: any, definition: any }[]} */
  const commands = [];
  for (const command of COMMANDS) {
    // Help and version themselves belong to no category.
    if (!command.usage?.category) continue;
    const name = command.paths[0].join(" ");
    const file = `${name.replaceAll(" ", "-")}.md`;
    commands.push({ name, file, usage: command.usage, definition: definitionOf(command) });
  }
  const pages = new Map([["README.md", indexPage(commands)]]);
  for (const command of commands) pages.set(command.file, commandPage(command, shared));
  return pages;
}

/** Definitions of the options of a class that commands extend. */
function optionsOf(base) {
  const command = class extends base {
    static paths = [["options"]];
    static usage = {};
  };
  return new Set(definitionOf(command).options.map(({ definition }) => definition));
}

function definitionOf(command) {
  const cli = new Cli({ binaryName: BINARY });
  cli.register(command);
  return cli.definitions()[0];
}

function indexPage(commands) {
  const categories = [...new Set(commands.map(({ usage }) => usage.category))];
  const tables = categories.flatMap((category) => [
    `## ${category}`,
    "",
    "| command | does |",
    "| --- | --- |",
    ...commands
      .filter(({ usage }) => usage.category === category)
      .map(({ name, file, usage }) => `| [\`${name}\`](${file}) | ${cell(usage.description)} |`),
    "",
  ]);
  return ["# Commands", "", MADE, "", ...tables].join("\n");
}

function commandPage({ name, usage, definition }, shared) {
  const { options } = definition;
  const own = options.filter((one) => !shared.model.has(one.definition));
  const model = options.filter((one) => shared.model.has(one.definition));
  const every = model.filter((one) => shared.every.has(one.definition));
  const required = options.filter((one) => one.required).map((one) => named(one.definition));
  return [
    `# ${name}`,
    "",
    `${sentence(usage.description)}`,
    "",
    "```",
    [definition.usage, ...required, "[OPTIONS]"].join(" "),
    "```",
    "",
    ...paragraphs(usage.details ?? ""),
    "## Examples",
    "",
    ...(usage.examples ?? []).flatMap(([title, line]) => [
      `${sentence(title.trim())}`,
      "",
      "```sh",
      line.replaceAll("$0", BINARY),
      "```",
      "",
    ]),
    ...table("Options", own),
    ...table(
      "Options of the model",
      model.filter((one) => !shared.every.has(one.definition)),
    ),
    ...table("Options of every command", every),
    "[All commands](README.md)",
    "",
  ].join("\n");
}

/** @param {string} title @param {{ definition: string, description?: string, required: boolean }[]} options */
function table(title, options) {
  if (options.length === 0) return [];
  return [
    `## ${title}`,
    "",
    "| option | does |",
    "| --- | --- |",
    ...options.map(({ definition, description = "", required }) => {
      const text = `${cell(description)}${required ? " (required)" : ""}`;
      return `| \`${cell(named(definition))}\` | ${text} |`;
    }),
    "",
  ];
}

/** clipanion calls the value of an option "#0". */
const named = (/** @type {string} */ definition) => definition.replaceAll("#0", "VALUE");

const cell = (/** @type {string} */ text) => text.trim().replaceAll("|", "\\|");

/** The first letter large, a full stop at the end. */
function sentence(/** @type {string} */ text) {
  const whole = text.trim();
  return `${whole.charAt(0).toUpperCase()}${whole.slice(1)}${/[.:!?]$/.test(whole) ? "" : "."}`;
}

/** Details as they stand in the source, without its indentation. */
function paragraphs(/** @type {string} */ details) {
  const lines = details.split("\n").map((line) => line.trim());
  const first = lines.findIndex((line) => line !== "");
  if (first < 0) return [];
  return `${lines.slice(first).join("\n").trimEnd().replaceAll("$0", BINARY)}\n`.split("\n");
}
