import type { Gate } from '../../api/types';
import { CheckTable } from '../../components/CheckTable';
import { Section } from '../../components/Page';
import { StateBadge } from '../../components/StateBadge';
import { count } from '../../lib/format';

/** A gate that is mapped may have thousands of verdicts. */
export const MOST_GATES = 50;

interface Props {
  /** The newest. */
  gates: Gate[];
  /** How many verdicts the run has in all. */
  total: number;
  onSelect: (taskId: string) => void;
}

/** Every check of the run's gates: what was observed against which threshold, with some of the failing rows. */
export function GateTable({ gates, total, onSelect }: Props) {
  return (
    <Section title="Gates">
      {gates.map((gate) => (
        <div key={`${gate.task_id} ${gate.map_index} ${gate.try_number}`} className="gate">
          <p className="gate-head">
            <StateBadge verdict={gate.verdict} />
            <button type="button" className="link strong" onClick={() => onSelect(gate.task_id)}>
              {gate.task_id}
              {gate.map_index >= 0 && ` [${gate.map_index}]`}
            </button>
            <span className="muted">{gate.subject}</span>
          </p>
          <CheckTable label={`Checks of ${gate.task_id}`} checks={gate.checks} />
        </div>
      ))}
      {total > gates.length && <p className="muted">The newest {gates.length} of {count(total)} verdicts; a task's own are beside its attempts.</p>}
    </Section>
  );
}
