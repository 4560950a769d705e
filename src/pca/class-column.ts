import { SpuriousError } from "../errors.js";
import type { ClassMap } from "../imagenet/class-info.js";

/** Column of a class in the model's head. @throws CLASS_MAP_INVALID the head lacks the class */
export function requireColumn(classMap: ClassMap, classIndex: number): number {
  const column = classMap.columnOf(classIndex);
  if (column !== -1) return column;
  throw new SpuriousError(
    "CLASS_MAP_INVALID",
    `matching classes: ${classMap.name}: expected a column of the model's head for class ${String(classIndex)}, got none`,
    { input: classMap.name, hint: "leave the class out, or pass the model's own --class-map" },
  );
}
