/** Records by their id. They are changed in place: copying ten thousand of them for each event would take too long. */
import { signal } from "@preact/signals";

export class Table<T> {
  #rows = new Map<string, T>();
  /** Grows with each change, so that whoever reads the table is told. */
  #changes = signal(0);

  get(id: string): T | undefined {
    this.#changes.value;
    return this.#rows.get(id);
  }

  values(): T[] {
    this.#changes.value;
    return [...this.#rows.values()];
  }

  set(id: string, row: T): void {
    this.#rows.set(id, row);
    this.#changes.value = this.#changes.peek() + 1;
  }

  delete(id: string): void {
    if (this.#rows.delete(id)) this.#changes.value = this.#changes.peek() + 1;
  }

  /** Replaces all rows. */
  reset(rows: [string, T][]): void {
    this.#rows = new Map(rows);
    this.#changes.value = this.#changes.peek() + 1;
  }
}
