const SPECIAL: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  // Typographic marks of this program's texts, which plain fonts lack.
  "–": "--",
  "−": "$-$",
};

/** A text as LaTeX prints it outside of mathematics. */
export function escapeLatex(text: string): string {
  return text.replaceAll(/[\\~^&%$#_{}–−]/g, (special) => SPECIAL[special] ?? `\\${special}`);
}
