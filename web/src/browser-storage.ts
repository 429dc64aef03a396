/** The browser's storage: reads and writes that do nothing where the browser refuses it, as in the frame of another site. */

type StorageArea = "localStorage" | "sessionStorage";

export function readStorage(area: StorageArea, key: string): string | null {
  try {
    return window[area].getItem(key);
  } catch {
    return null;
  }
}

/** Stores a text; null removes it. */
export function writeStorage(area: StorageArea, key: string, value: string | null): void {
  try {
    if (value === null) window[area].removeItem(key);
    else window[area].setItem(key, value);
  } catch {
    // The page works without it, until it is loaded again.
  }
}
