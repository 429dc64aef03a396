/** A text of the bot with its few tags. Values stay text: nothing of them becomes an element but bold and code. */
import type { ComponentChildren } from "preact";

const TAGGED = /<(b|code)>(.*?)<\/\1>/gs;

export function Rich({ children }: { children: string }) {
  const parts: ComponentChildren[] = [];
  let end = 0;
  for (const match of children.matchAll(TAGGED)) {
    parts.push(children.slice(end, match.index));
    parts.push(match[1] === "b" ? <b>{match[2]}</b> : <code>{match[2]}</code>);
    end = match.index + match[0].length;
  }
  return <>{[...parts, children.slice(end)]}</>;
}
