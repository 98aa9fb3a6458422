import { duration, relative, timestamp } from '../lib/format';
import { usePreferences } from '../state/preferences';
import { useNow } from '../state/useNow';

/** A time: relative under a day, with the full time on hover. */
export function Time({ value }: { value: string | null | undefined }) {
  const { zone } = usePreferences();
  const now = useNow(10_000);
  if (!value) return <span className="muted">–</span>;
  const time = new Date(value);
  return (
    <time dateTime={value} title={timestamp(time, zone, true)}>
      {relative(time, now) ?? timestamp(time, zone)}
    </time>
  );
}

/** A time to the second in the chosen zone. */
export function ExactTime({ value }: { value: string | null | undefined }) {
  const { zone } = usePreferences();
  return value ? <time dateTime={value}>{timestamp(new Date(value), zone, true)}</time> : <span className="muted">–</span>;
}

interface Span {
  start_date?: string | null;
  end_date?: string | null;
  duration?: number | null;
}

/** How long something took, or has been going on. */
export function Duration({ of }: { of: Span }) {
  const going = of.start_date != null && of.end_date == null;
  const now = useNow(going ? 1000 : 0);
  if (going) return <span className="number">{duration(Math.max(0, Math.floor((now - Date.parse(of.start_date!)) / 1000)))}</span>;
  return of.duration == null ? <span className="muted">–</span> : <span className="number">{duration(of.duration)}</span>;
}
