/** A text of the bot with its few tags: bold and code. Nothing of a value in it becomes an element. */
import type { ComponentChildren } from "preact";

/** Stands for the `<` of a value, so that a name such as `<b>Sari</b>` is no tag. No text has this character. */
const BRACKET = "\uE000";

/** Returns a value for a text that `Rich` shows. */
export const richValue = (value: string) => value.replaceAll("<", BRACKET);

const shown = (part: string) => part.replaceAll(BRACKET, "<");

const TAGGED = /<(b|code)>(.*?)<\/\1>/gs;

export function Rich({ children }: { children: string }) {
  const parts: ComponentChildren[] = [];
  let end = 0;
  for (const match of children.matchAll(TAGGED)) {
    parts.push(shown(children.slice(end, match.index)));
    parts.push(match[1] === "b" ? <b>{shown(match[2] ?? "")}</b> : <code>{shown(match[2] ?? "")}</code>);
    end = match.index + match[0].length;
  }
  return <>{[...parts, shown(children.slice(end))]}</>;
}
