/** What a view reads beside the events: it is read again when the connection is back, and on request. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { sayFailure } from "../parts/toasts";
import { call } from "./api";
import { connection } from "./live";

/** The shortest time between two readings because of changes. */
const MIN_INTERVAL_MS = 500;

export interface Resource<T> {
  /** What the desk answered last; null until then. */
  data: T | null;
  /** Shows what the desk has answered to a change. */
  show: (data: T) => void;
  reload: () => Promise<void>;
}

/** Reads `path` while the desk is connected; again whenever `path` or `since` changes. Null reads nothing. */
export function useResource<T>(path: string | null, since?: unknown): Resource<T> {
  const found = useSignal<{ path: string; data: T } | null>(null);
  const read = useRef({ path: "", at: 0 });
  const isOpen = connection.value === "open";
  const load = async (isWanted: () => boolean) => {
    if (!path) return;
    read.current = { path, at: Date.now() };
    try {
      const data = await call<T>("GET", path);
      if (isWanted()) found.value = { path, data };
    } catch (error) {
      if (isWanted()) sayFailure(error);
    }
  };
  useEffect(() => {
    if (!isOpen) return;
    let isWanted = true;
    const isNew = read.current.path !== path;
    const wait = isNew ? 0 : Math.max(0, read.current.at + MIN_INTERVAL_MS - Date.now());
    const timer = setTimeout(() => void load(() => isWanted), wait);
    return () => {
      clearTimeout(timer);
      isWanted = false;
    };
  }, [path, isOpen, since]);
  return {
    data: found.value?.path === path ? found.value.data : null,
    show: (data) => {
      if (path) found.value = { path, data };
    },
    reload: () => load(() => true),
  };
}
