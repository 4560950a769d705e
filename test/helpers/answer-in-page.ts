import assert from "node:assert/strict";
import { askRaw } from "./label-client.js";

type Item = Readonly<Record<string, unknown>>;

/**
 * Answers for every item of a served page as its script does: state, item, answer, one by one.
 * @param answerOf what a person says who sees this item
 */
export async function answerInPage(
  url: string,
  answerOf: (view: Item) => Readonly<Record<string, unknown>>,
): Promise<void> {
  const { port, searchParams } = new URL(url);
  const token = searchParams.get("token") ?? "";
  const headers = {
    Cookie: `spurious-native-label-${port}=${token}`,
    "Content-Type": "application/json",
    "X-Label-Token": token,
  };
  const ask = async (path: string, body?: unknown): Promise<Item> => {
    const method = body === undefined ? "GET" : "POST";
    const { status, body: text } = await askRaw(Number(port), path, { method, headers, body });
    assert.equal(status, 200, text);
    return JSON.parse(text) as Item;
  };
  const { items, version } = await ask("/api/state");
  let next = version;
  for (const { answer, note, ...id } of items as Item[]) {
    assert.deepEqual([answer, note ?? ""], [null, ""]);
    const address = "place" in id ? String(id["place"]) : Object.values(id).join("/");
    const view = await ask(`/api/item/${address}`);
    ({ version: next } = await ask("/api/answer", { version: next, ...id, ...answerOf(view) }));
  }
}
