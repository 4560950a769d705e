/** Markup that needs no more escaping: made by `html`, or of a constant. */
export class Markup {
  constructor(readonly text: string) {}
}

export type Content = string | number | Markup | null | false | readonly Content[];

/** Template tag: everything put in is escaped, except what `html` itself made. */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  let text = strings[0] ?? "";
  for (const [i, content] of contents.entries()) {
    text += render(content) + (strings[i + 1] ?? "");
  }
  return new Markup(text);
}

function render(content: Content): string {
  if (content === null || content === false) return "";
  if (content instanceof Markup) return content.text;
  if (typeof content === "object") return content.map(render).join("");
  return escapeHtml(String(content));
}

/** Safe between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
