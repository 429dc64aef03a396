/** The field that searches all tickets. Every view has it. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { back, open, replace, route } from "../route";
import { text } from "../texts";

/** The pause in typing after which the words are looked for. */
const PAUSE_MS = 250;
/** The longest query that the desk takes. */
const MAX_CHARS = 200;

/** Moves the focus with the arrow keys: from the field to the first result, from result to result, and back. */
export function moveFocus(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const places = [...document.querySelectorAll<HTMLElement>(".search input, [data-result]")];
  const at = places.indexOf(document.activeElement as HTMLElement);
  const next = at < 0 ? undefined : places[at + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

/** Whether a key that is pressed is for something else: text that is written, or a dialog. */
const isTaken = (event: KeyboardEvent) =>
  event.ctrlKey ||
  event.metaKey ||
  event.altKey ||
  (event.target instanceof HTMLElement && !!event.target.closest("input, textarea, select, dialog"));

export function SearchField() {
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const typed = useSignal("");
  const shown = route.value?.view === "search" ? route.value.words : "";
  /** The words that this field looked for last. */
  const sent = useRef("");

  // The words of an address, and none in another view.
  useEffect(() => {
    if (shown !== "" && shown === sent.current) return;
    clearTimeout(timer.current);
    sent.current = typed.value = shown;
  }, [route.value]);
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (event.key !== "/" || isTaken(event)) return;
      event.preventDefault();
      field.current?.select();
    };
    addEventListener("keydown", focus);
    return () => removeEventListener("keydown", focus);
  }, []);

  const send = (text: string) => {
    clearTimeout(timer.current);
    const words = text.trim();
    if (words === shown) return;
    sent.current = words;
    if (!words) replace(back.fromSearch);
    else if (shown) replace({ view: "search", words });
    else open({ view: "search", words });
  };
  const change = (text: string) => {
    typed.value = text;
    clearTimeout(timer.current);
    if (text.trim()) timer.current = setTimeout(() => send(text), PAUSE_MS);
    else send("");
  };
  return (
    <div class="search" role="search">
      <input
        ref={field}
        type="search"
        enterkeyhint="search"
        autocomplete="off"
        maxLength={MAX_CHARS}
        aria-label={text("find-label")}
        aria-keyshortcuts="/"
        placeholder={text("find-placeholder")}
        value={typed.value}
        onInput={(event) => change(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") send(typed.value);
          else if (event.key === "Escape") change("");
          else moveFocus(event);
        }}
      />
    </div>
  );
}
