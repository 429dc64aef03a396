/** Idempotency keys of forms: a repeated attempt has the key of the one before, and changed content gets a new one. */
import { useRef } from "preact/hooks";

interface Attempt {
  content: unknown[];
  key: string;
}

export interface IdempotencyKeys {
  /** Returns the key for an attempt to send this content. Parts are compared by identity. */
  keyFor: (...content: unknown[]) => string;
  /** Gives the next attempt a new key, also with the same content: the one before has succeeded. */
  renew: () => void;
}

export function useIdempotencyKeys(): IdempotencyKeys {
  const last = useRef<Attempt | null>(null);
  return {
    keyFor: (...content) => {
      const before = last.current;
      const isRepeated = before?.content.length === content.length && before.content.every((part, at) => part === content[at]);
      if (before && isRepeated) return before.key;
      const key = crypto.randomUUID();
      last.current = { content, key };
      return key;
    },
    renew: () => {
      last.current = null;
    },
  };
}
