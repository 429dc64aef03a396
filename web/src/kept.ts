/** What the browser keeps for the page. In the frame of another site it may refuse to. */

type Place = "localStorage" | "sessionStorage";

export function kept(place: Place, key: string): string | null {
  try {
    return window[place].getItem(key);
  } catch {
    return null;
  }
}

/** Keeps a text; null removes it. */
export function keep(place: Place, key: string, value: string | null): void {
  try {
    if (value === null) window[place].removeItem(key);
    else window[place].setItem(key, value);
  } catch {
    // The page works without it, until it is loaded again.
  }
}
