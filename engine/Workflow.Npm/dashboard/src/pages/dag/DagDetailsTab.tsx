import type { GraphTask, Param } from '../../api/types';
import { Section } from '../../components/Page';
import { Role } from '../../components/Role';
import { Table } from '../../components/Table';
import { ExactTime } from '../../components/Time';
import { duration, plain } from '../../lib/format';
import { DagLimits } from './DagLimits';
import { useDag } from './DagPage';

const COLUMNS = [
  'Task',
  'Kind',
  'Queue',
  'Pool',
  { text: 'Priority', className: 'right' },
  { text: 'Retries', className: 'right' },
  'Runs when',
  'Timeout',
  'At once',
  'After',
  'Reads',
  'Writes',
];

export function DagDetailsTab() {
  const dag = useDag();
  return (
    <>
      <DagLimits dag={dag} />
      <Section title="Parameters">
        {dag.params.length === 0 ? (
          <p className="muted">This DAG takes none.</p>
        ) : (
          <Table label="Parameters" columns={['Name', 'Type', 'Default', 'Allowed', 'Meaning']}>
            {dag.params.map((param) => (
              <tr key={param.name}>
                <td className="strong">{param.name}</td>
                <td>{param.schema.format ?? param.type}</td>
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
          columns={COLUMNS}
        >
          {dag.graph.tasks.map((task) => (
            <tr key={task.task_id}>
              <td className="strong">
                {task.task_id} <Role role={task.role} />
              </td>
              <td>
                {task.kind.replaceAll('_', ' ')}
                {task.mapped_by && task.kind !== 'expand' && ', mapped'}
              </td>
              <td>{task.queue}</td>
              <td>
                {task.pool}
                {task.pool_slots > 1 && `, ${task.pool_slots} slots`}
              </td>
              <td className="right">{task.priority}</td>
              <td className="right">{task.retries}</td>
              <td>{runsWhen(task)}</td>
              <td>{task.timeout_seconds == null ? '–' : duration(task.timeout_seconds)}</td>
              <td>{limitsOf(task)}</td>
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

function runsWhen(task: GraphTask): string {
  const rule = task.trigger_rule.replaceAll('_', ' ');
  return task.depends_on_past ? `${rule}, and it did in the run before` : rule;
}

function limitsOf({ max_active, max_active_per_run }: GraphTask): string {
  return [max_active != null && `${max_active} in all`, max_active_per_run != null && `${max_active_per_run} in a run`].filter(Boolean).join(', ') || '–';
}

function allowed({ schema }: Param): string {
  const limits = [
    schema.enum && schema.enum.map(plain).join(', '),
    schema.minimum != null && `at least ${schema.minimum}`,
    schema.maximum != null && `at most ${schema.maximum}`,
    schema.pattern && `matches ${schema.pattern}`,
    schema.items?.enum && `each of ${schema.items.enum.map(plain).join(', ')}`,
    schema.items?.pattern && `each matches ${schema.items.pattern}`,
  ];
  return limits.filter(Boolean).join(', ') || 'anything';
}
