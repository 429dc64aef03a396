/** The texts of the page, from the locale files of the bot. */
import { FluentBundle, FluentResource, type FluentVariable } from "@fluent/bundle";
import { computed, signal } from "@preact/signals";
import enAudit from "../../locales/en/audit.ftl";
import enShared from "../../locales/en/common.ftl";
import enTalk from "../../locales/en/conversation.ftl";
import enRecords from "../../locales/en/records.ftl";
import enSettings from "../../locales/en/settings.ftl";
import enOwn from "../../locales/en/web.ftl";
import idAudit from "../../locales/id/audit.ftl";
import idShared from "../../locales/id/common.ftl";
import idTalk from "../../locales/id/conversation.ftl";
import idRecords from "../../locales/id/records.ftl";
import idSettings from "../../locales/id/settings.ftl";
import idOwn from "../../locales/id/web.ftl";
import { readStorage, writeStorage } from "./browser-storage";

export type Language = "id" | "en";
export const LANGUAGES: Language[] = ["id", "en"];

function bundle(language: Language, ...files: string[]): FluentBundle {
  const bundle = new FluentBundle(language, { useIsolating: false });
  for (const file of files) bundle.addResource(new FluentResource(file));
  return bundle;
}

const bundles: Record<Language, FluentBundle> = {
  id: bundle("id", idShared, idTalk, idAudit, idRecords, idSettings, idOwn),
  en: bundle("en", enShared, enTalk, enAudit, enRecords, enSettings, enOwn),
};

const KEY = "antri-language";
const isLanguage = (tag: string | null | undefined): tag is Language => LANGUAGES.includes(tag as Language);

/** The language of the page. Without a choice it is the person's, which the bot knows. */
export const language = signal<Language>("id");

/** Sets the language that the person chose here before, or else `usual`. */
export function setUsualLanguage(usual: string): void {
  const chosen = readStorage("localStorage", KEY);
  if (isLanguage(chosen)) language.value = chosen;
  else if (isLanguage(usual)) language.value = usual;
}

export function chooseLanguage(tag: Language): void {
  writeStorage("localStorage", KEY, tag);
  language.value = tag;
}

/** Returns a text in the language of the page. */
export function text(key: string, args?: Record<string, FluentVariable>): string {
  const bundle = bundles[language.value];
  const message = bundle.getMessage(key);
  return message?.value ? bundle.formatPattern(message.value, args) : key;
}

/** The time, every half minute. */
const now = signal(Date.now());
setInterval(() => (now.value = Date.now()), 30_000);

/** The desk's time zone. */
export const zone = signal("Asia/Jakarta");

/** The tag of the language for dates. English has the day before the month, as in the bot. */
const dateLanguage = computed(() => (language.value === "en" ? "en-GB" : language.value));

const CLOCK = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
const clock = computed(() => new Intl.DateTimeFormat(dateLanguage.value, { timeZone: zone.value, ...CLOCK }));
const clockWithYear = computed(
  () => new Intl.DateTimeFormat(dateLanguage.value, { timeZone: zone.value, year: "numeric", ...CLOCK }),
);

/** Returns how long ago a time is, as the bot says it; an older one with its date in the desk's zone. */
export function ago(time: string | null): string {
  if (!time) return "";
  const minutes = Math.floor((now.value - Date.parse(time)) / 60_000);
  if (minutes < 1) return text("time-just-now");
  if (minutes < 60) return text("time-minutes-ago", { count: minutes });
  if (minutes < 24 * 60) return text("time-hours-ago", { count: Math.floor(minutes / 60) });
  return pastMoment(time);
}

/** Returns an upcoming time in the desk's zone. */
export const moment = (time: string) => clock.value.format(Date.parse(time));

/** Returns a past time in the desk's zone, with its year: tickets are kept for years. */
export const pastMoment = (time: string) => clockWithYear.value.format(Date.parse(time));

const day = computed(
  () => new Intl.DateTimeFormat(dateLanguage.value, { timeZone: "UTC", day: "numeric", month: "short" }),
);

/** Returns a date such as `2025-12-04` in words. */
export const dayText = (date: string) => day.value.format(Date.parse(date));

const weekday = computed(() => new Intl.DateTimeFormat(language.value, { timeZone: "UTC", weekday: "short" }));

/** Returns the name of a day of the week, from Monday (0). */
export const weekdayText = (day: number) => weekday.value.format(Date.UTC(2024, 0, 1 + day));

const UNITS: [number, string][] = [
  [86_400, "duration-days"],
  [3_600, "duration-hours"],
  [60, "duration-minutes"],
  [1, "duration-seconds"],
];

/** Returns a length of time in words, in its two largest units. */
export function duration(seconds: number): string {
  const parts: string[] = [];
  let rest = Math.round(seconds);
  for (const [size, key] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0 && parts.length < 2) parts.push(text(key, { count }));
    rest -= count * size;
  }
  return parts.join(" ") || text("duration-seconds", { count: 0 });
}

/** Returns the instant of a time of day in the desk's zone, written as `2025-12-04T08:00`. */
export function instantOf(local: string): Date {
  const asUtc = new Date(`${local}:00Z`);
  // The offset of the zone there, from what its clock shows at the same time in UTC.
  const shown = new Date(`${localTime(asUtc)}:00Z`);
  return new Date(asUtc.getTime() * 2 - shown.getTime());
}

/** Returns what the clock of the desk's zone shows, as `2025-12-04T08:00`. */
export function localTime(at: Date): string {
  // Swedish writes dates in this order.
  const format = new Intl.DateTimeFormat("sv", {
    timeZone: zone.value,
    dateStyle: "short",
    timeStyle: "short",
  });
  return format.format(at).replace(" ", "T");
}
