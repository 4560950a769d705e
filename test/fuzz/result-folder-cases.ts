import { serveFolderCases } from "./folder-cases.js";
import { miningSeeds } from "./mining-seeds.js";
import { partSeeds } from "./part-seeds.js";
import { resultSeeds } from "./result-seeds.js";
import { sourceSeeds } from "./source-seeds.js";

serveFolderCases([
  ...miningSeeds(),
  ...partSeeds(),
  ...(await resultSeeds()),
  ...(await sourceSeeds()),
]);
