import { useMemo, useRef } from 'react';
import { useNavigate } from 'react-router';
import type { Graph, TaskInstance } from '../api/types';
import { links } from '../lib/links';
import { useParam } from '../state/useParam';
import { foldGroups, groupsOf, nodeOf, worstState } from './graphGroups';
import { ancestors, layoutGraph, type Line } from './graphLayout';
import { GraphNode } from './GraphNode';
import { GroupFrame, GroupNode } from './GroupNode';
import { useViewport } from './useViewport';
import { ZoomButtons } from './ZoomButtons';

interface Props {
  graph: Graph;
  /** The tasks' states when the graph is that of a run. */
  instances?: TaskInstance[];
  selected?: string | null;
  onSelect?: (taskId: string) => void;
}

/** The tasks from left to right; the way to a failed task stands out. */
export function GraphView({ graph, instances, selected, onSelect }: Props) {
  const [datasets, setDatasets] = useParam('datasets');
  const navigate = useNavigate();
  const [closed, setClosed] = useParam('folded');
  const shape = JSON.stringify(graph);
  // The shape decides: states change often, and the layout must not move with them.
  const { drawn, folded, layout } = useMemo(() => {
    const whole = JSON.parse(shape) as Graph;
    const { graph: drawn, folded } = foldGroups(whole, new Set(closed?.split(',') ?? []));
    return { drawn, folded: new Map(folded.map((group) => [nodeOf(group.id), group])), layout: layoutGraph(drawn, datasets !== null) };
  }, [shape, closed, datasets]);
  const fold = (group: string, isClosed: boolean) => {
    const others = (closed?.split(',') ?? []).filter((other) => other !== group);
    setClosed((isClosed ? [...others, group] : others).join(',') || null);
  };
  const frame = useRef<SVGSVGElement>(null);
  const viewport = useViewport(frame, layout);

  const groups = groupsOf(graph);
  const allClosed = groups.length > 0 && layout.groups.length === 0;
  const tasks = new Map(drawn.tasks.map((task) => [task.task_id, task]));
  const byTask = new Map(instances?.map((instance) => [instance.task_id, instance]));
  const failed = new Set(instances?.filter((instance) => instance.state === 'failed').map((instance) => instance.task_id));
  const failedNodes = drawn.tasks
    .map(({ task_id }) => task_id)
    .filter((id) => failed.has(id) || folded.get(id)?.members.some((member) => failed.has(member.task_id)));
  const failing = ancestors(drawn, failedNodes);
  const isFailing = (line: Line) => failing.has(line.to) && (failing.has(line.from) || !tasks.has(line.from));
  const height = Math.min(460, Math.max(80, layout.height));
  const hasDatasets = graph.tasks.some((task) => task.inlets.length + task.outlets.length > 0);

  return (
    <div className="graph">
      <div className="graph-tools">
        {groups.length > 0 && (
          <button
            type="button"
            aria-pressed={allClosed}
            onClick={() => setClosed(allClosed ? null : groups.filter((group) => !group.includes('.')).join(','))}
          >
            Fold groups
          </button>
        )}
        {hasDatasets && (
          <button type="button" aria-pressed={datasets !== null} onClick={() => setDatasets(datasets === null ? '1' : null)}>
            Datasets
          </button>
        )}
        <ZoomButtons viewport={viewport} />
      </div>
      <svg ref={frame} height={height} onPointerDown={viewport.drag} role="group" aria-label="Graph of the tasks">
        <g transform={viewport.transform}>
          {layout.groups.map((box) => (
            <GroupFrame key={box.id} box={box} name={box.id} onFold={() => fold(box.id, true)} />
          ))}
          {layout.lines.map((line) => (
            <path
              key={`${line.from} ${line.to}`}
              className={isFailing(line) ? 'graph-line graph-line-failing' : 'graph-line'}
              d={line.path}
            />
          ))}
          {layout.datasets.map((chip) => (
            <g
              key={chip.id}
              className="graph-chip"
              role="button"
              tabIndex={0}
              transform={`translate(${chip.x} ${chip.y})`}
              onClick={() => void navigate(links.dataset(chip.name))}
              onKeyDown={(event) => event.key === 'Enter' && void navigate(links.dataset(chip.name))}
            >
              <rect width={chip.width} height={chip.height} rx={chip.height / 2} />
              <text x={14} y={16}>
                {chip.name}
              </text>
            </g>
          ))}
          {layout.tasks.map((box) => {
            const group = folded.get(box.id);
            return group ? (
              <GroupNode
                key={box.id}
                box={box}
                name={group.id}
                tasks={group.members.length}
                state={worstState(group.members, byTask)}
                onOpen={() => fold(group.id, false)}
              />
            ) : (
              <GraphNode
                key={box.id}
                box={box}
                task={tasks.get(box.id)!}
                instance={byTask.get(box.id)}
                selected={selected === box.id}
                onSelect={onSelect}
              />
            );
          })}
        </g>
      </svg>
    </div>
  );
}
