import { timestamp } from '../../lib/format';
import { usePreferences } from '../../state/preferences';

/** A time of a schedule to the minute. */
export function Day({ value }: { value: string }) {
  const { zone } = usePreferences();
  return (
    <time dateTime={value} title={timestamp(new Date(value), zone, true)}>
      {timestamp(new Date(value), zone)}
    </time>
  );
}
