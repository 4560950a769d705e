// What the page asks of its server.

const TOKEN = document.querySelector("meta[name=label-token]").content;

/** The answers changed since this page read them: in another tab. */
export class Stale extends Error {}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error(
      "The program does not answer: it was stopped. What was saved is on disk; start it again and " +
        "open the address that it prints.",
    );
  }
  if (response.status === 409) throw new Stale();
  if (response.ok) return response.json();
  const text = await response.text();
  let message = text;
  try {
    const { error } = JSON.parse(text);
    message = `${error.message} (${error.hint})`;
  } catch {
    // Plain text.
  }
  throw new Error(`Not saved: ${message}`);
}

export const readState = () => ask("/api/state");

/** @param key the item's address */
export const readItem = (key) => ask(`/api/item/${key}`);

/** Resolves when it is on disk. */
export const change = (what, body) =>
  ask(`/api/${what}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Label-Token": TOKEN },
    body: JSON.stringify(body),
  });
