import { GraphView } from '../../components/GraphView';
import { Fact } from '../../components/Page';
import { plural } from '../../lib/format';
import { useParam } from '../../state/useParam';
import { useDag } from './DagPage';

export function DagGraphTab() {
  const { graph, description } = useDag();
  const [selected, select] = useParam('task');
  const task = graph.tasks.find(({ task_id }) => task_id === selected);
  return (
    <>
      {description && <p>{description}</p>}
      <GraphView graph={graph} selected={selected} onSelect={(id) => select(id === selected ? null : id)} />
      {task ? (
        <dl className="facts facts-boxed">
          <Fact name="Task">{task.task_id}</Fact>
          <Fact name="Kind">{task.kind}</Fact>
          <Fact name="Queue">{task.queue}</Fact>
          <Fact name="Retries">{task.retries}</Fact>
          <Fact name="Runs when">{task.trigger_rule.replaceAll('_', ' ')}</Fact>
          <Fact name="Timeout">{task.timeout_seconds == null ? 'none' : `${task.timeout_seconds} s`}</Fact>
          <Fact name="Reads">{names(task.inlets)}</Fact>
          <Fact name="Writes">{names(task.outlets)}</Fact>
        </dl>
      ) : (
        <p className="muted">{plural(graph.tasks.length, 'task')}. Choose one to see its queue, retries and datasets.</p>
      )}
    </>
  );
}

function names(datasets: string[]): string {
  return datasets.join(', ') || 'nothing';
}
