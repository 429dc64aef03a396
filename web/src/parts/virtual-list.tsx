/** A list of any length in the page: only the rows near the window are in the document. */
import { Virtualizer, observeWindowOffset, observeWindowRect, windowScroll } from "@tanstack/virtual-core";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";

interface Props<T> {
  items: T[];
  keyOf: (item: T) => string;
  row: (item: T, index: number) => ComponentChildren;
  /** The height of a row in pixels before it is measured. */
  rowHeight: number;
  label: string;
}

export function VirtualList<T>({ items, keyOf, row, rowHeight, label }: Props<T>) {
  const list = useRef<HTMLUListElement>(null);
  const [, redraw] = useReducer<number, void>((count) => count + 1, 0);
  const options = {
    count: items.length,
    getItemKey: (index: number) => keyOf(items[index] as T),
    estimateSize: () => rowHeight,
    overscan: 8,
    scrollMargin: list.current?.offsetTop ?? 0,
    getScrollElement: () => window,
    observeElementRect: observeWindowRect,
    observeElementOffset: observeWindowOffset,
    scrollToFn: windowScroll,
    onChange: () => redraw(),
  };
  const [virtualizer] = useState(() => new Virtualizer<Window, HTMLLIElement>(options));
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), []);
  useLayoutEffect(() => virtualizer._willUpdate());
  return (
    <ul class="list virtual" ref={list} aria-label={label} style={{ height: `${virtualizer.getTotalSize()}px` }}>
      {virtualizer.getVirtualItems().map(({ key, index, start }) => (
        <li
          key={key}
          data-index={index}
          ref={(node) => virtualizer.measureElement(node)}
          aria-setsize={items.length}
          aria-posinset={index + 1}
          style={{ transform: `translateY(${start - options.scrollMargin}px)` }}
        >
          {row(items[index] as T, index)}
        </li>
      ))}
    </ul>
  );
}
