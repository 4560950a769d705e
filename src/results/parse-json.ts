/** Lists and objects in one another; this program's own documents have a dozen. */
const DEEPEST = 200;

/**
 * JSON of a file that anybody may have written. JSON.parse takes any depth, but what goes from value
 * to value behind it, to compare or to print them, runs out of stack.
 * @throws SyntaxError no JSON, or nested too deeply
 */
export function parseJson(text: string): unknown {
  refuseDeep(text);
  return JSON.parse(text) as unknown;
}

function refuseDeep(text: string): void {
  let depth = 0;
  let isString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (isString) {
      if (character === BACKSLASH) at += 1;
      else if (character === QUOTE) isString = false;
    } else if (character === QUOTE) isString = true;
    else if (character === BRACKET || character === BRACE) {
      depth += 1;
      if (depth > DEEPEST) throw new SyntaxError(`nested deeper than ${String(DEEPEST)}`);
    } else if (character === BRACKET_END || character === BRACE_END) depth -= 1;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACKET = 0x5b;
const BRACKET_END = 0x5d;
const BRACE = 0x7b;
const BRACE_END = 0x7d;
