import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";

import { tarFile } from "./tar.js";

/** Every file below a folder, by its path. Links are followed. */
export function filesOf(folder: string, above = ""): Record<string, Buffer> {
  const files: Record<string, Buffer> = {};
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) Object.assign(files, filesOf(path, `${above}${name}/`));
    else files[above + name] = readFileSync(path);
  }
  return files;
}

/** A tar file of a folder. @param top a folder in it that holds all */
export function tarOf(folder: string, to: string, top = ""): string {
  writeFileSync(to, tarFile(filesOf(folder, top)));
  return to;
}

/** A tar file of tar files, one of each class folder, as ImageNet's training set. */
export function tarOfTars(folder: string, to: string): string {
  const classes = readdirSync(folder).map((name) => {
    return [`${name}.tar`, tarFile(filesOf(join(folder, name)))] as const;
  });
  writeFileSync(to, tarFile(Object.fromEntries(classes)));
  return to;
}

/** A WebDataset, a shard of each class folder, whose name the labels are; gives the pattern. */
export function webDatasetOf(folder: string, to: string): string {
  const names = readdirSync(folder);
  for (const [i, name] of names.entries()) {
    const samples: Record<string, Buffer | string> = {};
    for (const [file, content] of Object.entries(filesOf(join(folder, name)))) {
      samples[file] = content;
      samples[`${file.slice(0, -extname(file).length)}.cls`] = `${name}\n`;
    }
    writeFileSync(`${to}-00${String(i)}.tar`, tarFile(samples));
  }
  return `${to}-{000..00${String(names.length - 1)}}.tar`;
}
