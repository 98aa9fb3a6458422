import type { Param } from '../../api/types';
import { Section } from '../../components/Page';
import { Table } from '../../components/Table';
import { ExactTime } from '../../components/Time';
import { plain } from '../../lib/format';
import { useDag } from './DagPage';

export function DagDetailsTab() {
  const dag = useDag();
  return (
    <>
      <Section title="Parameters">
        {dag.params.length === 0 ? (
          <p className="muted">This DAG takes none.</p>
        ) : (
          <Table label="Parameters" columns={['Name', 'Type', 'Default', 'Allowed', 'Meaning']}>
            {dag.params.map((param) => (
              <tr key={param.name}>
                <td className="strong">{param.name}</td>
                <td>{param.type}</td>
                <td>
                  {param.default == null ? (
                    <span className="muted">{param.required ? 'required' : 'none'}</span>
                  ) : (
                    <code>{plain(param.default)}</code>
                  )}
                </td>
                <td>{allowed(param)}</td>
                <td className="wide">{param.help}</td>
              </tr>
            ))}
          </Table>
        )}
      </Section>
      <Section title="Tasks">
        <Table
          label="Tasks"
          columns={['Task', 'Kind', 'Queue', { text: 'Retries', className: 'right' }, 'Runs when', 'Timeout', 'After', 'Reads', 'Writes']}
        >
          {dag.graph.tasks.map((task) => (
            <tr key={task.task_id}>
              <td className="strong">{task.task_id}</td>
              <td>{task.kind}</td>
              <td>{task.queue}</td>
              <td className="right">{task.retries}</td>
              <td>{task.trigger_rule.replaceAll('_', ' ')}</td>
              <td>{task.timeout_seconds == null ? '–' : `${task.timeout_seconds} s`}</td>
              <td>{task.upstream_task_ids.join(', ') || '–'}</td>
              <td>{task.inlets.join(', ') || '–'}</td>
              <td>{task.outlets.join(', ') || '–'}</td>
            </tr>
          ))}
        </Table>
      </Section>
      <p className="muted">
        Last seen on disk <ExactTime value={dag.last_seen_at} />
      </p>
    </>
  );
}

function allowed({ schema }: Param): string {
  const limits = [
    schema.enum && schema.enum.map(plain).join(', '),
    schema.minimum != null && `at least ${schema.minimum}`,
    schema.maximum != null && `at most ${schema.maximum}`,
    schema.pattern && `matches ${schema.pattern}`,
  ];
  return limits.filter(Boolean).join(', ') || 'anything';
}
