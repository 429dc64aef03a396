/** A modal dialog: it takes the focus, and Escape closes it. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { text } from "../texts";
import { Toasts } from "./toasts";

export function Dialog({ title, close, children }: { title: string; close: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby="dialog-title" onClose={close}>
      <header>
        <h2 id="dialog-title">{title}</h2>
        <button type="button" class="quiet" aria-label={text("dialog-close")} onClick={() => dialog.current?.close()}>
          ✕
        </button>
      </header>
      {children}
      {/* A dialog is above the page, and nothing below it can be read or pressed. */}
      <Toasts />
    </dialog>
  );
}
