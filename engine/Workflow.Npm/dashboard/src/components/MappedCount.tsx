import type { TaskInstance } from '../api/types';
import { count } from '../lib/format';
import { STATE_ORDER, STATES } from '../lib/states';

/** How many elements of a mapped task succeeded, such as `37/40`; every state's number on hover. */
export function MappedCount({ of }: { of: TaskInstance }) {
  const text = mappedText(of);
  if (!text) return null;
  const all = STATE_ORDER.filter((state) => of.mapped_states?.[state]).map((state) => `${count(of.mapped_states![state]!)} ${STATES[state].word}`);
  return (
    <span className="muted number" title={all.join(', ')}>
      {text}
    </span>
  );
}

export function mappedText({ mapped, mapped_states }: TaskInstance): string | null {
  return mapped == null ? null : `${count(mapped_states?.success ?? 0)}/${count(mapped)}`;
}
