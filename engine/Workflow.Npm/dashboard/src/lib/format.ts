import type { Zone } from '../state/preferences';

const DAY_SECONDS = 86_400;

/** `840 ms`, `12.4 s`, `1 m 12 s`, `3 h 5 m`, `2 d 4 h`. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return pair(whole, 60, 'm', 's');
  if (whole < DAY_SECONDS) return pair(Math.floor(whole / 60), 60, 'h', 'm');
  return pair(Math.floor(whole / 3600), 24, 'd', 'h');
}

function pair(value: number, base: number, large: string, small: string): string {
  const rest = value % base;
  return `${Math.floor(value / base)} ${large}${rest ? ` ${rest} ${small}` : ''}`;
}

/** `3 m ago`, `in 2 h`; undefined when a day or more away. */
export function relative(time: Date, now: number): string | undefined {
  const seconds = Math.round((now - time.getTime()) / 1000);
  const distance = Math.abs(seconds);
  if (distance >= DAY_SECONDS) return undefined;
  if (distance < 5) return 'now';
  const text = distance < 60 ? `${distance} s` : distance < 3600 ? `${Math.floor(distance / 60)} m` : `${Math.floor(distance / 3600)} h`;
  return seconds > 0 ? `${text} ago` : `in ${text}`;
}

/** One for each zone: making a formatter costs a hundred times what using it does. */
const formatters: Record<Zone, Intl.DateTimeFormat> = { local: formatter(undefined), utc: formatter('UTC') };

function formatter(timeZone: string | undefined): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  });
}

/** `2025-11-22 05:49` in the zone; with seconds and the zone's name where the exact time matters. */
export function timestamp(time: Date, zone: Zone, exact = false): string {
  const parts = Object.fromEntries(formatters[zone].formatToParts(time).map(({ type, value }) => [type, value]));
  const minute = `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}`;
  return exact ? `${minute}:${parts.second} ${parts.timeZoneName}` : minute;
}

/** `05:49:12` in the zone. */
export function clock(time: Date, zone: Zone): string {
  return timestamp(time, zone, true).slice(11, 19);
}

/** Thousands separated. */
export function count(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** Three significant figures, but never fewer digits than the whole part has; the full value belongs in the tooltip. */
export function metric(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return count(value);
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}

export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = value < 1024 ? 0 : Math.min(Math.floor(Math.log2(value) / 10), units.length - 1);
  return power === 0 ? `${value} B` : `${(value / 1024 ** power).toPrecision(3)} ${units[power]}`;
}

/** Any value of the API as a person reads it. */
export function plain(value: unknown): string {
  if (value == null) return '–';
  if (typeof value === 'number') return metric(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function plural(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** A worker's name without the number that tells its process from the ones before; that is for the full name. */
export function worker(name: string): string {
  return name.replace(/\/[0-9a-f]{32}$/, '');
}

/** A share from 0 to 1: `12.3 %`; what is there but rounds to nothing says so. */
export function percent(share: number): string {
  if (share > 0 && share < 0.0005) return '< 0.1 %';
  return `${(share * 100).toLocaleString('en-US', { maximumFractionDigits: 1 })} %`;
}

/** A value that the API gives as text: of a column of numbers as a number, midnight as the day. */
export function valueText(text: string | null | undefined, type: string): string {
  if (text == null) return '–';
  if (isNumber(type) && Number.isFinite(Number(text))) return metric(Number(text));
  return text.replace(/ 00:00:00(\.0+)?$/, '');
}

/** Whether a column of a DuckDB type holds numbers. */
export function isNumber(type: string): boolean {
  return /^(U?(TINY|SMALL|BIG|HUGE)?INT|U?INTEGER|DOUBLE|FLOAT|REAL|DECIMAL)/.test(type);
}

/** The slice of a dataset: `month=2019-06, region=north`. */
export function slice(partition: Record<string, string>): string {
  return Object.entries(partition)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}
