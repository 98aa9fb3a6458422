import { Graph as Dagre, layout } from '@dagrejs/dagre';
import type { Graph, GraphTask } from '../api/types';
import { groupOf, groupsOf } from './graphGroups';

export const NODE = { width: 184, height: 46 };
const CHIP_HEIGHT = 24;
const FRAME_HEAD = 14;

export interface Box {
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Line {
  from: string;
  to: string;
  path: string;
}

export interface Layout {
  width: number;
  height: number;
  tasks: Box[];
  /** The frames of open groups, outer ones first. */
  groups: Box[];
  datasets: (Box & { name: string })[];
  lines: Line[];
}

/** Places tasks from left to right in layers; datasets, if wanted, stand as chips between the tasks that write and read them. */
export function layoutGraph(graph: Graph, withDatasets: boolean): Layout {
  const dagre = layers();
  const groups = groupsOf(graph);
  for (const group of groups) {
    dagre.setNode(frameId(group), {});
    if (group.includes('.')) dagre.setParent(frameId(group), frameId(group.slice(0, group.lastIndexOf('.'))));
  }
  for (const task of graph.tasks) {
    dagre.setNode(task.task_id, { ...NODE });
    const group = groupOf(task);
    if (group) dagre.setParent(task.task_id, frameId(group));
  }
  for (const task of graph.tasks) {
    for (const upstream of task.upstream_task_ids) {
      if (!(withDatasets && handsOver(graph, upstream, task))) dagre.setEdge(upstream, task.task_id);
    }
  }
  const datasets = withDatasets ? [...new Set(graph.tasks.flatMap((task) => [...task.inlets, ...task.outlets]))] : [];
  for (const name of datasets) dagre.setNode(chipId(name), { width: 28 + name.length * 6.6, height: CHIP_HEIGHT });
  for (const task of withDatasets ? graph.tasks : []) {
    for (const name of task.inlets) dagre.setEdge(chipId(name), task.task_id);
    for (const name of task.outlets) dagre.setEdge(task.task_id, chipId(name));
  }
  const { box, lines, ...size } = placed(dagre);
  return {
    ...size,
    tasks: graph.tasks.map((task) => box(task.task_id)),
    groups: groups.map((group) => ({ ...framed(box(frameId(group))), id: group })),
    datasets: datasets.map((name) => ({ name, ...box(chipId(name)) })),
    lines,
  };
}

/** An empty graph whose nodes will stand in layers from left to right. */
export function layers(): Dagre {
  const dagre = new Dagre({ compound: true });
  dagre.setGraph({ rankdir: 'LR', nodesep: 14, ranksep: 36, marginx: 12, marginy: 12 });
  dagre.setDefaultEdgeLabel(() => ({}));
  return dagre;
}

/** Places the nodes, and gives the lines between them. */
export function placed(dagre: Dagre) {
  layout(dagre);
  const box = (id: string): Box => {
    const { x, y, width, height } = dagre.node(id) as Omit<Box, 'id'>;
    return { id, x: x - width / 2, y: y - height / 2, width, height };
  };
  const { width = 0, height = 0 } = dagre.graph() as { width?: number; height?: number };
  const lines: Line[] = dagre
    .edges()
    .map(({ v, w }) => ({ from: v, to: w, path: curve(sideways(box(v), (dagre.edge(v, w) as { points: Point[] }).points, box(w))) }));
  return { width, height, box, lines };
}

/** Whether a dataset's chip will stand between two tasks, so that a line of their own would say the same twice. */
function handsOver(graph: Graph, upstream: string, task: GraphTask): boolean {
  return graph.tasks.some(({ task_id, outlets }) => task_id === upstream && outlets.some((name) => task.inlets.includes(name)));
}

/** The tasks on a way to one of the given, themselves included. */
export function ancestors(graph: Graph, of: Iterable<string>): Set<string> {
  const upstream = new Map(graph.tasks.map((task) => [task.task_id, task.upstream_task_ids]));
  const found = new Set<string>();
  const open = [...of];
  for (let task = open.pop(); task !== undefined; task = open.pop()) {
    if (found.has(task)) continue;
    found.add(task);
    open.push(...(upstream.get(task) ?? []));
  }
  return found;
}

interface Point {
  x: number;
  y: number;
}

/** Lines leave a box on its right and reach the next on its left, wherever dagre lets them cross its border. */
function sideways(from: Box, points: Point[], to: Box): Point[] {
  const start = { x: from.x + from.width, y: from.y + from.height / 2 };
  const end = { x: to.x, y: to.y + to.height / 2 };
  return [start, ...points.slice(1, -1).filter(({ x }) => x > start.x && x < end.x), end];
}

function curve(points: Point[]): string {
  return points
    .map(({ x, y }, index) => {
      const before = points[index - 1];
      if (!before) return `M${x} ${y}`;
      const middle = (before.x + x) / 2;
      return `C${middle} ${before.y} ${middle} ${y} ${x} ${y}`;
    })
    .join('');
}

/** A frame is higher than what dagre gives it by the line with its name. */
function framed(box: Box): Box {
  return { ...box, y: box.y - FRAME_HEAD, height: box.height + FRAME_HEAD };
}

function frameId(group: string): string {
  return `frame\u0000${group}`;
}

function chipId(dataset: string): string {
  return `dataset\u0000${dataset}`;
}
