/** A weekly plan in words: days with the same hours stand together, such as "Mon–Fri 08:00–17:00". */
import type { Interval } from "../desk/bodies";
import { text, weekdayText } from "../texts";

const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/** Returns the parts of a plan. */
function partsOf(weekly: Interval[]): string[] {
  const hoursOf = (day: string) =>
    weekly
      .filter((one) => one.day === day)
      .map(({ from, to }) => `${from}–${to}`)
      .join(", ");
  const runs: { first: number; last: number; hours: string }[] = [];
  DAYS.forEach((day, index) => {
    const hours = hoursOf(day);
    const previous = runs.at(-1);
    if (previous && previous.hours === hours) previous.last = index;
    else runs.push({ first: index, last: index, hours });
  });
  return runs
    .filter((run) => run.hours !== "")
    .map(({ first, last, hours }) => {
      const days = first === last ? weekdayText(first) : `${weekdayText(first)}–${weekdayText(last)}`;
      return `${days} ${hours}`;
    });
}

export const Hours = ({ weekly }: { weekly: Interval[] }) => <>{partsOf(weekly).join(" · ") || text("hours-never")}</>;
