import { useMemo, useRef } from 'react';
import { useNavigate } from 'react-router';
import type { Graph, TaskInstance } from '../api/types';
import { links } from '../lib/links';
import { useParam } from '../state/useParam';
import { ancestors, layoutGraph, type Line } from './graphLayout';
import { GraphNode } from './GraphNode';
import { Icon } from './Icon';
import { useViewport } from './useViewport';

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
  const shape = JSON.stringify(graph);
  // The shape decides: states change often, and the layout must not move with them.
  const layout = useMemo(() => layoutGraph(JSON.parse(shape) as Graph, datasets !== null), [shape, datasets]);
  const frame = useRef<SVGSVGElement>(null);
  const viewport = useViewport(frame, layout);

  const tasks = new Map(graph.tasks.map((task) => [task.task_id, task]));
  const byTask = new Map(instances?.map((instance) => [instance.task_id, instance]));
  const failing = ancestors(graph, instances?.filter((instance) => instance.state === 'failed').map((instance) => instance.task_id) ?? []);
  const isFailing = (line: Line) => failing.has(line.to) && (failing.has(line.from) || !tasks.has(line.from));
  const height = Math.min(460, Math.max(80, layout.height));
  const hasDatasets = graph.tasks.some((task) => task.inlets.length + task.outlets.length > 0);

  return (
    <div className="graph">
      <div className="graph-tools">
        {hasDatasets && (
          <button type="button" aria-pressed={datasets !== null} onClick={() => setDatasets(datasets === null ? '1' : null)}>
            Datasets
          </button>
        )}
        <button type="button" className="button-icon" title="Zoom out" aria-label="Zoom out" onClick={() => viewport.zoomBy(1 / 1.25)}>
          <Icon name="minus" />
        </button>
        <button
          type="button"
          className="button-icon"
          title="Zoom in (or ctrl and the wheel)"
          aria-label="Zoom in"
          onClick={() => viewport.zoomBy(1.25)}
        >
          <Icon name="plus" />
        </button>
        <button type="button" className="button-icon" title="Fit" aria-label="Fit" onClick={viewport.fit}>
          <Icon name="fit" />
        </button>
      </div>
      <svg ref={frame} height={height} onPointerDown={viewport.drag} role="group" aria-label="Graph of the tasks">
        <g transform={viewport.transform}>
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
          {layout.tasks.map((box) => (
            <GraphNode
              key={box.id}
              box={box}
              task={tasks.get(box.id)!}
              instance={byTask.get(box.id)}
              selected={selected === box.id}
              onSelect={onSelect}
            />
          ))}
        </g>
      </svg>
    </div>
  );
}
