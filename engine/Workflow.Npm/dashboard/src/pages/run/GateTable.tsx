import type { Gate } from '../../api/types';
import { CheckTable } from '../../components/CheckTable';
import { Section } from '../../components/Page';
import { StateBadge } from '../../components/StateBadge';

/** Every check of the run's gates: what was observed against which threshold, with some of the failing rows. */
export function GateTable({ gates, onSelect }: { gates: Gate[]; onSelect: (taskId: string) => void }) {
  return (
    <Section title="Gates">
      {gates.map((gate) => (
        <div key={`${gate.task_id} ${gate.try_number}`} className="gate">
          <p className="gate-head">
            <StateBadge verdict={gate.verdict} />
            <button type="button" className="link strong" onClick={() => onSelect(gate.task_id)}>
              {gate.task_id}
            </button>
            <span className="muted">{gate.subject}</span>
          </p>
          <CheckTable label={`Checks of ${gate.task_id}`} checks={gate.checks} />
        </div>
      ))}
    </Section>
  );
}
