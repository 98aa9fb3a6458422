import type { TaskTry } from '../../api/types';
import { StateBadge } from '../../components/StateBadge';
import { Duration } from '../../components/Time';

interface Props {
  tries: TaskTry[];
  shown: TaskTry | undefined;
  onChoose: (tryNumber: string) => void;
}

/** More are reached by the list's own scrolling. */
export function Attempts({ tries, shown, onChoose }: Props) {
  return (
    <div className="filters attempts" role="group" aria-label="Attempt">
      {tries.map((attempt) => (
        <button
          key={attempt.try_number}
          type="button"
          aria-pressed={attempt === shown}
          title={attempt.message ?? undefined}
          onClick={() => onChoose(String(attempt.try_number))}
        >
          Attempt {attempt.try_number} <StateBadge state={attempt.state} /> <Duration of={attempt} />
        </button>
      ))}
    </div>
  );
}
